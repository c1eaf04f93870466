/** Configuration that cannot work: everything wrong is said at once, and nothing is served on it. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startStack } from "./harness.mjs";
import { identifyBody } from "./tokens.mjs";

const ORIGIN = "http://localhost:3000";
let stack;

before(async () => {
  stack = await startStack({ change: spoil, secrets: { CT_DEMO_CLIENT_SECRET: null, IDENTITY_KEY_DEMO_1: "too-short" } });
});
after(() => stack?.stop());

function spoil(bridge) {
  bridge.colour = "blue";
  bridge.stores.de.orgins = ["http://localhost:3000"];
  bridge.stores.uk.commercetools = "nowhere";
  bridge.tidio.us.public_key = "short";
  bridge.commercetools.demo.region = "mars";
  bridge.identity.keys.push({ kid: "curve", algorithm: "EdDSA", public_key: `Ag${"A".repeat(41)}` });
}

/** What must be named, whatever the wording. */
const PROBLEMS = ["colour", "orgins", "nowhere", "public_key", "region", "CT_DEMO_CLIENT_SECRET", "IDENTITY_KEY_DEMO_1", "point of the curve"];

describe("a spoilt configuration", () => {
  for (const [method, path, body] of [
    ["GET", "/v1/bootstrap?store=de&locale=de-DE"],
    ["POST", "/v1/identify", identifyBody()],
  ]) {
    test(`${method} ${path} is config_invalid`, async () => {
      const answer = await stack.request(method, path, { origin: ORIGIN, body });
      assert.equal(answer.status, 503, answer.text);
      assert.equal(answer.body.code, "config_invalid");
      for (const word of PROBLEMS) assert.ok(!answer.text.includes(word), `the public answer names ${word}`);
    });
  }

  test("healthz still answers: the process is alive", async () => {
    assert.equal((await stack.request("GET", "/healthz")).status, 200);
  });

  test("the log names every problem at once", async () => {
    for (const word of PROBLEMS) await stack.logged(word, (line) => line.includes(word));
    const log = stack.log().join("\n");
    for (const secret of ["too-short", "demo-edge-secret", "cs_demo_eu"]) assert.ok(!log.includes(secret), "the log shows a secret");
  });

  test("nobody was asked anything", async () => {
    assert.deepEqual(await stack.commercetools.requests(), []);
    assert.deepEqual(await stack.tidio.requests(), []);
  });
});
