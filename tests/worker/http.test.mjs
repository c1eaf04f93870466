/** What every answer has: correlation id, CORS by store, caching where it is safe, no inner detail. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { committedBridge, startStack } from "./harness.mjs";
import { PROJECTS, seeded } from "./people.mjs";
import { identifyBody, tokenOf } from "./tokens.mjs";

const ORIGIN = "http://localhost:3000";
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
let stack;
let anna;

before(async () => {
  stack = await startStack();
  ({ anna } = await seeded(stack));
});
after(() => stack?.stop());

const identify = (options = {}) =>
  stack.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody(tokenOf(anna.customer.id)), ...options });

test("healthz answers without asking anybody", async () => {
  await stack.forget();
  const answer = await stack.request("GET", "/healthz");
  assert.equal(answer.status, 200);
  assert.equal((await stack.commercetools.requests()).length, 0);
  assert.equal((await stack.tidio.requests()).length, 0);
});

test("HEAD is answered as GET is, without the body", async () => {
  for (const [path, status] of [["/healthz", 200], ["/readyz", 200], ["/v1/bootstrap?store=de&locale=de-DE", 200], ["/v1/bootstrap?store=fr&locale=de-DE", 404], ["/admin/walks", 401]]) {
    const [get, head] = [await stack.request("GET", path), await stack.request("HEAD", path)];
    assert.deepEqual([get.status, head.status, head.text], [status, status, ""], path);
    for (const name of ["content-type", "etag", "cache-control"]) assert.equal(head.headers.get(name), get.headers.get(name), `${path} ${name}`);
  }
});

describe("refusals say what HTTP wants them to say", () => {
  for (const [method, path, allow] of [
    ["PUT", "/healthz", "GET, HEAD"],
    ["GET", "/v1/identify", "POST, OPTIONS"],
    ["POST", "/v1/bootstrap?store=de", "GET, HEAD, OPTIONS"],
    ["GET", "/v1/events/eventgrid", "POST, OPTIONS"],
    ["DELETE", "/v1/events/sns", "POST"],
    ["POST", "/admin/doctor", "GET, HEAD"],
  ]) {
    test(`${method} ${path} is told ${allow}`, async () => {
      const answer = await stack.request(method, path);
      assert.deepEqual([answer.status, answer.body.code, answer.headers.get("allow")], [405, "method_not_allowed", allow]);
    });
  }

  test("no credentials, or wrong ones: which are wanted", async () => {
    for (const [path, options] of [["/admin/walks", {}], ["/admin/doctor", {}], ["/v1/identify", { method: "POST", origin: ORIGIN, body: identifyBody("bad") }]]) {
      const { method = "GET", ...rest } = options;
      const answer = await stack.request(method, path, rest);
      assert.deepEqual([answer.status, answer.headers.get("www-authenticate")], [401, "Bearer"], path);
    }
  });
});

describe("correlation id", () => {
  test("one is made", async () => {
    const answer = await identify();
    assert.match(answer.headers.get("x-correlation-id"), UUID);
    assert.equal(answer.body.correlationId, answer.headers.get("x-correlation-id"));
    assert.equal(answer.body.properties.ct_correlation_id, answer.body.correlationId);
  });

  test("a good one is kept and travels to commercetools", async () => {
    const id = "3c1f0f6e-5d0a-4a51-9b0e-2f4b8c9d7e10";
    await stack.forget();
    const answer = await identify({ headers: { "x-correlation-id": id } });
    assert.equal(answer.headers.get("x-correlation-id"), id);
    const calls = await stack.commercetools.requests();
    assert.ok(calls.length > 0, "commercetools was not asked");
    for (const call of calls) assert.equal(call.correlation_id, id, `${call.method} ${call.path}`);
  });

  for (const bad of ["x".repeat(500), "<script>", "a b"]) {
    test(`a bad one is replaced: ${bad.slice(0, 20)}`, async () => {
      const answer = await identify({ headers: { "x-correlation-id": bad } });
      assert.equal(answer.status, 200);
      assert.notEqual(answer.headers.get("x-correlation-id"), bad);
    });
  }
});

describe("CORS", () => {
  test("a preflight from the shop is allowed", async () => {
    const answer = await stack.request("OPTIONS", "/v1/identify", {
      origin: ORIGIN,
      headers: { "access-control-request-method": "POST", "access-control-request-headers": "content-type,x-correlation-id" },
    });
    assert.ok([200, 204].includes(answer.status), answer.text);
    assert.equal(answer.headers.get("access-control-allow-origin"), ORIGIN);
    assert.match(answer.headers.get("access-control-allow-methods"), /POST/);
    assert.match(answer.headers.get("access-control-allow-headers").toLowerCase(), /content-type/);
    assert.match(answer.headers.get("vary") ?? "", /origin/i);
  });

  test("a preflight from elsewhere is not", async () => {
    const answer = await stack.request("OPTIONS", "/v1/identify", {
      origin: "https://evil.example",
      headers: { "access-control-request-method": "POST" },
    });
    assert.equal(answer.headers.get("access-control-allow-origin"), null);
  });

  test("the shop may read answers, refusals and the correlation id", async () => {
    for (const body of [identifyBody(tokenOf(anna.customer.id)), identifyBody("bad")]) {
      const answer = await identify({ body });
      assert.equal(answer.headers.get("access-control-allow-origin"), ORIGIN, answer.text);
      assert.match(answer.headers.get("access-control-expose-headers") ?? "", /x-correlation-id/i);
      assert.equal(answer.headers.get("access-control-allow-credentials"), null);
    }
  });
});

describe("bootstrap", () => {
  const bootstrap = (query, options) => stack.request("GET", `/v1/bootstrap?${query}`, { origin: ORIGIN, ...options });

  test("public settings and nothing else", async () => {
    const answer = await bootstrap("store=de&locale=de-DE");
    assert.equal(answer.status, 200, answer.text);
    const { consent } = committedBridge().stores.de;
    assert.deepEqual(answer.body, {
      contract: 1,
      store: "de",
      locale: "de-DE",
      publicKey: PROJECTS.eu,
      scriptOrigin: stack.tidio.url,
      language: "de",
      currency: { code: "EUR", exchangeRate: 1 },
      consent,
      // What a rule leaves out stands here as it counts.
      triggers: [
        { event: "cart_over_100", on: "cart_over", once: "cart", minorUnits: 10_000, currency: "EUR", tags: ["big-cart"] },
        { event: "cart_waits", on: "cart_idle", once: "cart", seconds: 120 },
        { event: "checkout_started", on: "checkout_started", once: "cart" },
        { event: "checkout_failed", on: "checkout_failed", once: "cart" },
        { event: "order_placed", on: "order_placed", once: "order" },
      ],
    });
  });

  test("the us store has its own project", async () => {
    const answer = await bootstrap("store=us&locale=en-US");
    assert.equal(answer.body.publicKey, PROJECTS.us);
    assert.equal(answer.body.currency.code, "USD");
  });

  test("it is cacheable and validated by ETag", async () => {
    const first = await bootstrap("store=de&locale=de-DE");
    const etag = first.headers.get("etag");
    assert.ok(etag);
    assert.match(first.headers.get("cache-control"), /max-age=\d+/);
    const again = await bootstrap("store=de&locale=de-DE", { headers: { "if-none-match": etag } });
    assert.equal(again.status, 304);
    assert.equal(again.text, "");
    const other = await bootstrap("store=uk&locale=en-GB");
    assert.notEqual(other.headers.get("etag"), etag);
  });

  for (const [query, status, code] of [
    ["store=fr&locale=de-DE", 404, "store_unknown"],
    ["store=de&locale=fr-FR", 404, "locale_unknown"],
    ["locale=de-DE", 404, "store_unknown"],
  ]) {
    test(`${query} is ${code}`, async () => {
      const answer = await bootstrap(query);
      assert.equal(answer.status, status, answer.text);
      assert.equal(answer.body.code, code);
    });
  }
});

describe("security headers", () => {
  const CALLS = [
    ["GET", "/healthz"], ["GET", "/readyz"], ["GET", "/v1/bootstrap?store=de&locale=de-DE"], ["GET", "/v1/bootstrap?store=fr&locale=de-DE"],
    ["POST", "/v1/identify", { body: identifyBody() }], ["POST", "/v1/identify", { body: "{" }], ["POST", "/v1/consent", { body: "{" }],
    ["OPTIONS", "/v1/identify"], ["GET", "/nothing-here"], ["DELETE", "/v1/identify"], ["GET", "/admin/doctor"], ["GET", "/admin/routes/explain"],
  ];
  for (const [method, path, options] of CALLS) {
    test(`${method} ${path} ${options ? JSON.stringify(options).slice(0, 20) : ""}`, async () => {
      const { headers, status } = await stack.request(method, path, { origin: ORIGIN, ...options });
      assert.ok(status < 500, `${status}`);
      assert.equal(headers.get("x-content-type-options"), "nosniff");
      assert.equal(headers.get("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
      assert.equal(headers.get("referrer-policy"), "no-referrer");
      assert.match(headers.get("strict-transport-security"), /max-age=\d+/);
      assert.match(headers.get("x-correlation-id"), UUID);
      if (!path.startsWith("/v1/bootstrap?store=de")) assert.doesNotMatch(headers.get("cache-control") ?? "no-store", /max-age|public/);
      assert.equal(headers.get("access-control-allow-credentials"), null);
    });
  }

  test("nothing that was sent comes back", async () => {
    const marker = "reflect-me-73b1";
    for (const [method, path, options] of [
      ["GET", `/v1/bootstrap?store=${marker}&locale=${marker}`], ["GET", `/${marker}`],
      ["POST", "/v1/identify", { body: identifyBody(marker, { store: marker, locale: marker }) }],
      ["POST", "/v1/identify", { body: identifyBody(marker) }], ["POST", "/v1/consent", { body: { contract: 1, store: marker, token: marker } }],
      ["GET", "/healthz", { headers: { "x-correlation-id": marker } }],
    ]) {
      const answer = await stack.request(method, path, { origin: ORIGIN, ...options });
      const everything = answer.text + JSON.stringify([...answer.headers]);
      assert.ok(!everything.includes(marker), everything);
    }
  });
});

test("a cached bootstrap is revalidated with weak tags, lists and stars, and never for another origin's page", async () => {
  const ask = (headers, origin = ORIGIN) => stack.request("GET", "/v1/bootstrap?store=de&locale=de-DE", { origin, headers });
  const first = await ask({});
  const etag = first.headers.get("etag");
  for (const known of [`W/${etag}`, `"other", ${etag}`, "*"]) {
    const again = await ask({ "if-none-match": known });
    assert.equal(again.status, 304, known);
    assert.equal(again.headers.get("etag"), etag);
    assert.equal(again.headers.get("cache-control"), first.headers.get("cache-control"));
    assert.equal(again.headers.get("access-control-allow-origin"), ORIGIN);
  }
  assert.equal((await ask({ "if-none-match": '"other"' })).status, 200);
  const foreign = await ask({ "if-none-match": etag }, "https://evil.example");
  assert.deepEqual([foreign.status, foreign.headers.get("access-control-allow-origin")], [403, null]);
  assert.match(first.headers.get("vary"), /origin/i);
});

test("answers about a person are not stored by caches and carry security headers", async () => {
  const answer = await identify();
  assert.match(answer.headers.get("cache-control") ?? "", /no-store/);
  assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
});
