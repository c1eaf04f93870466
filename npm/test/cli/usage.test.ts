/** Calling it: help, wrong calls, exit codes, secrets kept out of every output. */
import { readFile, readdir } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { COMMANDS } from "../../src/cli/commands/index.js";
import { EDGE, TOKEN, command, json, problem, refused } from "./world.js";

const silent = () => undefined;

describe("help", () => {
  test("lists every command", async () => {
    const { exit, out, err } = await command(["--help"], silent);
    expect([exit, err]).toEqual([0, ""]);
    for (const { name } of COMMANDS) expect(out).toContain(`  ${name} `);
  });

  test("no words at all is help", async () => {
    expect((await command([], silent)).out).toContain("Usage:");
  });

  test("--version", async () => {
    expect(await command(["--version"], silent)).toMatchObject({ exit: 0, out: "1.2.3\n" });
  });

  for (const one of COMMANDS) {
    test(`${one.name} --help asks nobody and shows each option and example`, async () => {
      const { exit, out, asked } = await command([...one.name.split(" "), "--help"], silent);
      expect([exit, asked.length]).toEqual([0, 0]);
      for (const { name } of one.options) expect(out).toContain(`--${name}`);
      for (const example of one.examples) expect(out).toContain(example);
    });

    test(`the examples of ${one.name} are calls that it understands`, async () => {
      for (const example of one.examples) {
        const argv = example.split(" ");
        const { err } = await command(argv, silent, { env: { CTP_CLIENT_ID: "id", CTP_CLIENT_SECRET: "secret", CTP_PROJECT_KEY: "my-shop", CTP_REGION: "europe-west1.gcp", TOPIC_KEY: "key" } });
        expect(err, example).not.toContain("error usage");
      }
    });
  }
});

test("the documentation names every command", async () => {
  const page = await readFile(new URL("../../../docs/operations.md", import.meta.url), "utf8");
  for (const { name } of COMMANDS) expect(page).toContain(`\`${name}`);
});

describe("wrong calls end with 2 and ask nobody", () => {
  for (const [argv, said] of [
    [["docter"], "There is no such command."],
    [["subscription"], "Which one?"],
    [["dead-letters", "lost"], "Which one?"],
    [["doctor", "--edgy", "x"], "There is no option --edgy."],
    [["doctor", "--edge"], "--edge needs a value"],
    [["doctor", "--json=yes"], "--json takes no value."],
    [["doctor", "extra"], "takes no argument"],
    [["trace", "one", "two"], "takes one argument"],
    [["trace"], "Say what to trace"],
    [["doctor", "--edge", "http://bridge.shop.example"], "https address"],
    [["doctor", "--edge", "https://user:pass@bridge.shop.example"], "without credentials"],
    [["doctor", "--edge", `${EDGE}/admin`], "without a path"],
    [["doctor", "--origin", "https://shop.example/path"], "--origin takes an origin"],
    [["doctor", "--admin-token-env", "NOT_SET"], "The variable NOT_SET is empty or not set."],
    [["backfill", "--since", "yesterday", "--project", "p"], "--since takes a day"],
    [["backfill", "--since", "2026-02-30", "--project", "p"], "--since takes a day"],
    [["backfill", "--since", "2026-03-02", "--project", "p"], "lies in the future"],
    [["backfill", "--project", "p"], "--since WHEN is needed"],
    [["routes"], "Which one?"],
    [["routes", "explain", "--locale", "de-DE"], "--store KEY is needed"],
    [["routes", "explain", "--store", "de", "--locale", "de-DE", "--identity", "known"], "must be one of"],
    [["dead-letters", "replay"], "Say which"],
    [["dead-letters", "replay", "--all", "--cause", "c"], "Say which"],
    [["dead-letters", "replay", "--id", "x"], "The number of a dead letter"],
    [["dead-letters", "show"], "The number of a dead letter"],
    [["subscription", "create", "--destination", "kafka"], "must be one of"],
    [["subscription", "create", "--destination", "eventbridge", "--aws-account", "12"], "twelve digits"],
    [["subscription", "create", "--destination", "eventgrid", "--format", "platform"], "cloudevents only"],
  ] as [string[], string][]) {
    test(argv.join(" "), async () => {
      const { exit, out, err, asked } = await command(argv, silent);
      expect(err).toContain(said);
      expect([exit, out, asked.length]).toEqual([2, "", 0]);
    });
  }

  test("no error repeats what somebody may have pasted by mistake", async () => {
    const secret = "sk-0123456789";
    for (const argv of [
      ["doctor", "--admin-token-env", `${secret}`],
      ["doctor", `--${secret}`],
      ["doctor", secret],
      [secret],
      ["doctor", `--json=${secret}`],
      ["subscription", "create", "--destination", secret],
      ["doctor", "--edge", `https://${secret}@x.example`],
    ]) {
      const { exit, out, err } = await command(argv, silent);
      expect(exit, argv.join(" ")).toBe(2);
      expect(out + err, argv.join(" ")).not.toContain(secret);
    }
  });
});

