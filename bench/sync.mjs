/**
 * Events in, contacts out, in real workerd and without anything of wrangler in between:
 * how fast an event is taken in and kept; how long until an agent sees it; what a backfill costs and how much of the
 * budget it uses, with a kill -9 in the middle; what a contact weighs. And the engine alone, native.
 *
 * `PARTS=intake,panel,backfill,engine` chooses; `ORDERS` and `CUSTOMERS` are the backfill's size.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { find, PROJECTS } from "../tests/e2e/inbox.mjs";
import { eventually } from "../tests/lib/browser.mjs";
import { ROOT } from "../tests/lib/paths.mjs";
import { startStack } from "../tests/worker/harness.mjs";
import { admin, atRest } from "../tests/worker/operations.mjs";
import { onOrder } from "../tests/worker/reliability.mjs";
import { conditions, publish, table } from "./lib/report.mjs";

const PARTS = (process.env.PARTS ?? "intake,panel,backfill,engine").split(",");
const RATE = 200;
const SECONDS = Number(process.env.SECONDS ?? 30);
const LOOKS = 30;
const ORDERS = Number(process.env.ORDERS ?? 50_000);
const CUSTOMERS = Number(process.env.CUSTOMERS ?? 20_000);
const SECRET = "demo-events-secret-0123456789";
const say = (text) => process.stdout.write(`${text}\n`);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
const ms = (value) => `${value.toFixed(1)} ms`;

const parts = { intake, panel, backfill, engine };
const rows = [];
for (const part of PARTS) {
  say(`· ${part} …`);
  for (const row of await parts[part]()) {
    say(`  ${row.join(": ")}`);
    rows.push(row);
  }
}
await publish("sync", [conditions(), "", table(["what", "figure"], rows)].join("\n"), { title: "Events and delta sync" });

/** Workerd's own socket, no Miniflare in between, no rate limiter. */
function bareStack() {
  return startStack({ change: onOrder, serve: { direct: true, without: ["ratelimits"] } });
}

async function token(stack) {
  const answer = await fetch(`${stack.commercetools.url}/oauth/token`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", authorization: `Basic ${btoa("demo-shop-backend:demo-shop-backend-secret")}` },
    body: "grant_type=client_credentials",
  });
  return (await answer.json()).access_token;
}

/** All resources of a kind, page by page. */
async function all(stack, kind) {
  const authorization = `Bearer ${await token(stack)}`;
  const found = [];
  for (let last = ""; ; last = found.at(-1).id) {
    const where = last ? `&where=${encodeURIComponent(`id > "${last}"`)}` : "";
    const answer = await fetch(`${stack.commercetools.url}/demo-shop/${kind}?sort=id%20asc&limit=500&withTotal=false${where}`, { headers: { authorization } });
    const { results } = await answer.json();
    found.push(...results);
    if (results.length < 500) return found;
  }
}

/** Open loop: an event every 5 ms whatever the answers do, so that waiting counts. */
async function intake() {
  const stack = await bareStack();
  try {
    await stack.commercetools.steer("POST", "generate", { orders: 2_000, customers: 800, seed: 3 });
    const ids = (await all(stack, "orders")).map(({ id }) => id);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
    const send = (number) => deliver(stack, agent, ids[number % ids.length], number);
    for (let number = 0; number < 100; number += 1) await send(1_000_000 + number);
    const latencies = [];
    const pending = [];
    const begun = performance.now();
    for (let number = 0; number < RATE * SECONDS; number += 1) {
      const due = begun + (number * 1_000) / RATE;
      const wait = due - performance.now();
      if (wait > 1) await sleep(wait);
      pending.push(send(number).then(() => latencies.push(performance.now() - due)));
    }
    await Promise.all(pending);
    const took = (performance.now() - begun) / 1_000;
    agent.destroy();
    latencies.sort((a, b) => a - b);
    return [
      ["events taken in and kept, each for two Tidio projects", `${(latencies.length / took).toFixed(0)} a second over ${SECONDS} s`],
      ["from the event's moment to its durable answer: p50, p95, p99, longest", [0.5, 0.95, 0.99, 1].map((share) => ms(at(latencies, share))).join(", ")],
    ];
  } finally {
    await stack.stop();
  }
}

