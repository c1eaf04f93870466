/** Two live keys, of both algorithms, as while one replaces the other; and every confusion of the two. */
import assert from "node:assert/strict";
import { generateKeyPairSync, sign as signWith } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { startStack } from "./harness.mjs";
import { seeded } from "./people.mjs";
import { DEMO_KEY, claimsFor, identifyBody, sign } from "./tokens.mjs";

const ORIGIN = "http://localhost:3000";
const KID = "demo-2";
const ours = generateKeyPairSync("ed25519");
const foreign = generateKeyPairSync("ed25519");
const publicKey = ours.publicKey.export({ format: "jwk" }).x;
let stack;
let anna;

before(async () => {
  stack = await startStack({ change: (bridge) => bridge.identity.keys.push({ kid: KID, algorithm: "EdDSA", public_key: publicKey }) });
  ({ anna } = await seeded(stack));
});
after(() => stack?.stop());

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const claims = (overrides) => claimsFor(`customer:${anna.customer.id}`, overrides);

/** A token signed with Ed25519. */
function edSigned(content, { header = {}, key = ours.privateKey } = {}) {
  const input = `${encode({ alg: "EdDSA", typ: "JWT", kid: KID, ...header })}.${encode(content)}`;
  return `${input}.${signWith(null, Buffer.from(input), key).toString("base64url")}`;
}

const identify = (token) => stack.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody(token) });

test("tokens of both keys are taken", async () => {
  for (const token of [sign(claims()), edSigned(claims())]) {
    const answer = await identify(token);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.identity, "verified");
  }
});

describe("what the second key does not open", () => {
  const ATTACKS = [
    ["another Ed25519 key's signature", () => edSigned(claims(), { key: foreign.privateKey }), "token_signature"],
    ["a signature of other claims", () => `${edSigned(claims()).split(".").slice(0, 2).join(".")}.${edSigned(claims({ sub: "guest" })).split(".")[2]}`, "token_signature"],
    ["an empty signature", () => `${edSigned(claims()).split(".").slice(0, 2).join(".")}.`, ["token_signature", "token_malformed"]],
    ["half a signature", () => edSigned(claims()).slice(0, -43), ["token_signature", "token_malformed"]],
    ["HS256 with the public key as the secret", () => sign(claims(), { header: { kid: KID }, secret: Buffer.from(publicKey, "base64url") }), "token_algorithm"],
    ["HS256 with the public key's text as the secret", () => sign(claims(), { header: { kid: KID }, secret: publicKey }), "token_algorithm"],
    ["EdDSA under the HS256 key's id", () => edSigned(claims(), { header: { kid: DEMO_KEY.kid } }), "token_algorithm"],
    ["EdDSA that calls itself HS256", () => edSigned(claims(), { header: { alg: "HS256" } }), "token_algorithm"],
    ["no algorithm", () => edSigned(claims(), { header: { alg: "none" } }), "token_algorithm"],
    ["an expired token", () => edSigned(claims({ iat: 1_700_000_000, exp: 1_700_000_600 })), "token_expired"],
    ["a key id that is not configured any more", () => edSigned(claims(), { header: { kid: "demo-0" } }), "token_key_unknown"],
  ];
  for (const [name, token, codes] of ATTACKS) {
    test(name, async () => {
      const answer = await identify(token());
      assert.equal(answer.status, 401, answer.text);
      assert.ok([codes].flat().includes(answer.body.code), answer.text);
    });
  }
});

test("once the old key is taken out, its tokens are unknown", async () => {
  const later = await startStack({ change: (bridge) => (bridge.identity.keys = [{ kid: KID, algorithm: "EdDSA", public_key: publicKey }]) });
  try {
    const ask = (token) => later.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody(token) });
    assert.equal((await ask(sign(claims()))).body.code, "token_key_unknown");
    assert.equal((await ask(edSigned(claims()))).status, 200);
  } finally {
    await later.stop();
  }
});
