/** `subscription` against the commercetools emulator: idempotent, in place, without a gap, whatever the network does. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { startEmulator } from "../lib/emulator.mjs";
import { SECRETS, command } from "./program.mjs";

let emulator;
before(async () => (emulator = await startEmulator("commercetools")));
after(() => emulator?.stop());
beforeEach(() => emulator.reset());

const BRIDGE = ["--destination", "eventbridge", "--aws-account", "123456789012", "--aws-region", "eu-central-1"];
const PUBSUB = ["--destination", "pubsub", "--gcp-project", "my-project", "--topic", "orders"];
const SNS = ["--destination", "sns", "--topic-arn", "arn:aws:sns:eu-central-1:123456789012:orders"];
const GRID = ["--destination", "eventgrid", "--uri", "https://t.example/api/events", "--access-key-env", "TOPIC_KEY"];

async function cli(argv, env = {}) {
  const done = await command(["subscription", ...argv], {
    CTP_PROJECT_KEY: "demo-shop",
    CTP_API_URL: emulator.url,
    CTP_AUTH_URL: emulator.url,
    CTP_CLIENT_ID: "demo-shop-backend",
    CTP_CLIENT_SECRET: "demo-shop-backend-secret",
    TOPIC_KEY: "grid-access-key",
    ...env,
  });
  for (const secret of SECRETS) assert.ok(!(done.out + done.err).includes(secret), `${argv.join(" ")} printed a secret`);
  return done;
}

/** What commercetools has, asked without our code. */
async function stored() {
  const basic = Buffer.from("demo-shop-backend:demo-shop-backend-secret").toString("base64");
  const token = await fetch(`${emulator.url}/oauth/token?grant_type=client_credentials`, { method: "POST", headers: { authorization: `Basic ${basic}` } });
  const { access_token: bearer } = await token.json();
  const answer = await fetch(`${emulator.url}/demo-shop/subscriptions`, { headers: { authorization: `Bearer ${bearer}` } });
  return (await answer.json()).results;
}

const writes = async () => (await emulator.requests({ prefix: "/demo-shop/subscriptions" })).filter(({ method }) => method !== "GET");

