/**
 * What others' libraries make, by their defaults, and what others' libraries say of what we make.
 *
 * In scope: identity tokens by `jose`, as a shop's own backend may sign them; messages of the emulator's SNS, held
 * against `sns-validator`. Out of scope: what is wrong with a token or a message.
 */
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import * as jose from "jose";
import { eventually } from "../lib/browser.mjs";
import { startStack } from "./harness.mjs";
import { seeded } from "./people.mjs";
import { AUDIENCE, DEMO_KEY, claimsFor, identifyBody } from "./tokens.mjs";

const ORIGIN = "http://localhost:3000";
const KEY = new TextEncoder().encode(DEMO_KEY.secret);
let stack;
let anna;

before(async () => {
  stack = await startStack();
  ({ anna } = await seeded(stack));
});
after(() => stack?.stop());

describe("a token that jose signs is a proof", () => {
  const { kid } = DEMO_KEY;
  const token = (header = {}) => new jose.SignJWT(claimsFor(`customer:${anna.customer.id}`)).setProtectedHeader({ alg: "HS256", kid, ...header });
  const TOKENS = {
    "by its defaults, without a type": () => token(),
    "with a type": () => token({ typ: "JWT" }),
    "with a type in small letters": () => token({ typ: "jwt" }),
    "with a list of one audience": () => token().setAudience([AUDIENCE]),
    "with a list of several audiences": () => token().setAudience(["https://api.example", AUDIENCE]),
    "with times that it makes itself": () => token().setIssuedAt().setExpirationTime("5m"),
    "with an issuer and a start": () => token().setIssuer("https://shop.example").setNotBefore("0s"),
  };
  for (const [name, make] of Object.entries(TOKENS)) {
    test(name, async () => {
      const answer = await stack.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody(await make().sign(KEY)) });
      assert.deepEqual([answer.status, answer.body.identity], [200, "verified"], answer.text);
    });
  }

  test("unless it is one in JSON, or for somebody else", async () => {
    const claims = new TextEncoder().encode(JSON.stringify(claimsFor(`customer:${anna.customer.id}`)));
    const json = JSON.stringify(await new jose.FlattenedSign(claims).setProtectedHeader({ alg: "HS256", kid }).sign(KEY));
    for (const [text, code] of [[json, "token_malformed"], [await token().setAudience(["https://api.example"]).sign(KEY), "token_audience"]]) {
      const answer = await stack.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody(text) });
      assert.deepEqual([answer.status, answer.body.code], [401, code], answer.text);
    }
  });
});

test("sns-validator takes what the emulator signs as SNS", async () => {
  const heard = [];
  const sink = createServer(async (request, response) => {
    const chunks = await Array.fromAsync(request);
    heard.push(JSON.parse(Buffer.concat(chunks)));
    response.writeHead(200).end();
  });
  await new Promise((resolve) => sink.listen(0, "127.0.0.1", resolve));
  const pem = await (await fetch(`${stack.commercetools.url}/__emulator/sns/cert.pem`)).text();
  const options = { speed: 50, signing_cert_url: "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0.pem" };
  const url = `http://127.0.0.1:${sink.address().port}/`;
  await stack.commercetools.steer("POST", "delivery", { subscription: "strangers", url, kind: "sns", messages: [{ resourceTypeId: "order" }], options });
  await eventually("the topic asks", () => heard.length > 0);
  const isValid = validator(pem);
  assert.equal(heard[0].Type, "SubscriptionConfirmation");
  assert.equal(await isValid(heard[0]), null);
  await fetch(heard[0].SubscribeURL.replace(/^https:\/\/[^/]+/, stack.commercetools.url));
  const notification = await eventually("it notifies", () => heard.find(({ Type }) => Type === "Notification"));
  assert.equal(await isValid(notification), null);
  assert.match(await isValid({ ...notification, Message: `${notification.Message} ` }), /signature is invalid/);
  await stack.commercetools.steer("DELETE", "delivery");
  sink.close();
});

/** `sns-validator` with a certificate that lies where AWS's would: it can fetch from AWS's hosts only. */
function validator(pem) {
  const require = createRequire(import.meta.url);
  const https = require("node:https");
  const { get } = https;
  https.get = (_url, answer) => {
    const response = Object.assign(new EventEmitter(), { statusCode: 200 });
    process.nextTick(() => (answer(response), response.emit("data", Buffer.from(pem)), response.emit("end")));
    return new EventEmitter();
  };
  after(() => (https.get = get));
  const validator = new (require("sns-validator"))();
  return (message) => new Promise((resolve) => validator.validate({ ...message }, (error) => resolve(error?.message ?? null)));
}
