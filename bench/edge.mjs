/**
 * `POST /v1/identify` of the edge beside the same endpoint in TypeScript, in the same workerd, in one run; and beside a
 * Worker that only goes through the same motions, which is what the platform takes.
 *
 * In scope: requests a second, CPU time per request and start time for carts of 1, 10 and 100 lines. The answers
 * are compared first: a twin that does less would prove nothing. The edge reads commercetools by one GraphQL query, the
 * twin by three REST reads, as one writes it with the official SDK; so the edge is measured with `reads = "rest"` too.
 * The store lets everything out (`detailed`), the most work; the default policy, under which neither side reads orders,
 * is measured beside it. Tidio projects run as tier `widget`, so neither
 * side writes to Tidio. All run in workerd alone (`lib/alone.mjs`), so what only Miniflare has is left out on all sides:
 * its Worker in front of outgoing requests, and the stand-in for rate limiters, which costs more than either side. Out of scope: the build. `cargo xtask bench edge` builds and then runs this.
 * SECONDS changes the length of a round.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startEmulator } from "../tests/lib/emulator.mjs";
import { bridgeFor } from "../tests/worker/harness.mjs";
import { identifyBody, tokenOf } from "../tests/worker/tokens.mjs";
import { recordedPlan } from "./bare/record.mjs";
import { customersWithCarts } from "./carts.mjs";
import { serveAlone } from "./lib/alone.mjs";
import { runIfMain } from "./lib/main.mjs";
import { conditions, median, publish } from "./lib/report.mjs";
import { load } from "./load.mjs";
import { bundleTwin } from "./twin/bundle.mjs";

const SIZES = [1, 10, 100];
/** The edge's measurement, the one it is compared with, and what distinguishes the row. */
const ROWS = [
  ["edge", "twin", ""],
  ["rest", "twin", ", over REST"],
  ["default", "defaultTwin", ", default policy"],
];
const SECONDS = Number(process.env.SECONDS ?? 2);
/** V8 still compiles what a Worker of either kind does seldom, module or script, for thousands of requests. */
const WARM_UP_SECONDS = 10;
/** Many and short ones: a machine that others use, too, is slower for some seconds now and then. */
const ROUNDS = 9;
const IN_FLIGHT = 8;
const STARTS = 5;
const ORIGIN = "http://localhost:3000";
const HEADERS = { "content-type": "application/json", origin: ORIGIN };
/** What both sides' answers carry besides the body, with the same values. */
const PROMISED = [
  "content-type",
  "cache-control",
  "vary",
  "access-control-allow-origin",
  "access-control-expose-headers",
  "x-correlation-id",
  "x-content-type-options",
  "content-security-policy",
  "referrer-policy",
  "strict-transport-security",
];
const BARE = fileURLToPath(new URL("bare/index.js", import.meta.url));

const say = (text) => process.stdout.write(`${text}\n`);
const stops = [];

await runIfMain(import.meta.url, main, stops);

