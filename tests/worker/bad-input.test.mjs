/**
 * Everything wrong that a browser can send: each gets its stable code, and nothing reaches Tidio because of it.
 */
import assert from "node:assert/strict";
import { generateKeyPairSync, sign as signWith } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { startStack } from "./harness.mjs";
import { contactOnce, seeded } from "./people.mjs";
import { AUDIENCE, DEMO_KEY, claimsFor, flipped, identifyBody, sign, tokenOf } from "./tokens.mjs";

const ORIGIN = "http://localhost:3000";
const now = () => Math.floor(Date.now() / 1000);
let stack;
let anna;
let james;

before(async () => {
  stack = await startStack();
  ({ anna, james } = await seeded(stack));
  await stack.forget();
});
after(() => stack?.stop());

const anyone = (overrides) => claimsFor("customer:8f0c1a52-0000-4000-8000-000000000001", overrides);
const foreignKey = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;

/** A token signed with RSA, as somebody would who confuses the algorithms. */
function rsaSigned(claims) {
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const input = `${encode({ alg: "RS256", typ: "JWT", kid: DEMO_KEY.kid })}.${encode(claims)}`;
  return `${input}.${signWith("sha256", Buffer.from(input), foreignKey).toString("base64url")}`;
}

/** Proof × attack: what is sent, and the code that it gets. */
const TOKENS = [
  ["not a token at all", () => "hello", "token_malformed"],
  ["an empty token", () => "", "token_malformed"],
  ["two parts", () => sign(anyone()).split(".").slice(0, 2).join("."), "token_malformed"],
  ["four parts", () => `${sign(anyone())}.AAAA`, "token_malformed"],
  ["truncated in the signature", () => sign(anyone()).slice(0, -10), ["token_signature", "token_malformed"]],
  ["claims that are not JSON", () => sign("hello"), "token_malformed"],
  ["longer than allowed", () => sign(anyone({ cart: "x".repeat(5000) })), "token_too_large"],
  ["another key's signature", () => sign(anyone(), { secret: "another-secret-of-more-than-32-bytes-0000" }), "token_signature"],
  ["one bit of the claims flipped", () => flipped(sign(anyone()), 1, 77), ["token_signature", "token_malformed"]],
  ["one bit of the signature flipped", () => flipped(sign(anyone()), 2, 13), "token_signature"],
  ["no signature, algorithm none", () => sign(anyone(), { header: { alg: "none" } }), "token_algorithm"],
  ["HS512 under an HS256 key", () => sign(anyone(), { header: { alg: "HS512" } }), "token_algorithm"],
  ["RS256 under an HS256 key", () => rsaSigned(anyone()), "token_algorithm"],
  ["an unknown key id", () => sign(anyone(), { header: { kid: "demo-2" } }), "token_key_unknown"],
  ["no key id", () => sign(anyone(), { header: { kid: undefined } }), "token_malformed"],
  ["another type", () => sign(anyone(), { header: { typ: "at+jwt" } }), "token_malformed"],
  ["critical extensions that are null", () => sign(anyone(), { header: { crit: null } }), "token_malformed"],
  ["audiences of others", () => sign(anyone({ aud: ["https://edge.example", "https://other.example"] })), "token_audience"],
  ["an audience that is no text", () => sign(anyone({ aud: [AUDIENCE, 1] })), "token_malformed"],
  ["a critical extension", () => sign(anyone(), { header: { crit: ["exp"] } }), "token_malformed"],
  ["expired", () => sign(anyone({ iat: now() - 700, exp: now() - 100 })), "token_expired"],
  ["from the future", () => sign(anyone({ iat: now() + 300, exp: now() + 600 })), "token_not_yet_valid"],
  ["lives too long", () => sign(anyone({ exp: now() + 3600 })), "token_lifetime"],
  ["no expiry", () => sign(anyone({ exp: undefined })), ["token_malformed", "token_lifetime"]],
  ["another edge's audience", () => sign(anyone({ aud: "https://edge.example" })), "token_audience"],
  ["an audience that merely begins alike", () => sign(anyone({ aud: `${AUDIENCE}0` })), "token_audience"],
  ["another project", () => sign(anyone({ prj: "demo-shop-2" })), "token_project"],
  ["another store", () => sign(anyone({ store: "uk" })), "token_store"],
  ["a subject of no kind", () => sign(anyone({ sub: "8f0c1a52-0000-4000-8000-000000000001" })), "token_malformed"],
  ["a subject of an unknown kind", () => sign(anyone({ sub: "admin:1" })), "token_malformed"],
  ["a subject with a predicate in it", () => sign(anyone({ sub: 'customer:x" or "1"="1' })), "token_malformed"],
  ["claims of another version", () => sign(anyone({ v: 2 })), "token_malformed"],
];

