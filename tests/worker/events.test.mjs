/**
 * Order events by all four services and Tidio's webhooks, in real workerd: the emulators sign as the services do, and
 * what is not signed like that is refused with the answer that the service needs.
 */
import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { after, before, beforeEach, describe, test } from "node:test";
import { eventually } from "../lib/browser.mjs";
import { startEmulator } from "../lib/emulator.mjs";
import { startStack } from "./harness.mjs";
import { admin, atRest } from "./operations.mjs";
import { onOrder, ROUTES } from "./reliability.mjs";

const KEY = "demodemodemodemodemodemodemo0001";
const WEBHOOK_SECRET = "demo-webhook-secret-eu";
let stack;

before(async () => {
  stack = await startStack({ change: onOrder });
  await stack.commercetools.steer("POST", "generate", { orders: 8, customers: 4, seed: 5, store: "de" });
});
after(() => stack?.stop());
beforeEach(async () => {
  await stack.commercetools.steer("DELETE", "delivery");
  await stack.forget();
});

/** Begins to deliver over a route; what was delivered before is forgotten. */
async function subscribe(route, more = {}) {
  const { options, ...target } = ROUTES[route]();
  await stack.commercetools.steer("DELETE", "deliveries");
  const body = { subscription: `events-${route}`, url: `${stack.url}/v1/events/${route}`, messages: [{ resourceTypeId: "order" }, { resourceTypeId: "product" }], ...target, options: { ...options, speed: 50, ...more } };
  await stack.commercetools.steer("POST", "delivery", body);
}

const deliveries = () => stack.commercetools.steer("GET", "deliveries?limit=1000");
const summary = () => stack.commercetools.steer("GET", "deliveries/summary");

async function delivered() {
  await eventually("everything is delivered", async () => {
    const { pending, delivered: count } = await summary();
    return pending === 0 && count > 0;
  }, 90_000);
  return deliveries();
}

const post = (route, body, headers = {}) =>
  fetch(`${stack.url}/v1/events/${route}`, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });
const codeOf = async (answer) => [answer.status, answer.status === 204 ? null : (await answer.json()).code];
const metric = async (pattern) => {
  const answer = await fetch(`${stack.url}/admin/metrics`, { headers: { authorization: "Bearer demo-admin-token-0123456789" } });
  return (await answer.text()).match(pattern)?.[1];
};

describe("each route takes what its service signs", () => {
  for (const route of Object.keys(ROUTES)) {
    for (const format of route === "eventgrid" ? ["CloudEvents"] : ["Platform", "CloudEvents"]) {
      test(`${route}, ${format}: the test, updates and cut payloads, to the contact`, async () => {
        await subscribe(route, { format, payload_limit_bytes: 600 });
        await stack.commercetools.steer("POST", "drive", { events: 6, seed: 11 });
        const records = await delivered();
        assert.ok(records.length > 1, JSON.stringify(records));
        await atRest(stack);
        const orders = [...new Set(records.map(({ resource_id }) => resource_id))].filter(Boolean);
        const { eu } = await admin(stack, "GET", `trace/${orders.at(-1)}`);
        assert.ok(eu.lines.length > 0, `nothing is known of ${orders.at(-1)}`);
        assert.ok(await metric(new RegExp(`events_not_for_us_total\\{tidio="eu",kind="${route}/test"\\} (\\d+)`)), "the test notification is counted");
      });
    }
  }

  test("pubsub: keys rotated in the middle, the old one gone at once", async () => {
    await subscribe("pubsub");
    await stack.commercetools.steer("POST", "drive", { events: 2, seed: 12 });
    await delivered();
    await stack.commercetools.steer("POST", "google/rotate", { old_key_stays: false });
    await stack.commercetools.steer("POST", "drive", { events: 2, seed: 13 });
    await delivered();
    assert.equal((await summary()).dropped, 0);
  });
});

