/** The sections of docs/benchmarks.md, from small recorded measurements: every cell has a figure. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { report as edgeReport } from "./edge.mjs";
import { report as reliabilityReport } from "./reliability.mjs";
import { report as syncReport } from "./sync.mjs";
import { distinctId } from "./sync/backfill.mjs";

/** The cells of the first Markdown table, or of another, without its head. */
function rowsOf(text, table = 0) {
  const tables = text.split("\n\n").filter((block) => block.startsWith("|"));
  return tables[table].trim().split("\n").slice(2).map((line) => line.slice(2, -2).split(" | "));
}

const NOT_A_FIGURE = /undefined|NaN|Infinity|null|\[object/;

test("edge: each size by query, over REST and under the default policy, beside the twin", () => {
  const measured = { edge: [682, 1.48], rest: [484, 2.1], twin: [588, 1.74], default: [900, 1], defaultTwin: [600, 1.7], bare: [1200, 0.7] };
  const results = [1, 10, 100].flatMap((size) => Object.entries(measured).map(([name, [perSecond, cpuMs]]) => ({ name, size, perSecond, lowest: perSecond - 10, highest: perSecond + 9, cpuMs, p50: 10.9, p99: 31.8 })));
  const text = edgeReport(results, { edge: [22, 20.8, 19.9], twin: [6.9] });
  assert.doesNotMatch(text, NOT_A_FIGURE);
  const rows = rowsOf(text);
  assert.deepEqual(rows.map(([lines]) => lines), ["1", "10", "100", ...["over REST", "default policy"].flatMap((note) => [1, 10, 100].map((size) => `${size}, ${note}`))]);
  assert.deepEqual(rows[0].slice(1), ["682 (672–691)", "1.48", "10.9", "31.8", "588 (578–597)", "1.74", "10.9", "31.8", "1.16 ×", "1.18 ×"]);
  assert.deepEqual(rows[3].slice(-2), ["0.82 ×", "0.83 ×"]);
  assert.deepEqual(rows[6].slice(-2), ["1.50 ×", "1.70 ×"]);
  assert.deepEqual(rowsOf(text, 1)[0], ["1", "1200 (1190–1209)", "0.70", "1.48", "0.78"]);
  assert.match(text, /edge 20\.8 ms \(19\.9–22\.0\), twin 6\.9 ms/);
});

test("edge: where the system does not tell CPU time, a dash", () => {
  const results = ["edge", "rest", "twin", "default", "defaultTwin", "bare"].flatMap((name) => [1, 10, 100].map((size) => ({ name, size, perSecond: 1, lowest: 1, highest: 1, p50: 1, p99: 1 })));
  const text = edgeReport(results, { edge: [1], twin: [1] });
  assert.doesNotMatch(text, NOT_A_FIGURE);
  assert.equal(rowsOf(text)[0].filter((cell) => cell === "–").length, 3);
  assert.equal(rowsOf(text, 1)[0].filter((cell) => cell === "–").length, 3);
});

test("sync: a row for each figure, over all runs", () => {
  const rate = ([figure]) => `${figure.toFixed(0)} a second`;
  const both = (figures) => figures.map((figure) => `${figure.toFixed(1)} ms`).join(", ");
  const intake = [[180, [3.2, 9]], [200, [3.1, 9]], [200, [4, 9]]].map(([perSecond, ms]) => [["events taken in", [perSecond], rate], ["p50, p99", ms, both]]);
  const engine = [[["engine alone", [40_000], rate]]];
  const text = syncReport([intake, engine]);
  assert.doesNotMatch(text, NOT_A_FIGURE);
  const rows = rowsOf(text);
  assert.deepEqual(rows.map(([what]) => what), ["events taken in", "p50, p99", "engine alone"]);
  assert.match(rows[0][1], /^200 a second/);
  assert.match(rows[1][1], /3\.2 ms.*, 9\.0 ms$/);
  assert.match(text, /3 runs of each/);
});

test("sync: contacts of the widget have the edge's distinct id", () => {
  const id = distinctId("demo-distinct-id-key", "c-1");
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(id, distinctId("demo-distinct-id-key", "c-2"));
});

test("reliability: a row for each route", () => {
  const run = { route: "eventgrid", updates: 1000, messages: 3, orders: 200, kills: 10, commercetoolsFaults: 5, commercetoolsCalls: 50, tidioFaults: 4, tidioCalls: 40, contacts: 80, traces: 25 };
  const text = reliabilityReport([run, { ...run, route: "delta sync alone" }]);
  assert.doesNotMatch(text, NOT_A_FIGURE);
  assert.deepEqual(rowsOf(text)[0], ["eventgrid", "1000", "3", "5 of 50", "4 of 40", "10", "80", "0", "0", "25"]);
  assert.equal(rowsOf(text).length, 2);
});
