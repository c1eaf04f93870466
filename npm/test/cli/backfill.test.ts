/** The backfill's command: starting, watching, leaving; and the arithmetic of its line. */
import { describe, expect, test } from "vitest";
import { Progress, queueOf, walksOf, type Sample } from "../../src/cli/backfill/progress.js";
import { NOW, command, json, problem, refused, type Asked } from "./world.js";

const SINCE = Date.parse("2026-01-01");
const walk = (more: object) => ({ project: "main", kind: "backfill", store: null, fromMs: SINCE, untilMs: NOW, seen: 0, changed: 0, customers: 0, paused: false, ...more });
const queue = (patches: number) => ({ histories: 0, lookUps: 0, creates: 0, patches, requests: Math.ceil(patches / 100), requestsPerMinute: 30, endMs: null });
const idle = { fromMs: null, untilMs: null, seen: 500, changed: 400 };

/** Answers of a Worker that goes through `states` of `/admin/walks`, one a question; the last one stays. */
function worker(states: unknown[], begun: unknown = { eu: { walk: walk({}) } }) {
  let at = 0;
  return ({ method }: Asked) => {
    if (method === "POST") return json(begun);
    const state = states[Math.min(at++, states.length - 1)];
    return state instanceof Error ? state : json(state);
  };
}

describe("backfill", () => {
  test("starts, watches until nothing waits, says what it was", async () => {
    const { exit, out, err, asked } = await command(
      ["backfill", "--since", "2026-01-01", "--store", "de"],
      worker([
        { eu: { walks: [walk({ kind: "delta" })], queue: queue(0) } },
        { eu: { walks: [walk({ seen: 100, changed: 50 })], queue: queue(0) } },
        { eu: { walks: [walk(idle)], queue: queue(40) } },
        refused(),
        { eu: { walks: [walk(idle)], queue: queue(0) } },
      ], { eu: { walk: walk({ store: "de" }) } }),
    );
    const begun = asked.find(({ method }) => method === "POST")!;
    expect(Object.fromEntries(begun.url.searchParams)).toEqual({ project: "main", since_ms: String(SINCE), store: "de" });
    expect(err).toContain("reading: 100 orders seen, 50 new or newer");
    expect(err).not.toContain("running already");
    expect([exit, out]).toEqual([0, "done: 500 orders seen, 400 new or newer.\n"]);
  });

  test("Ctrl-C leaves it running and says how to go on", async () => {
    const { exit, err, asked } = await command(["backfill", "--since", "90d", "--project", "main"], worker([{ eu: { walks: [walk({})], queue: queue(0) } }]), { sleeps: 1 });
    expect(exit).toBe(130);
    expect(err).toContain("backfill pause --project main");
    expect(asked.filter(({ method }) => method === "POST")).toHaveLength(1);
  });

  test("one that runs already is said, with what it was started for", async () => {
    const { err } = await command(["backfill", "--since", "30d", "--project", "main", "--detach"], worker([]));
    expect(err).toContain("goes on as it was started: since 2026-01-01 00:00:00Z, into eu");
  });

  test("a dry run counts customers and waits for no queue", async () => {
    const counted = walk({ ...idle, kind: "dry_run", customers: 123 });
    const { exit, out, asked } = await command(["backfill", "--since", "30d", "--project", "main", "--dry-run"], worker([{ eu: { walks: [counted], queue: queue(900) } }], { eu: { walk: counted } }));
    expect(asked[0]!.url.searchParams.get("dry_run")).toBe("1");
    expect([exit, out]).toEqual([0, "A backfill would touch 123 customers: 500 orders seen, 400 new or newer. Nothing was written.\n"]);
  });

  test("a Worker that stays away ends the watching", async () => {
    const { exit, err } = await command(["backfill", "--since", "30d", "--project", "main"], worker([refused()]));
    expect(exit).toBe(1);
    expect(err).toContain("edge_unreachable");
  });

  test("several projects: say which", async () => {
    const { exit, err } = await command(["backfill", "pause"], () => json({ eu: { walks: [walk({}), walk({ project: "other" })] } }));
    expect(exit).toBe(2);
    expect(err).toContain("One of: main, other.");
  });

  test("an unknown project is the Worker's word", async () => {
    expect((await command(["backfill", "--since", "30d", "--project", "mian"], () => problem("not_found", 404))).err).toContain("not_found");
  });

  test("pause of nothing is an error", async () => {
    expect(await command(["backfill", "pause", "--project", "main"], () => json({ eu: { walks: [walk(idle)] } }))).toMatchObject({ exit: 1 });
  });

  test("on a terminal one line is rewritten, and gone at the end", async () => {
    const states = [{ eu: { walks: [walk({ seen: 100 })], queue: queue(0) } }, { eu: { walks: [walk(idle)], queue: queue(0) } }];
    const { err } = await command(["backfill", "--since", "2026-01-01", "--project", "main"], worker(states), { tty: true });
    expect(err).toMatch(/reading: 100 orders seen.*\r\u001b\[2K$/);
  });
});

describe("the line", () => {
  const sample = (seconds: number, patches: number, more: object = idle): Sample => {
    const answer = { eu: { walks: [walk(more)], queue: queue(patches) } };
    return { at: NOW + seconds * 1000, walks: walksOf(answer, "backfill", "main"), queue: queueOf(answer) };
  };
  const lineOf = (...samples: Sample[]) => {
    const progress = new Progress("backfill");
    samples.forEach((one) => progress.add(one));
    return progress.line();
  };

  for (const [name, line, expected] of [
    ["reading rate", lineOf(sample(0, 0, { seen: 0 }), sample(10, 0, { seen: 5_000, changed: 4_000 })), "reading: 5,000 orders seen, 4,000 new or newer, 500 a second; 0 contacts wait"],
    ["before there is a rate, by the budget", lineOf(sample(0, 6_000)), "writing: [------------------------] 0 % 6,000 contacts left, about 2 min"],
    ["measured rate", lineOf(sample(0, 20_000), sample(60, 15_000)), "writing: [######------------------] 25 % 15,000 contacts left, 5,000 a minute, about 3 min"],
    ["a queue that grows has no rate", lineOf(sample(0, 100), sample(60, 200)), "writing: [------------------------] 0 % 200 contacts left, about 4 s"],
    ["paused", lineOf(sample(0, 0, { seen: 7, paused: true })), "paused: 7 orders seen, 0 new or newer"],
  ] as const) {
    test(name, () => expect(line).toBe(expected));
  }

  test("Tidio projects work side by side: contacts add up, the slowest decides", () => {
    expect(queueOf({ eu: { queue: queue(6_000) }, us: { queue: queue(3_000) } })).toEqual({ contacts: 9_000, lastsMs: 120_000 });
  });
});
