/** The table of consent sources in `docs/consent.md` is what the tests run. */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { SOURCES } from "../src/consent/table.js";

interface Row {
  purposes: string;
  reads: string;
  signals: string;
  /** The call that opens its dialogue, where it has one, and where that call is known from. */
  opens?: string;
  opensFrom?: string;
  packages?: string[];
}

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
const rows: Record<string, Row> = JSON.parse(read("../test-browser/consent-sources.json"));
const versions: Record<string, string> = JSON.parse(read("../package.json")).devDependencies;
const file = new URL("../../docs/consent.md", import.meta.url);
const BEGIN = "<!-- sources: printed by `UPDATE_DOCS=1 npx vitest run consent.docs` in `npm/` -->\n";
const END = "<!-- end of sources -->\n";

const evidence = ({ packages }: Row): string =>
  packages ? `real package: ${packages.map((name) => `\`${name}\` ${versions[name]}`).join(", ")}` : "recorded contract";

function table(): string {
  const lines = Object.entries(rows)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, row]) => [`\`${name}\``, row.purposes, row.reads, row.signals, row.opens ? `${row.opens} (${row.opensFrom})` : "none: the notice", evidence(row)]);
  lines.push(
    ["`function`", "the switches `chat` and `share`", "`read()` of the consent options", "its `subscribe`", "its `ask`, else the notice", "the shop's own function"],
    ["Global Privacy Control", "closes `share`", "`navigator.globalPrivacyControl`", "fixed while a page lives", "", "the browser's own property"],
  );
  const head = [["source", "purposes", "what is read", "what signals a change", "what opens its dialogue (known from)", "tested with"], Array<string>(6).fill("---")];
  return [...head, ...lines].map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`).join("");
}

it("has a row for every source", () => {
  expect([...Object.keys(rows), "auto", "function"].sort()).toEqual(Object.keys(SOURCES).sort());
});

it("names packages with the versions that are pinned", () => {
  for (const name of Object.values(rows).flatMap((row) => row.packages ?? [])) expect(versions[name], name).toMatch(/^\d/);
});

it("the README of the package says the same of each", () => {
  const readme = read("../README.md");
  for (const [name, row] of Object.entries(rows)) {
    const line = readme.split("\n").find((line) => line.startsWith("| ") && line.split(" | ")[0]?.includes(`\`${name}\``));
    expect(line, name).toMatch(row.packages ? / real package \|$/ : / recorded contract \|$/);
  }
});

it("prints the table", () => {
  const text = read("../../docs/consent.md");
  const [before, rest] = text.split(BEGIN);
  const [printed, after] = rest?.split(END) ?? [];
  expect(after, "the marks around the table").toBeDefined();
  if (process.env["UPDATE_DOCS"]) writeFileSync(file, `${before}${BEGIN}${table()}${END}${after}`);
  else expect(printed).toBe(table());
});
