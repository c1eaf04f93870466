/**
 * The reliability run: events in any order, twice or not at all, vendors that fail one call in five, workerd killed
 * again and again. In the end Tidio must hold what a run without any of that writes.
 *
 * In scope: the run and its verdict, at any size. Out of scope: which sizes; the test and the benchmark say so.
 */
import assert from "node:assert/strict";
import { find, PROJECTS } from "../e2e/inbox.mjs";
import { eventually } from "../lib/browser.mjs";
import { startStack } from "./harness.mjs";
import { admin, atRest, figures } from "./operations.mjs";

/** Four kinds of failure; together they hit one call in five: 1 − (1 − p)⁴ = 0.2. */
const SHARE = 0.0543;
const FAULTS = [
  { kind: "status", value: 429 },
  { kind: "status", value: 500 },
  { kind: "reset_before" },
  { kind: "reset_after" },
].map((fault, seed) => ({ ...fault, probability: SHARE, seed: seed + 1 }));

/** The delta sync ends its window this long before now. */
const SYNC_LAG_MS = 30_000;

/** Event routes by name: how the emulator is to deliver. */
export const ROUTES = {
  eventbridge: () => ({ kind: "eventbridge", secret: "demo-events-secret-0123456789" }),
  eventgrid: () => ({ kind: "eventgrid", secret: "demo-events-secret-0123456789" }),
  pubsub: () => ({ kind: "pubsub", options: { audience: "http://localhost:8787/v1/events/pubsub" } }),
  sns: () => ({ kind: "sns", options: { topic_arn: "arn:aws:sns:eu-central-1:123456789012:commercetools" } }),
};

/** Every store creates contacts with the first order, so that each order of the run is to be seen in Tidio. */
export const onOrder = (bridge) => {
  for (const store of Object.values(bridge.stores)) store.create = "on_order";
};

/**
 * One run.
 *
 * @param {{route?: string, events: number, orders: number, customers: number, kills: number, seconds: number,
 *   calmly?: boolean, say?: (text: string) => void}} size `calmly` ends the failures with the last event; without `route` no event arrives, and the delta sync finds everything;
 *   `seconds` is the time over which the events happen
 * @returns {Promise<object>} figures of the run; it has passed when this returns
 */
export async function reliabilityRun({ route, events, orders, customers, kills, seconds, calmly = false, say = () => {} }) {
  const stack = await startStack({ change: onOrder });
  try {
    const { commercetools, tidio } = stack;
    await commercetools.steer("POST", "generate", { orders, customers, seed: 7 });
    // The first tick sets where the delta sync starts.
    await stack.cron();
    await atRest(stack);
    if (route) await subscribe(stack, route);
    const ids = (await ordersOf(stack)).map(({ id }) => id);
    await Promise.all([commercetools.addFaults(...FAULTS), tidio.addFaults(...FAULTS)]);
    say(`  ${events} updates of ${ids.length} orders, ${kills} × kill -9 …`);
    const driven = commercetools.steer("POST", "drive", { events, seed: 11, orders: ids, per_second: events / seconds });
    const [{ orders: updated, messages }] = await Promise.all([driven, killAgainAndAgain(stack, kills, seconds, route === undefined)]);
    if (route) await delivered(stack);
    if (!calmly) await settleWithSync(stack, route === undefined);
    // Calmly and without events nothing is asked of a vendor before the failures have ended.
    const faulty = calmly && !route ? {} : await faultsOf(stack);
    await Promise.all([commercetools.clearFaults(), tidio.clearFaults()]);
    await settleWithSync(stack, calmly && route === undefined);
    const result = await verdict(stack, { updated, route });
    return { route: route ?? "delta sync alone", updates: events, messages, orders: updated.length, kills, ...faulty, ...result };
  } finally {
    await stack.stop();
  }
}

async function subscribe(stack, route) {
  const url = `${stack.url}/v1/events/${route}`;
  const { options, ...target } = ROUTES[route](stack);
  const disorder = { duplicates: 10, shuffle_ms: 2_000, seed: 3, speed: 50 };
  await stack.commercetools.steer("POST", "delivery", { subscription: `run-${route}`, url, ...target, options: { ...disorder, ...options } });
  await eventually("the test notification is delivered", async () => (await stack.commercetools.steer("GET", "deliveries/summary")).delivered > 0);
}

/** Where no event arrives the delta sync looks after each restart, so that failures and kills meet it at work. */
async function killAgainAndAgain(stack, kills, seconds, follows) {
  for (let kill = 0; kill < kills; kill += 1) {
    await new Promise((resolve) => setTimeout(resolve, (seconds * 1000) / (kills + 1)));
    await stack.killWorker();
    await stack.startWorker();
    if (follows) await stack.cron();
  }
}

/** Every notification was acknowledged in the end, none given up. */
async function delivered(stack) {
  await eventually("every notification is acknowledged", async () => {
    const { pending } = await stack.commercetools.steer("GET", "deliveries/summary");
    return pending === 0;
  }, 300_000);
  const summary = await stack.commercetools.steer("GET", "deliveries/summary");
  assert.equal(summary.dropped, 0, JSON.stringify(summary));
}

/** Ids of the orders of which the emulator sent a notification. */
async function notified(stack) {
  const records = await stack.commercetools.steer("GET", "deliveries?limit=100000");
  return new Set(records.map(({ resource_id }) => resource_id));
}

