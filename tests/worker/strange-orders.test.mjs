/**
 * Orders as no shop should have them, and orders that vanish: each event is taken, the story says what became of it,
 * the panel shows what is true, and nobody's neighbour waits.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { backend } from "./backend.mjs";
import { startStack } from "./harness.mjs";
import { admin, atRest } from "./operations.mjs";
import { contacts, seeded } from "./people.mjs";
import { onOrder } from "./reliability.mjs";
import { changed, senders } from "./senders.mjs";

const VAST = "ö".repeat(2_000_000);
let stack;
let anna;

before(async () => {
  stack = await startStack({ change: onOrder });
  ({ anna } = await seeded(stack));
});
after(() => stack?.stop());

const shop = (method, path, body) => backend(stack.commercetools, method, path, body);
const { eventbridge } = senders({ pairs: {} });

/** An order of Anna's in store `de`, with members replaced; undefined takes one away. */
const imported = (members) =>
  shop("POST", "orders/import", {
    orderNumber: `S-${Math.random().toString(36).slice(2, 8)}`,
    customerId: anna.customer.id,
    customerEmail: anna.customer.email,
    store: { typeId: "store", key: "de" },
    totalPrice: { type: "centPrecision", currencyCode: "EUR", centAmount: 1_990, fractionDigits: 2 },
    orderState: "Open",
    ...members,
  });

/** Tells the Worker, waits until all is done, and gives what became of the order. */
async function told({ id, version }, more = {}) {
  const answer = await stack.request("POST", "/v1/events/eventbridge", eventbridge(changed(id, { version, ...more })));
  assert.equal(answer.status, 204, answer.text);
  await atRest(stack);
  const { lines } = (await admin(stack, "GET", `trace/${id}`)).eu;
  return lines.filter(({ event, subject }) => event === "order" && subject === id).map(({ detail }) => detail).at(-1);
}

/** The lines that the agent sees of Anna's orders. */
async function timeline() {
  const [contact, ...more] = await contacts(stack, anna.customer.email);
  assert.deepEqual(more, [], "a contact twice");
  assert.deepEqual(contact?.dropped ?? {}, {}, "Tidio dropped something");
  const text = contact?.properties.ct_timeline ?? "";
  assert.ok([...text].length <= 1_000, `${[...text].length} characters`);
  return text;
}

/** What is strange → what becomes of the order, and whether the panel tells of it, by how it begins there. */
const STRANGE = {
  "without a number": [{ orderNumber: undefined }, "queued", ({ id }) => id.slice(0, 8)],
  "without a customer": [{ customerId: undefined, customerEmail: "guest@example.com" }, "no_customer"],
  "without an e-mail address": [{ customerEmail: undefined }, "queued", ({ orderNumber }) => orderNumber],
  "without a store": [{ store: undefined }, "not_ours"],
  "without a number, customer, address and store": [{ orderNumber: undefined, customerId: undefined, customerEmail: undefined, store: undefined }, "not_ours"],
  "with a number of two million characters": [{ orderNumber: VAST }, "queued", () => VAST.slice(0, 59)],
  "with two fields of a million": [
    { orderNumber: `N${VAST.slice(0, 1_000_000)}`, returnInfo: [{ returnTrackingId: VAST.slice(0, 1_000_000), items: [{ quantity: 1, shipmentState: "Returned", paymentState: "Refunded", createdAt: "2026-01-01T00:00:00.000Z" }] }] },
    "queued",
    () => `N${VAST.slice(0, 58)}`,
  ],
};

describe("an order", () => {
  for (const [name, [members, outcome, shown]] of Object.entries(STRANGE)) {
    test(name, async () => {
      const order = await imported(members);
      assert.equal(await told(order), outcome);
      const seen = await timeline();
      if (shown) assert.ok(seen.includes(shown(order)), seen);
      else assert.ok(!seen.includes(order.orderNumber ?? order.id.slice(0, 8)), seen);
      await shop("DELETE", `orders/${order.id}?version=${order.version}`);
      const gone = await told({ id: order.id, version: order.version + 1 });
      assert.equal(gone, outcome === "queued" ? "gone" : "not_ours");
      if (shown) assert.ok(!(await timeline()).includes(shown(order)), "still shown after it was deleted");
    });
  }

  test("that vanishes between event and read, and was never seen before", async () => {
    const order = await imported({});
    await shop("DELETE", `orders/${order.id}?version=${order.version}`);
    const before = await timeline();
    assert.equal(await told(order), "not_ours");
    assert.equal(await timeline(), before);
  });

  test("that commercetools still shows in an older version than the event's: read again later, not given up", async () => {
    const order = await imported({});
    const answer = await stack.request("POST", "/v1/events/eventbridge", eventbridge(changed(order.id, { version: order.version + 1 })));
    assert.equal(answer.status, 204, answer.text);
    const actions = [{ action: "changePaymentState", paymentState: "Paid" }];
    await shop("POST", `orders/${order.id}`, { version: order.version, actions });
    await atRest(stack);
    assert.ok((await timeline()).includes(order.orderNumber));
  });
});

test("a customer whose name has two million characters keeps the contact", async () => {
  const { version, firstName } = await shop("GET", `customers/${anna.customer.id}`);
  await shop("POST", `customers/${anna.customer.id}`, { version, actions: [{ action: "setFirstName", firstName: VAST }] });
  const order = await imported({});
  assert.equal(await told(order), "queued");
  assert.ok((await timeline()).includes(order.orderNumber));
  const [contact] = await contacts(stack, anna.customer.email);
  assert.equal(contact.identity.first_name, `${VAST.slice(0, 99)}…`);
  const now = await shop("GET", `customers/${anna.customer.id}`);
  await shop("POST", `customers/${anna.customer.id}`, { version: now.version, actions: [{ action: "setFirstName", firstName }] });
});

test("orders of 40 kB, of which a page is longer than the Worker reads: a backfill reads all of them", async () => {
  const attributes = Array.from({ length: 40 }, (_, n) => ({ name: `a${n}`, value: "x".repeat(1_000) }));
  const lineItems = [{ name: { en: "Coffee" }, quantity: 1, variant: { id: 1, attributes } }];
  for (let n = 0; n < 300; n += 1) await imported({ orderNumber: `L-${n}`, lineItems });
  await admin(stack, "POST", "backfill?project=demo&since_ms=0");
  await atRest(stack);
  const { seen } = (await admin(stack, "GET", "walks")).eu.walks.find(({ kind }) => kind === "backfill");
  assert.ok(seen >= 300, `${seen}`);
  assert.match(await timeline(), /L-299/);
});

test("no run of the object was ever stopped by any of this", () => {
  const log = stack.log().join("\n");
  for (const word of ["storage_failed", "A run of a Tidio project stopped", "öööö"]) assert.ok(!log.includes(word), `${word} in the log`);
});
