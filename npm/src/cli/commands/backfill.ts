/** `backfill`: brings what happened before, or while nothing listened, into the contacts. It runs in the Worker. */
import type { Call, Command, Option } from "../command.js";
import { EDGE_OPTIONS, Edge, list, perProject, record } from "../edge.js";
import { EXIT, Failure, usage, type Exit } from "../failure.js";
import { Progress, count, grouped, queueOf, walksOf, type Kind, type Walk } from "../backfill/progress.js";
import { moment, printable, type Terminal } from "../terminal.js";
import { lasting, momentOf } from "../when.js";

/** How often is asked, and how often a line is written where none can be rewritten; milliseconds. */
const ASK_MS = 1_000;
const LINE_MS = 15_000;
/** So many answers in a row may fail, as during a deployment, before watching ends. */
const FAILURES = 5;

const PROJECT: Option = {
  name: "project",
  value: "NAME",
  help: "The commercetools project, by its name in wrangler.toml; not needed where there is one.",
};
const TIDIO: Option = { name: "tidio", value: "NAME", help: "Only into this Tidio project, by its name in wrangler.toml." };
const JSON_OPTION: Option = { name: "json", help: "Prints the answer as JSON." };

export const backfill: Command = {
  name: "backfill",
  summary: "Reads all orders changed since a day and brings their contacts up to date; shows how far it is.",
  details: [
    "The work is done by the Worker, within Tidio's budget of requests; this command starts it and watches. Ctrl-C stops",
    "watching, not the backfill. Starting it again while it runs goes on from where it is. Only what differs is written.",
  ].join("\n"),
  options: [
    ...EDGE_OPTIONS,
    { name: "since", value: "WHEN", help: "A day (2026-01-01), a time with its zone, or how long ago (30d)." },
    PROJECT,
    { name: "store", value: "KEY", help: "Only orders of this store." },
    TIDIO,
    { name: "dry-run", help: "Reads and counts, and writes nothing." },
    { name: "detach", help: "Starts it and does not watch." },
  ],
  examples: [
    "backfill --since 2026-01-01 --edge https://bridge.your-shop.example",
    "backfill --since 30d --store de --dry-run",
  ],
  run: start,
};

export const backfillStatus: Command = {
  name: "backfill status",
  summary: "Shows how far delta sync and backfill are, and how much waits to be written.",
  options: [...EDGE_OPTIONS, JSON_OPTION],
  examples: ["backfill status --edge https://bridge.your-shop.example"],
  run: async ({ options, terminal, fetch, now }) => {
    const answer = await Edge.from(options, { fetch, now }).get("/admin/walks");
    if (options.has("json")) {
      terminal.out(JSON.stringify(answer, null, 2));
      return EXIT.ok;
    }
    const lines = walkLines(answer);
    lines.forEach((line) => terminal.out(line));
    if (lines.length === 0) terminal.out("nothing is followed yet: the delta sync begins with the first tick of the cron");
    const { contacts, lastsMs } = queueOf(answer);
    terminal.out(contacts === 0 ? "no contact waits" : `${grouped(contacts)} contacts wait, about ${lasting(lastsMs)}`);
    return EXIT.ok;
  },
};

export const backfillPause = held("pause", "Stops the backfill where it is. Events and delta sync go on.");
export const backfillResume = held("resume", "Goes on from where it was stopped.");

function held(verb: "pause" | "resume", summary: string): Command {
  return {
    name: `backfill ${verb}`,
    summary,
    options: [...EDGE_OPTIONS, PROJECT, TIDIO, JSON_OPTION],
    examples: [`backfill ${verb} --edge https://bridge.your-shop.example`],
    run: async ({ options, terminal, fetch, now }) => {
      const edge = Edge.from(options, { fetch, now });
      const project = options.text("project") ?? (await onlyProject(edge));
      const answer = await edge.post(`/admin/backfill/${verb}`, { project, tidio: options.text("tidio") });
      if (!walksOf(answer, "backfill", project).some(({ reading }) => reading)) {
        throw new Failure("absent", "No backfill of this project is reading orders.", {
          hint: "What has been read is written within Tidio's budget; `backfill status` shows how many contacts wait. `backfill --since` starts one.",
        });
      }
      if (options.has("json")) terminal.out(JSON.stringify(answer, null, 2));
      else walkLines(answer).forEach((line) => terminal.out(line));
      return EXIT.ok;
    },
  };
}

