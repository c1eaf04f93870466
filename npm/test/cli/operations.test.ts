/** Commands against answers of the Worker as it gives them: what they ask, print and end with. */
import { describe, expect, test } from "vitest";
import { EDGE, NOW, TOKEN, command, json, problem, type Asked } from "./world.js";

const check = (area: string, subject: string, status: string, fix = "") => ({ area, subject, status, detail: "detail", fix });

function healthy(checks: unknown[], more: (asked: Asked) => Response | undefined = () => undefined) {
  return (asked: Asked) => {
    const own = more(asked);
    if (own) return own;
    switch (asked.url.pathname) {
      case "/healthz":
        return json({ alive: true }, 200, { date: new Date(NOW).toUTCString() });
      case "/readyz":
        return json({ ready: true, problems: [], checks: [{ name: "tidio.eu", ok: true }], warnings: [] });
      case "/admin/doctor":
        return json({ checks });
      default:
        return undefined;
    }
  };
}

describe("doctor", () => {
  test("everything well: 0, and the token went to the operations interface only", async () => {
    const { exit, out, asked } = await command(["doctor"], healthy([check("properties", "eu: ct_identity", "ok")]));
    expect(exit).toBe(0);
    expect(out).toContain("nothing is wrong");
    for (const { url, headers } of asked) {
      expect(headers["authorization"], url.pathname).toBe(url.pathname.startsWith("/admin/") ? `Bearer ${TOKEN}` : undefined);
    }
  });

  test("each problem comes with its fix: 1", async () => {
    const { exit, out } = await command(["doctor", "--problems"], healthy([check("properties", "eu: ct_store", "missing", "Create it."), check("scopes", "main", "ok")]));
    expect(exit).toBe(1);
    expect(out).toMatch(/missing {2}eu: ct_store.*\n.*→ Create it\./);
    expect(out).not.toContain("main");
    expect(out).toContain("1 problem.");
  });

  test("a clock that is wrong, an origin that is refused, a token that is refused: three checks, not one error", async () => {
    const answering = healthy([], ({ url, method }) => {
      if (url.pathname === "/healthz") return json({ alive: true }, 200, { date: new Date(NOW - 90_000).toUTCString() });
      if (url.pathname === "/admin/doctor") return problem("caller_unauthorized", 401);
      return method === "OPTIONS" ? new Response(null, { status: 204 }) : undefined;
    });
    const { exit, out } = await command(["doctor", "--origin", "https://www.shop.example", "--json"], answering);
    const { checks } = JSON.parse(out) as { checks: { area: string; subject: string; status: string; detail: string }[] };
    const bad = checks.filter(({ status }) => status !== "ok").map(({ area, subject }) => `${area} ${subject}`);
    expect(bad).toEqual(["edge clock", "edge operations", "origins https://www.shop.example"]);
    expect(checks.find(({ subject }) => subject === "clock")?.detail).toMatch(/90 s ahead/);
    expect(exit).toBe(1);
  });

  test("an unready Worker: its problems by path", async () => {
    const answering = healthy([], ({ url }) =>
      url.pathname === "/readyz" ? json({ ready: false, problems: [{ path: "stores.de", code: "missing", message: "is missing." }], checks: [{ name: "tidio.eu", ok: false, code: "tidio_unavailable" }] }, 503) : undefined,
    );
    const { exit, out } = await command(["doctor"], answering);
    expect(exit).toBe(1);
    expect(out).toMatch(/missing +stores\.de {2}is missing\./);
    expect(out).toContain("tidio_unavailable");
  });

  test("answers cannot steer the terminal", async () => {
    const { out } = await command(["doctor"], healthy([check("a\u001b[2J", "b\u009b2J", "missing", "c\u202e")]));
    expect(out).not.toMatch(/[\u001b\u009b\u202e]/);
  });
});

describe("trace", () => {
  const line = (atMs: number, event: string, correlationId = "c-1", subject = "order-1") => ({ atMs, correlationId, subject, event, detail: "" });
  const story = { eu: { lines: [line(NOW, "received"), line(NOW + 2_000, "written", "c-1", "main:customer:1")] }, us: { lines: [line(NOW + 1_000, "order")] } };

  test("one story in the order of time, of all Tidio projects", async () => {
    const { exit, out, asked } = await command(["trace", "A/1 ?ö"], () => json(story));
    expect(asked[0]!.url.pathname).toBe("/admin/trace/A%2F1%20%3F%C3%B6");
    const events = out.split("\n").map((text) => /(received|order|written) /.exec(`${text} `)?.[1]).filter(Boolean);
    expect(events).toEqual(["received", "order", "written"]);
    expect(out).toContain("2026-03-01 12:00:00Z  eu  ← received  order-1");
    expect(exit).toBe(0);
  });

  test("--json", async () => {
    const { out } = await command(["trace", "1001", "--json"], () => json(story));
    expect((JSON.parse(out) as { lines: { tidio: string; event: string }[] }).lines.map(({ tidio, event }) => [tidio, event])).toEqual([["eu", "received"], ["us", "order"], ["eu", "written"]]);
  });

  test("one block for each correlation id, though they overlap in time", async () => {
    const lines = [line(NOW, "received", "c-1"), line(NOW + 1, "received", "c-2"), line(NOW + 2, "written", "c-1"), line(NOW + 3, "dead_letter", "c-2")];
    const { out } = await command(["trace", "1001"], () => json({ eu: { lines } }));
    const seen = out.split("\n").map((text) => /^c-\d|[←→×] \w+/.exec(text)?.[0]).filter(Boolean);
    expect(seen).toEqual(["c-1", "← received", "→ written", "c-2", "← received", "× dead_letter"]);
  });

  test("unknown: 1", async () => {
    expect(await command(["trace", "1001"], () => json({ eu: { lines: [] } }))).toMatchObject({ exit: 1, out: "" });
  });
});

