/**
 * Route × bad notification: what is sent, and what it gets. `docs/bad-events.md` is printed from this table.
 *
 * A case gives each route one request or several (what counts is the last answer) and what is expected: status, code,
 * and how many orders are kept. A route that a case does not name cannot meet it.
 */
import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import { ROUTES, changed, cloudEvent } from "./senders.mjs";

const kept = (orders = 1) => [204, null, orders];
const NOTHING = [204, null, 0];
const MALFORMED = [400, "body_malformed", 0];
const TOO_LARGE = [413, "body_too_large", 0];
const REFUSED = [401, "caller_unauthorized", 0];
const LATER = [503, "keys_unavailable", 0];

/** Pub/Sub repeats whatever is not acknowledged, so what can never succeed is acknowledged. */
const ended = (refusal) => ({ eventbridge: refusal, pubsub: NOTHING, sns: refusal, eventgrid: refusal });
const all = (expected) => Object.fromEntries(ROUTES.map((route) => [route, expected]));

/** Expectation by route → the same request for each of those routes. */
const each = (expected, request) => Object.fromEntries(Object.entries(expected).map(([route, wanted]) => [route, [(senders, ids) => request(senders, route, ids), wanted]]));
const half = (text) => text.slice(0, Math.floor(text.length / 2));
/** A good request with its body made another. */
const remade = (make) => (senders, route, ids) => {
  const { headers, body } = senders[route](changed(ids[0]));
  return { headers, ...make(body) };
};
const aCopyOf = (senders, route, id) => senders[route](changed(id));
const later = (ms) => new Date(Date.now() + ms).toISOString();
const YEAR_MS = 365 * 86_400_000;
const VAST = "x".repeat(2_000_000);

