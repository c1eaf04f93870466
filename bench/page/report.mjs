/**
 * The figures of all visits as a section of docs/benchmarks.md.
 *
 * In scope: medians, spread, and the sentences that hold for these figures. Out of scope: measuring.
 */
import { conditions, median, table } from "../lib/report.mjs";
import { CPU_SLOWDOWN, LONG_TASK_MS, QUIET_MS, WATCH_MS, WATCH_NOTHING_MS } from "./measure.mjs";
import { timeOf } from "./owners.mjs";
import { MAIN_THREAD_MS, SCRIPT_BYTES } from "./stand-in.mjs";

/** Column head, how a figure is read from a visit, and its digits after the point. */
const columns = (ownerOf) => [
  ["blocking, ms", ({ tbt }) => tbt, 0],
  ["our scripts in long frames, ms", ({ scripts }) => timeOf(scripts, ownerOf, "ours").sum, 0],
  ["Tidio's, ms", ({ scripts }) => timeOf(scripts, ownerOf, "tidio").sum, 0],
  ["long tasks", ({ longTasks }) => longTasks, 0],
  ["largest paint, ms", ({ lcp }) => lcp, 0],
  ["layout shift", ({ cls }) => cls, 3],
  ["kB", ({ bytes }) => bytes / 1_000, 0],
  ["requests", ({ requests }) => requests, 0],
  ["of them to edge or Tidio", ({ chatRequests }) => chatRequests, 0],
];

/**
 * @param {Map<string, import("./measure.mjs").Cost[]>} costs visits by variant
 * @param {number} runs visits to each
 * @param {(url: string) => string} ownerOf whose a script is
 */
export function report(costs, runs, ownerOf) {
  const COLUMNS = columns(ownerOf);
  const rows = [...costs].map(([name, visits]) => [name, ...COLUMNS.map(([, read, digits]) => cell(visits.map(read), digits))]);
  return [
    `${conditions()} The home page of the demo shop, production build, empty cache; ${runs} visits to each, one after the other in turn.`,
    `Median, and in brackets the lowest and the highest. Nobody touches the page. It is watched until the chat has loaded and nothing was requested for ${QUIET_MS / 1_000} s, at most ${WATCH_MS / 1_000} s after the load event; where none is to load, ${WATCH_NOTHING_MS / 1_000} s.`,
    `Blocking is what tasks after the first paint took beyond ${LONG_TASK_MS} ms each. Whose scripts ran in frames longer than that is what the browser says (long animation frames); ours are the files that only pages with the bridge ask for. The boot part is not among them: it lies in the shop's own build, and \`npm/test-browser/cost.test.ts\` measures it alone.`,
    `A phone's screen, processor ${CPU_SLOWDOWN} × slower, slow 4G as Lighthouse applies it.`,
    "",
    `**Tidio's script is a stand-in**: ${SCRIPT_BYTES / 1_000} kB and ${MAIN_THREAD_MS} ms of main thread, see \`bench/page/stand-in.mjs\`. What a variant costs *without* the script is not affected by it.`,
    "",
    table(["variant", ...COLUMNS.map(([head]) => head)], rows),
    "",
    ...sentences(costs, ownerOf),
  ].join("\n");
}

function cell(values, digits) {
  const [low, middle, high] = [Math.min(...values), median(values), Math.max(...values)].map((value) => value.toFixed(digits));
  return low === high ? middle : `${middle} (${low}–${high})`;
}

function sentences(costs, ownerOf) {
  const visits = (name) => costs.get(name);
  const blocking = (name) => median(visits(name).map(({ tbt }) => tbt));
  const before = visits("bridge, not asked yet");
  const clicks = visits("bridge, interaction").map(({ click }) => click);
  const longestOfOurs = (name) => Math.max(...visits(name).map(({ scripts }) => timeOf(scripts, ownerOf, "ours").longest));
  const tasks = (name) => median(visits(name).map(({ longTasks }) => longTasks));
  return [
    `**Before anybody uses the chat**: ${same(visits("no chat"), visits("bridge, interaction"))}`,
    "",
    `**Where chat loads by itself**: blocking ${["vendor snippet", "idle loader", "bridge, idle", "bridge, immediate"].map((name) => `${blocking(name).toFixed(0)} ms (${name}${loaded(visits(name))})`).join(", ")}.`,
    "",
    `**Before consent**: ${same(visits("no chat, not asked yet"), before)} ` +
      `${tasks("bridge, not asked yet")} long tasks with the bridge, ${tasks("no chat, not asked yet")} without it, the longest script of ours in any of them ${longestOfOurs("bridge, not asked yet").toFixed(0)} ms; ` +
      `requests to edge or Tidio: ${Math.max(...before.map(({ chatRequests }) => chatRequests))}; ` +
      `stored: ${[...new Set(before.flatMap(({ stored }) => stored))].join(", ") || "nothing"}.`,
    "",
    `The price of \`interaction\` is paid by who opens the chat: ${cell(clicks, 0)} ms from the click to a chat that answers, on this slow phone.`,
  ];
}

/** Whether two variants differ by more than the visits to the first differ among themselves. */
function same(without, withIt) {
  const [one, other] = [without, withIt].map((visits) => visits.map(({ tbt }) => tbt));
  const difference = median(other) - median(one);
  const noise = Math.max(...one) - Math.min(...one);
  const verdict = Math.abs(difference) <= noise ? "within" : "more than";
  return `${median(other).toFixed(0)} ms of blocking with the bridge, ${median(one).toFixed(0)} ms without chat; the difference is ${verdict} what visits without chat differ among themselves (${noise.toFixed(0)} ms).`;
}

/** A chat that had not come when the watch ended is no cheap chat. */
function loaded(visits) {
  const missing = visits.filter(({ chat }) => !chat).length;
  return missing ? `; not loaded in ${missing} of ${visits.length} visits` : "";
}
