/**
 * The module traps. Its memory ends (`memory.mjs`), as the platform's does at 128 MB: the request that needed more gets
 * no answer of ours, those that wait beside it neither, and everything after them is as if it had never happened.
 */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { setTimeout as elapsed } from "node:timers/promises";
import { eventually } from "../lib/browser.mjs";
import { startStack } from "./harness.mjs";
import { PROJECTS, contactOnce, contacts, seeded } from "./people.mjs";
import { identifyBody, tokenOf } from "./tokens.mjs";

const ORIGIN = "http://localhost:3000";
/** Enough for every ordinary request, and not for a notification of the largest size that is accepted. */
const SPARE_PAGES = 22;
/** Enough for an ordinary request, and not for a header of a hundred thousand characters. */
const FEW_PAGES = 3;
/** Within this a request that can get no answer any more has ended: the longest deadline of what it waits for, and slack. */
const HUNG_MS = 30_000;
/** So long a vendor takes while the module traps; longer if it answered first. commercetools' deadline is 2.5 seconds. */
const SLOW_MS = [500, 1_000, 2_000, 2_000, 2_000];
let stack;
let people;

before(async () => {
  stack = await startStack({ serve: { sparePages: SPARE_PAGES } });
  people = await seeded(stack);
});
afterEach(() => stack?.forget());
after(() => stack?.stop());

/** An event that the Worker accepts and drops, of so many bytes. */
function event(bytes) {
  const body = JSON.stringify({ specversion: "1.0", id: "1", source: "/demo-shop", type: "com.commercetools.demo-shop.change", filler: "a".repeat(bytes) });
  const headers = { "content-type": "application/cloudevents+json", "x-eventgrid-secret": "demo-events-secret-0123456789" };
  return stack.request("POST", "/v1/events/eventgrid", { headers, body });
}

/** Lets the module trap, and says what the caller gets: the platform's own page, without a code of ours. */
async function trap() {
  const { status, body } = await event(1_000_000);
  assert.deepEqual([status, body], [500, undefined]);
}

/** The platform ends a request that can get no answer any more; that it hangs instead is a failure. */
async function ended(request) {
  const late = elapsed(HUNG_MS, undefined, { ref: false }).then(() => assert.fail("the request hangs"));
  return (await Promise.race([request, late])).status;
}

/**
 * Lets the module trap while a request waits for a slow vendor, and sees that this request is ended. On a busy machine
 * the vendor may answer before the module traps, which shows nothing: then once more, with a slower one.
 */
async function trapWhile(vendor, path_prefix, ask, { prepare = () => stack.forget(), ...act } = {}) {
  for (const value of SLOW_MS) {
    await prepare();
    await vendor.addFaults({ path_prefix, kind: "latency_ms", value });
    const waiting = ask();
    await eventually(`${vendor.name} was asked`, async () => (await vendor.requests({ prefix: path_prefix })).length > 0);
    await (act.trap ?? trap)();
    await stack.forget();
    if ((await ended(waiting)) === 500) return;
  }
  assert.fail("the request got its answer each time");
}

const identify = ({ customer }, overrides) => stack.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody(tokenOf(customer.id), overrides) });

async function isWhole(person) {
  const { status, body } = await identify(person);
  assert.deepEqual([status, body?.identity, body?.person?.email], [200, "verified", person.customer.email]);
}

describe("after a trap", () => {
  test("the same event fits when it is smaller, so size is what trapped", async () => {
    assert.equal((await event(1_000)).status, 204);
    await trap();
  });

  test("each following request is answered, again and again", async () => {
    for (let time = 0; time < 3; time += 1) {
      await trap();
      await isWhole(people.anna);
      await isWhole(people.james);
    }
  });

  test("many at once get their own answers, those that trap and those that do not", async () => {
    const ends = await Promise.all(Array.from({ length: 12 }, (_, index) => (index % 4 === 3 ? event(1_000_000) : identify(index % 4 ? people.anna : people.james))));
    ends.forEach(({ status, body }, index) => {
      if (index % 4 === 3) return assert.equal(status, 500);
      // Those that waited in the same module end with it.
      const { email } = (index % 4 ? people.anna : people.james).customer;
      assert.ok(status === 500 || body.person.email === email, `${index}: ${status}, ${body?.person?.email}`);
    });
    await isWhole(people.anna);
  });

  test("a request that waited for commercetools ends, and its answer reaches nobody else", async () => {
    await trapWhile(stack.commercetools, "/demo-shop", () => identify(people.james));
    await isWhole(people.anna);
    await isWhole(people.james);
  });
});

test("a question to Durable Objects that wait for Tidio ends, and the next one is answered", async () => {
  await trapWhile(stack.tidio, "/", () => stack.request("GET", "/readyz"));
  const { status, body } = await stack.request("GET", "/readyz");
  assert.deepEqual([status, body.ready], [200, true]);
});

test("a visit that waits for the object of the access token ends, and the next one is answered", async () => {
  const prepare = async () => {
    await stack.startAfresh();
    await stack.forget();
  };
  await trapWhile(stack.commercetools, "/oauth", () => identify(people.anna), { prepare });
  await isWhole(people.anna);
});

test("what a Durable Object owed to Tidio when the module trapped is written once", async () => {
  await stack.startAfresh();
  await stack.tidio.reset();
  await stack.tidio.addFaults({ path_prefix: "/", kind: "latency_ms", value: 1_000, times: 1 });
  assert.equal((await identify(people.anna)).status, 200);
  await eventually("Tidio was asked", async () => (await stack.tidio.requests()).length > 0);
  await trap();
  await contactOnce(stack, people.anna.customer.email, { timeoutMs: 60_000 });
  assert.equal((await contacts(stack, people.anna.customer.email, PROJECTS.eu)).length, 1);
  await stack.logged("the module trapped", (line) => line === '{"level":"error","message":"The module trapped."}');
});

test("the same when a request traps before its first wait", async () => {
  await stack.stop();
  stack = await startStack({ serve: { sparePages: FEW_PAGES } });
  const headers = { authorization: `Bearer ${"a".repeat(100_000)}` };
  const trapAtOnce = async () => {
    const { status, body } = await stack.request("GET", "/v1/bootstrap?store=de&locale=de-DE", { origin: ORIGIN, headers });
    assert.deepEqual([status, body], [500, undefined]);
  };
  await trapWhile(stack.tidio, "/", () => stack.request("GET", "/readyz"), { trap: trapAtOnce });
  assert.equal((await stack.request("GET", "/readyz")).status, 200);
});
