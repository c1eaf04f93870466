/** Rate limits of the public endpoints, per visitor and per store, with the platform's own binding in local workerd. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { startStack } from "./harness.mjs";
import { claimsFor, identifyBody, sign } from "./tokens.mjs";

const ORIGIN = "http://localhost:3000";
const consentBody = () => ({ contract: 1, store: "de", token: sign(claimsFor("guest")), consent: { chat: "granted", share: "denied", source: "test" } });

/** The public endpoints, and one good call of each. */
const CALLS = [
  ["GET", "/v1/bootstrap?store=de&locale=de-DE", undefined],
  ["POST", "/v1/identify", () => identifyBody()],
  ["POST", "/v1/cart", () => identifyBody()],
  ["POST", "/v1/consent", consentBody],
];

/** Counts begin anew with each minute of the clock: a run that failed across one has shown nothing and is repeated. */
const WINDOW_MS = 60_000;
const REPETITIONS = 4;

async function withStack(limits, run) {
  const window = () => Math.floor(Date.now() / WINDOW_MS);
  for (let left = REPETITIONS; ; left -= 1) {
    const stack = await startStack({ limits });
    const began = window();
    try {
      return await run(stack);
    } catch (error) {
      if (window() === began || left === 0) throw error;
    } finally {
      await stack.stop();
    }
  }
}

/** Statuses of calls one after the other, from an address. */
async function calls(stack, [method, path, body], count, address = "203.0.113.7") {
  const answers = [];
  for (let n = 0; n < count; n += 1) {
    answers.push(await stack.request(method, path, { origin: ORIGIN, headers: { "cf-connecting-ip": address }, body: body?.() }));
  }
  return answers;
}

describe("per visitor", () => {
  test("all public endpoints share one count; monitors and events have none", () =>
    withStack({ RATE_PER_VISITOR: 6 }, async (stack) => {
      const statuses = [];
      for (const call of [...CALLS, ...CALLS]) statuses.push((await calls(stack, call, 1))[0].status);
      assert.deepEqual(statuses, [200, 200, 200, 204, 200, 200, 429, 429]);
      const [refused] = await calls(stack, CALLS[1], 1);
      assert.equal(refused.body.code, "rate_limited");
      assert.ok(Number(refused.headers.get("retry-after")) > 0);
      assert.equal(refused.headers.get("access-control-allow-origin"), ORIGIN, "the page must be able to read why");
      assert.match(refused.headers.get("access-control-expose-headers"), /retry-after/);
      assert.equal((await stack.request("GET", "/healthz")).status, 200);
    }));
});

describe("per store", () => {
  test("one store's crowd does not shut the others out", () =>
    withStack({ RATE_PER_STORE: 3 }, async (stack) => {
      const de = await calls(stack, CALLS[1], 4);
      assert.deepEqual(de.map(({ status }) => status), [200, 200, 200, 429]);
      const [consent] = await calls(stack, CALLS[3], 1);
      assert.equal(consent.status, 429, "consent counts for its store, too");
      const [uk] = await calls(stack, ["POST", "/v1/identify", () => identifyBody(undefined, { store: "uk", locale: "en-GB" })], 1);
      assert.equal(uk.status, 200, uk.text);
    }));
});
