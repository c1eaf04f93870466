/** Vendors that ask for time (`Retry-After`, in seconds or as a date) get it, and not a minute more. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { eventually } from "../lib/browser.mjs";
import { startStack } from "./harness.mjs";
import { atRest } from "./operations.mjs";
import { contactOnce, seeded } from "./people.mjs";
import { identifyBody, tokenOf } from "./tokens.mjs";

const ORIGIN = "http://localhost:3000";
/** What is waited where nothing is asked: the window of Tidio's budget. */
const WINDOW_MS = 60_000;
let stack;
let people;

before(async () => {
  stack = await startStack();
  people = await seeded(stack);
});
after(() => stack?.stop());
beforeEach(() => stack.forget());

const identify = ({ id }) => stack.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody(tokenOf(id)) });
const asked = (emulator, prefix) => emulator.requests({ prefix });
/** A date of HTTP, in whole seconds. */
const dateIn = (ms) => new Date(Math.ceil((Date.now() + ms) / 1_000) * 1_000).toUTCString();

/** How often each path was asked for. */
async function timesEach() {
  const counts = new Map();
  for (const { method, path, query } of await asked(stack.commercetools, "/demo-shop")) {
    const key = `${method} ${path}?${query}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts.values()];
}

test("commercetools, half a minute: an identify call gives up at once and asks nothing twice", async () => {
  for (const wait of ["30", dateIn(30_000)]) {
    await stack.forget();
    await stack.commercetools.addFaults({ path_prefix: "/demo-shop", kind: "status", value: 429, headers: { "retry-after": wait } });
    const answer = await identify(people.anna.customer);
    assert.deepEqual([answer.status, answer.body.code], [503, "commerce_unavailable"]);
    const counts = await timesEach();
    assert.ok(counts.length > 0 && counts.every((count) => count === 1), `${wait}: ${counts}`);
  }
  await stack.forget();
  await stack.commercetools.addFaults({ path_prefix: "/demo-shop", kind: "status", value: 429 });
  assert.equal((await identify(people.anna.customer)).status, 503);
  assert.ok((await timesEach()).some((count) => count === 3), "without the header it is asked again");
});

test("commercetools, one second: the call waits for it", async () => {
  const start = Date.now();
  // Once: the three records come by one query.
  await stack.commercetools.addFaults({ path_prefix: "/demo-shop", kind: "status", value: 503, times: 1, headers: { "retry-after": "1" } });
  const answer = await identify(people.anna.customer);
  assert.equal(answer.status, 200, answer.text);
  assert.ok(Date.now() - start >= 1_000);
});

test("commercetools, a quarter of a minute: the delta sync goes on then", async () => {
  await stack.cron();
  await atRest(stack);
  await stack.forget();
  const date = dateIn(15_000);
  // Two Tidio projects follow the shop, each for itself.
  await stack.commercetools.addFaults({ path_prefix: "/demo-shop", kind: "status", value: 429, times: 2, headers: { "retry-after": date } });
  await stack.cron();
  const [one, two, ...later] = await eventually("both read again", async () => {
    const all = await asked(stack.commercetools, "/demo-shop");
    return all.length > 3 && all;
  }, 60_000);
  assert.deepEqual([one.status, two.status], [429, 429]);
  for (const next of later) assert.ok(next.at_ms >= Date.parse(date), `${Date.parse(date) - next.at_ms} ms early`);
  await atRest(stack);
});

test("Tidio, by a date: the contact is looked for then, not a minute later", async () => {
  const date = dateIn(35_000);
  await stack.tidio.addFaults({ path_prefix: "/contacts", kind: "status", value: 429, times: 1, headers: { "retry-after": date } });
  assert.equal((await identify(people.james.customer)).status, 200);
  await contactOnce(stack, people.james.customer.email, { timeoutMs: 90_000 });
  const [refused, next] = await asked(stack.tidio, "/contacts");
  assert.equal(refused.status, 429);
  assert.ok(next.at_ms >= Date.parse(date), `${Date.parse(date) - next.at_ms} ms early`);
  assert.ok(next.at_ms < refused.at_ms + WINDOW_MS, `${next.at_ms - refused.at_ms} ms after the refusal`);
});
