/** A known customer's contact: found or created once, with the right properties, come what may. */
import assert from "node:assert/strict";
import { after, afterEach, beforeEach, test } from "node:test";
import { cents } from "../e2e/expected.mjs";
import { eventually } from "../lib/browser.mjs";
import { startStack } from "./harness.mjs";
import { atRest } from "./operations.mjs";
import { PROJECTS, contactOnce, contacts, seeded } from "./people.mjs";
import { identifyBody, tokenOf } from "./tokens.mjs";

const ORIGIN = "http://localhost:3000";
let stack;
let anna;
let james;

beforeEach(async () => {
  stack = await startStack();
  ({ anna, james } = await seeded(stack));
  await stack.forget();
});
afterEach(() => stack?.stop());
after(() => stack?.stop());

const identify = (customer, overrides) =>
  stack.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody(tokenOf(customer.id), overrides) });

/** Everything that is known to be owed is written, and nothing more for a while. */
async function settled() {
  await atRest(stack);
  let before = -1;
  await eventually("Tidio is left in peace", async () => {
    const now = (await stack.tidio.requests()).length;
    const same = now === before;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    return same;
  }, 60_000);
}

function expectAnna(contact) {
  const { properties } = contact;
  assert.equal(properties.ct_identity, "verified");
  assert.equal(properties.ct_customer_number, anna.customer.customerNumber);
  assert.equal(cents(properties.ct_cart_total), anna.cart.totalPrice.centAmount);
  assert.equal(Number(properties.ct_cart_items), anna.cart.totalLineItemQuantity);
  assert.equal(properties.ct_store, "de");
  assert.equal(properties.ct_locale, "de-DE");
  assert.equal(properties.ct_order_number, anna.order.orderNumber);
  assert.ok(properties.ct_order_link.includes(anna.order.id));
  assert.deepEqual(contact.dropped, {}, "Tidio dropped properties");
}

test("twenty times at once: one contact", async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => identify(anna.customer)));
  for (const answer of answers) assert.equal(answer.status, 200, answer.text);
  assert.equal(new Set(answers.map(({ body }) => body.person.distinctId)).size, 1);
  const contact = await contactOnce(stack, anna.customer.email);
  await settled();
  expectAnna(contact);
  assert.equal((await contacts(stack, anna.customer.email)).length, 1);
  const creates = (await stack.writesToTidio()).filter(({ method, path }) => method === "POST" && path.startsWith("/contacts"));
  assert.equal(creates.length, 1, JSON.stringify(creates.map(({ path, status }) => [path, status])));
  assert.equal(contact.identity.distinct_id, answers[0].body.person.distinctId);
});

test("the same again: nothing is written, silence the second time", async () => {
  const headers = { "x-correlation-id": "0b8f5b0a-9a4e-4f4e-8a53-6f7b0a3f1c01" };
  await stack.request("POST", "/v1/identify", { origin: ORIGIN, headers, body: identifyBody(tokenOf(anna.customer.id)) });
  await contactOnce(stack, anna.customer.email);
  await settled();
  await stack.tidio.clearRequests();
  await stack.request("POST", "/v1/identify", { origin: ORIGIN, headers, body: identifyBody(tokenOf(anna.customer.id)) });
  await settled();
  assert.deepEqual(await stack.writesToTidio(), []);
});

test("a contact of the same e-mail that is not ours is left alone", async () => {
  const stranger = await createAsPanel({ email: anna.customer.email, first_name: "Somebody", distinct_id: "typed-in-chat" });
  await identify(anna.customer);
  await eventually("our own contact exists", async () => (await contacts(stack, anna.customer.email)).length === 2, 90_000);
  await settled();
  const found = await contacts(stack, anna.customer.email);
  const theirs = found.find(({ id }) => id === stranger);
  assert.deepEqual(theirs.properties, {}, "verified data was written to a stranger's contact");
  expectAnna(found.find(({ id }) => id !== stranger));
});

test("a contact that the widget made first is found, not doubled", async () => {
  const { body } = await identify(anna.customer, { consent: { chat: "granted", share: "granted", source: "test" } });
  const first = await contactOnce(stack, anna.customer.email);
  assert.equal(first.identity.distinct_id, body.person.distinctId);
  await settled();
  await stack.killWorker();
  await stack.startWorker();
  await identify(anna.customer);
  await settled();
  assert.equal((await contacts(stack, anna.customer.email)).length, 1);
});

test("two customers in two stores and two projects stay apart", async () => {
  await identify(anna.customer);
  await identify(james.customer, { store: "us", locale: "en-US" });
  const inEu = await contactOnce(stack, anna.customer.email);
  const inUs = await contactOnce(stack, james.customer.email, { project: PROJECTS.us });
  assert.equal(inUs.properties.ct_store, "us");
  assert.ok(!JSON.stringify(inUs).includes(anna.customer.email));
  assert.ok(!JSON.stringify(inEu).includes(james.customer.email));
  assert.equal((await contacts(stack, james.customer.email, PROJECTS.eu)).length, 0);
});

test("kill -9 between the answer and the write: still delivered, still once", async () => {
  // Tidio hangs, so nothing can be written before the kill.
  await stack.tidio.addFaults({ path_prefix: "/contacts", kind: "latency_ms", value: 20_000 });
  const answer = await identify(anna.customer);
  assert.equal(answer.status, 200, answer.text);
  await stack.killWorker();
  await stack.tidio.clearFaults();
  assert.equal((await contacts(stack, anna.customer.email)).length, 0, "written before the kill");
  await stack.startWorker();
  // Elsewhere the platform wakes the object for its alarm; a local workerd needs somebody to touch it: the cron does.
  await stack.cron();
  const contact = await contactOnce(stack, anna.customer.email, { timeoutMs: 90_000 });
  await settled();
  expectAnna(contact);
  assert.equal((await contacts(stack, anna.customer.email)).length, 1);
});

async function createAsPanel(body) {
  const answer = await fetch(`${stack.tidio.url}/contacts`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json; version=1",
      "x-tidio-openapi-client-id": "ci_demo_eu",
      "x-tidio-openapi-client-secret": "cs_demo_eu",
    },
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 201);
  return (await answer.json()).id;
}
