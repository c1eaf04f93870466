/**
 * Tidio's own webhooks, as Tidio's emulator signs, repeats and delivers them, in real workerd: what a visitor or an
 * agent changes there reaches the contact map; what somebody else sends, or sends again, does not.
 */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { eventually } from "../lib/browser.mjs";
import { startStack } from "./harness.mjs";
import { admin, atRest } from "./operations.mjs";
import { PROJECTS, contacts, seeded } from "./people.mjs";
import { identifyBody, tokenOf } from "./tokens.mjs";

const ORIGIN = "http://localhost:3000";
const SECRET = "demo-webhook-secret-eu";
const FOUND = "by webhook";
let stack;
let people;

before(async () => {
  // No contact is created by the edge: it learns of one from Tidio alone.
  const change = (bridge) => {
    for (const store of Object.values(bridge.stores)) store.create = "never";
  };
  stack = await startStack({ change });
  people = await seeded(stack);
});
after(() => stack?.stop());
beforeEach(async () => {
  await deliverTo(null);
  await stack.tidio.reset();
  await stack.startAfresh();
  await stack.forget();
});

/** Where the project's webhooks go from now on, and how; `null` is nowhere. */
const deliverTo = (url, more = {}) => stack.tidio.steer("POST", "webhooks", { project: PROJECTS.eu, url, secrets: [SECRET], ...more });
const ours = () => `${stack.url}/v1/tidio/webhooks`;

/** Every webhook that Tidio has raised, with the status of each try. */
async function webhooks() {
  const { projects } = await stack.tidio.steer("GET", `webhooks?project=${PROJECTS.eu}`);
  return [...projects[0].done, ...projects[0].waiting];
}

const delivered = (count) =>
  eventually(`${count} webhooks are delivered`, async () => {
    const all = await webhooks();
    return all.length >= count && all.every(({ due_ms }) => due_ms === null) && all;
  }, 60_000);

/** An identify call of a customer whom Tidio does not know; his distinct id, once that is settled. */
async function identified(customer) {
  const answer = await stack.request("POST", "/v1/identify", { origin: ORIGIN, body: identifyBody(tokenOf(customer.id)) });
  assert.equal(answer.status, 200, answer.text);
  await eventually("he is looked for and not found", async () => {
    // The grace for the widget is over; the emulator's contacts were asked for.
    const asked = await stack.tidio.requests({ prefix: "/contacts" });
    return asked.length > 0;
  }, 60_000);
  await atRest(stack);
  return answer.body.person.distinctId;
}