describe("what goes wrong on the way has a code and the correlation id", () => {
  for (const [name, answer, code, hint] of [
    ["nobody listens", refused(), "edge_unreachable", "ECONNREFUSED"],
    ["a wrong token", problem("caller_unauthorized", 401), "caller_unauthorized", "--admin-token-env"],
    ["no operations interface", problem("route_unknown", 404), "route_unknown", "no secret ADMIN_TOKEN"],
    ["a page of something else", new Response("<html>", { status: 200 }), "edge_malformed", "Worker's address"],
    ["a redirect is not followed", new Response("", { status: 302, headers: { location: "https://evil.example" } }), "edge_malformed", ""],
    ["a code that is no code", json({ code: "\u001b[2J" }, 500), "edge_malformed", ""],
  ] as [string, Response | Error, string, string][]) {
    test(name, async () => {
      const { exit, out, err, asked } = await command(["trace", "1001"], () => answer);
      expect(exit).toBe(1);
      expect(out).toBe("");
      expect(err).toContain(`error ${code}: `);
      expect(err).toContain(hint);
      expect(err).not.toContain("secret in a text");
      const sent = asked[0]!.headers["x-correlation-id"]!;
      if (code === "caller_unauthorized") expect(err).toContain("correlation id: id-of-the-worker");
      else if (code === "edge_unreachable") expect(err).toContain(`correlation id: ${sent}`);
      expect(out + err).not.toContain(TOKEN);
    });
  }
});

test("the package's README names every command", async () => {
  const page = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  const table = page.split("## Command line")[1]?.split("\n## ")[0] ?? "";
  const rows = [...table.matchAll(/^\| (`.*?) \|/gm)].map(([, cell]) => [...cell!.matchAll(/`([^`<]+?)(?: <[^`]*)?`/g)].map(([, words]) => words!));
  // `subscription create`, `check` and `delete` stand in one row.
  const named = rows.flatMap(([first, ...more]) => [first!, ...more.map((word) => (word.includes(" ") ? word : `${first!.split(" ")[0]} ${word}`))]);
  expect(named.sort()).toEqual(COMMANDS.map(({ name }) => name).sort());
});

test("every code of its own is explained in docs/operations.md, and no other", async () => {
  const folder = new URL("../../src/cli/", import.meta.url);
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".ts"));
  const source = (await Promise.all(files.map((name) => readFile(new URL(name, folder), "utf8")))).join("\n");
  const known = new Set([...source.matchAll(/new Failure\(\s*"([a-z_]+)"/g)].map(([, code]) => code));
  const page = await readFile(new URL("../../../docs/operations.md", import.meta.url), "utf8");
  const table = page.split("## Errors of the command line")[1]?.split("\n## ")[0] ?? "";
  expect([...table.matchAll(/^\| `([a-z_]+)`/gm)].map(([, code]) => code).sort()).toEqual([...known].sort());
});