describe("create", () => {
  for (const [service, options, type] of [["eventbridge", BRIDGE, "EventBridge"], ["pubsub", PUBSUB, "GoogleCloudPubSub"], ["sns", SNS, "SNS"], ["eventgrid", GRID, "EventGrid"]]) {
    test(`${service}: made once, then left alone, then found to be right`, async () => {
      const first = await cli(["create", ...options]);
      assert.equal(first.code, 0, first.err);
      assert.match(first.out, /^tidio-bridge: created/);
      const again = await cli(["create", ...options]);
      assert.match(again.out, /^tidio-bridge: unchanged/, again.err);
      assert.equal((await writes()).length, 1);
      const [one, ...more] = await stored();
      assert.deepEqual([one.destination.type, more.length], [type, 0]);
      assert.deepEqual(one.changes, [{ resourceTypeId: "order" }, { resourceTypeId: "customer" }]);
      assert.deepEqual(one.messages, [{ resourceTypeId: "order", types: ["OrderEditApplied"] }]);
      assert.equal(one.format.type, service === "eventgrid" ? "CloudEvents" : "Platform");
      const checked = await cli(["check", ...options]);
      assert.equal(checked.code, 0, checked.out + checked.err);
      assert.match(checked.out, /Healthy, commercetools reaches the destination\n {2}is what it should be/);
    });
  }

  test("the token is asked for one scope", async () => {
    await cli(["create", ...PUBSUB]);
    const [asked] = await emulator.requests({ prefix: "/oauth/token" });
    assert.equal(new URLSearchParams(asked.body).get("scope"), "manage_subscriptions:demo-shop");
  });

  test("a dry run shows the draft without its secret and changes nothing", async () => {
    const { code, out } = await cli(["create", ...GRID, "--dry-run"]);
    assert.equal(code, 0);
    assert.match(out, /would be created/);
    assert.match(out, /"accessKey": "\(not shown\)"/);
    assert.deepEqual(await stored(), []);
  });

  test("another content and another destination: the same Subscription, changed in one request", async () => {
    await cli(["create", ...BRIDGE]);
    const [before] = await stored();
    const changed = await cli(["create", ...PUBSUB, "--notify", "messages"]);
    assert.equal(changed.code, 0, changed.err);
    assert.match(changed.out, /^tidio-bridge: updated/);
    const [after, ...more] = await stored();
    assert.deepEqual([after.id, more.length, (await writes()).length], [before.id, 0, 2]);
    assert.equal(after.destination.type, "GoogleCloudPubSub");
    assert.deepEqual(after.changes, [{ resourceTypeId: "customer" }]);
    assert.ok(after.messages[0].types.includes("OrderShipmentStateChanged") && after.messages[0].types.length >= 20);
    assert.match(changed.out, /destination\n {4}is +accountId=123456789012 region=eu-central-1 type=EventBridge\n {4}should +projectId=my-project topic=orders type=GoogleCloudPubSub/);
    assert.match(changed.out, /Left to do [^]*push subscription/, "another service, other things to do");
    const back = await cli(["create", ...BRIDGE, "--dry-run"]);
    assert.match(back.out, /would be updated\n {2}destination\n {4}is +.*type=GoogleCloudPubSub\n {4}should +.*type=EventBridge/);
    assert.equal((await writes()).length, 2);
  });

  test("a new access key is sent when asked for, and only then: keys come back masked", async () => {
    await cli(["create", ...GRID]);
    assert.equal((await stored())[0].destination.accessKey, "****");
    assert.match((await cli(["create", ...GRID])).out, /unchanged/);
    assert.match((await cli(["create", ...GRID, "--renew-destination"])).out, /updated/);
  });

  test("a format cannot be changed in place, and is not", async () => {
    await cli(["create", ...PUBSUB]);
    const { code, err } = await cli(["create", ...PUBSUB, "--format", "cloudevents"]);
    assert.equal(code, 1);
    assert.match(err, /error format_fixed/);
    assert.equal((await writes()).length, 1);
  });

  for (const [name, fault, wanted] of [
    ["dropped before it took effect", { kind: "reset_before" }, "created"],
    ["dropped after it took effect", { kind: "reset_after" }, "created"],
    ["an overloaded API", { kind: "status", value: 503 }, "created"],
  ]) {
    test(`${name}: there is one in the end`, async () => {
      await emulator.addFaults({ method: "POST", path_prefix: "/demo-shop/subscriptions", times: 1, ...fault });
      const { code, out, err } = await cli(["create", ...BRIDGE]);
      assert.equal(code, 0, err);
      assert.match(out, new RegExp(`: ${wanted}`));
      assert.equal((await stored()).length, 1);
    });
  }

  test("an update whose answer was lost is not done twice", async () => {
    await cli(["create", ...BRIDGE]);
    await emulator.addFaults({ method: "POST", path_prefix: "/demo-shop/subscriptions", times: 1, kind: "reset_after" });
    const { code, out } = await cli(["create", ...PUBSUB]);
    assert.equal(code, 0);
    assert.match(out, /: updated/);
    const [one] = await stored();
    assert.equal(one.destination.type, "GoogleCloudPubSub");
    assert.equal((await writes()).length, 2);
  });

  test("somebody else was faster (409): read again, decided again", async () => {
    await cli(["create", ...BRIDGE]);
    await emulator.addFaults({ method: "POST", path_prefix: "/demo-shop/subscriptions", times: 1, kind: "status", value: 409 });
    assert.match((await cli(["create", ...PUBSUB])).out, /: updated/);
  });

  for (const [name, env, code] of [
    ["a client without the scope", { CTP_CLIENT_ID: "demo-edge", CTP_CLIENT_SECRET: "demo-edge-secret" }, "commerce_scope"],
    ["a wrong secret", { CTP_CLIENT_SECRET: "wrong" }, "commerce_rejected"],
    ["no answer", { CTP_AUTH_URL: "http://localhost:9" }, "commerce_unavailable"],
  ]) {
    test(`${name}: ${code}`, async () => {
      const done = await cli(["create", ...BRIDGE], env);
      assert.equal(done.code, 1, done.out);
      assert.match(done.err, new RegExp(`error ${code}: `));
      assert.deepEqual(await stored(), []);
    });
  }
});

describe("check", () => {
  test("none: 1", async () => {
    const { code, err } = await cli(["check"]);
    assert.equal(code, 1);
    assert.match(err, /error absent/);
  });

  test("one that tells too little: 1, with the difference", async () => {
    await cli(["create", ...BRIDGE, "--notify", "messages"]);
    const { code, out } = await cli(["check"]);
    assert.equal(code, 1);
    assert.match(out, /changes\n +is +customer\n +should +customer, order/);
  });

  test("another destination than asked for: 1", async () => {
    await cli(["create", ...BRIDGE]);
    const { code, out } = await cli(["check", ...PUBSUB]);
    assert.equal(code, 1);
    assert.match(out, /type=GoogleCloudPubSub/);
  });

  test("one whose health is bad: 1", async () => {
    await cli(["create", ...BRIDGE]);
    const [{ id }] = await stored();
    await emulator.addFaults({ method: "GET", path_prefix: `/demo-shop/subscriptions/${id}/health`, kind: "status", value: 400 });
    const { code, out } = await cli(["check"]);
    assert.equal(code, 1);
    assert.match(out, /--renew-destination/);
  });
});

describe("delete", () => {
  test("only with --yes; then gone; then still gone", async () => {
    await cli(["create", ...BRIDGE]);
    const asked = await cli(["delete"]);
    assert.equal(asked.code, 2);
    assert.match(asked.err, /--yes/);
    assert.equal((await stored()).length, 1);
    assert.match((await cli(["delete", "--yes"])).out, /deleted/);
    assert.deepEqual(await stored(), []);
    assert.match((await cli(["delete", "--yes"])).out, /there is none/);
  });

  test("an answer that was lost: gone all the same", async () => {
    await cli(["create", ...BRIDGE]);
    await emulator.addFaults({ method: "DELETE", path_prefix: "/demo-shop/subscriptions", times: 1, kind: "reset_after" });
    const { code, out } = await cli(["delete", "--yes"]);
    assert.equal(code, 0, out);
    assert.deepEqual(await stored(), []);
  });
});
