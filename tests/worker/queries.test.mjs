/**
 * A shopper's records by one GraphQL query, and over REST where the project refuses it: the same answer, said in the
 * log, and remembered.
 */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { connect } from "../sdk/client.mjs";
import { startStack } from "./harness.mjs";
import { seeded } from "./people.mjs";
import { queried } from "./queried.mjs";
import { claimsFor, identifyBody, sign, tokenOf } from "./tokens.mjs";

const ORIGIN = "http://localhost:3000";
const PATH = "/demo-shop/graphql";
const JSON_TYPE = { "content-type": "application/json" };
let stack;
let anna;
/** What the edge answers over REST. */
let overRest;

before(async () => {
  stack = await startStack({ change: (bridge) => (bridge.commercetools.demo.reads = "rest") });
  ({ anna } = await seeded(stack));
  overRest = told(await identify());
});
after(() => stack?.stop());
beforeEach(() => stack.forget());

const identify = (token = tokenOf(anna.customer.id)) => stack.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody(token) });
const told = ({ status, text, body }) => [status, JSON.parse(text.replaceAll(body.correlationId, "id"))];
const pathsAsked = async () => (await stack.commercetools.requests({ prefix: "/demo-shop" })).map(({ path }) => path);
const namesAsked = async () =>
  (await stack.commercetools.requests({ prefix: PATH })).map(({ body }) => {
    const { query } = typeof body === "string" ? JSON.parse(body) : body;
    return query.includes("acceptLanguage") ? "in one language" : "in all languages";
  });
/** A Worker that has refused nothing yet. */
const restart = async (reads) => {
  await stack.stopWorker();
  await stack.startWorker({ change: (bridge) => (bridge.commercetools.demo.reads = reads) });
};

test("`reads = rest` asks for no GraphQL", async () => {
  assert.deepEqual(told(await identify()), overRest);
  const asked = await pathsAsked();
  assert.equal(asked.length, 3);
  assert.ok(!asked.includes(PATH), `${asked}`);
});

test("one query is all that commercetools is asked, and it names no id in its text", async () => {
  await restart("graphql");
  await stack.commercetools.addFaults({ path_prefix: PATH, kind: "status", value: 200, headers: JSON_TYPE, body: queried(anna.customer) });
  const answer = await identify();
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.person.email, anna.customer.email);
  assert.equal(answer.body.properties.ct_cart_items, "0");
  const asked = await stack.commercetools.requests({ prefix: "/demo-shop" });
  assert.deepEqual(asked.map(({ method, path }) => [method, path]), [["POST", PATH]]);
  const [{ body }] = asked;
  const { query, variables } = typeof body === "string" ? JSON.parse(body) : body;
  assert.ok(query.startsWith("query Identify(") && !query.includes(anna.customer.id));
  assert.deepEqual(variables, { store: "de", customer: anna.customer.id, orders: `customerId = "${anna.customer.id}"`, languages: ["de-DE", "de"] });
});

test("a name that the visitor's language lacks: the answer of REST by a second query, said in the log, and remembered", async () => {
  const { url } = stack.commercetools;
  const { api } = connect({ name: "emulator", authUrl: url, apiUrl: url, projectKey: "demo-shop" }, { flow: "client" });
  const { body: { customer } } = await api.customers().post({ body: { email: "names@example.com", password: "names-password" } }).execute();
  const line = (slug, name) => ({ slug, name, quantity: 1, money: { currencyCode: "EUR", centAmount: 450 } });
  const customLineItems = [line("engraving", { "de-DE": "Gravur", "en-GB": "Engraving" }), line("wrap", { "en-GB": "Gift wrap" })];
  const { body: { id, version } } = await api.carts().post({ body: { currency: "EUR", country: "DE", customerId: customer.id, store: { typeId: "store", key: "de" } } }).execute();
  const actions = customLineItems.map((item) => ({ action: "addCustomLineItem", ...item }));
  await api.carts().withId({ ID: id }).post({ body: { version, actions } }).execute();
  const token = tokenOf(customer.id);
  await restart("rest");
  const want = told(await identify(token));
  assert.match(want[1].properties.ct_cart_lines, /Gravur[^]*Gift wrap/);

  await restart("graphql");
  await stack.forget();
  assert.deepEqual(told(await identify(token)), want);
  assert.deepEqual(await namesAsked(), ["in one language", "in all languages"]);
  const isSaid = (line) => line.includes('"code":"commerce_name_missing"');
  await stack.logged("a name was missing", isSaid);
  assert.match(stack.log().find(isSaid), /"level":"info".*"locale":"de-DE"/);

  await stack.forget();
  assert.deepEqual(told(await identify(token)), want);
  assert.deepEqual(await namesAsked(), ["in all languages"]);
  assert.equal(stack.log().filter(isSaid).length, 1);
});

test("the query that the emulator executes gives the answer of REST, for every kind of subject", async () => {
  const { customer, cart } = anna;
  const tokens = [
    tokenOf(customer.id),
    tokenOf(customer.id, { cart: cart.id }),
    sign(claimsFor("anon:session-1")),
    sign(claimsFor("anon:session-1", { cart: cart.id })),
    sign(claimsFor("guest", { cart: cart.id })),
  ];
  const answers = {};
  for (const reads of ["rest", "graphql"]) {
    await restart(reads);
    await stack.forget();
    answers[reads] = [];
    for (const token of tokens) answers[reads].push(told(await identify(token)));
  }
  assert.deepEqual(answers.graphql, answers.rest);
  assert.deepEqual(await pathsAsked(), tokens.map(() => PATH));
  assert.ok(answers.graphql[0][1].properties.ct_cart_lines && answers.graphql[0][1].properties.ct_timeline);
});

describe("a refused query", () => {
  const ERRORS = (code) => [{ message: "…", locations: [], path: ["inStore", "cart"], extensions: { code } }];
  for (const [name, fault] of [
    ["no such path", { kind: "status", value: 404, body: { statusCode: 404, message: "no" } }],
    ["a page of a machine in front of it", { kind: "html", value: 404 }],
    ["400: a field it does not know", { kind: "status", value: 400, headers: JSON_TYPE, body: { errors: [{ message: "Cannot query field" }] } }],
    ["501", { kind: "status", value: 501 }],
    ["errors and no data", { kind: "status", value: 200, headers: JSON_TYPE, body: { data: null, errors: ERRORS("QueryComplexityLimitExceeded") } }],
    ["a scope is missing for one field", { kind: "status", value: 200, headers: JSON_TYPE, body: { data: { customer: null, inStore: { cart: null, orders: { total: 0, results: [] } } }, errors: ERRORS("insufficient_scope") } }],
  ]) {
    test(`${name}: the answer is the one of REST, a warning says so, and the next shopper is read over REST`, async () => {
      await restart("graphql");
      await stack.commercetools.addFaults({ path_prefix: PATH, ...fault });
      assert.deepEqual(told(await identify()), overRest);
      assert.equal((await pathsAsked()).filter((path) => path === PATH).length, 1);
      const isWarning = (line) => line.includes('"code":"commerce_query_refused"');
      await stack.logged("the query was refused", isWarning);
      assert.equal(stack.log().filter(isWarning).length, 1, stack.log().join("\n"));
      await stack.forget();
      assert.deepEqual(told(await identify()), overRest);
      assert.ok(!(await pathsAsked()).includes(PATH));
    });
  }
});
