/**
 * The reliability run at full size: for each event route 1,000 updates with 10 % duplicates in any order, both vendors
 * failing one call in five, workerd killed ten times; and the delta sync alone. It fails when anything is lost,
 * doubled, or over the budget.
 *
 * `ROUTES=eventgrid,none` chooses routes; `EVENTS` and `KILLS` change the size.
 */
import { reliabilityRun, ROUTES } from "../tests/worker/reliability.mjs";
import { isMain } from "./lib/main.mjs";
import { conditions, publish, table } from "./lib/report.mjs";

const EVENTS = Number(process.env.EVENTS ?? 1_000);
const KILLS = Number(process.env.KILLS ?? 10);
const chosen = process.env.ROUTES?.split(",") ?? [...Object.keys(ROUTES), "none"];

const say = (text) => process.stdout.write(`${text}\n`);

if (isMain(import.meta.url)) {
  const runs = [];
  for (const name of chosen) {
    const route = name === "none" ? undefined : name;
    say(`· ${route ?? "delta sync alone"} …`);
    const started = Date.now();
    const one = await reliabilityRun({ route, events: EVENTS, orders: 200, customers: 80, kills: KILLS, seconds: 60, say });
    say(`  ${JSON.stringify(one)} in ${Math.round((Date.now() - started) / 1000)} s`);
    runs.push(one);
  }
  await publish("reliability", report(runs), { title: "Reliability" });
}

/** @param {object[]} runs what `reliabilityRun` answered for each route: it has passed, else there is no answer */
export function report(runs) {
  const share = (one, name) => `${one[`${name}Faults`]} of ${one[`${name}Calls`]}`;
  const rows = runs.map((one) => [one.route, one.updates, one.messages, share(one, "commercetools"), share(one, "tidio"), one.kills, one.contacts, 0, 0, one.traces]);
  return [
    conditions(),
    "Every contact equals what a clean run writes; a run in which one does not, or in which anything is doubled or over the budget, prints no row.",
    "",
    table(["route", "updates", "messages", "failed reads", "failed Tidio calls", "kill -9", "contacts", "lost or doubled", "over budget", "stories traced"], rows),
  ].join("\n");
}