/** Name → by route: what is sent, given senders and ids of orders, and what is expected. */
export const CASES = {
  "a good one, for comparison": each(all(kept()), (senders, route, ids) => aCopyOf(senders, route, ids[0])),
  "the same one three times over": each(all(kept()), (senders, route, ids) => {
    const request = aCopyOf(senders, route, ids[0]);
    return [request, request, request];
  }),
  "of an order that does not exist": each(all(kept()), (senders, route, ids) => aCopyOf(senders, route, ids[0])),
  "made a year ago, or in a year, by its own dates": each(all(kept(2)), (senders, route, [one, two]) => [
    senders[route](changed(one, { modifiedAt: later(-YEAR_MS) })),
    senders[route](changed(two, { modifiedAt: later(YEAR_MS) })),
  ]),
  "without a proof": {
    ...each({ eventbridge: REFUSED, pubsub: REFUSED, eventgrid: REFUSED }, (senders, route, ids) => ({ ...aCopyOf(senders, route, ids[0]), headers: {} })),
    ...each({ sns: MALFORMED }, (senders, route, ids) => ({ headers: {}, body: JSON.stringify(changed(ids[0])) })),
  },
  "forged: another secret, or another key's signature": {
    ...each({ eventbridge: REFUSED, eventgrid: REFUSED }, (senders, route, ids) => senders[route](changed(ids[0]), { secret: "demo-events-secret-012345678" })),
    ...each({ pubsub: REFUSED, sns: REFUSED }, (senders, route, ids) => senders[route](changed(ids[0]), { pair: senders.host.pairs.stranger })),
  },
  "cut in the middle": each(ended(MALFORMED), remade((body) => ({ body: half(body) }))),
  "half a notification in a whole envelope": each({ pubsub: NOTHING, sns: MALFORMED }, (senders, route, ids) => senders[route](half(JSON.stringify(changed(ids[0]))))),
  "empty": each(ended(MALFORMED), remade(() => ({ body: "" }))),
  "longer than 1 MiB": each(ended(TOO_LARGE), remade((body) => ({ body: `${body}${" ".repeat(1_100_000)}` }))),
  "longer than 1 MiB, in pieces without a length": each(ended(TOO_LARGE), remade((body) => ({ body: new Blob([body, " ".repeat(1_100_000)]).stream(), duplex: "half" }))),
  "a text of two million characters": each(ended(TOO_LARGE), (senders, route, ids) => senders[route](changed(ids[0], { type: VAST }))),
  "a text of 500,000 characters": each(all(kept()), (senders, route, ids) => senders[route](changed(ids[0], { type: VAST.slice(0, 500_000) }))),
  "an id of 500,000 characters": each(all(NOTHING), (senders, route) => senders[route](changed(VAST.slice(0, 500_000)))),
  "no UTF-8": each(ended(MALFORMED), remade((body) => ({ body: Buffer.from(body.replace("demo-shop", "demo-sh\u00ffp"), "latin1") }))),
  "no UTF-8 in a whole envelope": each({ pubsub: NOTHING }, (senders, route, ids) => senders[route](Buffer.from(JSON.stringify(changed(ids[0], { x: "\u00ff" })), "latin1"))),
  "UTF-16": each(ended(MALFORMED), remade((body) => ({ body: Buffer.from(`\ufeff${body}`, "utf16le") }))),
  "compressed": each(ended(MALFORMED), remade((body) => ({ body: gzipSync(body) }))),
  "said to be compressed, and not": each(all(kept()), (senders, route, ids) => {
    const { headers, body } = aCopyOf(senders, route, ids[0]);
    return { headers: { ...headers, "content-encoding": "gzip" }, body };
  }),
  "no Base64": {
    ...each({ pubsub: NOTHING }, (senders, route, ids) => senders[route](changed(ids[0]), { data: "%%%%" })),
    ...each({ sns: REFUSED }, (senders, route, ids) => senders[route](changed(ids[0]), { after: { Signature: "%%%%" } })),
  },
  "a web page": each(ended(MALFORMED), remade(() => ({ body: "<html>" }))),
  "JSON of another kind": each(ended(MALFORMED), (senders, route) => {
    const { headers } = aCopyOf(senders, route, randomUUID());
    return route === "sns" || route === "pubsub" ? senders[route]("7") : { headers, body: "7" };
  }),
  "nested a hundred thousand deep": each(ended(MALFORMED), (senders, route) => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    return route === "sns" || route === "pubsub" ? senders[route](deep) : { ...aCopyOf(senders, route, randomUUID()), body: deep };
  }),
  "of a commercetools project that is not configured": each(all(NOTHING), (senders, route, ids) => senders[route](changed(ids[0], { projectKey: "another-shop" }))),
  "of a kind that nobody asked for": each(all(NOTHING), (senders, route, ids) => senders[route](changed(ids[0], { resource: { typeId: "product", id: ids[0] } }))),
  "without a version": each(all(NOTHING), (senders, route, ids) => senders[route](changed(ids[0], { version: undefined }))),
  "one bad event among good ones of a batch": each({ eventgrid: kept(2) }, (senders, route, [one, two, three]) =>
    senders[route]([cloudEvent(changed(one)), cloudEvent({ ...changed(two), resource: 7 }), "no event", cloudEvent(changed(three))])),
  "a batch of 5,001": each({ eventgrid: MALFORMED }, (senders, route) => senders[route](Array.from({ length: 5_001 }, () => ({})))),
  "of another topic or push subscription": {
    ...each({ pubsub: REFUSED }, (senders, route, ids) => senders[route](changed(ids[0]), { subscription: "projects/demo-shop/subscriptions/other" })),
    ...each({ sns: REFUSED }, (senders, route, ids) => senders[route](changed(ids[0]), { change: { TopicArn: "arn:aws:sns:eu-central-1:123456789012:other" } })),
  },
  "without its envelope (payload unwrapping, raw delivery)": {
    ...each({ pubsub: REFUSED }, (senders, route, ids) => ({ headers: { authorization: senders.token() }, body: JSON.stringify(changed(ids[0])) })),
    ...each({ sns: REFUSED }, (senders, route, ids) => ({ headers: { "x-amz-sns-rawdelivery": "true" }, body: JSON.stringify(changed(ids[0])) })),
  },
  "a token for another audience": token({ aud: "https://other.example" }),
  "a token of another account": token({ email: "other@demo-shop.iam.gserviceaccount.com" }),
  "a token of another issuer": token({ iss: "https://accounts.google.com.evil.example" }),
  "a token that has run out, by a clock or by a replay": token({ iat: Math.floor(Date.now() / 1000) - 7_300, exp: Math.floor(Date.now() / 1000) - 3_700 }),
  "a token of ten minutes from now": token({ iat: Math.floor(Date.now() / 1000) + 600, exp: Math.floor(Date.now() / 1000) + 4_200 }),
  "a token without a signature": each({ pubsub: REFUSED }, (senders, route, ids) => ({ ...aCopyOf(senders, route, ids[0]), headers: { authorization: `${senders.token({ header: { alg: "none" } }).split(".").slice(0, 2).join(".")}.` } })),
  "changed after it was signed": message({ after: { Message: JSON.stringify(changed()) } }),
  "signature version 1": message({ change: { SignatureVersion: "1" } }),
  "a certificate of another host, rightly signed": message({ change: { SigningCertURL: "https://evil.example/current.pem" } }),
  "a certificate at an address that two readers read differently": message(({ host }) => ({ change: { SigningCertURL: `${host.url}/x/../current.pem` } })),
  "a certificate that is not there": message(({ host }) => ({ change: { SigningCertURL: `${host.url}/none.pem` } })),
  "a certificate that is cut": message(({ host }) => ({ change: { SigningCertURL: `${host.url}/broken.pem` } })),
  "a certificate that has expired": message(({ host }) => ({ change: { SigningCertURL: `${host.url}/expired.pem` } })),
  "a certificate that is not valid yet": message(({ host }) => ({ change: { SigningCertURL: `${host.url}/early.pem` } })),
  "a certificate for another name": message(({ host }) => ({ change: { SigningCertURL: `${host.url}/foreign.pem` } })),
  "a certificate with a key of 1,024 bits": message(({ host }) => ({ change: { SigningCertURL: `${host.url}/short.pem` }, pair: host.pairs.short })),
  "a subscription to another topic, to be confirmed": message({ change: { Type: "SubscriptionConfirmation", Token: "1", TopicArn: "arn:aws:sns:eu-central-1:123456789012:other", SubscribeURL: "http://evil.example/?Action=ConfirmSubscription&Token=1" } }),
  "a confirmation at another host": message({ change: { Type: "SubscriptionConfirmation", Token: "1", SubscribeURL: "https://evil.example/?Action=ConfirmSubscription&Token=1" } }),
};

