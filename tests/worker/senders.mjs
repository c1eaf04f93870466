/**
 * Notifications as the four services send them, with keys of the tests' own, so that any part can be spoiled.
 *
 * In scope: envelopes, proofs, and the host where the keys lie. Out of scope: what is spoiled and what is expected.
 * The good path through the services' own rules is the emulator's.
 */
import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { createServer } from "node:http";
import { certificate } from "../lib/certificate.mjs";

const SECRET = "demo-events-secret-0123456789";
const TOPIC = "arn:aws:sns:eu-central-1:123456789012:commercetools";
/** As in `wrangler.toml`. */
const PUSH = { audience: "http://localhost:8787/v1/events/pubsub", email: "push@demo-shop.iam.gserviceaccount.com", subscription: "projects/demo-shop/subscriptions/commercetools" };
const DAY_MS = 86_400_000;

const keys = (modulusLength = 2048) => generateKeyPairSync("rsa", { modulusLength });
const base64url = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const seconds = () => Math.floor(Date.now() / 1000);

/** The routes, in the order of the documentation. */
export const ROUTES = ["eventbridge", "pubsub", "sns", "eventgrid"];

/** A host with Google's key set and AWS's certificates, in which keys can be changed and which can go away. */
export async function trustHost() {
  const pairs = { google: keys(), googleNext: keys(), aws: keys(), awsNext: keys(), short: keys(1024), stranger: keys() };
  const host = { pairs, published: { "kid-1": pairs.google }, certificates: {}, visits: [], down: false };
  const says = { commonName: "sns.amazonaws.com", from: Date.now() - DAY_MS, until: Date.now() + DAY_MS };
  const put = (name, pair, more = {}) => (host.certificates[`/${name}.pem`] = certificate(pair, { ...says, ...more }));
  put("current", pairs.aws);
  put("next", pairs.awsNext);
  put("short", pairs.short);
  put("expired", pairs.aws, { until: Date.now() - 1_000 });
  put("early", pairs.aws, { from: Date.now() + 3_600_000 });
  put("foreign", pairs.aws, { commonName: "sns.amazonaws.com.evil.example" });
  host.certificates["/broken.pem"] = host.certificates["/current.pem"].slice(0, 300);
  const server = createServer((request, response) => {
    host.visits.push(request.url);
    const [path] = request.url.split("?");
    if (host.down) response.writeHead(503).end();
    else if (path === "/keys") response.writeHead(200, { "content-type": "application/json", "cache-control": "max-age=300" }).end(JSON.stringify(keySet(host.published)));
    else if (path === "/") response.writeHead(200).end("<ConfirmSubscriptionResponse/>");
    else if (host.certificates[path]) response.writeHead(200).end(host.certificates[path]);
    else response.writeHead(404).end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  host.url = `http://localhost:${server.address().port}`;
  host.stop = () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve)));
  return host;
}

function keySet(published) {
  const all = Object.entries(published).map(([kid, { publicKey }]) => ({ ...publicKey.export({ format: "jwk" }), kid, alg: "RS256", use: "sig" }));
  return { keys: all };
}

/** Makes a bridge trust the host in the place of Google and AWS. */
export const trusting = (host) => (bridge) => {
  bridge.commercetools.demo.events.pubsub.keys_url = `${host.url}/keys`;
  bridge.commercetools.demo.events.sns.origin = host.url;
};

/** A notification of commercetools that an order changed. */
export const changed = (id = randomUUID(), more = {}) => ({
  notificationType: "ResourceUpdated",
  projectKey: "demo-shop",
  resource: { typeId: "order", id },
  version: 2,
  oldVersion: 1,
  modifiedAt: new Date().toISOString(),
  ...more,
});

/** One notification as a CloudEvent. */
export const cloudEvent = (data) => ({ specversion: "1.0", id: randomUUID(), source: "/demo-shop/orders", type: "com.commercetools.order.change.ResourceUpdated", time: new Date().toISOString(), data });

/**
 * Requests of the four services.
 *
 * @param {Awaited<ReturnType<typeof trustHost>>} host
 */
export function senders(host) {
  /** Google's token; members of `claims` replace its own, null takes one away. */
  const token = ({ claims = {}, kid = "kid-1", pair = host.pairs.google, header = {} } = {}) => {
    const said = { iss: "https://accounts.google.com", aud: PUSH.audience, email: PUSH.email, email_verified: true, iat: seconds(), exp: seconds() + 3600, ...claims };
    const input = `${base64url({ alg: "RS256", typ: "JWT", kid, ...header })}.${base64url(said)}`;
    return `Bearer ${input}.${sign("sha256", Buffer.from(input), pair.privateKey).toString("base64url")}`;
  };
  /** SNS's message around a text; `change` replaces members before it is signed, `after` afterwards. */
  const message = (text, { change = {}, after = {}, pair = host.pairs.aws } = {}) => {
    const type = change.Type ?? "Notification";
    const members = { Type: type, MessageId: randomUUID(), TopicArn: TOPIC, Message: text, Timestamp: new Date().toISOString(), SignatureVersion: "2", SigningCertURL: `${host.url}/current.pem`, ...change };
    const signed = type === "Notification" ? ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"] : ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];
    const canonical = signed.filter((name) => members[name] !== undefined).map((name) => `${name}\n${members[name]}\n`).join("");
    return JSON.stringify({ ...members, Signature: sign("sha256", Buffer.from(canonical), pair.privateKey).toString("base64"), ...after });
  };
  const text = (value) => (typeof value === "string" || Buffer.isBuffer(value) ? value : JSON.stringify(value));
  return {
    token,
    message,
    /** A whole request around a notification: an object, or any text where the envelope takes one. */
    eventbridge: (notification, { secret = SECRET } = {}) => ({
      headers: { "x-api-key": secret },
      body: text(typeof notification === "object" && !Buffer.isBuffer(notification) && !Array.isArray(notification) ? { version: "0", id: randomUUID(), "detail-type": "ResourceUpdated", source: "aws.partner/commercetools.com/demo-shop/tidio-bridge", detail: notification } : notification),
    }),
    pubsub: (notification, { subscription = PUSH.subscription, data, ...proof } = {}) => ({
      headers: { authorization: token(proof) },
      body: JSON.stringify({ message: { data: data ?? Buffer.from(text(notification)).toString("base64"), messageId: "1" }, subscription }),
    }),
    sns: (notification, options) => ({ headers: { "x-amz-sns-message-type": "Notification" }, body: message(text(notification), options) }),
    eventgrid: (notification, { secret = SECRET } = {}) => ({
      headers: { "x-eventgrid-secret": secret },
      body: text(typeof notification === "object" && !Buffer.isBuffer(notification) && !Array.isArray(notification) ? cloudEvent(notification) : notification),
    }),
  };
}
