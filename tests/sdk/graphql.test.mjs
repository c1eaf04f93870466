/** GraphQL by the official SDK: what it finds, what is refused, how stores are kept apart. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startEmulator } from "../lib/emulator.mjs";
import { CLIENTS, answerOf, connect } from "./client.mjs";

const ORDERS = `query Orders($store: KeyReferenceInput!, $where: String, $limit: Int = 10) {
  inStore(key: $store) {
    orders(where: $where, sort: ["createdAt desc"], limit: $limit) { total results { ...order } }
  }
}
fragment order on Order {
  id
  number: orderNumber
  orderState
  storeRef { key }
  totalPrice { ...money }
  discountOnTotalPrice { discountedAmount { ...money ... on HighPrecisionMoney { preciseAmount } } }
  lineItems { nameAllLocales { locale value } variant { sku } totalPrice { ...money } }
}
fragment money on BaseMoney { currencyCode centAmount fractionDigits }`;

let emulator;
let vendor;
let shop;

before(async () => {
  emulator = await startEmulator("commercetools");
  vendor = { name: "emulator", authUrl: emulator.url, apiUrl: emulator.url, projectKey: "demo-shop" };
  shop = connect(vendor, { flow: "client" });
});

after(() => emulator?.stop());

const ask = (client, query, variables, operationName) =>
  answerOf(client.api.graphql().post({ body: { query, variables, operationName } }));

test("orders of a store, as REST shows them", async () => {
  const { status, body } = await ask(shop, ORDERS, { store: "de", where: 'orderState = "Complete"' });
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.errors, undefined);
  const { total, results } = body.data.inStore.orders;
  assert.equal(total, 1);
  const rest = await answerOf(shop.api.orders().withOrderNumber({ orderNumber: "KC-10041" }).get());
  const { id, orderState, totalPrice, lineItems } = rest.body;
  const { currencyCode, centAmount, fractionDigits } = totalPrice;
  assert.deepEqual(
    { ...results[0], lineItems: undefined },
    {
      id,
      number: "KC-10041",
      orderState,
      storeRef: { key: "de" },
      totalPrice: { currencyCode, centAmount, fractionDigits },
      discountOnTotalPrice: null,
      lineItems: undefined,
    },
  );
  assert.deepEqual(
    results[0].lineItems.map((line) => Object.fromEntries(line.nameAllLocales.map(({ locale, value }) => [locale, value]))),
    lineItems.map((line) => line.name),
  );
});

test("a store shows nothing of another one", async () => {
  const query = `query ($id: String!) {
    uk: inStore(key: "uk") { order(id: $id) { id } }
    de: inStore(key: "de") { order(id: $id) { id } }
  }`;
  const { body } = await answerOf(shop.api.orders().withOrderNumber({ orderNumber: "KC-10041" }).get());
  const answer = await ask(shop, query, { id: body.id });
  assert.deepEqual(answer.body.data, { uk: { order: null }, de: { order: { id: body.id } } });
});

test("a document that does not fit the schema is refused with its place", async () => {
  const { status, body } = await ask(shop, "{\n  orders { results { colour } }\n}");
  assert.equal(status, 400);
  const unknown = body.errors.find(({ message }) => message.includes("colour"));
  assert.deepEqual([unknown?.locations[0].line, unknown?.extensions.code], [2, "InvalidInput"]);
  assert.equal(body.data, undefined);
});

test("variables are checked: missing, of a wrong type, never declared", async () => {
  for (const [query, variables] of [
    [ORDERS, {}],
    [ORDERS, { store: "de", limit: "many" }],
    ["{ orders(where: $where) { count } }", { where: "x" }],
  ]) {
    const { status, body } = await ask(shop, query, variables);
    assert.equal(status, 400, query);
    assert.equal(body.errors[0].extensions.code, "InvalidInput");
  }
  const { body } = await ask(shop, ORDERS, { store: "de", nobodyAsked: 1 });
  assert.equal(body.errors, undefined, "a value without a declaration is ignored");
});

test("a field whose scope is missing is null, with the reason", async () => {
  const narrow = connect(vendor, { flow: "client", credentials: CLIENTS.narrow });
  const { status, body } = await ask(narrow, '{ customer(id: "x") { id } order(id: "x") { id } }');
  assert.equal(status, 200);
  assert.deepEqual(body.data, { customer: null, order: null });
  assert.deepEqual(
    body.errors.map((error) => [error.path, error.extensions.code]),
    [
      [["customer"], "insufficient_scope"],
      [["order"], "insufficient_scope"],
    ],
  );
});

test("a bad predicate fails its field", async () => {
  const { status, body } = await ask(shop, ORDERS, { store: "de", where: 'colour = "blue"' });
  assert.equal(status, 200);
  assert.equal(body.data, null);
  assert.equal(body.errors[0].extensions.code, "InvalidInput");
  assert.deepEqual(body.errors[0].path, ["inStore", "orders"]);
});
