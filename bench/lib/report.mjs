/**
 * Where a benchmark's figures go: to the terminal, and into its section of docs/benchmarks.md.
 *
 * A section of the document is what stands between `<!-- bench NAME: begin -->` and `<!-- bench NAME: end -->`.
 * Text around the marks is written by hand and stays. In scope: the document and the machine's description.
 * Out of scope: what is measured.
 */
import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../tests/lib/paths.mjs";

const DOCUMENT = join(ROOT, "docs/benchmarks.md");
const OPENING = "# Benchmarks\n\nFigures between two marks are written by the command that stands above them.\n";

/**
 * Prints the text; with `BENCH_WRITE=1`, as `cargo xtask bench` sets it, also writes it into the document.
 *
 * @param {string} name of the section: the benchmark, or the benchmark and a part of it, as `edge-size`
 * @param {string} text Markdown
 * @param {{title?: string, path?: string, write?: boolean}} [options] `title` heads a section that is not there yet
 */
export async function publish(name, text, { title = name, path = DOCUMENT, write = process.env.BENCH_WRITE === "1" } = {}) {
  process.stdout.write(`\n${text.trim()}\n`);
  if (!write) return;
  const old = await readFile(path, "utf8").catch((error) => {
    if (error.code === "ENOENT") return OPENING;
    throw error;
  });
  await writeFile(path, withSection(old, name, text, title));
}

/**
 * The document with the section's text replaced; a section that is not there is added at the end.
 *
 * @param {string} document
 * @param {string} name
 * @param {string} text
 * @param {string} [title]
 * @returns {string}
 * @throws when only one of the two marks is there
 */
export function withSection(document, name, text, title = name) {
  const [begin, end] = [`<!-- bench ${name}: begin -->`, `<!-- bench ${name}: end -->`];
  const section = `${begin}\n\n${text.trim()}\n\n${end}`;
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from === -1 && to === -1) return `${document.trimEnd()}\n\n## ${title}\n\n${section}\n`;
  if (from === -1 || to < from) throw new Error(`the marks of section ${name} do not make a pair`);
  return document.slice(0, from) + section + document.slice(to + end.length);
}

/** One sentence on the machine and the code that were measured. */
export function conditions() {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `Measured on ${cpus().length} cores (${cpu?.model.trim()}), ${memory} GiB, Node ${process.versions.node}, at commit ${commit()}.`;
}

function commit() {
  const git = (...args) => execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).trim();
  try {
    return git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain", "--untracked-files=no") ? " with changes" : "");
  } catch {
    return "unknown";
  }
}

/**
 * A Markdown table; columns but the first are aligned to the right.
 *
 * @param {string[]} head
 * @param {(string | number)[][]} rows
 * @returns {string}
 */
export function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}

/**
 * Median of some figures, which need not be sorted.
 *
 * @param {number[]} figures
 * @returns {number}
 */
export function median(figures) {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

/**
 * Figures of several runs in one cell: the median, and in brackets the lowest and the highest if they differ.
 *
 * @param {number[]} figures one of each run
 * @param {(figure: number) => string} [show]
 * @returns {string}
 */
export function spread(figures, show = String) {
  const [middle, least, most] = [median(figures), Math.min(...figures), Math.max(...figures)].map(show);
  return least === most ? middle : `${middle} (${least}–${most})`;
}