async function settleWithSync(stack, needsLag) {
  if (needsLag) await new Promise((resolve) => setTimeout(resolve, SYNC_LAG_MS + 1_000));
  if (needsLag) await stack.cron();
  await atRest(stack, 600_000);
}

async function faultsOf(stack) {
  const counts = {};
  for (const emulator of [stack.commercetools, stack.tidio]) {
    const log = await emulator.requests();
    counts[`${emulator.name}Calls`] = log.length;
    counts[`${emulator.name}Faults`] = log.filter(({ fault }) => fault).length;
  }
  // The delta sync alone reads so seldom that one vendor may be lucky.
  assert.ok(counts.commercetoolsFaults + counts.tidioFaults > 0, "no vendor ever failed");
  return counts;
}

/** Orders of the run with their owners, as commercetools has them. */
async function ordersOf(stack) {
  const token = await fetch(`${stack.commercetools.url}/oauth/token`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", authorization: `Basic ${btoa("demo-shop-backend:demo-shop-backend-secret")}` },
    body: "grant_type=client_credentials",
  }).then((answer) => answer.json());
  const found = [];
  for (;;) {
    const after = found.length ? `id > "${found.at(-1).id}" and ` : "";
    const where = encodeURIComponent(`${after}orderNumber != "x"`);
    const path = `demo-shop/orders?where=${where}&sort=id%20asc&limit=500&withTotal=false`;
    const answer = await fetch(`${stack.commercetools.url}/${path}`, { headers: { authorization: `Bearer ${token.access_token}` } });
    const { results } = await answer.json();
    found.push(...results);
    if (results.length < 500) return found.filter(({ orderNumber }) => orderNumber.startsWith("G7-"));
  }
}

/** Contacts of both projects by distinct id, without what names whichever event came last. */
async function contactsOf(stack) {
  const all = {};
  for (const [name, key] of Object.entries(PROJECTS)) {
    for (const one of await find(stack.tidio.url, key, ({ contact }) => contact)) {
      const { ct_correlation_id: _, ...properties } = one.properties;
      const { distinct_id, email, first_name, last_name } = one.identity;
      assert.deepEqual(one.dropped, {}, "Tidio dropped properties");
      all[`${name}/${distinct_id}`] = { email, first_name, last_name, properties };
    }
  }
  return all;
}

/** Compares with a clean run, and looks for what must never be. */
async function verdict(stack, { updated, route }) {
  const { projects } = await stack.tidio.steer("GET", "stats");
  for (const project of projects) {
    assert.equal(project.breaches, 0, `budget of ${project.public_key}`);
    assert.equal(project.duplicates_by_distinct_id, 0, "doubled contacts");
    assert.equal(project.duplicates_by_email, 0, "doubled contacts");
    assert.equal(project.duplicate_notes, 0, "doubled notes");
  }
  for (const one of Object.values(await figures(stack))) assert.equal(one.dead_letters, 0, "dead letters");
  const got = await contactsOf(stack);
  const wanted = await cleanRun(stack.commercetools);
  // By events only what raised a message is known: not every update does.
  const told = route ? await notified(stack) : new Set(updated);
  const orders = (await ordersOf(stack)).filter(({ id }) => told.has(id));
  const expected = Object.entries(wanted).filter(([id]) => id in got);
  for (const [id, contact] of expected) assert.deepEqual(got[id], contact, `contact ${id}`);
  assert.deepEqual(Object.keys(got).filter((id) => !(id in wanted)), [], "contacts that a clean run does not write");
  const owners = new Set(orders.map(({ customerId, store }) => `${store.key === "us" ? "us" : "eu"}/${customerId}`));
  assert.ok(told.size > 0 && owners.size > 0, "nothing happened");
  assert.equal(Object.keys(got).length, owners.size, "contacts, and owners of orders that something happened to");
  const traces = await expectStories(stack, orders, route);
  return { contacts: expected.length, traces };
}

/** What a run without failures, kills and events writes: a backfill on a fresh Worker and a fresh Tidio. */
async function cleanRun(commercetools) {
  const clean = await startStack({ change: onOrder, commercetools });
  try {
    await admin(clean, "POST", "backfill?project=demo&since_ms=0");
    await atRest(clean, 600_000);
    return await contactsOf(clean);
  } finally {
    await clean.stop();
  }
}

/** Each order's number leads to its story, from the event to what Tidio was told. */
async function expectStories(stack, orders, route) {
  const sample = orders.filter((_, index) => index % Math.ceil(orders.length / 25) === 0);
  for (const { orderNumber } of sample) {
    const answers = await admin(stack, "GET", `trace/${encodeURIComponent(orderNumber)}`);
    const events = new Set(Object.values(answers).flatMap(({ lines }) => lines.map(({ event }) => event)));
    const wanted = [route ? "received" : "changed", "orders_read"];
    for (const event of wanted) assert.ok(events.has(event), `${orderNumber}: no ${event} among ${[...events]}`);
    // A create whose answer was lost is found by reading: then nothing is left to be written.
    const isFound = events.has("creating") && events.has("found");
    assert.ok(isFound || ["created", "written"].some((event) => events.has(event)), `${orderNumber}: never sent: ${[...events]}`);
  }
  return sample.length;
}
