/** Vendors that are down, slow or talk nonsense: a stable code, nothing false in Tidio, and back to work after. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { startStack } from "./harness.mjs";
import { contactOnce, contacts, seeded } from "./people.mjs";
import { identifyBody, tokenOf } from "./tokens.mjs";

const ORIGIN = "http://localhost:3000";
/** No shopper waits longer than this for an answer, whatever the vendor does. */
const PATIENCE_MS = 15_000;
let stack;
let anna;
let james;

before(async () => {
  stack = await startStack();
  ({ anna, james } = await seeded(stack));
});
after(() => stack?.stop());
beforeEach(() => stack.forget());

const identify = (customer, overrides) =>
  stack.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody(tokenOf(customer.id), overrides) });

/** What commercetools does, to which calls, and the code that the page gets. */
const COMMERCE = [
  ["answers 503", { kind: "status", value: 503 }, 503, "commerce_unavailable"],
  ["answers 500", { kind: "status", value: 500 }, 503, "commerce_unavailable"],
  ["answers 429", { kind: "status", value: 429, headers: { "retry-after": "30" } }, 503, "commerce_unavailable"],
  ["answers 401 whatever the token", { kind: "status", value: 401, body: { statusCode: 401, message: "no", error: "invalid_token", errors: [{ code: "invalid_token", message: "no" }] } }, 502, "commerce_rejected"],
  ["answers 403", { kind: "status", value: 403, body: { statusCode: 403, message: "no", errors: [{ code: "insufficient_scope", message: "no" }] } }, 502, "commerce_rejected"],
  ["knows no such customer", { kind: "status", value: 404, body: { statusCode: 404, message: "no", errors: [{ code: "ResourceNotFound", message: "no" }] } }, 404, "not_found"],
  ["answers 409", { kind: "status", value: 409, body: { statusCode: 409, message: "no", errors: [{ code: "ConcurrentModification", message: "no", currentVersion: 7 }] } }, 502, "commerce_rejected"],
  ["hangs", { kind: "latency_ms", value: 60_000 }, 504, "commerce_timeout"],
  ["answers HTML with 200", { kind: "html", value: 200 }, 502, "commerce_malformed"],
  ["answers HTML with 502", { kind: "html", value: 502 }, [502, 503], ["commerce_unavailable", "commerce_malformed"]],
  ["cuts its answers", { kind: "truncate" }, [502, 503], ["commerce_malformed", "commerce_unavailable"]],
  ["answers nothing", { kind: "empty" }, 502, "commerce_malformed"],
  ["hangs up", { kind: "reset_before" }, 503, "commerce_unavailable"],
];

for (const reads of ["graphql", "rest"]) describe(`commercetools, read by ${reads}`, () => {
  before(async () => {
    await stack.idle();
    await stack.stopWorker();
    await stack.startWorker({ change: (bridge) => (bridge.commercetools.demo.reads = reads) });
  });

  for (const [name, fault, status, code] of COMMERCE) {
    test(name, async () => {
      await stack.commercetools.addFaults({ path_prefix: "/demo-shop", ...fault });
      const start = Date.now();
      const answer = await identify(anna.customer);
      assert.ok([status].flat().includes(answer.status), `${answer.status} ${answer.text}`);
      assert.ok([code].flat().includes(answer.body.code), answer.text);
      assert.ok(Date.now() - start < PATIENCE_MS, `it took ${Date.now() - start} ms`);
      assert.ok(!/html|insufficient|Bad Gateway/i.test(answer.body.title), "the vendor's words reach the page");
      assert.deepEqual(await stack.writesToTidio(), [], "something was written to Tidio");
    });
  }

  test("its token endpoint is down", async () => {
    await stack.startAfresh();
    await stack.commercetools.addFaults({ path_prefix: "/oauth", kind: "status", value: 503 });
    const answer = await identify(anna.customer);
    assert.equal(answer.body.code, "commerce_unavailable", answer.text);
    assert.deepEqual(await stack.writesToTidio(), []);
  });

  test("it refuses our credentials", async () => {
    await stack.startAfresh();
    await stack.commercetools.addFaults({
      path_prefix: "/oauth",
      kind: "status",
      value: 401,
      body: { statusCode: 401, message: "no", error: "invalid_client", errors: [{ code: "invalid_client", message: "no" }] },
    });
    const answer = await identify(anna.customer);
    assert.deepEqual([answer.status, answer.body.code], [502, "commerce_rejected"], answer.text);
  });

  test("an expired token is renewed once, unnoticed", async () => {
    await identify(james.customer);
    await stack.forget();
    await stack.commercetools.addFaults({
      path_prefix: "/demo-shop",
      kind: "status",
      value: 401,
      times: reads === "rest" ? 3 : 1,
      body: { statusCode: 401, message: "invalid_token", error: "invalid_token", errors: [{ code: "invalid_token", message: "invalid_token" }] },
    });
    const answer = await identify(james.customer);
    assert.equal(answer.status, 200, answer.text);
  });

  test("a guest needs nobody", async () => {
    await stack.commercetools.addFaults({ kind: "status", value: 503 });
    const answer = await stack.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody() });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.identity, "guest");
    assert.equal(answer.body.person, undefined);
  });
});

describe("Tidio", () => {
  test("is down: the shopper notices nothing, the contact follows when it is back", async () => {
    await stack.tidio.addFaults({ path_prefix: "/contacts", kind: "status", value: 503, times: 2 });
    const answer = await identify(james.customer, { store: "uk", locale: "en-GB" });
    assert.equal(answer.status, 200, answer.text);
    const contact = await contactOnce(stack, james.customer.email, { timeoutMs: 120_000 });
    assert.equal(contact.properties.ct_customer_number, james.customer.customerNumber);
  });

  test("forgets to answer a create: no second contact", async () => {
    await stack.tidio.addFaults({ method: "POST", path_prefix: "/contacts", kind: "reset_after", times: 1 });
    const answer = await identify(anna.customer);
    assert.equal(answer.status, 200, answer.text);
    await contactOnce(stack, anna.customer.email, { timeoutMs: 120_000 });
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    assert.equal((await contacts(stack, anna.customer.email)).length, 1);
  });
});
