/** Stores and products. */
import assert from "node:assert/strict";

export const catalogueSteps = [
  {
    name: "the three stores",
    call: (s) => s.shop.api.stores().get(),
    status: 200,
    check: (body) => assert.deepEqual(body.results.map((store) => store.key).sort(), ["de", "uk", "us"]),
    labd: { unordered: ["results"] },
  },
  {
    name: "a store by key",
    call: (s) => s.shop.api.stores().withKey({ key: "de" }).get(),
    status: 200,
    check: (body) => assert.equal(body.key, "de"),
    labd: true,
  },
  {
    name: "product list",
    call: (s) => s.shop.api.productProjections().get({ queryArgs: { limit: 100, sort: "key asc" } }),
    status: 200,
    check: (body) => {
      assert.ok(body.count >= 10, `${body.count} products`);
      for (const product of body.results) {
        assert.ok(product.name["de-DE"] ?? product.name.de, `${product.key} has no German name`);
        const currencies = new Set(product.masterVariant.prices.map((price) => price.value.currencyCode));
        assert.deepEqual([...currencies].sort(), ["EUR", "GBP", "USD"], product.key);
      }
    },
    keep: (body, s) => {
      const byKey = [...body.results].sort((a, b) => (a.key < b.key ? -1 : 1));
      s.products = byKey;
      [s.first, s.second] = byKey.map((product) => product.masterVariant.sku);
    },
    labd: { unordered: ["results"] },
  },
  {
    name: "a product by key",
    call: (s) => s.shop.api.productProjections().withKey({ key: s.products[0].key }).get(),
    status: 200,
    check: (body, s) => assert.equal(body.id, s.products[0].id),
    labd: "labd's mock finds product projections by id only",
  },
  {
    name: "a page of products",
    call: (s) => s.shop.api.productProjections().get({ queryArgs: { limit: 2, offset: 1 } }),
    status: 200,
    check: (body) => {
      assert.deepEqual([body.limit, body.offset, body.count], [2, 1, 2]);
      assert.ok(body.total >= 10);
    },
    labd: { differs: { "results[]": "without a sort the order is the server's own" } },
  },
  {
    name: "an unknown product",
    call: (s) => s.shop.api.productProjections().withKey({ key: "no-such-product" }).get(),
    status: 404,
    check: (body) => assert.equal(body.errors[0].code, "ResourceNotFound"),
    labd: { differs: { message: "wording", "errors[].message": "wording" } },
  },
];