/** Bodies and headers. */
const REQUESTS = [
  ["no body", { body: "" }, 400, "body_malformed"],
  ["not JSON", { body: "{" }, 400, "body_malformed"],
  ["JSON of the wrong shape", { body: [1, 2] }, 400, "body_malformed"],
  ["a member of the wrong type", { body: () => identifyBody(undefined, { store: 7 }) }, 400, "body_malformed"],
  ["a member missing", { body: () => ({ ...identifyBody(), consent: undefined }) }, 400, "body_malformed"],
  ["consent that is no answer", { body: () => identifyBody(undefined, { consent: { chat: "perhaps", share: "granted", source: "test" } }) }, 400, "body_malformed"],
  ["a body of 17 KiB", { body: () => identifyBody(undefined, { padding: "x".repeat(17 * 1024) }) }, 413, "body_too_large"],
  ["a body of 2 MiB", { body: () => "x".repeat(2 * 1024 * 1024) }, 413, "body_too_large"],
  ["bytes that are no text", { body: Uint8Array.of(0xff, 0xfe, 0x00) }, 400, "body_malformed"],
  ["another content type", { body: "{}", headers: { "content-type": "text/plain" } }, 415, "media_type_unsupported"],
  ["contract version 0", { body: () => identifyBody(undefined, { contract: 0 }) }, 400, "contract_unsupported"],
  ["contract version 99", { body: () => identifyBody(undefined, { contract: 99 }) }, 400, "contract_unsupported"],
  ["an unknown store", { body: () => identifyBody(undefined, { store: "fr" }) }, 404, "store_unknown"],
  ["an unknown locale", { body: () => identifyBody(undefined, { locale: "fr-FR" }) }, 404, "locale_unknown"],
  ["a foreign origin", { body: () => identifyBody(), origin: "https://evil.example" }, 403, "origin_forbidden"],
  ["an origin that merely begins alike", { body: () => identifyBody(), origin: `${ORIGIN}.evil.example` }, 403, "origin_forbidden"],
  ["the origin of a sandbox", { body: () => identifyBody(), origin: "null" }, 403, "origin_forbidden"],
  ["the wrong method", { method: "GET" }, 405, "method_not_allowed"],
  ["an unknown path", { path: "/v1/identity", body: () => identifyBody() }, 404, "route_unknown"],
];

function expectProblem(answer, status, codes) {
  assert.ok([codes].flat().includes(answer.body?.code), `${answer.status} ${answer.text}`);
  assert.equal(answer.status, status);
  assert.match(answer.headers.get("content-type"), /^application\/problem\+json/);
  assert.equal(answer.body.status, status);
  assert.equal(answer.body.correlationId, answer.headers.get("x-correlation-id"));
  assert.deepEqual(Object.keys(answer.body).sort(), ["code", "correlationId", "status", "title", "type"]);
}

describe("proof × attack", () => {
  for (const [name, token, codes] of TOKENS) {
    test(name, async () => {
      const text = token();
      const answer = await stack.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody(text || undefined, text ? {} : { token: "" }) });
      expectProblem(answer, 401, codes);
      assert.ok(!text || !answer.text.includes(text), "the answer repeats the token");
    });
  }
});

describe("bodies, stores and origins", () => {
  for (const [name, { method = "POST", path = "/v1/identify", body, headers, origin = ORIGIN }, status, code] of REQUESTS) {
    test(name, async () => {
      const answer = await stack.request(method, path, { origin, headers, body: typeof body === "function" ? body() : body });
      expectProblem(answer, status, code);
    });
  }
});

describe("somebody else's things", () => {
  const OTHERS = [
    ["a customer who does not exist", () => tokenOf("00000000-0000-4000-8000-000000000000")],
    ["another customer's cart in a customer's token", () => tokenOf(james.customer.id, { cart: anna.cart.id, store: undefined })],
    ["a customer's cart in a guest's token", () => sign(claimsFor("guest", { cart: "00000000-0000-4000-8000-000000000000" }))],
  ];
  for (const [name, token] of OTHERS) {
    test(name, async () => {
      const answer = await stack.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody(token()) });
      assert.ok([200, 404].includes(answer.status), answer.text);
      for (const secret of [anna.customer.email, anna.customer.customerNumber, anna.cart.id]) {
        assert.ok(!answer.text.includes(secret), `the answer tells ${secret}: ${answer.text}`);
      }
    });
  }
});

test("nothing of all this was written to Tidio, and the edge still works", async () => {
  const good = await stack.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody(tokenOf(anna.customer.id)) });
  assert.equal(good.status, 200, good.text);
  await contactOnce(stack, anna.customer.email);
  const strangers = (await stack.writesToTidio()).filter(({ body }) => {
    const text = JSON.stringify(body);
    return !text.includes(anna.customer.email) && !text.includes(good.body.person.distinctId) && text.includes("distinct_id");
  });
  assert.deepEqual(strangers.filter(({ body }) => !JSON.stringify(body).includes(james.customer.email)), []);
});

test("no token, secret or e-mail is in the Worker's log", async () => {
  const log = stack.log().join("\n");
  for (const secret of [DEMO_KEY.secret, "demo-edge-secret", "cs_demo_eu", anna.customer.email, "eyJ"]) {
    assert.ok(!log.includes(secret), `the log contains ${secret.slice(0, 6)}…`);
  }
});
