/**
 * The figures of all visits as a section of docs/benchmarks.md.
 *
 * In scope: medians, spread, and the sentences that hold for these figures. Out of scope: measuring.
 */
import { conditions, median, table } from "../lib/report.mjs";
import { CPU_SLOWDOWN, WATCH_MS } from "./measure.mjs";
import { MAIN_THREAD_MS, SCRIPT_BYTES } from "./stand-in.mjs";

/** Column head, how a figure is read from a visit, and its digits after the point. */
const COLUMNS = [
  ["blocking, ms", ({ tbt }) => tbt, 0],
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
 */
export function report(costs, runs) {
  const rows = [...costs].map(([name, visits]) => [name, ...COLUMNS.map(([, read, digits]) => cell(visits.map(read), digits))]);
  return [
    `${conditions()} The home page of the demo shop, production build, empty cache; ${runs} visits to each, one after the other in turn.`,
    `Median, and in brackets the lowest and the highest. Everything up to ${WATCH_MS / 1_000} s after the load event counts, and nobody touches the page.`,
    `A phone's screen, processor ${CPU_SLOWDOWN} × slower, slow 4G as Lighthouse applies it.`,
    "",
    `**Tidio's script is a stand-in**: ${SCRIPT_BYTES / 1_000} kB and ${MAIN_THREAD_MS} ms of main thread, see \`bench/page/stand-in.mjs\`. What a variant costs *without* the script is not affected by it.`,
    "",
    table(["variant", ...COLUMNS.map(([head]) => head)], rows),
    "",
    ...sentences(costs),
  ].join("\n");
}

function cell(values, digits) {
  const [low, middle, high] = [Math.min(...values), median(values), Math.max(...values)].map((value) => value.toFixed(digits));
  return low === high ? middle : `${middle} (${low}–${high})`;
}

function sentences(costs) {
  const of = (name, read) => median(costs.get(name).map(read));
  const tasks = ({ longTasks }) => longTasks;
  const before = costs.get("bridge, not asked yet");
  const clicks = costs.get("bridge, interaction").map(({ click }) => click);
  return [
    `Before consent: ${of("bridge, not asked yet", tasks)} long tasks with the bridge, ${of("no chat, not asked yet", tasks)} without it; ` +
      `${Math.max(...before.map(({ chatRequests }) => chatRequests))} requests to edge or Tidio; ` +
      `stored: ${[...new Set(before.flatMap(({ stored }) => stored))].join(", ") || "nothing"}.`,
    "",
    `The price of \`interaction\` is paid by who opens the chat: ${cell(clicks, 0)} ms from the click to a chat that answers, on this slow phone.`,
  ];
}
