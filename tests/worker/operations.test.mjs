/** Operations in real workerd: backfill and dry run, one store, pause, trace, figures, and a log that tells no secret. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { find, PROJECTS } from "../e2e/inbox.mjs";
import { eventually } from "../lib/browser.mjs";
import { backend } from "./backend.mjs";
import { startStack } from "./harness.mjs";
import { admin, atRest, figures } from "./operations.mjs";
import { onOrder } from "./reliability.mjs";

const CORRELATION = "7f9b8c1e-2f61-4a8e-9d52-3d1f0a6b7c01";
let stack;

before(async () => {
  stack = await startStack({ change: onOrder });
  await stack.commercetools.steer("POST", "generate", { orders: 20, customers: 8, seed: 5, store: "de" });
  await stack.commercetools.steer("POST", "generate", { orders: 20, customers: 8, seed: 6, store: "uk" });
});
after(() => stack?.stop());

const contactsIn = (project) => find(stack.tidio.url, PROJECTS[project], ({ contact }) => contact);
const walk = async (kind) => (await admin(stack, "GET", "walks")).eu.walks.find((one) => one.kind === kind);

test("a dry run counts, tells the cost, and writes nothing", async () => {
  await admin(stack, "POST", "backfill?project=demo&since_ms=0&dry_run=1&tidio=eu");
  await atRest(stack);
  const { seen: orders, changed, customers } = await walk("dry_run");
  assert.ok(orders >= 40 && changed >= 40 && customers >= 10 && customers <= changed, JSON.stringify({ orders, changed, customers }));
  assert.deepEqual((await stack.writesToTidio()).filter(({ path }) => path.startsWith("/contacts")), []);
  assert.equal((await contactsIn("eu")).length, 0);
  const { queue } = (await admin(stack, "GET", "walks")).eu;
  assert.equal(queue.requests, 0);
  assert.ok(queue.requestsPerMinute > 50, JSON.stringify(queue));
});

test("a backfill of one store writes that store's customers; the rest follows without them", async () => {
  await admin(stack, "POST", "backfill?project=demo&since_ms=0&store=de");
  await atRest(stack);
  const stores = new Set((await contactsIn("eu")).map(({ identity }) => identity.email.split(".")[1]).filter((seed) => seed === "5" || seed === "6"));
  assert.deepEqual([...stores], ["5"]);
  await admin(stack, "POST", "backfill?project=demo&since_ms=0");
  await atRest(stack);
  assert.equal((await walk("backfill")).store, null);
  const emails = (await contactsIn("eu")).map(({ identity }) => identity.email);
  assert.ok(emails.some((email) => email.startsWith("shopper.6.")), emails.join());
  assert.equal(new Set(emails).size, emails.length, "doubled contacts");
});

test("what does not exist is said so", async () => {
  const headers = { authorization: "Bearer demo-admin-token-0123456789" };
  for (const query of ["project=nowhere&since_ms=0", "project=demo&since_ms=0&store=nowhere", "project=demo&since_ms=0&tidio=nowhere"]) {
    const answer = await stack.request("POST", `/admin/backfill?${query}`, { headers });
    assert.equal(answer.body.code, "not_found", `${query}: ${answer.text}`);
  }
  assert.equal((await stack.request("GET", "/admin/walks")).status, 401);
});

test("what is not understood is refused, and nothing is done: passed over, it would make a narrow request a wide one", async () => {
  const headers = { authorization: "Bearer demo-admin-token-0123456789" };
  const before = (await admin(stack, "GET", "walks")).eu.walks;
  for (const [method, path] of [
    ["POST", "replay?id=abc"], ["POST", "replay?id=-1"], ["POST", "replay?id=99999999999999999999"], ["POST", "replay?from_ms=yesterday"], ["POST", "replay?until_ms="],
    ["POST", "replay?casue=rejected"], ["POST", "replay?cause=%ff"], ["POST", "replay?tidio=%ff"], ["GET", "dead-letters?id=18446744073709551615"], ["GET", "dead-letters?replayed=perhaps"],
    ["POST", "backfill"], ["POST", "backfill?project=demo"], ["POST", "backfill?since_ms=0"], ["POST", "backfill?project=demo&since_ms=2026-01-01"], ["POST", "backfill?project=demo&since_ms=8640000000000001"],
    ["POST", "backfill?project=demo&since_ms=0&dry_run=yes"], ["POST", "backfill?project=demo&since_ms=0&dry-run=1"], ["POST", "backfill?project=demo&since_ms=0&store=%ff"], ["POST", "backfill/pause"],
    ["GET", "routes/explain?store=de&locale=de-DE&identity=god"],
  ]) {
    const answer = await stack.request(method, `/admin/${path}`, { headers });
    assert.deepEqual([answer.status, answer.body?.code], [400, "body_malformed"], `${method} ${path}: ${answer.text}`);
  }
  assert.deepEqual((await admin(stack, "GET", "walks")).eu.walks, before);
  await admin(stack, "POST", "backfill?project=demo&since_ms=0&dry_run=true&tidio=eu");
  assert.deepEqual((await admin(stack, "GET", "walks")).eu.walks.find(({ kind }) => kind === "backfill"), before.find(({ kind }) => kind === "backfill"));
  await atRest(stack);
});

test("the lines of each figure stand together, as Prometheus wants them", async () => {
  const names = (await admin(stack, "GET", "metrics")).trim().split("\n").map((line) => line.split("{")[0]);
  const groups = names.filter((name, at) => name !== names[at - 1]);
  assert.equal(new Set(groups).size, groups.length, groups.join());
  assert.ok(names.length > groups.length, "two projects");
});

test("one correlation id leads from the event to the contact, through log and vendor calls", async () => {
  const [{ id, orderNumber }] = await ordersByNumber();
  const detail = { notificationType: "Message", projectKey: "demo-shop", id: "m", version: 1, sequenceNumber: 99, resourceVersion: 4, resource: { typeId: "order", id }, type: "OrderStateChanged" };
  await change(id);
  await stack.forget();
  const answer = await stack.request("POST", "/v1/events/eventbridge", {
    headers: { "x-api-key": "demo-events-secret-0123456789", "x-correlation-id": CORRELATION },
    body: { version: "0", "detail-type": "OrderStateChanged", detail },
  });
  assert.equal(answer.status, 204, answer.text);
  const contact = await eventually("the contact names the event", async () =>
    (await contactsIn("eu")).find(({ properties }) => properties.ct_correlation_id === CORRELATION), 90_000);
  // Tidio has it a moment before the story says so.
  await atRest(stack);
  const lines = (await admin(stack, "GET", `trace/${CORRELATION}`)).eu.lines;
  const events = lines.filter((line) => line.correlationId === CORRELATION).map(({ event }) => event);
  for (const event of ["received", "order", "orders_read", "written"]) assert.ok(events.includes(event), `${event} among ${events}`);
  for (const line of lines) assert.deepEqual(Object.keys(line).sort(), ["atMs", "correlationId", "detail", "event", "subject"]);
  for (const term of [orderNumber, id, contact.identity.distinct_id, contact.id]) {
    const found = (await admin(stack, "GET", `trace/${term}`)).eu.lines;
    assert.ok(found.some(({ event, correlationId }) => event === "written" && correlationId === CORRELATION), `by ${term}`);
  }
  const reads = (await stack.commercetools.requests()).filter(({ correlation_id }) => correlation_id === CORRELATION);
  assert.ok(reads.length > 0, "no read of commercetools carries it");
  for (const message of ["Events arrived.", "Request answered.", "Tidio was called."]) {
    await stack.logged(message, (line) => line.includes(CORRELATION) && line.includes(`"message":"${message}"`));
  }
});

test("figures are Prometheus text", async () => {
  const { eu, us } = await figures(stack);
  assert.equal(eu.budget_limit, 120);
  assert.equal(us.dead_letters, 0);
  assert.ok(eu.contacts > 0 && eu.inbox_facts === 0);
});

test("the log is one JSON object a line and holds no secret and nobody's data", async () => {
  const lines = logLines();
  assert.ok(lines.length > 20, `${lines.length}`);
  const text = stack.log().join("\n");
  for (const secret of ["@example.com", "demo-events-secret", "demo-admin-token", "cs_demo", "demo-edge-secret", "Bearer"]) {
    assert.ok(!text.includes(secret), `${secret} in the log`);
  }
});

/** Lines of the Worker; what is JSON must be it entirely. */
function logLines() {
  return stack.log().filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
}

const shop = (method, path, body) => backend(stack.commercetools, method, path, body);

/** A customer's newest order, whose state the contact shows. */
async function ordersByNumber() {
  const where = encodeURIComponent('orderNumber != "x" and store(key="de")');
  const { results } = await shop("GET", `orders?where=${where}&sort=createdAt%20desc&limit=1`);
  return results;
}

async function change(id) {
  const { version, shipmentState } = await shop("GET", `orders/${id}`);
  const next = shipmentState === "Shipped" ? "Delivered" : "Shipped";
  await shop("POST", `orders/${id}`, { version, actions: [{ action: "changeShipmentState", shipmentState: next }] });
}
