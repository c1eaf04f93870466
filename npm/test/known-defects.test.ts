/** Every row of `docs/known-defects.md` names a test, and every test that it names exists. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** `path`: `title`, or a folder of Rust files in the place of the path. */
const NAMED = /`([\w./-]+\/[\w./-]+)`: `([^`]+)`/g;

const rows = readFileSync(join(ROOT, "docs/known-defects.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| (---|defect |complaint |what happens )/.test(line))
  .map((line) => line.slice(2, -2).split(" | "));

/** The text of a file, or of all files in and below a folder; for `a/b` also that of `a/b.rs`. */
function textOf(path: string): string {
  const at = join(ROOT, path);
  const stat = statSync(at, { throwIfNoEntry: false });
  if (stat?.isDirectory()) {
    const below = readdirSync(at, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".rs"));
    return below.map((name) => readFileSync(join(at, name), "utf8")).join("\n");
  }
  const file = stat ? at : `${at}.rs`;
  return statSync(file, { throwIfNoEntry: false }) ? readFileSync(file, "utf8") : "";
}

/** Whether a test of this name stands there: a Rust function behind `#[test]`, or the title of a JavaScript test. */
function exists(path: string, title: string): boolean {
  const text = textOf(path);
  if (/^[a-z0-9_]+$/.test(title)) return new RegExp(`#\\[test\\]\\s(?:\\s*#\\[.*\\]\\s)*\\s*(?:async )?fn ${title}\\(`).test(text);
  return [`"${title}`, `'${title}`, `\`${title}`, `: ${title}"`].some((start) => text.includes(start));
}

describe.each(rows)("%s", (_, tests = "") => {
  const named = [...tests.matchAll(NAMED)].map(([, path = "", title = ""]) => [path, title] as const);

  it("names a test", () => expect(named.length).toBeGreaterThan(0));
  it.each(named)("%s: %s", (path, title) => expect(exists(path, title)).toBe(true));
});

it("a test that is not there is noticed", () => {
  expect(rows.length).toBeGreaterThan(40);
  expect(exists("npm/test-browser/flow.test.ts", "is not there")).toBe(false);
  expect(exists("edge-core/src/engine/tests", "is_not_there")).toBe(false);
  expect(exists("nowhere/at/all.test.ts", "anything")).toBe(false);
});