function deliver(stack, agent, order, number) {
  const detail = { notificationType: "Message", projectKey: "demo-shop", id: `m-${number}`, version: 1, sequenceNumber: number, resourceVersion: 3, resource: { typeId: "order", id: order }, type: "OrderStateChanged" };
  const body = JSON.stringify({ version: "0", "detail-type": "OrderStateChanged", detail });
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "x-api-key": SECRET, "content-length": Buffer.byteLength(body) };
    const request = http.request(`${stack.url}/v1/events/eventbridge`, { agent, method: "POST", headers }, (answer) => {
      answer.resume().on("end", () => (answer.statusCode === 204 ? resolve() : reject(new Error(`status ${answer.statusCode}`))));
    });
    request.on("error", reject).end(body);
  });
}

/** One order changes; how long until the agent's panel shows it? The budget is idle, the contact known. */
async function panel() {
  const stack = await bareStack();
  try {
    await stack.commercetools.steer("POST", "generate", { orders: LOOKS * 2, customers: LOOKS * 40, seed: 4, store: "de" });
    await admin(stack, "POST", "backfill?project=demo&since_ms=0");
    await atRest(stack);
    await stack.commercetools.steer("POST", "delivery", { subscription: "bench", url: `${stack.url}/v1/events/eventbridge`, kind: "eventbridge", secret: SECRET });
    const authorization = `Bearer ${await token(stack)}`;
    const orders = (await all(stack, "orders")).filter(({ orderNumber }) => orderNumber?.startsWith("G4-"));
    const times = [];
    for (const { id, version, customerEmail: email, shipmentState } of orders.slice(0, LOOKS)) {
      const next = shipmentState === "Shipped" ? "Delivered" : "Shipped";
      const shown = async () => (await stack.tidio.steer("GET", `inbox?project=${PROJECTS.eu}&email=${encodeURIComponent(email)}`)).projects[0].contacts[0]?.properties.ct_order_shipment;
      if ((await shown()) === next.toLowerCase()) continue;
      const begun = performance.now();
      await fetch(`${stack.commercetools.url}/demo-shop/orders/${id}`, {
        method: "POST",
        headers: { authorization, "content-type": "application/json" },
        body: JSON.stringify({ version, actions: [{ action: "changeShipmentState", shipmentState: next }] }),
      });
      while ((await shown()) !== next.toLowerCase()) {
        assert.ok(performance.now() - begun < 20_000, `${email} never shows ${next}`);
        await sleep(3);
      }
      times.push(performance.now() - begun);
    }
    times.sort((a, b) => a - b);
    return [[`from a change of an order to the agent's panel, budget idle, ${times.length} times: p50, p99`, [0.5, 0.99].map((share) => ms(at(times, share))).join(", ")]];
  } finally {
    await stack.stop();
  }
}

/** Half of the customers have a contact in Tidio already, as the widget made it; the rest are created. */
async function backfill() {
  const stack = await bareStack();
  try {
    await stack.commercetools.steer("POST", "generate", { orders: ORDERS, customers: CUSTOMERS, seed: 9, store: "de" });
    const customers = (await all(stack, "customers")).filter(({ customerNumber }) => customerNumber?.startsWith("G9-"));
    await introduce(stack, customers.filter((_, index) => index % 2 === 0));
    await stack.tidio.clearRequests();
    const begun = Date.now();
    await admin(stack, "POST", "backfill?project=demo&since_ms=0");
    // The kill comes when the first minute's budget is spent and the walk through the contacts is under way.
    await eventually("the first minute's budget is spent", async () => (await calls(stack)).length >= 110, 600_000);
    await stack.killWorker();
    await stack.startWorker();
    const settled = (async () => {
      await atRest(stack, 1_800_000);
    })();
    await settled;
    const took = (Date.now() - begun) / 1_000;
    const log = await calls(stack);
    const contacts = await find(stack.tidio.url, PROJECTS.eu, ({ contact, properties }) => contact && properties.ct_order_number);
    const { projects } = await stack.tidio.steer("GET", "stats");
    const eu = projects.find(({ public_key }) => public_key === PROJECTS.eu);
    assert.equal(eu.breaches, 0);
    assert.equal(eu.duplicates_by_distinct_id, 0);
    const lists = log.filter(({ method, path, query }) => method === "GET" && path === "/contacts" && !query.includes("email="));
    const first = log[0].at_ms;
    const minutes = Math.floor((log.at(-1).at_ms - first) / 60_000);
    const inside = log.filter(({ at_ms }) => at_ms < first + minutes * 60_000).length;
    const reads = (await stack.commercetools.requests()).length;
    return [
      [`backfill of ${ORDERS} orders of ${CUSTOMERS} customers, half of them contacts already, 120 requests a minute, one kill -9`, `${took.toFixed(0)} s`],
      ["contacts written, doubled, requests over the budget", `${contacts.length}, ${eu.duplicates_by_distinct_id}, ${eu.breaches}`],
      ["requests to Tidio; for each changed contact", `${log.length}; ${(log.length / contacts.length).toFixed(4)}`],
      ["pages of the contact list read (a clean walk has one page for each 100 contacts)", `${lists.length}`],
      [`share of the budget used in the ${minutes} full minutes`, `${((inside * 100) / (minutes * 120)).toFixed(1)} %`],
      ["reads of commercetools", `${reads}`],
      ...weight(stack.persist, contacts.length),
    ];
  } finally {
    await stack.stop();
  }
}

