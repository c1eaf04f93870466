/**
 * commercetools' own access tokens as proof, against the emulator's token service: by introspection and by `/me`.
 * Proof × attack, with the code that each one gets.
 */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { ANNA, JAMES } from "../e2e/expected.mjs";
import { connect } from "../sdk/client.mjs";
import { startStack } from "./harness.mjs";
import { seeded } from "./people.mjs";
import { identifyBody, tokenOf } from "./tokens.mjs";

const ORIGIN = "http://localhost:3000";

/** A stack whose project takes access tokens in this way. */
const stackWith = (mode) => startStack({ change: (bridge) => (bridge.commercetools.demo.access_tokens = mode) });

const identify = (stack, accessToken, overrides) =>
  stack.request("POST", "/v1/identify", {
    origin: ORIGIN,
    headers: accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` },
    body: identifyBody(undefined, overrides),
  });

/** The token service's answers, as a storefront gets them. */
function tokensOf(stack) {
  const vendor = { name: "emulator", authUrl: stack.commercetools.url, apiUrl: stack.commercetools.url, projectKey: "demo-shop" };
  const get = async (options) => {
    const { api, token } = connect(vendor, options);
    await (options.flow === "client" ? api.get() : api.me().carts().get()).execute();
    return token();
  };
  return {
    customer: ({ email, password }) => get({ flow: "password", user: { username: email, password } }),
    anonymous: () => get({ flow: "anonymous" }),
    client: () => get({ flow: "client" }),
    refreshed: (refreshToken) => get({ flow: "refresh", refreshToken }),
    revoke: (token) =>
      fetch(`${stack.commercetools.url}/oauth/token/revoke`, {
        method: "POST",
        headers: { authorization: `Basic ${btoa("demo-shop-backend:demo-shop-backend-secret")}`, "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({ token, token_type_hint: "access_token" }),
      }).then((answer) => assert.ok(answer.ok)),
  };
}

function expectCode(answer, status, code) {
  assert.deepEqual([answer.status, answer.body?.code], [status, code], answer.text);
  assert.equal(answer.body.person, undefined);
}

describe("by introspection", () => {
  let stack;
  let tokens;
  let anna;
  before(async () => {
    stack = await stackWith("introspection");
    tokens = tokensOf(stack);
    ({ anna } = await seeded(stack));
  });
  after(() => stack?.stop());
  beforeEach(() => stack.forget());

  test("a customer's token proves the customer, and is asked about once", async () => {
    const { token } = await tokens.customer(ANNA);
    await stack.forget();
    for (let n = 0; n < 3; n += 1) {
      const answer = await identify(stack, token);
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.body.identity, "verified");
      assert.equal(answer.body.properties.ct_customer_number, anna.customer.customerNumber);
    }
    assert.equal((await stack.commercetools.requests({ prefix: "/oauth/introspect" })).length, 1);
    assert.ok(!stack.log().join("\n").includes(token), "the token is in the log");
  });

  test("a token that was renewed proves as well", async () => {
    const { refreshToken } = await tokens.customer(JAMES);
    const { token } = await tokens.refreshed(refreshToken);
    const answer = await identify(stack, token, { store: "uk", locale: "en-GB" });
    assert.equal(answer.body.identity, "verified", answer.text);
  });

  test("an anonymous session is a guest", async () => {
    const { token } = await tokens.anonymous();
    const answer = await identify(stack, token);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.identity, "guest");
    assert.equal(answer.body.person, undefined);
  });

  test("an identity token in the body counts before an access token", async () => {
    const { token } = await tokens.customer(JAMES);
    const answer = await identify(stack, token, { token: tokenOf(anna.customer.id) });
    assert.equal(answer.body.person.email, ANNA.email);
    assert.equal((await stack.commercetools.requests({ prefix: "/oauth/introspect" })).length, 0);
  });

  test("an access token withdraws consent; one that ended does not", async () => {
    const { token } = await tokens.customer(ANNA);
    const withdraw = () =>
      stack.request("POST", "/v1/consent", {
        origin: ORIGIN,
        headers: { authorization: `Bearer ${token}` },
        body: { contract: 1, store: "de", consent: { chat: "granted", share: "denied", source: "test" } },
      });
    const answer = await withdraw();
    assert.deepEqual([answer.status, answer.text], [204, ""]);
    const trace = await stack.request("GET", `/admin/trace/${answer.headers.get("x-correlation-id")}`, { headers: { authorization: "Bearer demo-admin-token-0123456789" } });
    assert.ok(trace.body.eu.lines.some(({ event, detail }) => event === "received" && detail === "consent"), trace.text);
    await tokens.revoke(token);
    await stack.stopWorker();
    await stack.startWorker();
    expectCode(await withdraw(), 401, "token_inactive");
  });

  /** What is sent, and the code that it gets. */
  const ATTACKS = [
    ["an unknown token", () => "nobody-ever-got-this-token", "token_inactive"],
    ["a revoked token", async () => {
      const { token } = await tokens.customer(ANNA);
      await tokens.revoke(token);
      return token;
    }, "token_inactive"],
    ["a refresh token", async () => (await tokens.customer(ANNA)).refreshToken.split(":").pop(), "token_inactive"],
    ["a token of an API client, which is nobody", async () => (await tokens.client()).token, "token_subject"],
    ["a token with characters that no token has", () => "a b", "token_malformed"],
    ["a token with a predicate in it", () => 'x"or"1', "token_malformed"],
    ["a token of 5,000 characters", () => "x".repeat(5000), "token_too_large"],
  ];
  for (const [name, token, code] of ATTACKS) {
    test(name, async () => expectCode(await identify(stack, await token()), 401, code));
  }

  const SUBJECT = "customer_id:8f0c1a52-0000-4000-8000-000000000001";
  const SCOPE = "manage_my_profile:demo-shop";
  /** What the token service says about a token, and the code that follows. */
  const ANSWERS = [
    ["not active, but with a subject", { active: false, scope: `${SCOPE} ${SUBJECT}` }, 401, "token_inactive"],
    ["no word whether it is active", { scope: `${SCOPE} ${SUBJECT}` }, 502, "commerce_malformed"],
    ["active as a word", { active: "true", scope: `${SCOPE} ${SUBJECT}` }, 502, "commerce_malformed"],
    ["ended, in milliseconds", { active: true, scope: `${SCOPE} ${SUBJECT}`, exp: 1_600_000_000_000 }, 401, "token_inactive"],
    ["ended, in seconds", { active: true, scope: `${SCOPE} ${SUBJECT}`, exp: 1_600_000_000 }, 401, "token_inactive"],
    ["no scopes", { active: true }, 401, "token_subject"],
    ["no subject", { active: true, scope: SCOPE }, 401, "token_subject"],
    ["two customers", { active: true, scope: `${SCOPE} ${SUBJECT} customer_id:other` }, 401, "token_subject"],
    ["the same customer twice", { active: true, scope: `${SCOPE} ${SUBJECT} ${SUBJECT}` }, 401, "token_subject"],
    ["a customer and a session", { active: true, scope: `${SCOPE} ${SUBJECT} anonymous_id:a` }, 401, "token_subject"],
    ["a subject that only looks alike", { active: true, scope: `${SCOPE} my_${SUBJECT}` }, 401, "token_subject"],
    ["a subject in capitals", { active: true, scope: `${SCOPE} CUSTOMER_ID:x` }, 401, "token_subject"],
    ["an empty subject", { active: true, scope: `${SCOPE} customer_id:` }, 401, "token_subject"],
    ["a user of another service", { active: true, scope: `${SCOPE} external_user_id:x` }, 401, "token_subject"],
    ["another project", { active: true, scope: `manage_my_profile:demo-shop-2 ${SUBJECT}` }, 401, "token_project"],
    ["the project in a person's scope only", { active: true, scope: `${SUBJECT} external_user_id:demo-shop` }, 401, "token_project"],
    ["another store", { active: true, scope: `manage_my_orders:demo-shop:uk ${SUBJECT}` }, 401, "token_project"],
    ["a list", [], 502, "commerce_malformed"],
  ];
  for (const [name, body, status, code] of ANSWERS) {
    test(`the token service says: ${name}`, async () => {
      await stack.commercetools.addFaults({ path_prefix: "/oauth/introspect", kind: "status", value: 200, body });
      expectCode(await identify(stack, `made-up-${name.replaceAll(/\W/g, "-")}`), status, code);
      assert.deepEqual(await stack.commercetools.requests({ prefix: "/demo-shop" }), [], "something was read");
    });
  }

  test("the token service is down: not proven, and not refused for good", async () => {
    await stack.commercetools.addFaults({ path_prefix: "/oauth/introspect", kind: "status", value: 503 });
    expectCode(await identify(stack, "some-token"), 503, "commerce_unavailable");
  });
});

describe("by the shopper's own profile", () => {
  let stack;
  let tokens;
  before(async () => {
    stack = await stackWith("me");
    tokens = tokensOf(stack);
  });
  after(() => stack?.stop());

  test("a customer's token proves the customer; nothing is expanded", async () => {
    const { token } = await tokens.customer(ANNA);
    await stack.forget();
    const answer = await identify(stack, token);
    assert.equal(answer.body.identity, "verified", answer.text);
    assert.equal(answer.body.person.email, ANNA.email);
    const asked = await stack.commercetools.requests({ prefix: "/demo-shop/me" });
    assert.deepEqual(asked.map(({ path, query }) => [path, query]), [["/demo-shop/me", ""]]);
  });

  test("an unknown, a revoked and an API client's token prove nobody", async () => {
    const { token } = await tokens.customer(ANNA);
    await tokens.revoke(token);
    for (const bad of ["nobody-ever-got-this-token", token]) expectCode(await identify(stack, bad), 401, "token_inactive");
    const client = await identify(stack, (await tokens.client()).token);
    assert.equal(client.status, 401, client.text);
    const anonymous = await identify(stack, (await tokens.anonymous()).token);
    assert.equal(anonymous.status, 401, anonymous.text);
  });
});

test("a project that does not take access tokens says so", async () => {
  const stack = await startStack();
  try {
    const { token } = await tokensOf(stack).customer(ANNA);
    expectCode(await identify(stack, token), 401, "token_unsupported");
    assert.equal((await stack.commercetools.requests({ prefix: "/oauth/introspect" })).length, 0);
  } finally {
    await stack.stop();
  }
});