/** Pub/Sub with other claims. */
function token(claims) {
  return each({ pubsub: REFUSED }, (senders, route, ids) => senders[route](changed(ids[0]), { claims }));
}

/** SNS with another message. */
function message(options) {
  return each({ sns: REFUSED }, (senders, route, ids) => senders[route](changed(ids[0]), typeof options === "function" ? options(senders) : options));
}

/** What needs a world of its own: the tests set it up by name. */
export const STAGED = {
  "signed with a key that was rotated in a moment ago": { pubsub: kept(), sns: kept() },
  "signed with a key that was rotated out": { pubsub: REFUSED },
  "keys that cannot be had": { pubsub: LATER, sns: LATER },
  "nowhere to keep it": all([503, "not_kept", 0]),
  "a question instead of an event (`GET`)": all([405, "method_not_allowed", 0]),
};

const cell = (expected) => {
  if (expected === undefined) return "";
  const [status, code, orders] = expected;
  const answer = code === null ? `${status}` : `${status} \`${code}\``;
  return `${answer}, ${orders === 0 ? "not kept" : orders === 1 ? "kept" : `${orders} kept`}`;
};

/** The page. */
export function page() {
  const rows = [...Object.entries(CASES).map(([name, by]) => [name, Object.fromEntries(Object.entries(by).map(([route, [, expected]]) => [route, expected]))]), ...Object.entries(STAGED)];
  const lines = rows.map(([name, by]) => `| ${[name, ...ROUTES.map((route) => cell(by[route]))].join(" | ")} |\n`);
  return [
    "# Bad notifications, one by one\n\n",
    "Printed from the table that the tests send to the Worker in workerd (`tests/worker/bad-events.cases.mjs`), each row to each route that can meet it. ",
    "An empty cell means that the service sends nothing of the kind. Which answers make a service come again stands in [events.md](events.md).\n\n",
    "Kept means: stored before the answer, under the notification's own key. An event only says which order to read, so nothing of a notification itself ever reaches the agent's panel.\n\n",
    "| what arrives | EventBridge | Pub/Sub | SNS | Event Grid |\n| --- | --- | --- | --- | --- |\n",
    ...lines,
  ].join("");
}
