/** The command line against the Worker in real workerd, between both emulators: doctor, trace, backfill, dead letters. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { eventually } from "../lib/browser.mjs";
import { ROOT } from "../lib/paths.mjs";
import { startStack } from "../worker/harness.mjs";
import { contactOnce, contacts, seeded } from "../worker/people.mjs";
import { identifyBody, tokenOf } from "../worker/tokens.mjs";
import { ADMIN_TOKEN, SECRETS, command } from "./program.mjs";

const ORIGIN = "http://localhost:3000";
const EVENTS_SECRET = "demo-events-secret-0123456789";

let stack;
let anna;
before(async () => {
  stack = await startStack();
  ({ anna } = await seeded(stack));
});
after(() => stack?.stop());

/** Runs it against the stack; nothing secret may appear, whatever happens. */
async function cli(argv, env = {}, options = {}) {
  const done = await command(argv, { TIDIO_BRIDGE_EDGE: stack.url, ADMIN_TOKEN, ...env }, options);
  for (const secret of SECRETS) assert.ok(!(done.out + done.err).includes(secret), `${argv.join(" ")} printed a secret`);
  return done;
}

const steer = async (method, path, body) => {
  const answer = await fetch(`${stack.commercetools.url}/__emulator/${path}`, {
    method,
    headers: { "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer;
};

describe("doctor", () => {
  test("the demo as committed is well: 0", async () => {
    const { code, out, err } = await cli(["doctor", "--origin", ORIGIN]);
    assert.equal(code, 0, out + err);
    assert.match(out, /nothing is wrong/);
    for (const area of ["edge", "configuration", "secrets", "vendors", "scopes", "properties", "departments", "origins"]) assert.match(out, new RegExp(`^  ${area}$`, "m"));
  });

  test("an origin that is not the shop's: 1, with the fix", async () => {
    const { code, out } = await cli(["doctor", "--problems", "--origin", "https://www.forgotten.example"]);
    assert.equal(code, 1);
    assert.match(out, /missing +https:\/\/www\.forgotten\.example/);
    assert.match(out, /→ Add it to the `origins`/);
  });

  test("a wrong token is a finding beside the others", async () => {
    const { code, out } = await cli(["doctor", "--json"], { ADMIN_TOKEN: "wrong" });
    assert.equal(code, 1);
    const { checks } = JSON.parse(out);
    assert.match(checks.find(({ status }) => status !== "ok").detail, /caller_unauthorized/);
  });

  test("a deployment without a secret: named, with the fix", async () => {
    const broken = await startStack({ secrets: { TIDIO_EU_CLIENT_SECRET: null } });
    try {
      const { code, out } = await cli(["doctor", "--problems"], { TIDIO_BRIDGE_EDGE: broken.url });
      assert.equal(code, 1);
      assert.match(out, /missing +secrets\.TIDIO_EU_CLIENT_SECRET.*\n +→ .*wrangler secret put TIDIO_EU_CLIENT_SECRET/, out);
    } finally {
      await broken.stop();
    }
  });

  test("no Worker there: a code, and 1", async () => {
    const { code, err } = await command(["doctor", "--edge", "http://localhost:9"], { ADMIN_TOKEN });
    assert.equal(code, 1);
    assert.match(err, /error edge_unreachable: .*\n.*\n +correlation id: [0-9a-f-]{36}/);
  });
});

test("every figure that the Worker shows is explained in the documentation", async () => {
  const { text } = await stack.request("GET", "/admin/metrics", { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
  const names = new Set([...text.matchAll(/^(tidio_bridge_\w+)\{/gm)].map(([, name]) => name));
  assert.ok(names.size >= 10, text);
  const page = await readFile(`${ROOT}/docs/operations.md`, "utf8");
  for (const name of names) assert.ok(page.includes(`\`${name}\``), `docs/operations.md does not explain ${name}`);
});

describe("trace", () => {
  test("of an identify call: what came in, what was written", async () => {
    const id = "7d2f0f6e-5d0a-4a51-9b0e-2f4b8c9d7e77";
    const answer = await stack.request("POST", "/v1/identify", {
      origin: ORIGIN,
      headers: { "x-correlation-id": id },
      body: identifyBody(tokenOf(anna.customer.id)),
    });
    assert.equal(answer.status, 200, answer.text);
    await contactOnce(stack, anna.customer.email);
    const out = await eventually("the story is whole", async () => {
      const story = await cli(["trace", id]);
      return story.code === 0 && /→ created/.test(story.out) && story.out;
    }, 60_000);
    assert.match(out, new RegExp(`^${id}$`, "m"));
    assert.match(out, /\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ +← received .* identity/);
    assert.ok(!out.includes(anna.customer.email) && !out.includes("Schmidt"), "the journal holds a person's data");
  });

  test("of an order by its number, from the event to the contact, through a Subscription that the command line made", async () => {
    const subscription = ["subscription", "create", "--destination", "eventbridge", "--aws-account", "123456789012", "--aws-region", "eu-central-1"];
    const made = await cli(subscription, { CTP_PROJECT_KEY: "demo-shop", CTP_API_URL: stack.commercetools.url, CTP_AUTH_URL: stack.commercetools.url, CTP_CLIENT_ID: "demo-shop-backend", CTP_CLIENT_SECRET: "demo-shop-backend-secret" });
    assert.equal(made.code, 0, made.err);
    await steer("POST", "delivery", { subscription: "tidio-bridge", url: `${stack.url}/v1/events/eventbridge`, kind: "eventbridge", secret: EVENTS_SECRET });
    await steer("POST", "drive", { events: 3, seed: 3, orders: [anna.order.id] });
    const out = await eventually("the event's story is whole", async () => {
      const story = await cli(["trace", anna.order.orderNumber]);
      return /→ written/.test(story.out) && story.out;
    }, 60_000);
    // One block holds the whole way of one event.
    const block = out.split("\n\n").find((text) => text.includes("→ written"));
    assert.match(block, new RegExp(`← received +${anna.order.id} +order[^]*· order[^]*· orders_read[^]*→ written +204 ct_`));
  });

  test("of something unknown: 1", async () => {
    assert.equal((await cli(["trace", "no-such-order"])).code, 1);
  });
});

describe("dead letters", () => {
  test("listed, shown, replayed; then the contact is right", async () => {
    const clean = await cli(["dead-letters", "list"]);
    assert.equal(clean.code, 0, clean.out);
    await stack.tidio.addFaults({ method: "PATCH", path_prefix: "/contacts", kind: "status", value: 400 }, { method: "PUT", path_prefix: "/contacts", kind: "status", value: 400 });
    await stack.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody(tokenOf(anna.customer.id), { store: "uk", locale: "en-GB" }) });
    const listed = await eventually("a dead letter", async () => {
      const answer = await cli(["dead-letters", "list", "--json"]);
      return answer.code === 1 && JSON.parse(answer.out).deadLetters[0];
    }, 60_000);
    await stack.tidio.clearFaults();
    const shown = await cli(["dead-letters", "show", String(listed.id), "--tidio", listed.tidio]);
    assert.match(shown.out, new RegExp(`correlation id +${listed.correlationId}`));
    assert.ok(!shown.out.includes(anna.customer.email));
    const replayed = await cli(["dead-letters", "replay", "--cause", listed.cause]);
    assert.equal(replayed.code, 0, replayed.err);
    assert.match(replayed.out, /eu: 1 replayed/);
    await eventually("the contact is written", async () => {
      const [contact] = await contacts(stack, anna.customer.email);
      return contact?.properties.ct_store === "uk";
    }, 60_000);
    assert.equal((await cli(["dead-letters", "list"])).code, 0);
    assert.match((await cli(["dead-letters", "replay", "--all"])).out, /eu: 0 replayed/);
  });
});

test("before anything is followed, the one project that is configured need not be named", async () => {
  const fresh = await startStack();
  try {
    const env = { TIDIO_BRIDGE_EDGE: fresh.url };
    assert.match((await cli(["backfill", "status"], env)).out, /nothing is followed yet/);
    const done = await cli(["backfill", "--since", "30d", "--dry-run"], env);
    assert.equal(done.code, 0, done.err);
    const paused = await cli(["backfill", "pause"], env);
    assert.equal(paused.code, 1);
    assert.match(paused.err, /error absent: .* is reading orders\.\n.*how many contacts wait/);
  } finally {
    await fresh.stop();
  }
});

test("the rule that routes a visitor, from the deployed configuration", async () => {
  const { code, out } = await cli(["routes", "explain", "--store", "de", "--locale", "de-DE"]);
  assert.equal(code, 0, out);
  assert.match(out, /route +de\n +department +German desk\n[^]*1\. de-customer {2}identity is guest, not verified\n +2\. de {2}fits/);
  assert.equal((await cli(["routes", "explain", "--store", "xx", "--locale", "de-DE"])).code, 1);
});

describe("backfill", () => {
  const ORDERS = 1_500;
  before(async () => {
    // Windows end half a minute before now; these lie well before that.
    const from = new Date(Date.now() - 20 * 86_400_000).toISOString();
    const to = new Date(Date.now() - 86_400_000).toISOString();
    await steer("POST", "generate", { orders: ORDERS, customers: 300, seed: 5, from, to });
  });

  test("a dry run counts and writes nothing", async () => {
    await stack.idle();
    await stack.tidio.clearRequests();
    const { code, out, err } = await cli(["backfill", "--since", "30d", "--project", "demo", "--dry-run"]);
    assert.equal(code, 0, err);
    assert.match(out, /^A backfill would touch [\d,]+ customers: [\d,]+ orders seen/);
    assert.deepEqual((await stack.writesToTidio()).filter(({ method }) => method !== "GET"), []);
  });

  test("Ctrl-C leaves it running: paused, looked at, resumed, watched to its end", async () => {
    // A page for each Tidio project; then commercetools is away until it was looked at, so it cannot end before that.
    await stack.commercetools.addFaults({ method: "GET", path_prefix: "/demo-shop/orders", kind: "status", value: 503, skip: 2 });
    const left = await cli(["backfill", "--since", "30d", "--project", "demo"], {}, { interruptOn: /reading: / });
    assert.equal(left.code, 130, left.out + left.err);
    assert.match(left.err, /It goes on in the Worker\.[\s\S]*backfill pause --project demo/);
    const paused = await cli(["backfill", "pause", "--project", "demo"]);
    assert.match(paused.out, /backfill of demo into eu: paused/, paused.err);
    assert.match((await cli(["backfill", "status"])).out, /backfill of demo into eu: paused/);
    const again = await cli(["backfill", "resume", "--project", "demo"]);
    assert.match(again.out, /backfill of demo into eu: reading/, again.err);
    await stack.commercetools.clearFaults();
    const { code, out, err } = await cli(["backfill", "--since", "2020-01-01", "--project", "demo"]);
    assert.equal(code, 0, err);
    const [, seen] = /^done: ([\d,]+) orders seen/.exec(out) ?? [];
    // Each of the two Tidio projects walks the commercetools project.
    assert.ok(Number(seen.replaceAll(",", "")) >= ORDERS, out);
  });

  test("a project that does not exist: the Worker's code, and 1", async () => {
    const { code, err } = await cli(["backfill", "--since", "30d", "--project", "mian"]);
    assert.equal(code, 1);
    assert.match(err, /error not_found/);
  });
});