async function start(call: Call): Promise<Exit> {
  const { options, terminal, fetch, now } = call;
  const since = momentOf(options.required("since"), "since", now());
  const edge = Edge.from(options, { fetch, now });
  const project = options.text("project") ?? (await onlyProject(edge));
  const [kind, store, tidio]: [Kind, ...(string | undefined)[]] = [options.has("dry-run") ? "dry_run" : "backfill", options.text("store"), options.text("tidio")];
  const answer = await edge.post("/admin/backfill", { project, since_ms: since, store, tidio, dry_run: kind === "dry_run" ? 1 : undefined });
  const walks = walksOf(answer, kind, project);
  terminal.note(`The ${kind === "dry_run" ? "dry run" : "backfill"} of ${printable(project)} runs in the Worker.`);
  const other = walks.find((walk) => walk.fromMs !== undefined && (walk.fromMs !== since || walk.store !== store));
  if (other) terminal.note(`One was running already, and goes on as it was started: ${described(other)}.`);
  if (options.has("detach")) return EXIT.ok;
  return follow(edge, { project, kind, names: walks.map((walk) => walk.tidio) }, call);
}

function described({ fromMs, store, tidio }: Walk): string {
  return `since ${moment(fromMs)}${store === undefined ? "" : `, store ${printable(store)}`}, into ${printable(tidio)}`;
}

/** What is watched: the walks of one project into these Tidio projects. */
interface Watched {
  project: string;
  kind: Kind;
  names: string[];
}

/** Watches until it is done, paused, or the user has seen enough. */
async function follow(edge: Edge, { project, kind, names }: Watched, { terminal, now, sleep }: Call): Promise<Exit> {
  const progress = new Progress(kind);
  let [failures, lineAt] = [0, 0];
  // From here on Ctrl-C is ours, also while an answer is awaited.
  if (!(await sleep(0))) return left(project, terminal);
  for (;;) {
    try {
      const all = perProject(await edge.get("/admin/walks"));
      const answer = Object.fromEntries(all.filter(([name]) => names.includes(name)));
      progress.add({ at: now(), walks: walksOf(answer, kind, project), queue: queueOf(answer) });
      failures = 0;
    } catch (error) {
      failures += 1;
      if (failures > FAILURES || !(error instanceof Failure)) throw error;
    }
    if (progress.done || progress.paused) return ended(progress, terminal);
    terminal.status(cut(progress.line(), terminal.columns));
    if (!terminal.live && now() - lineAt >= LINE_MS) {
      lineAt = now();
      terminal.note(progress.line());
    }
    if (!(await sleep(ASK_MS))) return left(project, terminal);
  }
}

function ended(progress: Progress, terminal: Terminal): Exit {
  terminal.status(undefined);
  const { seen, changed, customers } = progress.totals;
  const orders = `${grouped(seen)} orders seen, ${grouped(changed)} new or newer`;
  if (progress.paused) terminal.out(`paused: ${orders}. \`backfill resume\` goes on.`);
  else if (progress.kind === "dry_run") terminal.out(`A backfill would touch ${grouped(customers)} customers: ${orders}. Nothing was written.`);
  else terminal.out(`done: ${orders}.`);
  return EXIT.ok;
}

function left(project: string, terminal: Terminal): Exit {
  terminal.status(undefined);
  terminal.note("It goes on in the Worker.");
  terminal.note("  look     npx commercetools-tidio backfill status");
  terminal.note(`  pause    npx commercetools-tidio backfill pause --project ${printable(project)}`);
  terminal.note(`  resume   npx commercetools-tidio backfill resume --project ${printable(project)}`);
  return EXIT.interrupted;
}

/** The one commercetools project that the Worker syncs. @throws Failure `usage` when there is not exactly one */
async function onlyProject(edge: Edge): Promise<string> {
  const walks = perProject(await edge.get("/admin/walks")).flatMap(([, said]) => list(said["walks"]));
  const followed = walks.map((walk) => String(walk["project"]));
  // Before the first tick of the cron nothing is followed yet; the doctor knows what is configured.
  const names = [...new Set(followed.length > 0 ? followed : await configuredProjects(edge))];
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  const known = names.length === 0 ? undefined : `One of: ${names.map(printable).join(", ")}.`;
  throw usage("--project NAME is needed: the name of the commercetools project in wrangler.toml.", known);
}

async function configuredProjects(edge: Edge): Promise<string[]> {
  const checks = list(record(await edge.get("/admin/doctor"))["checks"]).filter(({ area }) => area === "vendors");
  return checks.flatMap(({ subject }) => /^commercetools\.([^.]+)$/.exec(String(subject))?.[1] ?? []);
}

function walkLines(answer: unknown): string[] {
  return perProject(answer).flatMap(([tidio, said]) =>
    list(said["walks"]).map((walk) => {
      const { project, kind, seen, changed, paused, untilMs, store } = walk;
      const state = typeof untilMs !== "number" ? "idle" : paused === true ? "paused" : "reading";
      const where = typeof store === "string" ? `, store ${printable(store)},` : "";
      return `${printable(kind)} of ${printable(project)}${where} into ${printable(tidio)}: ${state}, ${grouped(count(seen))} orders seen, ${grouped(count(changed))} new or newer`;
    }),
  );
}

function cut(text: string, columns: number): string {
  return text.length < columns ? text : `${text.slice(0, Math.max(0, columns - 2))}…`;
}