describe("what is not proven is refused, and nothing of it is kept", () => {
  const MESSAGE = JSON.stringify({ notificationType: "ResourceUpdated", projectKey: "demo-shop", resource: { typeId: "order", id: randomUUID() }, version: 2, oldVersion: 1, modifiedAt: "2026-01-01T00:00:00.000Z" });
  const SECRET = "demo-events-secret-0123456789";
  const envelope = (change = {}) => JSON.stringify({ Type: "Notification", MessageId: "m", TopicArn: "arn:aws:sns:eu-central-1:123456789012:commercetools", Message: MESSAGE, Timestamp: "2026-01-01T00:00:00.000Z", SignatureVersion: "2", Signature: btoa("x".repeat(256)), SigningCertURL: `${stack.commercetools.url}/__emulator/sns/cert.pem`, ...change });
  const CASES = [
    ["eventbridge", "no secret", () => [MESSAGE], [401, "caller_unauthorized"]],
    ["eventbridge", "another secret", () => [MESSAGE, { "x-api-key": `${SECRET}x` }], [401, "caller_unauthorized"]],
    ["eventbridge", "no JSON", () => ["<html>", { "x-api-key": SECRET }], [400, "body_malformed"]],
    ["eventbridge", "half a body", () => [MESSAGE.slice(0, 40), { "x-api-key": SECRET }], [400, "body_malformed"]],
    ["eventbridge", "no UTF-8", () => [new Uint8Array([0xff, 0xfe, 0x7b]), { "x-api-key": SECRET }], [400, "body_malformed"]],
    ["eventbridge", "too long", () => ["x".repeat(1_100_000), { "x-api-key": SECRET }], [413, "body_too_large"]],
    ["eventgrid", "no secret", () => [MESSAGE], [401, "caller_unauthorized"]],
    ["pubsub", "no token", () => [MESSAGE], [401, "caller_unauthorized"]],
    ["pubsub", "a token of nobody", () => [MESSAGE, { authorization: "Bearer a.b.c" }], [401, "caller_unauthorized"]],
    ["pubsub", "alg none", () => [MESSAGE, { authorization: `Bearer ${btoa('{"alg":"none"}')}.${btoa("{}")}.` }], [401, "caller_unauthorized"]],
    ["sns", "no envelope", () => [MESSAGE], [400, "body_malformed"]],
    ["sns", "a forged signature", () => [envelope()], [401, "caller_unauthorized"]],
    ["sns", "signature version 1", () => [envelope({ SignatureVersion: "1" })], [401, "caller_unauthorized"]],
    ["sns", "another topic", () => [envelope({ TopicArn: "arn:aws:sns:eu-central-1:123456789012:other" })], [401, "caller_unauthorized"]],
    ["sns", "a certificate of another host", () => [envelope({ SigningCertURL: "https://evil.example/cert.pem" })], [401, "caller_unauthorized"]],
    ["sns", "a certificate that is none", () => [envelope({ SigningCertURL: `${stack.commercetools.url}/__emulator/none.pem` })], [401, "caller_unauthorized"]],
    ["sns", "raw delivery", () => [MESSAGE, { "x-amz-sns-rawdelivery": "true" }], [401, "caller_unauthorized"]],
  ];
  for (const [route, name, request, want] of CASES) {
    test(`${route}: ${name}`, async () => {
      assert.deepEqual(await codeOf(await post(route, ...request())), want);
    });
  }

  for (const [route, name, options] of [
    ["pubsub", "a token for somebody else", { audience: "https://other.example" }],
    ["pubsub", "a token of another account", { email: "other@demo-shop.iam.gserviceaccount.com" }],
    ["pubsub", "another subscription", { push_subscription: "projects/demo-shop/subscriptions/other" }],
    ["sns", "a certificate elsewhere, rightly signed", { signing_cert_url: "https://evil.example/cert.pem" }],
  ]) {
    test(`${route}: ${name}`, async () => {
      await subscribe(route, { ...options, retry: false });
      // A topic without confirmation delivers nothing: only the handshake ends.
      await eventually("it was given up", async () => (await deliveries()).some(({ state }) => state !== "pending"), 90_000);
      const records = (await deliveries()).filter(({ state }) => state !== "pending");
      assert.ok(records.every(({ state, last }) => state === "dropped" && last === "401"), JSON.stringify(records));
    });
  }

  test("an envelope of another kind, by its service, is taken and counted: refused, it would come back until it expires", async () => {
    for (const body of ["{}", "[]", '{"detail":5}', '{"detail":{"notificationType":"Message","resource":{"typeId":"order"}}}']) {
      assert.equal((await post("eventbridge", body, { "x-api-key": SECRET })).status, 204, body);
    }
  });

  test("keys that cannot be had make the service come again", async () => {
    const down = await startEmulator("commercetools");
    await down.stop();
    await stack.stopWorker();
    const change = (bridge) => {
      bridge.commercetools.demo.events.sns.origin = down.url;
    };
    await stack.startWorker({ change });
    const body = envelope({ SigningCertURL: `${down.url}/__emulator/sns/cert.pem` });
    assert.deepEqual(await codeOf(await post("sns", body)), [503, "keys_unavailable"]);
    await stack.startAfresh({ change: onOrder });
  });
});

describe("Tidio's webhooks", () => {
  const sign = (body, { at = Math.floor(Date.now() / 1000), secret = WEBHOOK_SECRET } = {}) => `t=${at},s=${createHmac("sha256", secret).update(`${body}_${at}`).digest("hex")}`;
  const webhook = (topic, content, id = randomUUID()) => JSON.stringify({ created_at: 1, project_public_key: KEY, topic, version: 1, webhook_id: id, content });
  const send = (body, signature) => fetch(`${stack.url}/v1/tidio/webhooks`, { method: "POST", headers: { "content-type": "application/json", ...(signature && { "x-tidio-signature": signature }) }, body });

  test("one signature among several is enough: secrets overlap while one replaces the other", async () => {
    const body = webhook("contact.created", { id: randomUUID(), email: "x@example.com", distinct_id: null });
    const at = Math.floor(Date.now() / 1000);
    const [, old] = sign(body, { at, secret: "old-secret-0123456789" }).split(",");
    assert.equal((await send(body, `t=${at},${old},${sign(body, { at }).split(",")[1]}`)).status, 204);
  });

  test("a repetition is known, another topic is counted", async () => {
    const body = webhook("ticket.replied", { id: 7, contact_id: randomUUID() });
    for (let again = 0; again < 2; again += 1) assert.equal((await send(body, sign(body))).status, 204);
    await eventually("counted once", async () => (await metric(/webhooks_total\{tidio="eu",topic="ticket.replied"\} (\d+)/)) === "1");
  });

  for (const [name, signature, want] of [
    ["none", () => undefined, [401, "caller_unauthorized"]],
    ["of another secret", (body) => sign(body, { secret: "another-secret-0123456789" }), [401, "caller_unauthorized"]],
    ["of another body", () => sign("{}"), [401, "caller_unauthorized"]],
    ["seven hours old", (body) => sign(body, { at: Math.floor(Date.now() / 1000) - 7 * 3600 }), [401, "caller_unauthorized"]],
    ["malformed", () => "t=now,s=zz", [401, "caller_unauthorized"]],
  ]) {
    test(`a signature: ${name}`, async () => {
      const body = webhook("contact.updated", { id: randomUUID() });
      assert.deepEqual(await codeOf(await send(body, signature(body))), want);
    });
  }

  test("one that is signed and no webhook is malformed", async () => {
    assert.deepEqual(await codeOf(await send("[]", sign("[]"))), [400, "body_malformed"]);
  });
});