describe("routes explain", () => {
  const answer = { store: "de", locale: "de-DE", identity: "guest", route: "de", department: null, tags: ["a", "b"], rules: [{ route: "vip", mismatches: [{ condition: "identity", wants: "verified", has: "guest" }] }, { route: "de", mismatches: [] }] };

  test("the rule that decides, and why not the one before it", async () => {
    const { exit, out, asked } = await command(["routes", "explain", "--store", "de", "--locale", "de-DE"], () => json(answer));
    expect(asked[0]!.url.search).toBe("?store=de&locale=de-DE&identity=guest");
    expect(out).toBe(
      "de de-DE guest\n  route       de\n  department  none\n  tags        a, b\nRules, in their order, up to the one that decides:\n  1. vip  identity is guest, not verified\n  2. de  fits\n",
    );
    expect(exit).toBe(0);
  });

  test("no rule fits: 1", async () => {
    const { exit, out } = await command(["routes", "explain", "--store", "de", "--locale", "de-DE"], () => json({ ...answer, route: null, tags: [], rules: [] }));
    expect(out).toContain("The store has no rules.");
    expect(exit).toBe(1);
  });

  test("a store that does not exist: the Worker's code", async () => {
    const { exit, err } = await command(["routes", "explain", "--store", "xx", "--locale", "de-DE"], () => problem("store_unknown", 404));
    expect(err).toContain("error store_unknown: ");
    expect(exit).toBe(1);
  });
});

describe("dead letters", () => {
  const letter = { id: 7, kind: "contact", subject: "main:customer:1", cause: "rejected", detail: "ct_store", attempts: 3, firstMs: NOW - 60_000, lastMs: NOW, correlationId: "c-1", replayedMs: null };

  test("list: a table, and 1", async () => {
    const { exit, out, asked } = await command(["dead-letters", "list", "--cause", "rejected", "--from", "7d", "--until", "2026-03-01"], () => json({ eu: { deadLetters: [letter] }, us: { deadLetters: [] } }));
    expect(Object.fromEntries(asked[0]!.url.searchParams)).toEqual({ cause: "rejected", from_ms: String(NOW - 7 * 86_400_000), until_ms: String(Date.parse("2026-03-01")) });
    expect(out).toContain("7   eu     contact  rejected  3");
    expect(exit).toBe(1);
  });

  test("with those that were tried again: when", async () => {
    const { out, asked } = await command(["dead-letters", "list", "--replayed"], () => json({ eu: { deadLetters: [{ ...letter, replayedMs: NOW }, { ...letter, id: 6 }] } }));
    expect(asked[0]!.url.search).toBe("?replayed=1");
    const cells = out.trimEnd().split("\n").map((line) => line.split(/ {2,}/).at(-2));
    expect(cells).toEqual(["replayed", "2026-03-01 12:00:00Z", "no"]);
  });

  test("none that is like that is said otherwise than none at all", async () => {
    const none = () => json({ eu: { deadLetters: [] } });
    expect((await command(["dead-letters", "list", "--cause", "rejected"], none)).err).toContain("No dead letter is like that.");
    expect((await command(["dead-letters", "list"], none)).err).toContain("There are no dead letters.");
  });

  test("none: 0", async () => {
    expect(await command(["dead-letters", "list"], () => json({ eu: { deadLetters: [] } }))).toMatchObject({ exit: 0, out: "" });
  });

  test("show", async () => {
    const { out } = await command(["dead-letters", "show", "7"], () => json({ eu: { deadLetters: [letter] } }));
    expect(out).toMatch(/correlation id +c-1/);
  });

  test("replay by cause; all needs a word", async () => {
    const { exit, out, asked } = await command(["dead-letters", "replay", "--cause", "rejected"], () => json({ eu: { replayed: 3 } }));
    expect([exit, out, asked[0]!.method, asked[0]!.url.search]).toEqual([0, "eu: 3 replayed\n", "POST", "?cause=rejected"]);
    expect((await command(["dead-letters", "replay", "--all"], () => json({ eu: { replayed: 3 } }))).asked[0]!.url.search).toBe("");
  });

  test("a number that two Tidio projects know is asked about, not guessed", async () => {
    const both = () => json({ eu: { deadLetters: [letter] }, us: { deadLetters: [letter] } });
    const { exit, err, asked } = await command(["dead-letters", "replay", "--id", "7"], both);
    expect([exit, asked.length]).toEqual([2, 1]);
    expect(err).toContain("--tidio");
    expect(EDGE).toBe(asked[0]!.url.origin);
  });
});
