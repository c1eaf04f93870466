/**
 * A backfill against Tidio's budget of 120 requests a minute, in the vendor's real time: what it takes is a few minutes.
 *
 * Half of the customers have a contact in Tidio already, as the widget made it; the rest are created. workerd is killed
 * twice: while the shop's orders are walked, and when the first minute's budget is spent.
 */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { find, PROJECTS } from "../../tests/e2e/inbox.mjs";
import { eventually } from "../../tests/lib/browser.mjs";
import { ROOT } from "../../tests/lib/paths.mjs";
import { admin, atRest } from "../../tests/worker/operations.mjs";
import { all, bareStack, each, sleep } from "./stack.mjs";

const ORDERS = Number(process.env.ORDERS ?? 50_000);
const CUSTOMERS = Number(process.env.CUSTOMERS ?? 20_000);
const LIMIT = 120;
const MINUTE_MS = 60_000;
/** Orders a page of the walk has. */
const PAGE = 500;
/** Each look at the Worker's figures costs it something. */
const LOOK_EVERY_MS = 1_500;

export async function backfill() {
  const stack = await bareStack();
  try {
    await stack.commercetools.steer("POST", "generate", { orders: ORDERS, customers: CUSTOMERS, seed: 9, store: "de" });
    const customers = (await all(stack, "customers")).filter(({ customerNumber }) => customerNumber?.startsWith("G9-"));
    await introduce(stack, customers.filter((_, index) => index % 2 === 0));
    await Promise.all([stack.tidio.clearRequests(), stack.commercetools.clearRequests()]);
    // By Tidio's clock, which its log is kept in.
    const { now_ms: begun } = await stack.tidio.steer("GET", "clock");
    await admin(stack, "POST", "backfill?project=demo&since_ms=0");
    const pages = Math.ceil(ORDERS / PAGE);
    await seldom("half of the orders are walked", async () => (await walkedPages(stack)).length >= pages / 2);
    await restart(stack);
    await seldom("the first minute's budget is spent", async () => (await statsOf(stack)).minutes.at(-1).allowed >= LIMIT * 0.9);
    await restart(stack);
    await atRest(stack, 1_800_000, LOOK_EVERY_MS);
    return await report(stack, begun, pages);
  } finally {
    await stack.stop();
  }
}

/** Waits, and asks seldom: each question costs the machine something that the backfill would use. */
function seldom(what, ask) {
  return eventually(what, async () => {
    await sleep(LOOK_EVERY_MS / 3);
    return ask();
  }, 900_000);
}

async function restart(stack) {
  await stack.killWorker();
  await stack.startWorker();
}

async function report(stack, begun, pages) {
  const log = await calls(stack);
  const contacts = (await find(stack.tidio.url, PROJECTS.eu, ({ contact, properties }) => contact && properties.ct_order_number)).length;
  const eu = await statsOf(stack);
  assert.equal(eu.breaches, 0);
  assert.equal(eu.duplicates_by_distinct_id, 0);
  const lists = log.filter(({ method, path, query }) => method === "GET" && path === "/contacts" && !query.includes("email="));
  const [first, last] = [log[0].at_ms, log.at(-1).at_ms];
  const minutes = Math.floor((last - first) / MINUTE_MS);
  const inside = log.filter(({ at_ms }) => at_ms < first + minutes * MINUTE_MS).length;
  const walked = (await walkedPages(stack)).length;
  const count = ([figure]) => `${figure}`;
  const seconds = ([figure]) => `${figure.toFixed(0)} s`;
  return [
    [`backfill of ${ORDERS} orders of ${CUSTOMERS} customers, half of them contacts already, killed twice`, [(last - begun) / 1_000], seconds],
    ["of that until the first request to Tidio: the shop is read", [(first - begun) / 1_000], seconds],
    ["contacts written, doubled, requests over the budget", [contacts, eu.duplicates_by_distinct_id, eu.breaches], each(String)],
    ["requests to Tidio for each changed contact", [log.length / contacts], ([one]) => one.toFixed(4)],
    [`share of the budget of ${LIMIT} a minute used, in the full minutes from the first request to the last`, [(inside * 100) / (minutes * LIMIT)], ([share]) => `${share.toFixed(1)} %`],
    [`pages of orders walked; without kills ${pages}`, [walked], count],
    [`pages of Tidio's list of contacts read; without kills ${Math.ceil(customers() / 100)}`, [lists.length], count],
    ["reads of commercetools", [(await stack.commercetools.requests()).length], count],
    ...weight(stack.persist, contacts),
  ];
}

/** Contacts that Tidio has before the backfill. */
const customers = () => Math.ceil(CUSTOMERS / 2);

async function statsOf(stack) {
  const { projects } = await stack.tidio.steer("GET", "stats");
  return projects.find(({ public_key }) => public_key === PROJECTS.eu);
}

/** Requests to Tidio of the project that the backfill is about. */
async function calls(stack) {
  return (await stack.tidio.requests()).filter(({ client }) => client === "ci_demo_eu");
}

/** Pages of the walk through all orders that this project read. */
async function walkedPages(stack) {
  return (await stack.commercetools.requests()).filter(({ path, query }) => path.endsWith("/orders") && query.includes("lastModifiedAt") && query.includes("%22de%22"));
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
export function distinctId(key, customer) {
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
  const bytes = ([figure]) => `${figure.toFixed(0)} bytes`;
  const total = ["SQLite, orders and journal of the backfill included, for each contact", [statSync(largest).size / contacts], bytes];
  try {
    const tables = database.prepare("SELECT tbl_name AS name, sum(pgsize) AS bytes FROM dbstat JOIN sqlite_schema USING (name) GROUP BY tbl_name ORDER BY 2 DESC LIMIT 3").all();
    return [total, ...tables.map(({ name, bytes: all }) => [`of that table ${name} with its indices`, [all / contacts], bytes])];
  } catch {
    return [total];
  } finally {
    database.close();
  }
}
