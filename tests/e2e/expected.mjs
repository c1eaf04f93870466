/** What commercetools itself says about a customer, read with the official SDK, to compare the agent's view with. */
import { connect } from "../sdk/client.mjs";

/** The two customers of the seed. */
export const ANNA = { email: "anna.schmidt@example.com", password: "anna-demo", name: "Anna Schmidt", number: "C-1001", store: "de", locale: "de-DE" };
export const JAMES = { email: "james.miller@example.com", password: "james-demo", name: "James Miller", number: "C-1002", store: "uk", locale: "en-GB" };

/**
 * A customer's record, cart in the store and last order.
 *
 * @param {string} commerceUrl
 * @param {{email: string, store: string}} person
 */
export async function recordOf(commerceUrl, { email, store }) {
  const { api } = connect(
    { name: "emulator", authUrl: commerceUrl, apiUrl: commerceUrl, projectKey: "demo-shop" },
    { flow: "client" },
  );
  const customers = await api.customers().get({ queryArgs: { where: "email = :email", "var.email": email } }).execute();
  const [customer] = customers.body.results;
  const inStore = api.inStoreKeyWithStoreKeyValue({ storeKey: store });
  const cart = await inStore.carts().withCustomerId({ customerId: customer.id }).get().execute();
  const orders = await inStore
    .orders()
    .get({ queryArgs: { where: "customerId = :id", "var.id": customer.id, sort: "createdAt desc", limit: 1 } })
    .execute();
  return { customer, cart: cart.body, order: orders.body.results[0] };
}

/** `1.234,50 €` and `£1,234.50` as the integer number of cents, to compare amounts whatever the format. */
export function cents(text) {
  const digits = String(text ?? "").replace(/[^\d]/g, "");
  return digits === "" ? undefined : Number(digits);
}
