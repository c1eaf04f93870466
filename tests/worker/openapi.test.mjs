/** `docs/openapi.json` is what the Worker does: each endpoint is described, and each answer has the described form. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { ROOT } from "../lib/paths.mjs";
import { startStack } from "./harness.mjs";
import { seeded } from "./people.mjs";
import { identifyBody, tokenOf } from "./tokens.mjs";

const ORIGIN = "http://localhost:3000";
const ADMIN = { authorization: "Bearer demo-admin-token-0123456789" };
const read = (path) => readFile(`${ROOT}/${path}`, "utf8");
const document = JSON.parse(await read("docs/openapi.json"));
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema(document, "openapi");

let stack;
let anna;
before(async () => {
  stack = await startStack();
  ({ anna } = await seeded(stack));
});
after(() => stack?.stop());

/** Validates an answer against what the document says about its path, method and status. */
function check(answer, path, method) {
  const described = document.paths[path]?.[method.toLowerCase()]?.responses;
  assert.ok(described, `${method} ${path} is not described`);
  const one = described[answer.status] ?? (answer.status >= 400 && described.default);
  assert.ok(one, `${method} ${path}: status ${answer.status} is not described: ${answer.text}`);
  const media = (answer.headers.get("content-type") ?? "").split(";")[0];
  if (!one.content) return assert.equal(answer.text, "");
  const schema = one.content[media]?.schema;
  assert.ok(schema, `${method} ${path}: ${media} is not described`);
  const body = media.endsWith("json") ? answer.body : answer.text;
  const validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll("#/components", "openapi#/components")));
  assert.ok(validate(body), `${method} ${path}: ${ajv.errorsText(validate.errors)}\n${answer.text.slice(0, 600)}`);
}

test("every endpoint of the table is described", async () => {
  const table = [...(await read("edge-worker/src/http/routes.rs")).matchAll(/^ {4}\("(\/[^"]+)", Method::(\w+),/gm)];
  assert.ok(table.length >= 10);
  for (const [, path, method] of table) assert.ok(document.paths[path]?.[method.toLowerCase()], `${method} ${path} is not in docs/openapi.json`);
  const operations = [...(await read("edge-worker/src/handlers/operations.rs")).matchAll(/\(Method::(\w+), "(\/admin\/[^"]+)"\)/g)];
  assert.ok(operations.length >= 7);
  for (const [, method, path] of operations) assert.ok(document.paths[path]?.[method.toLowerCase()], `${method} ${path} is not in docs/openapi.json`);
});

test("operations take the described parameters and no others", async () => {
  const [, taken] = /const PARAMETERS[^=]*=\s*\[([^\]]*)\]/.exec(await read("edge-worker/src/handlers/operations.rs"));
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    path.startsWith("/admin/") && !path.startsWith("/admin/routes/") ? Object.values(methods).flatMap(({ parameters = [] }) => parameters) : [],
  );
  const names = described.filter((one) => one.in === "query").map(({ name }) => name);
  assert.deepEqual([...new Set(names)].sort(), taken.match(/\w+/g).sort());
});

describe("answers have the described form", () => {
  const good = () => identifyBody(tokenOf(anna.customer.id));
  const consent = (chat, share) => ({ contract: 1, store: "de", token: tokenOf(anna.customer.id), consent: { chat, share, source: "test" } });
  const since = Date.now() - 86_400_000;
  const cases = [
    ["GET", "/healthz", "/healthz", {}, 200],
    ["GET", "/readyz", "/readyz", {}, 200],
    ["GET", "/v1/bootstrap", "/v1/bootstrap?store=de&locale=de-DE", { origin: ORIGIN }, 200],
    ["GET", "/v1/bootstrap", "/v1/bootstrap?store=xx&locale=de-DE", { origin: ORIGIN }, 404],
    ["POST", "/v1/identify", "/v1/identify", () => ({ origin: ORIGIN, body: good() }), 200],
    ["POST", "/v1/identify", "/v1/identify", () => ({ origin: ORIGIN, body: identifyBody(undefined) }), 200],
    ["POST", "/v1/identify", "/v1/identify", { origin: ORIGIN, body: "{" }, 400],
    ["POST", "/v1/cart", "/v1/cart", () => ({ origin: ORIGIN, body: good() }), 200],
    ["POST", "/v1/consent", "/v1/consent", () => ({ origin: ORIGIN, body: consent("granted", "granted") }), 204],
    ["POST", "/v1/events/eventbridge", "/v1/events/eventbridge", { body: {} }, 401],
    ["POST", "/v1/events/eventgrid", "/v1/events/eventgrid", { body: {} }, 401],
    ["POST", "/v1/events/pubsub", "/v1/events/pubsub", { body: {} }, 401],
    ["POST", "/v1/events/sns", "/v1/events/sns", { body: {} }, 400],
    ["POST", "/v1/tidio/webhooks", "/v1/tidio/webhooks", { body: {} }, 401],
    ["POST", "/v1/events/eventbridge", "/v1/events/eventbridge", { body: {}, headers: { "x-api-key": "demo-events-secret-0123456789" } }, 204],
    ["GET", "/admin/doctor", "/admin/doctor", { headers: ADMIN }, 200],
    ["GET", "/admin/doctor", "/admin/doctor", {}, 401],
    ["GET", "/admin/routes/explain", "/admin/routes/explain?store=de&locale=de-DE&identity=verified", { headers: ADMIN }, 200],
    ["GET", "/admin/trace/{term}", "/admin/trace/nothing", { headers: ADMIN }, 200],
    ["POST", "/admin/backfill", `/admin/backfill?project=demo&since_ms=${since}`, { headers: ADMIN }, 200],
    ["POST", "/admin/backfill/pause", "/admin/backfill/pause?project=demo", { headers: ADMIN }, 200],
    ["POST", "/admin/backfill/resume", "/admin/backfill/resume?project=demo", { headers: ADMIN }, 200],
    ["GET", "/admin/walks", "/admin/walks", { headers: ADMIN }, 200],
    ["GET", "/admin/dead-letters", "/admin/dead-letters", { headers: ADMIN }, 200],
    ["POST", "/admin/replay", "/admin/replay?id=1", { headers: ADMIN }, 200],
    ["GET", "/admin/metrics", "/admin/metrics", { headers: ADMIN }, 200],
    ["GET", "/admin/walks", "/admin/walks?tidio=nobody", { headers: ADMIN }, 404],
  ];
  for (const [method, path, url, options, status] of cases) {
    test(`${method} ${url.split("since_ms")[0]} ${status}`, async () => {
      const answer = await stack.request(method, url, typeof options === "function" ? options() : options);
      assert.equal(answer.status, status, answer.text);
      check(answer, path, method);
    });
  }
});
