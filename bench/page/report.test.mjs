/** The section on page cost, from a small recorded measurement. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { VARIANTS } from "./variants.mjs";
import { ownersOf } from "./owners.mjs";
import { report } from "./report.mjs";

const TIDIO = "http://localhost:2";
const OURS = "http://localhost:1/_next/static/engine.js";
const ownerOf = ownersOf({ withBridge: ["/_next/static/engine.js", "/_next/static/main.js"], without: ["/_next/static/main.js"], tidio: TIDIO });

/** Blocking, long tasks, largest paint, kB, requests and requests to edge or Tidio, as measured on 2 cores. */
const MEASURED = {
  "no chat": [383, 3, 1944, 265, 31, 0],
  "vendor snippet": [754, 7, 1976, 466, 34, 3],
  "idle loader": [614, 4, 1816, 466, 34, 3],
  "bridge, interaction": [372, 4, 1864, 265, 31, 0],
  "bridge, idle": [539, 7, 1828, 502, 46, 9],
  "bridge, immediate": [597, 9, 1860, 503, 46, 9],
  "no chat, not asked yet": [430, 5, 1768, 264, 31, 0],
  "bridge, not asked yet": [425, 6, 1832, 296, 35, 1],
};

function visits(name, change = {}) {
  const [tbt, longTasks, lcp, kB, requests, chatRequests] = MEASURED[name];
  const { loads, mode, consent } = VARIANTS.find((variant) => variant.name === name);
  return [-20, 0, 20].map((off) => ({
    tbt: tbt + off, longTasks, lcp, fcp: 900, cls: 0, bytes: kB * 1000, requests, chatRequests, watched: 20_000, paths: [],
    scripts: [...(mode && consent ? [{ url: OURS, ms: 12 }] : []), ...(loads ? [{ url: `${TIDIO}/key.js`, ms: 230 }] : [])],
    chat: Boolean(loads), stored: [],
    ...(name === "bridge, interaction" && { click: 6759 + off }),
    ...change,
  }));
}

const render = (changes = {}) => report(new Map(VARIANTS.map(({ name }) => [name, visits(name, changes[name])])), 3, ownerOf);

test("every variant has a row, and every cell a figure", () => {
  assert.deepEqual(Object.keys(MEASURED), VARIANTS.map(({ name }) => name), "the recorded measurement is of these variants");
  const text = render();
  assert.doesNotMatch(text, /undefined|NaN|Infinity|null/);
  const lines = text.split("\n").filter((line) => line.startsWith("| ")).slice(2);
  assert.equal(lines.length, VARIANTS.length);
  for (const [index, { name }] of VARIANTS.entries()) assert.ok(lines[index].startsWith(`| ${name} | ${MEASURED[name][0]} (`), lines[index]);
  assert.equal(lines[4], "| bridge, idle | 539 (519–559) | 12 | 230 | 7 | 1828 | 0.000 | 502 | 46 | 9 |");
});

test("the sentences follow the figures", () => {
  const text = render();
  assert.match(text, /Before anybody uses the chat\*\*: 372 ms of blocking with the bridge, 383 ms without chat; the difference is within .* \(40 ms\)/);
  assert.match(text, /blocking 754 ms \(vendor snippet\), 614 ms \(idle loader\), 539 ms \(bridge, idle\), 597 ms \(bridge, immediate\)/);
  assert.match(text, /requests to edge or Tidio: 1; stored: nothing\./);
  assert.match(text, /6759 \(6739–6779\) ms from the click/);
});

test("and say so when they are bad", () => {
  const text = render({
    "bridge, interaction": { tbt: 500 },
    "idle loader": { chat: false },
    "bridge, not asked yet": { stored: ["tidio_state"], chatRequests: 4, scripts: [{ url: OURS, ms: 80 }] },
  });
  assert.match(text, /500 ms of blocking with the bridge, 383 ms without chat; the difference is more than /);
  assert.match(text, /614 ms \(idle loader; not loaded in 3 of 3 visits\)/);
  assert.match(text, /the longest script of ours in any of them 80 ms; requests to edge or Tidio: 4; stored: tidio_state\./);
});
