/**
 * Every bad notification on every route, in real workerd: each gets the answer that its service needs, what is to be
 * kept is kept once, and nothing of all this reaches an agent's panel.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { eventually } from "../lib/browser.mjs";
import { ROOT } from "../lib/paths.mjs";
import { CASES, STAGED, page } from "./bad-events.cases.mjs";
import { startStack } from "./harness.mjs";
import { admin, atRest } from "./operations.mjs";
import { onOrder } from "./reliability.mjs";
import { ROUTES, changed, senders as sendersOf, trustHost, trusting } from "./senders.mjs";

const PAGE = `${ROOT}/docs/bad-events.md`;
/** Within this keys are asked for again, which happens once in ten seconds at most. */
const KEYS_MS = 60_000;
let host;
let stack;
let senders;

before(async () => {
  host = await trustHost();
  senders = { ...sendersOf(host), host };
  const change = (bridge) => (onOrder(bridge), trusting(host)(bridge));
  stack = await startStack({ change });
});
after(async () => {
  await stack?.stop();
  await host?.stop();
});

async function post(to, route, { headers, body, ...more }) {
  const answer = await fetch(`${to.url}/v1/events/${route}`, { method: "POST", headers: { "content-type": "application/json", ...headers }, body, ...more });
  const text = await answer.text();
  return [answer.status, text === "" ? null : JSON.parse(text).code];
}

/** For how many of these orders something was kept. Kept twice is wrong. */
async function keptOf(ids) {
  let count = 0;
  for (const id of ids) {
    const { eu, us } = await admin(stack, "GET", `trace/${id}`);
    for (const { lines } of [eu, us]) {
      const received = lines.filter(({ event, subject }) => event === "received" && subject === id).length;
      assert.ok(received <= 1, `${id} was kept ${received} times`);
    }
    count += eu.lines.some(({ event }) => event === "received") ? 1 : 0;
  }
  return count;
}

describe("route × bad notification", () => {
  for (const [name, routes] of Object.entries(CASES)) {
    for (const [route, [request, [status, code, orders]]] of Object.entries(routes)) {
      test(`${route}: ${name}`, async () => {
        const ids = [randomUUID(), randomUUID(), randomUUID()];
        const requests = [request(senders, ids)].flat();
        for (const one of requests) assert.deepEqual(await post(stack, route, one), [status, code]);
        assert.equal(await keptOf(ids), orders);
      });
    }
  }

  for (const route of ROUTES) {
    test(`${route}: a question instead of an event`, async () => {
      const answer = await fetch(`${stack.url}/v1/events/${route}`);
      assert.deepEqual([answer.status, (await answer.json()).code], STAGED["a question instead of an event (`GET`)"][route].slice(0, 2));
    });
  }
});

describe("handshakes", () => {
  test("Event Grid: without the secret 401, without an origin 405, else allowed", async () => {
    const ask = (headers) => fetch(`${stack.url}/v1/events/eventgrid`, { method: "OPTIONS", headers });
    const origin = { "webhook-request-origin": "eventgrid.azure.net" };
    assert.equal((await ask(origin)).status, 401);
    assert.equal((await ask({ ...origin, "x-eventgrid-secret": "demo-events-secret" })).status, 401);
    const secret = { "x-eventgrid-secret": "demo-events-secret-0123456789" };
    assert.equal((await ask(secret)).status, 405);
    const good = await ask({ ...origin, ...secret });
    assert.deepEqual([good.status, good.headers.get("webhook-allowed-origin")], [200, "eventgrid.azure.net"]);
  });

  test("SNS: a confirmation is visited at AWS's host only, and repeated while that does not answer", async () => {
    const change = { Type: "SubscriptionConfirmation", Token: "1", SubscribeURL: `${host.url}/?Action=ConfirmSubscription&Token=1` };
    const request = () => ({ headers: {}, body: senders.message("You have chosen to subscribe.", { change }) });
    host.visits.length = 0;
    host.down = true;
    assert.deepEqual(await post(stack, "sns", request()), [503, "keys_unavailable"]);
    host.down = false;
    assert.deepEqual(await post(stack, "sns", request()), [204, null]);
    assert.equal(host.visits.filter((url) => url.startsWith("/?Action=ConfirmSubscription")).length, 2);
  });
});

