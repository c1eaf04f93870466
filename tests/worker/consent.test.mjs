/** Consent in real workerd: a withdrawal is kept before it is answered, clears the contact and holds back what follows. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { eventually } from "../lib/browser.mjs";
import { connect } from "../sdk/client.mjs";
import { startStack } from "./harness.mjs";
import { atRest } from "./operations.mjs";
import { contacts, seeded } from "./people.mjs";
import { claimsFor, identifyBody, sign, tokenOf } from "./tokens.mjs";

const ORIGIN = "http://localhost:3000";
const ADMIN = { authorization: "Bearer demo-admin-token-0123456789" };
const EVENTS = { "x-api-key": "demo-events-secret-0123456789" };
let stack;
let anna;

before(async () => {
  stack = await startStack();
  ({ anna } = await seeded(stack));
});
after(() => stack?.stop());
beforeEach(() => stack.forget());

const body = (token, share, overrides) => ({ contract: 1, store: "de", ...(token && { token }), consent: { chat: "granted", share, source: "test" }, ...overrides });
const say = (token, share, overrides) => stack.request("POST", "/v1/consent", { origin: ORIGIN, body: body(token, share, overrides) });
const identify = () => stack.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody(tokenOf(anna.customer.id)) });
const expired = () => {
  const now = Math.floor(Date.now() / 1000);
  return sign(claimsFor(`customer:${anna.customer.id}`, { iat: now - 7200, exp: now - 6600 }));
};

/** What an agent sees of Anna, once it satisfies a question. */
const annaIs = (what, question, timeoutMs = 90_000) =>
  eventually(what, async () => {
    const [contact] = await contacts(stack, anna.customer.email);
    if (!contact) return false;
    if (!question(contact.properties)) throw new Error(JSON.stringify(contact.properties));
    return contact;
  }, timeoutMs);
const isShared = (properties) => properties.ct_consent === "chat and sharing" && Boolean(properties.ct_cart_total) && Boolean(properties.ct_order_number);
const isCleared = (properties) =>
  properties.ct_consent === "chat only" && !Object.entries(properties).some(([name, value]) => value && /cart|order|customer|product|timeline|country|route/.test(name));

async function trace(term) {
  const answer = await stack.request("GET", `/admin/trace/${encodeURIComponent(term)}`, { headers: ADMIN });
  return answer.body.eu.lines;
}

test("withdrawn: the contact is cleared, orders are held back, a new yes brings everything back", async () => {
  await identify();
  await annaIs("everything is shown", isShared);
  const answer = await say(tokenOf(anna.customer.id), "denied");
  assert.deepEqual([answer.status, answer.text], [204, ""]);
  assert.equal(answer.headers.get("access-control-allow-origin"), ORIGIN);
  assert.match(answer.headers.get("x-correlation-id"), /^[0-9a-f-]{36}$/);
  const contact = await annaIs("everything is cleared", isCleared);
  assert.equal(contact.properties.ct_store, "de");
  assert.equal(contact.properties.ct_correlation_id, answer.headers.get("x-correlation-id"));

  await moveOrderOn();
  await eventually("the order is held back", async () => (await trace(`demo-shop:customer:${anna.customer.id}`)).some(({ event }) => event === "held_back"), 90_000);
  assert.ok(isCleared((await contacts(stack, anna.customer.email))[0].properties), "an order reached a contact without consent");

  await identify();
  await annaIs("everything is shown again", isShared);
});

/** Anna's last order changes, and commercetools says so. */
async function moveOrderOn() {
  const { api } = connect({ name: "emulator", authUrl: stack.commercetools.url, apiUrl: stack.commercetools.url, projectKey: "demo-shop" }, { flow: "client" });
  const order = (await api.orders().withId({ ID: anna.order.id }).get().execute()).body;
  const orderState = order.orderState === "Complete" ? "Confirmed" : "Complete";
  const changed = (await api.orders().withId({ ID: order.id }).post({ body: { version: order.version, actions: [{ action: "changeOrderState", orderState }] } }).execute()).body;
  const detail = {
    notificationType: "ResourceUpdated", projectKey: "demo-shop", resource: { typeId: "order", id: order.id },
    resourceUserProvidedIdentifiers: { orderNumber: order.orderNumber }, version: changed.version, oldVersion: order.version, modifiedAt: changed.lastModifiedAt,
  };
  const told = await stack.request("POST", "/v1/events/eventbridge", { headers: EVENTS, body: detail });
  assert.equal(told.status, 204, told.text);
}

test("kept before it is answered: kill -9 right after the answer loses nothing", async () => {
  await identify();
  await annaIs("everything is shown", isShared);
  await stack.tidio.addFaults({ path_prefix: "/contacts", kind: "latency_ms", value: 20_000 });
  assert.equal((await say(tokenOf(anna.customer.id), "denied")).status, 204);
  await stack.killWorker();
  await stack.tidio.clearFaults();
  await stack.startWorker();
  await stack.cron();
  await annaIs("everything is cleared", isCleared);
});

test("an hour-old page can withdraw, once with the same token, and cannot give", async () => {
  await identify();
  await annaIs("everything is shown", isShared);
  const old = expired();
  const given = await say(old, "granted");
  assert.deepEqual([given.status, given.body.code], [401, "token_expired"]);
  assert.equal((await say(old, "denied")).status, 204);
  await annaIs("everything is cleared", isCleared);
  await identify();
  await annaIs("everything is shown again", isShared);
  await atRest(stack);
  await stack.tidio.clearRequests();
  assert.equal((await say(old, "denied")).status, 204, "a repetition is no error");
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  assert.ok(isShared((await contacts(stack, anna.customer.email))[0].properties), "a replayed token undid a newer yes");
  assert.deepEqual(await stack.writesToTidio(), []);
});

