import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { median, publish, spread, table, withSection } from "./report.mjs";

const HAND = "# B\n\nby hand\n\n<!-- bench a: begin -->\nold\n<!-- bench a: end -->\n\nmore\n";

test("a section is replaced and everything around it stays", () => {
  const once = withSection(HAND, "a", "new\n");
  assert.equal(once, "# B\n\nby hand\n\n<!-- bench a: begin -->\n\nnew\n\n<!-- bench a: end -->\n\nmore\n");
  assert.equal(withSection(once, "a", "new"), once, "twice is as once");
});

test("a section that is not there comes at the end", () => {
  const both = withSection(HAND, "b", "$& figures", "Title");
  assert.ok(both.startsWith(HAND));
  assert.ok(both.endsWith("more\n\n## Title\n\n<!-- bench b: begin -->\n\n$& figures\n\n<!-- bench b: end -->\n"));
});

test("half a pair of marks is refused", () => {
  for (const broken of ["<!-- bench a: begin -->", "<!-- bench a: end -->", "<!-- bench a: end --><!-- bench a: begin -->"]) {
    assert.throws(() => withSection(broken, "a", "x"), /do not make a pair/);
  }
});

test("the document is written only when that is wanted", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bench-report-"));
  const path = join(folder, "benchmarks.md");
  try {
    await publish("a", "one", { path, write: false });
    await assert.rejects(readFile(path), { code: "ENOENT" });
    await publish("a", "one", { path, write: true, title: "Section" });
    assert.match(await readFile(path, "utf8"), /^# Benchmarks\n[^]*## Section\n\n<!-- bench a: begin -->\n\none\n/);
    await writeFile(path, HAND);
    await publish("a", "two", { path, write: true });
    assert.match(await readFile(path, "utf8"), /by hand[^]*two[^]*more/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("tables and medians", () => {
  assert.equal(table(["a", "b"], [["x", 1]]), "| a | b |\n| --- | ---: |\n| x | 1 |");
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([4, 1, 2, 3]), 2);
  assert.equal(spread([9, 1, 5], (figure) => `${figure} ms`), "5 ms (1 ms–9 ms)");
  assert.equal(spread([1.01, 1.02], (figure) => figure.toFixed(1)), "1.0");
});