async function calls(stack) {
  return (await stack.tidio.requests()).filter(({ client }) => client === "ci_demo_eu");
}

/** Contacts as the widget makes them, known by the opaque id alone. The emulator's clock is moved past its budget. */
async function introduce(stack, customers) {
  const key = /TIDIO_EU_DISTINCT_ID_KEY=(.*)/.exec(readFileSync(join(ROOT, ".dev.vars.demo"), "utf8"))[1];
  const headers = { "content-type": "application/json", accept: "application/json; version=1", "x-tidio-openapi-client-id": "ci_demo_eu", "x-tidio-openapi-client-secret": "cs_demo_eu" };
  for (let from = 0; from < customers.length; from += 100) {
    const contacts = customers.slice(from, from + 100).map(({ id, email }) => ({ email, distinct_id: distinctId(key, id) }));
    const answer = await fetch(`${stack.tidio.url}/contacts/batch`, { method: "POST", headers, body: JSON.stringify({ contacts }) });
    assert.equal(answer.status, 201, await answer.text());
    if (from % 5_000 === 0) await stack.tidio.steer("POST", "clock", { advance_ms: 61_000 });
  }
  await stack.tidio.steer("POST", "clock", { advance_ms: 61_000 });
}

/** As `edge_core::identity` does it. */
function distinctId(key, customer) {
  const bytes = createHmac("sha256", key).update(`${PROJECTS.eu}|demo-shop|customer|${customer}`).digest().subarray(0, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x80;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** What the object's database weighs, all of it and by table. */
function weight(folder, contacts) {
  const files = readdirSync(folder, { recursive: true }).map((name) => join(folder, name)).filter((path) => path.endsWith(".sqlite"));
  const largest = files.sort((a, b) => statSync(b).size - statSync(a).size)[0];
  const database = new DatabaseSync(largest, { readOnly: true });
  const row = [`SQLite, orders and journal of the backfill included, for each contact`, `${(statSync(largest).size / contacts).toFixed(0)} bytes`];
  try {
    const tables = database.prepare("SELECT tbl_name AS name, sum(pgsize) AS bytes FROM dbstat JOIN sqlite_schema USING (name) GROUP BY tbl_name ORDER BY 2 DESC LIMIT 4").all();
    return [row, ["of that by table", tables.map(({ name, bytes }) => `${name} ${(bytes / contacts).toFixed(0)}`).join(", ")]];
  } catch {
    return [row];
  } finally {
    database.close();
  }
}

/** The engine without workerd, in an optimised build: `edge-core/src/engine/tests/speed.rs`. */
async function engine() {
  const arguments_ = ["test", "--quiet", "--profile", "sim", "--package", "edge-core", "--lib", "engine::tests::speed", "--", "--ignored", "--nocapture"];
  const text = execFileSync("cargo", arguments_, { cwd: ROOT, encoding: "utf8" });
  const one = JSON.parse(/ENGINE (\{.*\})/.exec(text)[1]);
  return [[`the engine alone, native, ${one.facts} facts: stored a second; read, coalesced and batched a second`, `${one.intakePerSecond}; ${one.workPerSecond}`]];
}
