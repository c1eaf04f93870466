/**
 * `POST /v1/identify` of the edge beside the same endpoint in TypeScript, in the same workerd, in one run.
 *
 * In scope: requests a second, CPU time per request and start time for carts of 1, 10 and 100 lines. The answers
 * are compared first: a twin that does less would prove nothing. The edge reads commercetools by one GraphQL query, the
 * twin by three REST reads, as one writes it with the official SDK; so the edge is measured with `reads = "rest"` too.
 * The store lets everything out (`detailed`), the most work; the default policy, under which neither side reads orders,
 * is measured beside it. Tidio projects run as tier `widget`, so neither
 * side writes to Tidio; the rate limiters are left out on both sides, because what stands in for them locally
 * costs more than either side. Out of scope: the build. `cargo xtask bench edge` builds and then runs this.
 * SECONDS changes the length of a round.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { start } from "../tests/lib/child.mjs";
import { startEmulator } from "../tests/lib/emulator.mjs";
import { ROOT } from "../tests/lib/paths.mjs";
import { bridgeFor } from "../tests/worker/harness.mjs";
import { identifyBody, tokenOf } from "../tests/worker/tokens.mjs";
import { customersWithCarts } from "./carts.mjs";
import { workerdOf } from "./lib/cpu.mjs";
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
const SECONDS = Number(process.env.SECONDS ?? 6);
const WARM_UP_SECONDS = 2;
const ROUNDS = 3;
const IN_FLIGHT = 8;
const STARTS = 5;
const ORIGIN = "http://localhost:3000";
const HEADERS = { "content-type": "application/json", origin: ORIGIN };
const SERVE = fileURLToPath(new URL("../tests/worker/serve.mjs", import.meta.url));

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
  say("· starting emulators and both Workers …");
  const commercetools = await startEmulator("commercetools");
  stops.push(() => commercetools.stop());
  const bridge = bridgeFor({ commercetools, tidio: { url: "http://localhost:9" } });
  for (const project of Object.values(bridge.tidio)) project.tier = "widget";
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
  };
  const running = {};
  for (const [name, options] of Object.entries(workers)) {
    running[name] = await serve(options);
    stops.push(() => running[name].child.stop());
  }
  say("· filling carts …");
  const customers = await customersWithCarts(commercetools.url, SIZES);
  const results = [];
  for (const size of SIZES) {
    const body = JSON.stringify(identifyBody(tokenOf(customers[size])));
    await expectSame(running, body, size);
    results.push(...(await compare(running, body, size)));
  }
  const starts = {};
  for (const name of ["edge", "twin"]) starts[name] = await startTimes(workers[name]);
  await publish("edge", report(results, starts), { title: "identify" });
}

async function serve(options) {
  const child = start(process.execPath, [SERVE], { cwd: ROOT, env: { WORKER_OPTIONS: JSON.stringify({ env: "demo", direct: true, without: ["ratelimits"], ...options }) } });
  const [, url] = await child.line(/^worker listening on (http:\/\/\S+)/, 60_000);
  return { child, url: new URL("/v1/identify", url), pid: workerdOf(child.process.pid) };
}

async function expectSame(running, body, size) {
  const headers = { ...HEADERS, "x-correlation-id": "7d7f2f4e-98a6-4f4a-8a2c-0d1a6a3f0c11" };
  const [edge, rest, twin, atDefault, twinAtDefault] = await Promise.all(
    [running.edge, running.rest, running.twin, running.default, running.defaultTwin].map(async ({ url }) => {
      const answer = await fetch(url, { method: "POST", headers, body });
      assert.equal(answer.status, 200, await answer.clone().text());
      return answer.json();
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
  for (const { url } of Object.values(running)) await load(url, { headers: HEADERS, body, inFlight: IN_FLIGHT, seconds: WARM_UP_SECONDS });
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const [name, { url, pid }] of Object.entries(running)) {
      const one = await load(url, { headers: HEADERS, body, inFlight: IN_FLIGHT, seconds: SECONDS, pid });
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
  const rows = ROWS.flatMap(([kind, other, note]) => SIZES.map((size) => {
    const [edge, twin] = [kind, other].map((name) => results.find((one) => one.name === name && one.size === size));
    const rate = ({ perSecond, lowest, highest }) => `${cell(perSecond)} (${cell(lowest)}–${cell(highest)})`;
    const columns = [edge, twin].flatMap((one) => [rate(one), cell(one.cpuMs, 2), cell(one.p50, 1), cell(one.p99, 1)]);
    return `| ${[size + note, ...columns, `${(edge.perSecond / twin.perSecond).toFixed(2)} ×`, edge.cpuMs ? `${(twin.cpuMs / edge.cpuMs).toFixed(2)} ×` : "–"].join(" | ")} |`;
  }));
  const start = (times) => `${cell(median(times), 1)} ms (${cell(Math.min(...times), 1)}–${cell(Math.max(...times), 1)})`;
  return [
    `${conditions()} ${IN_FLIGHT} requests in flight, ${ROUNDS} rounds of ${SECONDS} s each, median round, and in brackets the slowest and the fastest.`,
    "The edge reads commercetools by one GraphQL query, the twin by three REST reads; in the rows `over REST` the edge makes the same three. The store lets everything out (`detailed`); in the rows `default policy` it lets out no orders and no cart lines, and neither side reads orders.",
    "CPU is the whole workerd process: HTTP both ways, the calls to commercetools, and our code.",
    "",
    "| lines | edge, req/s | CPU ms | p50 ms | p99 ms | twin, req/s | CPU ms | p50 ms | p99 ms | speed | CPU |",
    "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...rows,
    "",
    `Start (what the first request of a fresh process costs more than a later one): edge ${start(starts.edge)}, twin ${start(starts.twin)}.`,
    "",
  ].join("\n");
}
