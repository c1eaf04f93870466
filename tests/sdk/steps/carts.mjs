/** A guest's cart from empty to ready for checkout, and what carts refuse. */
import assert from "node:assert/strict";

const WORDING = { message: "wording", "errors[].message": "wording" };
const ADDRESS = { country: "DE", firstName: "Sam", lastName: "Shopper", streetName: "Mühlenweg", streetNumber: "3", postalCode: "20095", city: "Hamburg" };
const KEY = "sdk-guest-cart";

const update = (s, ...actions) => s.shop.api.carts().withId({ ID: s.cart.id }).post({ body: { version: s.cart.version, actions } });
const keep = (body, s) => (s.cart = body);
const quantities = (body) => body.lineItems.map((line) => line.quantity);
const sum = (body) => body.lineItems.reduce((total, line) => total + line.totalPrice.centAmount, 0);

export const cartSteps = [
  {
    name: "a new cart in a store",
    call: (s) => s.shop.api.carts().post({ body: { key: KEY, currency: "EUR", country: "DE", locale: "de-DE", store: { typeId: "store", key: "de" }, anonymousId: "sdk-guest" } }),
    status: 201,
    check: (body) => {
      assert.equal(body.cartState, "Active");
      assert.deepEqual(body.store, { typeId: "store", key: "de" });
      assert.equal(body.totalPrice.centAmount, 0);
      assert.equal(body.totalLineItemQuantity, undefined, "an empty cart has no item count");
    },
    keep,
    labd: true,
  },
  {
    name: "add a product",
    call: (s) => update(s, { action: "addLineItem", sku: s.first, quantity: 2 }),
    status: 200,
    check: (body) => {
      assert.deepEqual(quantities(body), [2]);
      assert.equal(body.totalPrice.centAmount, sum(body));
      assert.equal(body.totalLineItemQuantity, 2);
    },
    keep,
    labd: true,
  },
  {
    name: "add a second product and the first one again",
    call: (s) => update(s, { action: "addLineItem", sku: s.second }, { action: "addLineItem", sku: s.first }),
    status: 200,
    check: (body) => {
      assert.deepEqual(quantities(body), [3, 1]);
      assert.equal(body.totalPrice.centAmount, sum(body));
    },
    keep,
    labd: true,
  },
  {
    name: "change a quantity",
    call: (s) => update(s, { action: "changeLineItemQuantity", lineItemId: s.cart.lineItems[1].id, quantity: 4 }),
    status: 200,
    check: (body) => assert.deepEqual(quantities(body), [3, 4]),
    keep: (body, s) => {
      s.staleVersion = s.cart.version;
      s.cart = body;
    },
    labd: true,
  },
  {
    name: "a stale version",
    call: (s) => s.shop.api.carts().withId({ ID: s.cart.id }).post({ body: { version: s.staleVersion, actions: [{ action: "setCustomerEmail", email: "stale@example.com" }] } }),
    status: 409,
    check: (body, s) => {
      assert.equal(body.errors[0].code, "ConcurrentModification");
      assert.equal(body.errors[0].currentVersion, s.cart.version);
    },
    labd: { differs: { ...WORDING, "errors[].currentVersion": "each server counts versions in its own steps" } },
  },
  {
    name: "an update without a version",
    call: (s) => s.shop.api.carts().withId({ ID: s.cart.id }).post({ body: { actions: [] } }),
    status: 400,
    check: (body) => assert.ok(["InvalidJsonInput", "RequiredField", "InvalidInput"].includes(body.errors[0].code), body.errors[0].code),
    labd: "labd's mock without its strict mode does not look at the shape of a body",
  },
  {
    name: "an unknown update action",
    call: (s) => update(s, { action: "paintItBlue" }),
    status: 400,
    check: (body) => assert.ok(body.errors[0].code),
    labd: "labd's mock ignores unknown actions",
  },
  {
    name: "an unknown SKU",
    call: (s) => update(s, { action: "addLineItem", sku: "no-such-sku" }),
    status: 400,
    check: (body) => assert.ok(body.errors[0].code),
    labd: { differs: { ...WORDING, "errors[]": "labd's mock answers General, the vendor a more exact code" } },
  },
  {
    name: "remove a product",
    call: (s) => update(s, { action: "removeLineItem", lineItemId: s.cart.lineItems[1].id }),
    status: 200,
    check: (body) => assert.deepEqual(quantities(body), [3]),
    keep,
    labd: true,
  },
  {
    name: "address and e-mail",
    call: (s) => update(s, { action: "setShippingAddress", address: ADDRESS }, { action: "setCustomerEmail", email: "sdk.shopper@example.com" }),
    status: 200,
    check: (body) => assert.equal(body.shippingAddress.city, "Hamburg"),
    keep,
    labd: true,
  },
  {
    name: "cart by id",
    call: (s) => s.shop.api.carts().withId({ ID: s.cart.id }).get(),
    status: 200,
    check: (body, s) => assert.deepEqual(body, s.cart),
    labd: true,
  },
  {
    name: "cart by key",
    call: (s) => s.shop.api.carts().withKey({ key: KEY }).get(),
    status: 200,
    check: (body, s) => assert.equal(body.id, s.cart.id),
    labd: "labd's mock drops the key of a new cart",
  },
  {
    name: "the guest's cart by query",
    call: (s) => s.shop.api.carts().get({ queryArgs: { where: 'anonymousId = :guest and cartState = "Active"', "var.guest": "sdk-guest", sort: "lastModifiedAt desc", limit: 1, withTotal: false } }),
    status: 200,
    check: (body, s) => {
      assert.deepEqual(body.results.map((cart) => cart.id), [s.cart.id]);
      assert.equal(body.total, undefined, "withTotal=false leaves the total out");
    },
    labd: { differs: { total: "labd's mock ignores withTotal" } },
  },
  {
    name: "the customer takes the cart over",
    call: (s) => update(s, { action: "setCustomerId", customerId: s.customer.id }),
    status: 200,
    check: (body, s) => assert.equal(body.customerId, s.customer.id),
    keep,
    labd: { differs: { anonymousId: "the vendor ends the anonymous ownership" } },
  },
  {
    name: "the customer's active cart",
    call: (s) => s.shop.api.carts().withCustomerId({ customerId: s.customer.id }).get(),
    status: 200,
    check: (body, s) => assert.equal(body.id, s.cart.id),
    labd: "labd's mock has no path for a customer's cart",
  },
  {
    name: "a customer without a cart",
    call: (s) => s.shop.api.carts().withCustomerId({ customerId: "00000000-0000-4000-8000-000000000000" }).get(),
    status: 404,
    check: (body) => assert.equal(body.errors[0].code, "ResourceNotFound"),
    labd: "labd's mock has no path for a customer's cart",
  },
  {
    name: "the cart inside its store",
    call: (s) => s.shop.api.inStoreKeyWithStoreKeyValue({ storeKey: "de" }).carts().withId({ ID: s.cart.id }).get(),
    status: 200,
    check: (body, s) => assert.equal(body.id, s.cart.id),
    labd: { differs: { anonymousId: "the vendor ends the anonymous ownership" } },
  },
  {
    name: "the cart does not exist inside another store",
    call: (s) => s.shop.api.inStoreKeyWithStoreKeyValue({ storeKey: "uk" }).carts().withId({ ID: s.cart.id }).get(),
    status: 404,
    check: (body) => assert.equal(body.errors[0].code, "ResourceNotFound"),
    labd: "labd's mock does not limit results to the store",
  },
  {
    name: "an unknown cart",
    call: (s) => s.shop.api.carts().withId({ ID: "00000000-0000-4000-8000-000000000000" }).get(),
    status: 404,
    check: (body) => assert.equal(body.errors[0].code, "ResourceNotFound"),
    labd: { differs: WORDING },
  },
];