async function main() {
  const folder = await mkdtemp(join(tmpdir(), "bridge-bench-"));
  stops.push(() => rm(folder, { recursive: true, force: true }));
  say("· building the twin …");
  const twin = join(folder, "twin.mjs");
  const bundled = await bundleTwin(twin);
  say(`  ${bundled.files} files, ${Math.round(bundled.bytes / 1024)} KiB`);
  say("· starting emulators, filling carts …");
  const commercetools = await startEmulator("commercetools");
  stops.push(() => commercetools.stop());
  const bridge = bridgeFor({ commercetools, tidio: { url: "http://localhost:9" } });
  for (const project of Object.values(bridge.tidio)) project.tier = "widget";
  const customers = await customersWithCarts(commercetools.url, SIZES);
  const bodies = new Map(SIZES.map((size) => [size, JSON.stringify(identifyBody(tokenOf(customers[size])))]));
  say("· starting the Workers …");
  const overRest = structuredClone(bridge);
  for (const project of Object.values(overRest.commercetools)) project.reads = "rest";
  const byDefault = structuredClone(bridge);
  for (const store of Object.values(byDefault.stores)) delete store.field_policy;
  const workers = {
    edge: { vars: { BRIDGE: bridge } },
    rest: { vars: { BRIDGE: overRest } },
    twin: { vars: { BRIDGE: bridge }, main: twin },
    default: { vars: { BRIDGE: byDefault } },
    defaultTwin: { vars: { BRIDGE: byDefault }, main: twin },
    bare: { vars: { PLAN: await planOf(bridge, commercetools.url, bodies) }, main: BARE },
  };
  const running = {};
  for (const [name, options] of Object.entries(workers)) {
    running[name] = await serve(options);
    stops.push(() => running[name].child.stop());
  }
  const results = [];
  for (const [size, body] of bodies) {
    await expectSame(running, body, size);
    results.push(...(await compare(running, body, size)));
  }
  const starts = {};
  for (const name of ["edge", "twin"]) starts[name] = await startTimes(workers[name]);
  await publish("edge", report(results, starts), { title: "identify" });
}

async function serve(options) {
  const folder = await mkdtemp(join(tmpdir(), "bridge-bench-"));
  stops.push(() => rm(folder, { recursive: true, force: true }));
  const { child, url, pid } = await serveAlone(folder, options);
  return { child, url: new URL("/v1/identify", url), pid };
}

/** What the edge asks and answers for each of the bodies. */
function planOf(bridge, upstream, bodies) {
  const startEdge = async (url) => {
    const recorded = structuredClone(bridge);
    for (const project of Object.values(recorded.commercetools)) Object.assign(project, { auth_url: url, api_url: url });
    const { child, url: at } = await serve({ vars: { BRIDGE: recorded } });
    return { url: at, stop: () => child.stop() };
  };
  return recordedPlan(upstream, startEdge, new Map([...bodies].map(([size, body]) => [size, { headers: HEADERS, body }])));
}

async function expectSame(running, body, size) {
  const headers = { ...HEADERS, "x-correlation-id": "7d7f2f4e-98a6-4f4a-8a2c-0d1a6a3f0c11" };
  const [edge, rest, twin, atDefault, twinAtDefault] = await Promise.all(
    [running.edge, running.rest, running.twin, running.default, running.defaultTwin].map(async ({ url }) => {
      const answer = await fetch(url, { method: "POST", headers, body });
      assert.equal(answer.status, 200, await answer.clone().text());
      return { headers: PROMISED.map((name) => `${name}: ${answer.headers.get(name)?.toLowerCase().replaceAll(/, */g, ", ")}`), ...(await answer.json()) };
    }),
  );
  assert.deepEqual(rest, edge, `the edge's answers by query and over REST differ (cart of ${size})`);
  assert.deepEqual(twin, edge, `the two answers differ (cart of ${size})`);
  assert.deepEqual(twinAtDefault, atDefault, `the two answers differ under the default policy (cart of ${size})`);
  say(`· cart of ${size}: all answer the same, ${Object.keys(edge.properties).length} properties`);
}

/** Rounds alternate, so that a busy moment of the machine hits all. The median round counts. */
async function compare(running, body, size) {
  const rounds = Object.fromEntries(Object.keys(running).map((name) => [name, []]));
  const at = (url) => new URL(`?lines=${size}`, url);
  for (const { url } of Object.values(running)) await load(at(url), { headers: HEADERS, body, inFlight: IN_FLIGHT, seconds: WARM_UP_SECONDS });
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const [name, { url, pid }] of Object.entries(running)) {
      const one = await load(at(url), { headers: HEADERS, body, inFlight: IN_FLIGHT, seconds: SECONDS, pid });
      rounds[name].push(one);
      say(`  ${size} lines, round ${round}, ${name}: ${one.perSecond.toFixed(0)} a second, ${one.cpuMs?.toFixed(2) ?? "?"} ms CPU`);
    }
  }
  return Object.entries(rounds).map(([name, list]) => {
    const sorted = [...list].sort((a, b) => a.perSecond - b.perSecond);
    return { name, size, ...sorted[Math.floor(sorted.length / 2)], lowest: sorted[0].perSecond, highest: sorted.at(-1).perSecond };
  });
}

