/** Customers whose carts have a given number of lines, made with the official SDK. */
import { connect } from "../tests/sdk/client.mjs";

/** A cart update takes this many actions in one call here; the vendor allows 500. */
const ACTIONS = 50;

/**
 * @param {string} commerceUrl
 * @param {number[]} sizes
 * @returns {Promise<Record<number, string>>} size → customer id
 */
export async function customersWithCarts(commerceUrl, sizes) {
  const { api } = connect({ name: "emulator", authUrl: commerceUrl, apiUrl: commerceUrl, projectKey: "demo-shop" }, { flow: "client" });
  const { body: products } = await api.productProjections().get({ queryArgs: { limit: 500 } }).execute();
  const skus = products.results.flatMap(({ masterVariant, variants }) => [masterVariant, ...variants].map(({ sku }) => sku));
  const customers = {};
  for (const size of sizes) {
    const { body } = await api.customers().post({ body: { email: `bench-${size}@example.com`, password: "bench-password", firstName: "Bea", lastName: "Bench", customerNumber: `B-${size}` } }).execute();
    customers[size] = body.customer.id;
    await fill(api, body.customer.id, skus, size);
  }
  return customers;
}

async function fill(api, customerId, skus, size) {
  const draft = { currency: "EUR", country: "DE", locale: "de-DE", store: { typeId: "store", key: "de" }, customerId };
  let { body: cart } = await api.carts().post({ body: draft }).execute();
  // The same product under another line key is merged by the vendor; lines beyond the catalogue are custom lines.
  const lines = Array.from({ length: size }, (_, index) =>
    index < skus.length
      ? { action: "addLineItem", sku: skus[index], quantity: 1 + (index % 3) }
      : { action: "addCustomLineItem", name: { "de-DE": `Gravur ${index}`, "en-GB": `Engraving ${index}` }, slug: `engraving-${index}`, quantity: 1, money: { currencyCode: "EUR", centAmount: 450 + index } },
  );
  for (let from = 0; from < lines.length; from += ACTIONS) {
    const actions = lines.slice(from, from + ACTIONS);
    ({ body: cart } = await api.carts().withId({ ID: cart.id }).post({ body: { version: cart.version, actions } }).execute());
  }
}