/** What a page does: the widget registers a visitor and tells who it is. */
async function visit(data) {
  const post = async (path, body) => {
    const answer = await fetch(`${stack.tidio.url}/widget/${PROJECTS.eu}/${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    assert.equal(answer.status, 200, `${path}: ${answer.status}`);
    return answer.json();
  };
  const { visitor } = await post("register", {});
  await post(`${visitor.id}/send`, { type: "data", data });
  return visitor.id;
}

const trace = async (term) => {
  const { eu } = await admin(stack, "GET", `trace/${encodeURIComponent(term)}`);
  return eu.lines.map(({ what, detail }) => `${what} ${detail}`);
};

test("a contact that a visit creates is known at once, and gets its properties", async () => {
  await deliverTo(ours());
  const { customer } = people.anna;
  const distinctId = await identified(customer);
  assert.deepEqual(await contacts(stack, customer.email), []);
  await stack.forget();
  const id = await visit({ distinct_id: distinctId, email: customer.email, name: "Anna" });
  const [created] = await delivered(1);
  assert.deepEqual([created.topic, created.tries], ["contact.created", [204]]);
  const contact = await eventually("the properties are written", async () => {
    const [one] = await contacts(stack, customer.email);
    return one?.properties.ct_identity === "verified" && one;
  }, 60_000);
  assert.equal(contact.id, id);
  assert.ok((await trace(distinctId)).some((line) => line.includes(FOUND)), (await trace(distinctId)).join("\n"));
  const writes = await stack.writesToTidio();
  assert.ok(writes.every(({ method }) => method === "PATCH"), "it was written to without being looked for or created");
});

test("each webhook twice, out of patience or late: one effect", async () => {
  const { customer } = people.anna;
  const distinctId = await identified(customer);
  await deliverTo(ours(), { duplicate_every: 1 });
  await stack.forget();
  await visit({ distinct_id: distinctId, email: customer.email });
  const all = await delivered(2);
  assert.deepEqual(all.map(({ tries }) => tries.at(-1)), all.map(() => 204));
  assert.equal(new Set(all.map(({ webhook_id }) => webhook_id)).size, all.length / 2);
  await atRest(stack);
  const lines = await trace(distinctId);
  assert.equal(lines.filter((line) => line.includes(FOUND)).length, 1, lines.join("\n"));
  assert.equal((await stack.writesToTidio()).length, 1);
});

test("a Worker that is away gets it later, signed as before", async () => {
  const { customer } = people.anna;
  const distinctId = await identified(customer);
  await deliverTo(ours());
  await stack.stopWorker();
  await visit({ distinct_id: distinctId, email: customer.email });
  await eventually("the first try failed", async () => (await webhooks())[0]?.tries.length > 0);
  await stack.startWorker();
  await stack.tidio.steer("POST", "clock", { advance_ms: 60_000 });
  const [late] = await delivered(1);
  assert.deepEqual([late.tries.at(0), late.tries.at(-1)], [0, 204]);
  await eventually("he is known", async () => (await trace(distinctId)).some((line) => line.includes(FOUND)));
});

test("a change in the panel of a contact that is nobody's is no news", async () => {
  await deliverTo(ours());
  await stack.forget();
  const id = await visit({ email: "stranger@example.com" });
  await fetch(`${stack.tidio.url}/widget/${PROJECTS.eu}/${id}/send`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ type: "data", data: { phone: "+4917012345678" } }) });
  const all = await delivered(2);
  assert.deepEqual(all.map(({ topic, tries }) => [topic, tries.at(-1)]), [["contact.created", 204], ["contact.updated", 204]]);
  await atRest(stack);
  assert.deepEqual(await stack.writesToTidio(), []);
});

test("signed with another secret: refused every time, and nothing is learnt", async () => {
  const { customer } = people.anna;
  const distinctId = await identified(customer);
  await deliverTo(ours(), { secrets: ["another-secret-0123456789"] });
  await stack.forget();
  await visit({ distinct_id: distinctId, email: customer.email });
  await eventually("it was tried", async () => (await webhooks())[0]?.tries.length > 0);
  // Perhaps more than once by now: Tidio comes again after five seconds.
  const [{ tries }] = await webhooks();
  assert.ok(tries.every((status) => status === 401), `${tries}`);
  await atRest(stack);
  assert.ok(!(await trace(distinctId)).some((line) => line.includes(FOUND)));
  assert.deepEqual(await stack.writesToTidio(), []);
  // While one secret replaces the other Tidio signs with both.
  await deliverTo(ours(), { secrets: ["another-secret-0123456789", SECRET] });
  await stack.tidio.steer("POST", "clock", { advance_ms: 60_000 });
  const [taken] = await delivered(1);
  assert.equal(taken.tries.at(-1), 204);
  await eventually("he is known", async () => (await trace(distinctId)).some((line) => line.includes(FOUND)));
});

test("one that was overheard is of no use, changed or sent again", async () => {
  const { customer } = people.anna;
  const distinctId = await identified(customer);
  const heard = await overhear(async (url) => {
    await deliverTo(url);
    await visit({ distinct_id: distinctId, email: customer.email });
  });
  const send = (body, signature = heard.signature) =>
    stack.request("POST", "/v1/tidio/webhooks", { headers: { "x-tidio-signature": signature }, body });
  const other = heard.body.replace(/"id":"[^"]+"/, '"id":"11111111-1111-4111-8111-111111111111"');
  assert.notEqual(other, heard.body);
  const time = Number(/t=(\d+)/.exec(heard.signature)[1]);
  for (const [name, refused] of [
    ["another content", await send(other)],
    ["another time", await send(heard.body, heard.signature.replace(`t=${time}`, `t=${time + 1}`))],
    ["no signature", await stack.request("POST", "/v1/tidio/webhooks", { body: heard.body })],
  ]) {
    assert.deepEqual([refused.status, refused.body.code], [401, "caller_unauthorized"], name);
  }
  assert.ok(!(await trace(distinctId)).some((line) => line.includes(FOUND)));
  await stack.forget();
  for (let again = 0; again < 3; again += 1) assert.equal((await send(heard.body)).status, 204);
  await atRest(stack);
  const lines = await trace(distinctId);
  assert.equal(lines.filter((line) => line.includes(FOUND)).length, 1, lines.join("\n"));
});

/** A webhook on its way to somebody else's server. */
async function overhear(act) {
  const { createServer } = await import("node:http");
  let tell;
  const heard = new Promise((resolve) => {
    tell = resolve;
  });
  const server = createServer(async (request, answer) => {
    let body = "";
    for await (const piece of request) body += piece;
    answer.writeHead(204).end();
    tell({ body, signature: request.headers["x-tidio-signature"] });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await act(`http://127.0.0.1:${server.address().port}/`);
    return await heard;
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