test("of guests nothing is stored, and nobody is asked", async () => {
  for (const token of [undefined, sign(claimsFor("guest")), sign(claimsFor("anon:a-1"))]) {
    for (const share of ["denied", "granted", "pending"]) {
      const answer = await say(token, share);
      assert.deepEqual([answer.status, answer.text], [204, ""]);
    }
  }
  assert.deepEqual(await stack.commercetools.requests(), []);
  assert.deepEqual(await stack.tidio.requests(), []);
});

describe("what is refused", () => {
  const token = () => tokenOf(anna.customer.id);
  const CASES = [
    ["no body", { body: "" }, 400, "body_malformed"],
    ["a locale instead of a consent", { body: () => ({ contract: 1, store: "de", locale: "de-DE" }) }, 400, "body_malformed"],
    ["another content type", { body: "{}", headers: { "content-type": "text/plain" } }, 415, "media_type_unsupported"],
    ["a body of 17 KiB", { body: () => body(token(), "denied", { padding: "x".repeat(17 * 1024) }) }, 413, "body_too_large"],
    ["an unknown store", { body: () => body(token(), "denied", { store: "fr" }) }, 404, "store_unknown"],
    ["a foreign origin", { body: () => body(token(), "denied"), origin: "https://evil.example" }, 403, "origin_forbidden"],
    ["no origin", { body: () => body(token(), "denied"), origin: undefined }, 403, "origin_forbidden"],
    ["contract version 99", { body: () => body(token(), "denied", { contract: 99 }) }, 400, "contract_unsupported"],
    ["another edge's token", { body: () => body(sign(claimsFor(`customer:${anna.customer.id}`, { aud: "https://x.example" })), "denied") }, 401, "token_audience"],
    ["a token two days old", { body: () => body(sign(claimsFor(`customer:${anna.customer.id}`, { iat: 1_700_000_000, exp: 1_700_000_600 })), "denied") }, 401, "token_expired"],
    ["the wrong method", { method: "GET" }, 405, "method_not_allowed"],
  ];
  for (const [name, { method = "POST", body: sent, headers, ...rest }, status, code] of CASES) {
    test(name, async () => {
      const origin = "origin" in rest ? rest.origin : ORIGIN;
      const answer = await stack.request(method, "/v1/consent", { origin, headers, body: typeof sent === "function" ? sent() : sent });
      assert.deepEqual([answer.status, answer.body?.code], [status, code], answer.text);
    });
  }

  test("a preflight is answered for the shop only", async () => {
    const ask = (origin) => stack.request("OPTIONS", "/v1/consent", { origin, headers: { "access-control-request-method": "POST" } });
    assert.equal((await ask(ORIGIN)).headers.get("access-control-allow-origin"), ORIGIN);
    assert.equal((await ask("https://evil.example")).headers.get("access-control-allow-origin"), null);
  });
});

test("in the tier widget there is nothing to clear on the server, and the answer is the same", async () => {
  const widget = await startStack({ change: (bridge) => (bridge.tidio.eu.tier = "widget") });
  try {
    const answer = await widget.request("POST", "/v1/consent", { origin: ORIGIN, body: body(tokenOf(anna.customer.id), "denied") });
    assert.equal(answer.status, 204, answer.text);
    assert.deepEqual(await widget.tidio.requests(), []);
  } finally {
    await widget.stop();
  }
});

test("somebody who withdrew before any visit gets no contact by an order; somebody else does", async () => {
  const onOrder = await startStack({
    change: (bridge) => {
      bridge.stores.de.create = "on_order";
      bridge.stores.uk.create = "on_order";
    },
  });
  try {
    const { anna: withdrawn, james } = await seeded(onOrder);
    await onOrder.request("POST", "/v1/consent", { origin: ORIGIN, body: body(tokenOf(withdrawn.customer.id), "denied") });
    const began = await onOrder.request("POST", `/admin/backfill?project=demo&since_ms=${Date.parse("2020-01-01T00:00:00Z")}`, { headers: ADMIN });
    assert.equal(began.status, 200, began.text);
    await eventually("the other customer is a contact", async () => (await contacts(onOrder, james.customer.email)).length === 1, 90_000);
    assert.deepEqual(await contacts(onOrder, withdrawn.customer.email), []);
  } finally {
    await onOrder.stop();
  }
});

test("nowhere to keep a word: it is not said to be kept, operations are told the same, and shoppers still chat", async () => {
  const bare = await startStack({ commercetools: stack.commercetools, serve: { without: ["durableObjects"] } });
  try {
    const answer = await bare.request("POST", "/v1/consent", { origin: ORIGIN, body: body(tokenOf(anna.customer.id), "denied") });
    assert.deepEqual([answer.status, answer.body.code], [503, "tidio_unavailable"], answer.text);
    assert.equal(answer.headers.get("access-control-allow-origin"), ORIGIN);
    for (const path of ["metrics", "walks", "dead-letters"]) {
      const asked = await bare.request("GET", `/admin/${path}`, { headers: ADMIN });
      assert.deepEqual([asked.status, asked.body.code], [503, "tidio_unavailable"], path);
    }
    const ready = await bare.request("GET", "/readyz");
    assert.equal(ready.status, 503);
    assert.equal(ready.body.checks.find(({ name }) => name === "tidio.eu").code, "tidio_unavailable");
    const seen = await bare.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody(tokenOf(anna.customer.id)) });
    assert.deepEqual([seen.status, seen.body.identity], [200, "verified"]);
    await bare.logged("it was not kept", (line) => line.includes("A word on consent could not be kept."));
  } finally {
    await bare.stop();
  }
});