describe("keys rotated in the middle", () => {
  const CASE = "signed with a key that was rotated in a moment ago";

  test("pubsub: the new key is fetched, the old one is worth nothing", async () => {
    host.published = { "kid-2": host.pairs.googleNext };
    const id = randomUUID();
    // The service comes again; keys are asked for once in ten seconds at most.
    const answer = await eventually("the new key is known", async () => {
      const got = await post(stack, "pubsub", senders.pubsub(changed(id), { kid: "kid-2", pair: host.pairs.googleNext }));
      return got[0] !== 401 && got;
    }, KEYS_MS);
    const [status, code, orders] = STAGED[CASE].pubsub;
    assert.deepEqual([...answer, await keptOf([id])], [status, code, orders]);
    const old = randomUUID();
    const refused = await post(stack, "pubsub", senders.pubsub(changed(old)));
    assert.deepEqual([...refused, await keptOf([old])], STAGED["signed with a key that was rotated out"].pubsub);
    // A new key under the old key's name is no old key.
    const named = await post(stack, "pubsub", senders.pubsub(changed(old), { kid: "kid-2" }));
    assert.deepEqual(named, [401, "caller_unauthorized"]);
  });

  test("sns: another certificate at AWS's host is as good, the old one stays good while it is valid", async () => {
    const [one, two] = [randomUUID(), randomUUID()];
    const next = { change: { SigningCertURL: `${host.url}/next.pem` }, pair: host.pairs.awsNext };
    const answer = await post(stack, "sns", senders.sns(changed(one), next));
    assert.deepEqual([...answer, await keptOf([one])], STAGED[CASE].sns);
    assert.deepEqual(await post(stack, "sns", senders.sns(changed(two))), [204, null]);
    // The new certificate proves nothing of what the old key signed.
    assert.deepEqual(await post(stack, "sns", senders.sns(changed(two), { change: next.change })), [401, "caller_unauthorized"]);
  });
});

describe("what may pass is repeated", () => {
  test("keys that cannot be had", async () => {
    await stack.stopWorker();
    await stack.startWorker();
    host.down = true;
    const id = randomUUID();
    for (const route of ["pubsub", "sns"]) {
      const request = route === "pubsub" ? senders.pubsub(changed(id), { kid: "kid-2", pair: host.pairs.googleNext }) : senders.sns(changed(id));
      assert.deepEqual([...(await post(stack, route, request)), await keptOf([id])], STAGED["keys that cannot be had"][route]);
    }
    host.down = false;
    await eventually("the same event is taken when the keys can be had", async () => (await post(stack, "pubsub", senders.pubsub(changed(id), { kid: "kid-2", pair: host.pairs.googleNext })))[0] === 204, KEYS_MS);
    assert.deepEqual(await post(stack, "sns", senders.sns(changed(id))), [204, null]);
    assert.equal(await keptOf([id]), 1, "two services, one event");
  });

  test("nowhere to keep it", async () => {
    host.published = { "kid-1": host.pairs.google };
    const bare = await startStack({ change: (bridge) => (onOrder(bridge), trusting(host)(bridge)), serve: { without: ["durableObjects"] } });
    try {
      for (const route of ROUTES) {
        const [status, code] = STAGED["nowhere to keep it"][route];
        assert.deepEqual(await post(bare, route, senders[route](changed())), [status, code], route);
      }
    } finally {
      await bare.stop();
    }
  });
});

test("nothing of all this reached a panel, and nothing of it is in the log", async () => {
  await atRest(stack);
  assert.deepEqual(await stack.writesToTidio(), []);
  const log = stack.log().join("\n");
  for (const secret of ["demo-events-secret", "eyJ", "xxxxxxxx"]) assert.ok(!log.includes(secret), `${secret} in the log`);
});

test("the page is printed from the table", async () => {
  if (process.env.UPDATE_DOCS) await writeFile(PAGE, page());
  assert.equal(await readFile(PAGE, "utf8"), page(), "run this test with UPDATE_DOCS=1");
});
