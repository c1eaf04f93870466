/**
 * What order and customer events become in the contact, in real workerd: every kind of update, made with the official
 * SDK, delivered by EventBridge; the contact then says what an identify call says.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { eventually } from "../lib/browser.mjs";
import { connect } from "../sdk/client.mjs";
import { startStack } from "./harness.mjs";
import { admin, atRest } from "./operations.mjs";
import { contacts } from "./people.mjs";
import { onOrder, ROUTES } from "./reliability.mjs";
import { identifyBody, tokenOf } from "./tokens.mjs";

const ORIGIN = "http://localhost:3000";
/** The delta sync ends its windows this long before now. */
const SYNC_LAG_MS = 30_000;
const TIME = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d UTC`;
let stack;
let api;
let count = 0;

before(async () => {
  const polling = (bridge) => {
    onOrder(bridge);
    bridge.commercetools.demo.messages = "poll";
  };
  stack = await startStack({ change: polling });
  const { url } = stack.commercetools;
  ({ api } = connect({ name: "emulator", authUrl: url, apiUrl: url, projectKey: "demo-shop" }, { flow: "client" }));
  const { options, ...target } = ROUTES.eventbridge();
  await stack.commercetools.steer("POST", "delivery", {
    subscription: "timeline", url: `${stack.url}/v1/events/eventbridge`, ...target, options: { ...options, speed: 50 },
    messages: [{ resourceTypeId: "order", types: ["OrderEditApplied"] }], changes: [{ resourceTypeId: "order" }, { resourceTypeId: "customer" }],
  });
});
after(() => stack?.stop());

async function customer() {
  count += 1;
  const { body } = await api.customers().post({ body: { email: `timeline-${count}@example.com`, password: "timeline-password", firstName: "Tim", locale: "de-DE" } }).execute();
  return body.customer;
}

async function order(owner, number, customize = {}) {
  const { body: products } = await api.productProjections().get({ queryArgs: { limit: 1 } }).execute();
  const address = { country: "DE", city: "Bonn", streetName: "Weg", streetNumber: "1" };
  const draft = { currency: "EUR", country: "DE", locale: "de-DE", store: { typeId: "store", key: "de" }, customerId: owner.id, shippingAddress: address, lineItems: [{ sku: products.results[0].masterVariant.sku, quantity: 3 }], ...customize };
  const { body: made } = await api.carts().post({ body: draft }).execute();
  const { body: methods } = await api.shippingMethods().get({ queryArgs: { limit: 1 } }).execute();
  const { body: cart } = await api.carts().withId({ ID: made.id }).post({ body: { version: made.version, actions: [{ action: "setShippingMethod", shippingMethod: { typeId: "shipping-method", id: methods.results[0].id } }] } }).execute();
  const { body } = await api.orders().post({ body: { cart: { typeId: "cart", id: cart.id }, version: cart.version, orderNumber: number } }).execute();
  return body;
}

async function update({ id }, ...actions) {
  const { body: now } = await api.orders().withId({ ID: id }).get().execute();
  const { body } = await api.orders().withId({ ID: id }).post({ body: { version: now.version, actions } }).execute();
  return body;
}

/** Everything is delivered and written. */
async function settled() {
  await eventually("everything is delivered", async () => (await stack.commercetools.steer("GET", "deliveries/summary")).pending === 0, 90_000);
  await atRest(stack);
}

/** The contact once its properties satisfy the question. */
async function contactWhere(email, question) {
  await settled();
  return eventually(`${email} is as it should be`, async () => {
    const [contact, ...more] = await contacts(stack, email);
    assert.equal(more.length, 0, "a doubled contact");
    return contact && question(contact.properties) && contact;
  }, 90_000);
}

const timelineOf = ({ properties }) => (properties.ct_timeline ?? "").split("\n").filter(Boolean);

describe("the contact", () => {
  test("is told everything that happened to an order, in its language, and an identify call says the same", async () => {
    const owner = await customer();
    let one = await order(owner, "T-1");
    const item = { quantity: 1, lineItemId: one.lineItems[0].id, shipmentState: "Returned" };
    await update(one, { action: "changeOrderState", orderState: "Confirmed" }, { action: "changePaymentState", paymentState: "Paid" });
    await update(one, { action: "transitionState", state: { typeId: "state", key: "order-packed" }, force: true });
    one = await update(one, { action: "addDelivery", items: [], parcels: [{ trackingData: { carrier: "DHL", trackingId: "0034" } }] }, { action: "changeShipmentState", shipmentState: "Shipped" });
    await update(one, { action: "setParcelTrackingData", parcelId: one.shippingInfo.deliveries[0].parcels[0].id, trackingData: { carrier: "UPS", trackingId: "1Z" } });
    one = await update(one, { action: "addReturnInfo", returnTrackingId: "R-1", items: [item] });
    one = await update(one, { action: "addReturnInfo", items: [item] });
    for (const { items } of one.returnInfo) await update(one, { action: "setReturnPaymentState", returnItemId: items[0].id, paymentState: "Refunded" });
    const contact = await contactWhere(owner.email, ({ ct_timeline: text }) => text?.split("erstattet").length === 3);
    const lines = timelineOf(contact);
    const [now, ...dated] = lines;
    assert.match(now, /^T-1 · jetzt: bestätigt, bezahlt, versandt, Verpackt · [\d.]+,\d\d EUR$/);
    const told = dated.map((line) => line.replace(new RegExp(`^${TIME} · T-1 · `), "")).filter((text) => !text.endsWith(" erfasst"));
    assert.deepEqual([...told].sort(), ["Bestellung eingegangen", "Retoure: 1 × zurückgekommen, erstattet", "Retoure: 1 × zurückgekommen, erstattet (R-1)", "Sendung: UPS 1Z"]);
    assert.equal(told.at(-1), "Bestellung eingegangen", "newest first");
    const identified = await stack.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody(tokenOf(owner.id)) });
    assert.equal(identified.body.properties.ct_timeline, contact.properties.ct_timeline);
    assert.deepEqual(contact.dropped ?? {}, {}, "Tidio dropped properties");
  });

  test("gains what another loses when an order changes hands, and loses it when it is deleted", async () => {
    const [first, second] = [await customer(), await customer()];
    const one = await order(first, "T-2");
    await order(first, "T-3");
    await order(second, "T-4");
    await contactWhere(first.email, ({ ct_orders: orders }) => orders === "2");
    await update(one, { action: "setCustomerId", customerId: second.id }, { action: "setCustomerEmail", email: "somebody@example.com" });
    const gained = await contactWhere(second.email, ({ ct_orders: orders }) => orders === "2");
    const lost = await contactWhere(first.email, ({ ct_orders: orders }) => orders === "1");
    assert.ok(timelineOf(gained).some((line) => line.includes("T-2")) && !timelineOf(lost).some((line) => line.includes("T-2")));
    const { body: current } = await api.orders().withId({ ID: one.id }).get().execute();
    await api.orders().withId({ ID: one.id }).delete({ queryArgs: { version: current.version } }).execute();
    const left = await contactWhere(second.email, ({ ct_orders: orders }) => orders === "1");
    assert.ok(timelineOf(left).every((line) => line.includes("T-4")), left.properties.ct_timeline);
  });

  test("follows a changed address, and keeps nothing of the shop when the customer is deleted", async () => {
    const owner = await customer();
    await order(owner, "T-5");
    await contactWhere(owner.email, ({ ct_order_number: number }) => number === "T-5");
    const email = `moved-${owner.email}`;
    const { body: moved } = await api.customers().withId({ ID: owner.id }).post({ body: { version: owner.version, actions: [{ action: "changeEmail", email }] } }).execute();
    const contact = await contactWhere(email, ({ ct_order_number: number }) => number === "T-5");
    assert.deepEqual(await contacts(stack, owner.email), []);
    await api.customers().withId({ ID: owner.id }).delete({ queryArgs: { version: moved.version } }).execute();
    const emptied = await contactWhere(email, ({ ct_order_number: number }) => !number);
    const kept = Object.entries(emptied.properties).filter(([name, value]) => value && name !== "ct_correlation_id");
    assert.deepEqual([kept, emptied.identity.distinct_id], [[], contact.identity.distinct_id]);
  });
});

test("without events the messages that the project keeps tell the sync of deletions and new addresses", async () => {
  await stack.commercetools.steer("DELETE", "delivery");
  await stack.cron();
  await atRest(stack);
  const owner = await customer();
  await order(owner, "T-6");
  const one = await order(owner, "T-7");
  await admin(stack, "POST", "backfill?project=demo&since_ms=0");
  await contactWhere(owner.email, ({ ct_order_number: number }) => number === "T-7");
  await api.orders().withId({ ID: one.id }).delete({ queryArgs: { version: one.version } }).execute();
  const email = `moved-${owner.email}`;
  await api.customers().withId({ ID: owner.id }).post({ body: { version: owner.version, actions: [{ action: "changeEmail", email }] } }).execute();
  await new Promise((resolve) => setTimeout(resolve, SYNC_LAG_MS + 1_000));
  await stack.cron();
  const contact = await contactWhere(email, ({ ct_order_number: number }) => number === "T-6");
  assert.ok(timelineOf(contact).every((line) => line.includes("T-6")), contact.properties.ct_timeline);
});
