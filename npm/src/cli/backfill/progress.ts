/**
 * How far a backfill is, from what the Worker says about it: orders read, contacts waiting, and when it may end.
 *
 * In scope: reading the answers, rates, the bar as text; pure. Out of scope: asking, and the terminal.
 */
import { list, perProject, record } from "../edge.js";
import { lasting } from "../when.js";

/** What a walk is: a backfill, or one that only counts. */
export type Kind = "backfill" | "dry_run";

/** One walk in one Tidio project, at one moment. */
export interface Walk {
  tidio: string;
  project: string;
  store: string | undefined;
  /** Start of its window, milliseconds since the Unix epoch; only while it reads. */
  fromMs: number | undefined;
  /** Is a window open? */
  reading: boolean;
  paused: boolean;
  /** Orders looked at, those among them that were new or newer, and (dry run) their customers. */
  seen: number;
  changed: number;
  customers: number;
}

/** What is owed to Tidio, over all its projects. */
export interface Queue {
  /** Contacts that wait: their orders to be read, to be found, created, or written. */
  contacts: number;
  /** How long that takes at the budget's pace, by the Worker's own reckoning; milliseconds. */
  lastsMs: number;
}

/** The walks of a kind in an answer of `/admin/walks` or `/admin/backfill`, of one commercetools project. */
export function walksOf(answer: unknown, kind: Kind, project: string): Walk[] {
  return perProject(answer).flatMap(([tidio, said]) =>
    [...list(said["walks"]), ...list([said["walk"]])]
      .filter((walk) => walk["kind"] === kind && walk["project"] === project)
      .map((walk) => ({
        tidio,
        project,
        store: typeof walk["store"] === "string" ? walk["store"] : undefined,
        fromMs: typeof walk["fromMs"] === "number" ? walk["fromMs"] : undefined,
        reading: typeof walk["untilMs"] === "number",
        paused: walk["paused"] === true,
        seen: count(walk["seen"]),
        changed: count(walk["changed"]),
        customers: count(walk["customers"]),
      })),
  );
}

/** The queues in an answer of `/admin/walks`, as one. Tidio projects work side by side, so the slowest decides. */
export function queueOf(answer: unknown): Queue {
  const all = perProject(answer).map(([, said]) => record(said["queue"]));
  const waiting = (queue: Record<string, unknown>) =>
    ["histories", "lookUps", "creates", "patches"].reduce((sum, name) => sum + count(queue[name]), 0);
  const lasts = (queue: Record<string, unknown>) => (count(queue["requests"]) * 60_000) / Math.max(1, count(queue["requestsPerMinute"]));
  return { contacts: all.reduce((sum, queue) => sum + waiting(queue), 0), lastsMs: Math.max(0, ...all.map(lasts)) };
}

/** A count in an answer; 0 for anything else. */
export function count(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

/** What is known at one moment. */
export interface Sample {
  at: number;
  walks: readonly Walk[];
  queue: Queue;
}

/** Rates are taken over this long, in milliseconds: a budget of requests a minute makes shorter ones jump. */
const RATE_WINDOW_MS = 90_000;
/** A rate over less than this says nothing; until then the Worker's own reckoning stands. */
const RATE_AT_LEAST_MS = 20_000;
const BAR_CHARACTERS = 24;

/** A walk that is being followed. */
export class Progress {
  readonly #samples: Sample[] = [];
  #most = 0;

  constructor(readonly kind: Kind) {}

  /** Takes in what was seen now. */
  add(sample: Sample): void {
    this.#samples.push(sample);
    this.#most = Math.max(this.#most, sample.queue.contacts);
    const [first] = this.#samples;
    if (first && sample.at - first.at > RATE_WINDOW_MS && this.#samples.length > 2) this.#samples.shift();
  }

  /** Nothing is being read, and nobody waits. A dry run waits for nobody. */
  get done(): boolean {
    const last = this.#samples.at(-1);
    return last !== undefined && last.walks.every(({ reading }) => !reading) && (this.kind === "dry_run" || last.queue.contacts === 0);
  }

  /** Everything that reads is stopped by hand. */
  get paused(): boolean {
    const reading = this.#samples.at(-1)?.walks.filter((walk) => walk.reading) ?? [];
    return reading.length > 0 && reading.every(({ paused }) => paused);
  }

  /** Orders seen and changed, customers counted, over all Tidio projects. */
  get totals(): { seen: number; changed: number; customers: number } {
    const walks = this.#samples.at(-1)?.walks ?? [];
    return { seen: sum(walks, "seen"), changed: sum(walks, "changed"), customers: sum(walks, "customers") };
  }

  /** One line: counts while orders are read, a bar while contacts are written. */
  line(): string {
    const last = this.#samples.at(-1);
    if (last === undefined) return "starting";
    const { seen, changed } = this.totals;
    const orders = `${grouped(seen)} orders seen, ${grouped(changed)} new or newer`;
    if (this.paused) return `paused: ${orders}`;
    if (last.walks.some(({ reading }) => reading)) return `reading: ${orders}${this.#readingRate(last)}; ${grouped(last.queue.contacts)} contacts wait`;
    if (last.queue.contacts === 0) return orders;
    const share = this.#most === 0 ? 1 : 1 - last.queue.contacts / this.#most;
    return `writing: ${bar(share)} ${grouped(last.queue.contacts)} contacts left${this.#remaining(last)}`;
  }

  #readingRate(last: Sample): string {
    const [first] = this.#samples;
    if (!first || last.at <= first.at) return "";
    const rate = ((sum(last.walks, "seen") - sum(first.walks, "seen")) * 1000) / (last.at - first.at);
    return rate >= 1 ? `, ${grouped(Math.round(rate))} a second` : "";
  }

  /** By the rate at which the queue became shorter; before there is one, by the budget. */
  #remaining(last: Sample): string {
    const first = this.#samples.find(({ walks }) => walks.every(({ reading }) => !reading));
    const [elapsed, written] = first ? [last.at - first.at, first.queue.contacts - last.queue.contacts] : [0, 0];
    if (elapsed < RATE_AT_LEAST_MS || written <= 0) return last.queue.lastsMs > 0 ? `, about ${lasting(last.queue.lastsMs)}` : "";
    return `, ${grouped(Math.round((written / elapsed) * 60_000))} a minute, about ${lasting((last.queue.contacts * elapsed) / written)}`;
  }
}

function sum(walks: readonly Walk[], member: "seen" | "changed" | "customers"): number {
  return walks.reduce((total, walk) => total + walk[member], 0);
}

/** `50,000` */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A share from 0 to 1 as a bar. */
function bar(share: number): string {
  const kept = Math.min(1, Math.max(0, share));
  const filled = Math.round(kept * BAR_CHARACTERS);
  return `[${"#".repeat(filled)}${"-".repeat(BAR_CHARACTERS - filled)}] ${Math.floor(kept * 100)} %`;
}