/** What the first request of a fresh process takes longer than a later one, in milliseconds, process by process. */
async function startTimes(options) {
  const extra = [];
  for (let round = 0; round < STARTS; round += 1) {
    const { child, url } = await serve(options);
    const times = [];
    for (let call = 0; call < 3; call += 1) {
      const sent = performance.now();
      await (await fetch(new URL("/healthz", url))).text();
      times.push(performance.now() - sent);
    }
    extra.push(times[0] - times[2]);
    await child.stop();
  }
  return extra;
}

/**
 * @param {{name: string, size: number, perSecond: number, lowest: number, highest: number, p50: number, p99: number, cpuMs?: number}[]} results
 *   the median round of each side and size, with the requests a second of the slowest and the fastest round
 * @param {{edge: number[], twin: number[]}} starts ms
 */
export function report(results, starts) {
  const cell = (value, digits = 0) => (value === undefined ? "–" : value.toFixed(digits));
  const rate = ({ perSecond, lowest, highest }) => `${cell(perSecond)} (${cell(lowest)}–${cell(highest)})`;
  const rows = ROWS.flatMap(([kind, other, note]) => SIZES.map((size) => {
    const [edge, twin] = [kind, other].map((name) => results.find((one) => one.name === name && one.size === size));
    const columns = [edge, twin].flatMap((one) => [rate(one), cell(one.cpuMs, 2), cell(one.p50, 1), cell(one.p99, 1)]);
    return `| ${[size + note, ...columns, `${(edge.perSecond / twin.perSecond).toFixed(2)} ×`, edge.cpuMs ? `${(twin.cpuMs / edge.cpuMs).toFixed(2)} ×` : "–"].join(" | ")} |`;
  }));
  const platform = SIZES.map((size) => {
    const [edge, bare] = ["edge", "bare"].map((name) => results.find((one) => one.name === name && one.size === size));
    const ours = edge.cpuMs === undefined ? undefined : edge.cpuMs - bare.cpuMs;
    return `| ${[size, rate(bare), cell(bare.cpuMs, 2), cell(edge.cpuMs, 2), cell(ours, 2)].join(" | ")} |`;
  });
  const start = (times) => `${cell(median(times), 1)} ms (${cell(Math.min(...times), 1)}–${cell(Math.max(...times), 1)})`;
  return [
    `${conditions()} ${IN_FLIGHT} requests in flight, ${ROUNDS} rounds of ${SECONDS} s each, median round, and in brackets the slowest and the fastest.`,
    "The edge reads commercetools by one GraphQL query, the twin by three REST reads; in the rows `over REST` the edge makes the same three. The store lets everything out (`detailed`); in the rows `default policy` it lets out no orders and no cart lines, and neither side reads orders.",
    "CPU is the whole workerd process, without Miniflare: HTTP both ways, the calls to commercetools, and our code.",
    "",
    "| lines | edge, req/s | CPU ms | p50 ms | p99 ms | twin, req/s | CPU ms | p50 ms | p99 ms | speed | CPU |",
    "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...rows,
    "",
    "What of it the platform takes, by a bare Worker that reads the same request, sends commercetools the same query with the same deadline, reads its answer, writes a log line and answers with the same headers and body, all as recorded from the edge:",
    "",
    "| lines | bare, req/s | CPU ms | edge, CPU ms | the edge's own, ms |",
    "| ---: | ---: | ---: | ---: | ---: |",
    ...platform,
    "",
    `Start (what the first request of a fresh process costs more than a later one): edge ${start(starts.edge)}, twin ${start(starts.twin)}.`,
    "",
  ].join("\n");
}
