/**
 * Events in, contacts out, in real workerd and without anything of wrangler in between:
 * how fast an event is taken in and kept; how long until an agent sees it; what a backfill costs and how much of the
 * budget it uses, with kill -9 in the middle; what a contact weighs. And the engine alone, native.
 *
 * `PARTS=intake,panel,backfill,engine` chooses, `RUNS` says how often each is measured. A part gives rows: a text, the
 * figures of one run, and how they are shown; runs differ in figures only.
 */
import { isMain } from "./lib/main.mjs";
import { conditions, publish, spread, table } from "./lib/report.mjs";
import { backfill } from "./sync/backfill.mjs";
import { engine } from "./sync/engine.mjs";
import { intake } from "./sync/intake.mjs";
import { panel } from "./sync/panel.mjs";

const PARTS = (process.env.PARTS ?? "intake,panel,backfill,engine").split(",");
const RUNS = Number(process.env.RUNS ?? 3);
const say = (text) => process.stdout.write(`${text}\n`);

const parts = { intake, panel, backfill, engine };

if (isMain(import.meta.url)) {
  const measured = [];
  for (const part of PARTS) {
    const runs = [];
    for (let run = 1; run <= RUNS; run += 1) {
      say(`· ${part}, run ${run} of ${RUNS} …`);
      const one = await parts[part]();
      for (const [text, figures, show] of one) say(`  ${text}: ${show(figures)}`);
      runs.push(one);
    }
    measured.push(runs);
  }
  await publish("sync", report(measured), { title: "Events and delta sync" });
}

/** @param {[text: string, figures: number[], show: (figures: number[]) => string][][][]} measured rows by part and run */
export function report(measured) {
  const rows = measured.flatMap((runs) => runs[0].map(([text, , show], index) => [text, across(runs.map((run) => run[index][1]), show)]));
  const { length } = measured[0];
  const note = length === 1 ? "One run of each." : `${length} runs of each; where they differ, the median and in brackets the lowest and the highest.`;
  return [`${conditions()} ${note}`, "", table(["what", "figure"], rows)].join("\n");
}

/** Each figure over all runs. */
function across(runs, show) {
  const separate = runs[0].map((_, index) => spread(runs.map((figures) => figures[index]), (figure) => show([figure])));
  return separate.join(", ");
}
