/**
 * The edge's reads against labd's commercetools mock, written by somebody who has seen neither our edge nor our
 * emulator: for the calls that it supports, what an agent sees is the same as against the emulator.
 *
 * What it lacks: `/carts/customer-id=…` and introspection. So customers' carts are proven by their id here.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { connect } from "../sdk/client.mjs";
import { startLabd } from "../sdk/labd.mjs";
import { startStack } from "./harness.mjs";
import { seeded } from "./people.mjs";
import { claimsFor, identifyBody, sign, tokenOf } from "./tokens.mjs";

const ORIGIN = "http://localhost:3000";
const PROJECT_KEY = "demo-shop";
let emulated;
let mocked;
let labd;
let anna;
let james;

before(async () => {
  emulated = await startStack();
  ({ anna, james } = await seeded(emulated));
  const { url } = emulated.commercetools;
  const source = connect({ name: "emulator", authUrl: url, apiUrl: url, projectKey: PROJECT_KEY }, { flow: "client" });
  labd = await startLabd(source, PROJECT_KEY);
  await copyPeople(source.api);
  mocked = await startStack({
    change: (bridge) => {
      bridge.commercetools.demo.api_url = labd.vendor.apiUrl;
      bridge.commercetools.demo.auth_url = labd.vendor.authUrl;
    },
  });
});
after(() => Promise.all([emulated?.stop(), mocked?.stop(), labd?.stop()]));

/** Customers, carts, orders and the states of their workflow of the emulator, as they are. */
async function copyPeople(api) {
  for (const [type, resource] of [["state", api.states()], ["customer", api.customers()], ["cart", api.carts()], ["order", api.orders()]]) {
    const { body } = await resource.get({ queryArgs: { limit: 500 } }).execute();
    for (const one of body.results) await labd.project.unsafeAdd(type, one);
  }
}

const ask = (stack, token, overrides) => stack.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody(token, overrides) });

/** Both edges' answers to the same question, without what differs from call to call. */
async function both(token, overrides) {
  const answers = await Promise.all([emulated, mocked].map((stack) => ask(stack, token, overrides)));
  return answers.map(({ status, text, body }) => [status, JSON.parse(text.replaceAll(body.correlationId, "id"))]);
}

test("a customer with a proven cart, and the order history", async () => {
  for (const [person, store, locale] of [[anna, "de", "de-DE"], [james, "uk", "en-GB"]]) {
    const [ours, theirs] = await both(tokenOf(person.customer.id, { cart: person.cart.id, store }), { store, locale });
    assert.equal(ours[0], 200, JSON.stringify(ours));
    assert.equal(ours[1].identity, "verified");
    assert.ok(ours[1].properties.ct_cart_total && ours[1].properties.ct_order_number);
    assert.deepEqual(theirs, ours);
  }
});

test("a customer without a proven cart: the mock knows no cart by customer, the orders are there", async () => {
  const answer = await ask(mocked, tokenOf(anna.customer.id));
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual([answer.body.properties.ct_cart_items, answer.body.properties.ct_order_number], ["0", anna.order.orderNumber]);
});

test("a guest with a signed cart that is a customer's sees none", async () => {
  const [ours, theirs] = await both(sign(claimsFor("guest", { cart: anna.cart.id })));
  assert.equal(ours[1].properties.ct_cart_items, "0");
  assert.deepEqual(theirs, ours);
});

test("an anonymous session's cart and order are found by query, and by nobody else", async () => {
  const { cart } = anna;
  const { customerId, ...rest } = cart;
  const own = { ...rest, id: "0a0a0a0a-0000-4000-8000-000000000001", anonymousId: "session-1" };
  assert.ok(customerId);
  await labd.project.unsafeAdd("cart", own);
  const { customerId: _customer, ...order } = anna.order;
  await labd.project.unsafeAdd("order", { ...order, id: "0a0a0a0a-0000-4000-8000-000000000002", orderNumber: "G-1", anonymousId: "session-1" });
  const answer = await ask(mocked, sign(claimsFor("anon:session-1")));
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.identity, "guest");
  assert.equal(Number(answer.body.properties.ct_cart_items), cart.totalLineItemQuantity);
  assert.equal(answer.body.properties.ct_order_number, "G-1");
  const other = await ask(mocked, sign(claimsFor("anon:session-2")));
  assert.equal(other.body.properties.ct_order_number, undefined);
  assert.equal(other.body.properties.ct_cart_items, "0", other.text);
});

test("somebody who does not exist, and a cart that does not exist", async () => {
  const absent = "00000000-0000-4000-8000-00000000000a";
  const [ours, theirs] = await both(tokenOf(absent, { cart: absent, store: undefined }));
  assert.deepEqual([ours[0], ours[1].code], [404, "not_found"]);
  assert.deepEqual([theirs[0], theirs[1].code], [404, "not_found"]);
});
