/** An order from the cart, its life, and queries with predicates and variables. */
import assert from "node:assert/strict";

const WORDING = { message: "wording", "errors[].message": "wording" };
const NUMBER = "SDK-2026-1";
const NO_CHECK = "labd's mock has no limits and no knowledge of unknown fields";

const update = (s, ...actions) => s.shop.api.orders().withId({ ID: s.order.id }).post({ body: { version: s.order.version, actions } });
const query = (s, queryArgs) => s.shop.api.orders().get({ queryArgs });
const keep = (body, s) => (s.order = body);
const found = (body) => body.results.map((order) => order.orderNumber);

export const orderSteps = [
  {
    name: "order from a cart with a stale version",
    call: (s) => s.shop.api.orders().post({ body: { cart: { typeId: "cart", id: s.cart.id }, version: s.staleVersion, orderNumber: NUMBER } }),
    status: 409,
    check: (body) => assert.equal(body.errors[0].code, "ConcurrentModification"),
    labd: "labd's mock does not compare the cart's version",
  },
  {
    name: "order from the cart",
    call: (s) => s.shop.api.orders().post({ body: { cart: { typeId: "cart", id: s.cart.id }, version: s.cart.version, orderNumber: NUMBER, paymentState: "Pending" } }),
    status: 201,
    check: (body, s) => {
      assert.equal(body.orderState, "Open");
      assert.equal(body.totalPrice.centAmount, s.cart.totalPrice.centAmount);
      assert.deepEqual(body.store, s.cart.store);
      assert.equal(body.customerId, s.customer.id);
      assert.deepEqual(body.lineItems.map((line) => line.quantity), [3]);
      assert.equal(body.paymentState, "Pending");
    },
    keep,
    labd: true,
  },
  {
    name: "the cart is ordered",
    call: (s) => s.shop.api.carts().withId({ ID: s.cart.id }).get(),
    status: 200,
    check: (body) => assert.equal(body.cartState, "Ordered"),
    labd: { differs: { cartState: "labd's mock leaves an ordered cart active" } },
  },
  {
    name: "the same order number again",
    call: (s) => s.shop.api.orders().post({ body: { cart: { typeId: "cart", id: s.cart.id }, version: s.cart.version + 1, orderNumber: NUMBER } }),
    status: [400, 409],
    check: (body) => assert.ok(body.errors[0].code),
    labd: "labd's mock orders a cart as often as it is asked to",
  },
  {
    name: "order by number",
    call: (s) => s.shop.api.orders().withOrderNumber({ orderNumber: NUMBER }).get(),
    status: 200,
    check: (body, s) => assert.deepEqual(body, s.order),
    labd: true,
  },
  {
    name: "order by id",
    call: (s) => s.shop.api.orders().withId({ ID: s.order.id }).get(),
    status: 200,
    check: (body) => assert.equal(body.orderNumber, NUMBER),
    labd: true,
  },
  {
    name: "states change",
    call: (s) => update(s, { action: "changeOrderState", orderState: "Confirmed" }, { action: "changePaymentState", paymentState: "Paid" }, { action: "changeShipmentState", shipmentState: "Ready" }),
    status: 200,
    check: (body, s) => {
      assert.deepEqual([body.orderState, body.paymentState, body.shipmentState], ["Confirmed", "Paid", "Ready"]);
      assert.ok(body.version > s.order.version);
      assert.ok(body.lastModifiedAt >= s.order.lastModifiedAt);
    },
    keep,
    labd: true,
  },
  {
    name: "a return",
    call: (s) => update(s, { action: "changeShipmentState", shipmentState: "Delivered" }, { action: "addReturnInfo", items: [{ quantity: 1, lineItemId: s.order.lineItems[0].id, shipmentState: "Returned" }], returnTrackingId: "R-1" }),
    status: 200,
    check: (body) => assert.equal(body.returnInfo[0].items[0].shipmentState, "Returned"),
    keep,
    labd: true,
  },
  {
    name: "a refused state",
    call: (s) => update(s, { action: "changeOrderState", orderState: "Lost" }),
    status: 400,
    check: (body) => assert.ok(body.errors[0].code),
    labd: "labd's mock without its strict mode takes any state",
  },
  {
    name: "the customer's orders, with an input variable",
    call: (s) => query(s, { where: "customerId = :c", "var.c": s.customer.id }),
    status: 200,
    check: (body) => assert.deepEqual(found(body), [NUMBER]),
    labd: true,
  },
  {
    name: "orders by a list of numbers",
    call: (s) => query(s, { where: "orderNumber in (:numbers)", "var.numbers": [NUMBER, "SDK-NONE"] }),
    status: 200,
    check: (body) => assert.deepEqual(found(body), [NUMBER]),
    labd: true,
  },
  {
    name: "two where arguments are both required",
    call: (s) => query(s, { where: [`customerId = "${s.customer.id}"`, 'orderState = "Open"'] }),
    status: 200,
    check: (body) => assert.deepEqual(found(body), []),
    labd: true,
  },
  {
    name: "nested and boolean predicates",
    call: (s) => query(s, { where: 'store(key = "de") and (orderState = "Confirmed" or orderState = "Complete") and not(paymentState = "Failed") and customerId = :c and returnInfo is not empty', "var.c": s.customer.id }),
    status: 200,
    check: (body) => assert.deepEqual(found(body), [NUMBER]),
    labd: true,
  },
  {
    name: "a window on lastModifiedAt",
    call: (s) => query(s, { where: `lastModifiedAt >= "${s.order.lastModifiedAt}" and lastModifiedAt <= "${s.order.lastModifiedAt}" and customerId = "${s.customer.id}"`, sort: "id asc", limit: 500, withTotal: false }),
    status: 200,
    check: (body) => {
      assert.deepEqual(found(body), [NUMBER]);
      assert.equal(body.total, undefined);
    },
    labd: { differs: { total: "labd's mock ignores withTotal" } },
  },
  {
    name: "walking all orders by id",
    call: (s) => query(s, { sort: "id asc", limit: 2, withTotal: false }),
    status: 200,
    check: async (body, s) => {
      const seen = [];
      let page = body.results;
      while (page.length > 0) {
        seen.push(...page.map((order) => order.id));
        const next = await query(s, { sort: "id asc", limit: 2, withTotal: false, where: "id > :last", "var.last": seen.at(-1) }).execute();
        page = next.body.results;
      }
      const all = await query(s, { limit: 500 }).execute();
      assert.equal(seen.length, new Set(seen).size, "no order twice");
      assert.deepEqual([...seen].sort(), all.body.results.map((order) => order.id).sort());
    },
    labd: "labd's mock ignores sort on orders",
  },
  {
    name: "a predicate that does not parse",
    call: (s) => query(s, { where: "customerId = = 1" }),
    status: 400,
    check: (body) => assert.equal(body.errors[0].code, "InvalidInput"),
    labd: { differs: { ...WORDING, "errors[].detailedErrorMessage": "wording" } },
  },
  { name: "a predicate on an unknown field", call: (s) => query(s, { where: 'colour = "blue"' }), status: 400, check: (body) => assert.equal(body.errors[0].code, "InvalidInput"), labd: NO_CHECK },
  { name: "a variable that is not given", call: (s) => query(s, { where: "customerId = :nobody" }), status: 400, check: (body) => assert.ok(body.errors[0].code), labd: "labd's mock has its own idea of a missing variable" },
  { name: "a limit above 500", call: (s) => query(s, { limit: 501 }), status: 400, check: (body) => assert.equal(body.errors[0].code, "InvalidInput"), labd: NO_CHECK },
  { name: "an offset above 10,000", call: (s) => query(s, { offset: 10_001 }), status: 400, check: (body) => assert.equal(body.errors[0].code, "InvalidInput"), labd: NO_CHECK },
  {
    name: "the store's orders",
    call: (s) => s.shop.api.inStoreKeyWithStoreKeyValue({ storeKey: "de" }).orders().get({ queryArgs: { where: "orderNumber = :n", "var.n": NUMBER } }),
    status: 200,
    check: (body) => assert.deepEqual(found(body), [NUMBER]),
    labd: true,
  },
  {
    name: "the order does not exist inside another store",
    call: (s) => s.shop.api.inStoreKeyWithStoreKeyValue({ storeKey: "uk" }).orders().withOrderNumber({ orderNumber: NUMBER }).get(),
    status: 404,
    check: (body) => assert.equal(body.errors[0].code, "ResourceNotFound"),
    labd: "labd's mock does not limit results to the store",
  },
  {
    name: "an unknown order",
    call: (s) => s.shop.api.orders().withOrderNumber({ orderNumber: "SDK-NONE" }).get(),
    status: 404,
    check: (body) => assert.equal(body.errors[0].code, "ResourceNotFound"),
    labd: { differs: WORDING },
  },
];
