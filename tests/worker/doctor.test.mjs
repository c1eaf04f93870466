/** `/readyz` and `/admin/doctor`: what is missing or mistyped is found against the vendors' real lists, with its fix. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startStack } from "./harness.mjs";

const TOKEN = "demo-admin-token-0123456789";
const STATUSES = ["ok", "missing", "mistyped", "unknown", "unreachable"];
const AREAS = ["configuration", "secrets", "origins", "vendors", "scopes", "properties", "departments"];

const doctor = (stack, token = TOKEN) =>
  stack.request("GET", "/admin/doctor", { headers: token ? { authorization: `Bearer ${token}` } : {} });

/** Checks that every entry has the agreed form; gives those that are not ok, as `area subject status`. */
function findings({ body }) {
  for (const check of body.checks) {
    assert.deepEqual(Object.keys(check), ["area", "subject", "status", "detail", "fix"]);
    assert.ok(AREAS.includes(check.area) && STATUSES.includes(check.status), JSON.stringify(check));
    assert.equal(check.fix === "", check.status === "ok", JSON.stringify(check));
  }
  return body.checks.filter(({ status }) => status !== "ok").map(({ area, subject, status }) => `${area} ${subject} ${status}`);
}

describe("the demo as committed", () => {
  let stack;
  before(async () => (stack = await startStack()));
  after(() => stack?.stop());

  test("is ready and has no warning", async () => {
    const { status, body } = await stack.request("GET", "/readyz");
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual(body.warnings, []);
    assert.deepEqual(body.checks.map(({ name, ok }) => [name, ok]), [["commercetools.demo", true], ["tidio.eu", true], ["tidio.us", true]]);
  });

  test("has no finding, and every area was looked at", async () => {
    const answer = await doctor(stack);
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(findings(answer), []);
    for (const area of AREAS) assert.ok(answer.body.checks.some((check) => check.area === area), `${area} was not looked at`);
    for (const secret of [TOKEN, "demo-edge-secret", "cs_demo_eu", "demo-identity-key"]) assert.ok(!answer.text.includes(secret));
  });

  test("the vendors are not asked again for each question", async () => {
    await stack.forget();
    for (let n = 0; n < 5; n += 1) await Promise.all([doctor(stack), stack.request("GET", "/readyz")]);
    assert.ok((await stack.tidio.requests()).length <= 4, "Tidio was asked too often");
  });

  for (const [name, token] of [["no token", ""], ["a wrong one", `${TOKEN}0`], ["a shopper's", "eyJ"]]) {
    test(`${name}: refused, and nothing is told`, async () => {
      const answer = await doctor(stack, token);
      assert.deepEqual([answer.status, answer.body.code], [401, "caller_unauthorized"]);
    });
  }
});

describe("a deployment with mistakes that only the vendors know", () => {
  let stack;
  before(async () => {
    stack = await startStack({
      secrets: { CT_DEMO_CLIENT_ID: "demo-narrow", CT_DEMO_CLIENT_SECRET: "demo-narrow-secret", TIDIO_US_CLIENT_SECRET: "wrong" },
      change: (bridge) => {
        bridge.stores.de.routes[0].department = "Germn desk";
        bridge.identity.audience = "https://bridge.shop.example";
        bridge.stores.de.origins.push("https://shop.example");
      },
    });
  });
  after(() => stack?.stop());

  test("doctor names each", async () => {
    assert.deepEqual(findings(await doctor(stack)), [
      "origins stores.de.origins[0] mistyped",
      "origins stores.uk.origins[0] mistyped",
      "origins stores.us.origins[0] mistyped",
      "vendors commercetools.demo mistyped",
      "scopes commercetools.demo.view_orders missing",
      "scopes commercetools.demo.view_customers missing",
      "scopes commercetools.demo.view_states missing",
      "departments stores.de.routes[0].department unknown",
      "vendors tidio.us mistyped",
    ]);
  });

  test("readyz says that it is not ready, by path and code, and names no department and no secret", async () => {
    const answer = await stack.request("GET", "/readyz");
    assert.equal(answer.status, 503);
    assert.deepEqual(answer.body.warnings.map(({ path, code }) => [path, code]), [["stores.de.routes[0].department", "unknown"]]);
    assert.ok(!answer.text.includes("desk"), answer.text);
  });
});

describe("a configuration that cannot be read", () => {
  let stack;
  before(async () => {
    stack = await startStack({
      secrets: { IDENTITY_KEY_DEMO_1: "short", TIDIO_EU_CLIENT_ID: null },
      change: (bridge) => {
        bridge.stores.de.orgins = [];
        delete bridge.stores.uk.locales;
        bridge.tidio.us.public_key = "short";
      },
    });
  });
  after(() => stack?.stop());

  test("doctor still answers, to whoever has the token", async () => {
    assert.deepEqual(findings(await doctor(stack)), [
      "configuration tidio.us.public_key mistyped",
      "configuration stores.de.orgins unknown",
      "configuration stores.uk.locales missing",
      "secrets secrets.IDENTITY_KEY_DEMO_1 mistyped",
      "secrets secrets.TIDIO_EU_CLIENT_ID missing",
    ]);
    assert.equal((await doctor(stack, "wrong")).status, 401);
  });

  test("readyz lists the problems with a code each", async () => {
    const { status, body } = await stack.request("GET", "/readyz");
    assert.equal(status, 503);
    for (const problem of body.problems) assert.match(problem.code, /^(missing|mistyped|unknown)$/);
    assert.deepEqual(body.problems.find(({ path }) => path === "stores.uk.locales").code, "missing");
  });
});

test("without an admin token there is nothing at that path", async () => {
  const stack = await startStack({ secrets: { ADMIN_TOKEN: null } });
  try {
    assert.equal((await doctor(stack)).status, 404);
  } finally {
    await stack.stop();
  }
});
