/** Several stores, two Tidio projects and two commercetools projects in one deployment: each sees its own and no other. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { eventually } from "../lib/browser.mjs";
import { startEmulator } from "../lib/emulator.mjs";
import { committedBridge, startStack } from "./harness.mjs";
import { PROJECTS, contactOnce, contacts, seeded } from "./people.mjs";
import { identifyBody, tokenOf } from "./tokens.mjs";

const ORIGIN = "http://localhost:3000";
const ADMIN = { authorization: "Bearer demo-admin-token-0123456789" };

describe("two commercetools projects", () => {
  let second;
  let stack;
  let james;
  before(async () => {
    second = await startEmulator("commercetools");
    stack = await startStack({
      change: (bridge) => {
        bridge.commercetools.america = { ...bridge.commercetools.demo, api_url: second.url, auth_url: second.url };
        bridge.stores.us.commercetools = "america";
      },
      secrets: { CT_AMERICA_CLIENT_ID: "demo-edge", CT_AMERICA_CLIENT_SECRET: "demo-edge-secret" },
    });
    ({ james } = await seeded(stack));
  });
  after(() => Promise.all([stack?.stop(), second?.stop()]));

  test("each store is read in its own project, with its own token", async () => {
    await Promise.all([stack.forget(), second.clearRequests()]);
    const us = await stack.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody(tokenOf(james.customer.id), { store: "us", locale: "en-US" }) });
    assert.equal(us.status, 200, us.text);
    assert.deepEqual(await stack.commercetools.requests(), []);
    assert.ok((await second.requests({ prefix: "/demo-shop" })).length > 0);
    await second.clearRequests();
    const uk = await stack.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody(tokenOf(james.customer.id), { store: "uk", locale: "en-GB" }) });
    assert.equal(uk.status, 200, uk.text);
    assert.deepEqual(await second.requests(), []);
    assert.notEqual(us.body.person.distinctId, uk.body.person.distinctId);
  });

  test("one project down: the other's shoppers notice nothing", async () => {
    await second.addFaults({ kind: "status", value: 503 });
    const ask = (store, locale) => stack.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody(tokenOf(james.customer.id), { store, locale }) });
    const [us, uk] = await Promise.all([ask("us", "en-US"), ask("uk", "en-GB")]);
    assert.equal(us.body.code, "commerce_unavailable", us.text);
    assert.equal(uk.status, 200, uk.text);
    await second.clearFaults();
  });
});

describe("the demo's three stores", () => {
  let stack;
  let anna;
  let james;
  before(async () => {
    stack = await startStack();
    ({ anna, james } = await seeded(stack));
  });
  after(() => stack?.stop());

  const STORES = [["de", "de-DE", PROJECTS.eu], ["uk", "en-GB", PROJECTS.eu], ["us", "en-US", PROJECTS.us]];
  for (const [store, locale, publicKey] of STORES) {
    test(`${store}: language, currency, route and department are those configured`, async () => {
      const configured = committedBridge().stores[store];
      const settings = configured.locales.find(({ tag }) => tag === locale);
      const bootstrap = (await stack.request("GET", `/v1/bootstrap?store=${store}&locale=${locale}`, { origin: ORIGIN })).body;
      assert.deepEqual([bootstrap.publicKey, bootstrap.language, bootstrap.currency], [publicKey, settings.language, { code: settings.currency, exchangeRate: settings.exchange_rate ?? 1 }]);
      for (const identity of ["guest", "verified"]) {
        const person = identity === "verified" && tokenOf(james.customer.id);
        const { body } = await stack.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody(person || undefined, { store, locale }) });
        const query = new URLSearchParams({ store, locale, identity });
        const { body: why } = await stack.request("GET", `/admin/routes/explain?${query}`, { headers: ADMIN });
        const rule = configured.routes.find(({ when = {} }) => (when.identity ?? identity) === identity);
        assert.equal(body.identity, identity);
        assert.deepEqual([why.route, why.department, why.tags], [rule.route, rule.department, rule.tags]);
        assert.deepEqual([body.properties.ct_route, body.tags, body.language, body.currency.code], [rule.route, rule.tags, settings.language, settings.currency]);
      }
    });
  }

  test("every department of every route exists in its Tidio project", async () => {
    const { body } = await stack.request("GET", "/readyz");
    assert.deepEqual(body.warnings, []);
  });

  test("the two Tidio projects stay apart", async () => {
    await stack.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody(tokenOf(anna.customer.id)) });
    await stack.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody(tokenOf(james.customer.id), { store: "us", locale: "en-US" }) });
    await Promise.all([contactOnce(stack, anna.customer.email), contactOnce(stack, james.customer.email, { project: PROJECTS.us })]);
    assert.deepEqual(await contacts(stack, anna.customer.email, PROJECTS.us), []);
    for (const call of (await stack.tidio.requests()).filter(({ client }) => client === "ci_demo_us")) {
      assert.ok(!JSON.stringify(call.body ?? "").includes(anna.customer.email), "Anna travels to the other project");
    }
  });
});

describe("create policies", () => {
  for (const [create, expected] of [["never", 0], ["on_identify", 1], ["on_order", 1]]) {
    test(`${create}: Anna, who has ordered, gets ${expected} contact`, async () => {
      const stack = await startStack({ change: (bridge) => (bridge.stores.de.create = create) });
      try {
        const { anna } = await seeded(stack);
        const answer = await stack.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody(tokenOf(anna.customer.id)) });
        assert.equal(answer.status, 200, answer.text);
        if (create === "on_order") {
          const since = Date.parse("2020-01-01T00:00:00Z");
          await stack.request("POST", `/admin/backfill?project=demo&since_ms=${since}`, { headers: ADMIN });
        }
        await eventually("the engine has decided", async () => {
          const { body } = await stack.request("GET", `/admin/trace/${encodeURIComponent(`demo-shop:customer:${anna.customer.id}`)}`, { headers: ADMIN });
          const events = body.eu.lines.map(({ event }) => event);
          return events.includes(expected === 0 ? "absent" : "created") || undefined;
        }, 60_000);
        assert.equal((await contacts(stack, anna.customer.email)).length, expected);
      } finally {
        await stack.stop();
      }
    });
  }
});
