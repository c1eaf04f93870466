/**
 * Expectations of a check: each one a line, all of them looked at, none of them fatal for the next.
 *
 * In scope: collecting and printing. Out of scope: what is expected.
 */

/** Collects expectations and progress of one check. */
export class Report {
  #failures = [];
  #count = 0;
  #started = Date.now();

  /** Says what is being done. */
  step(text) {
    const seconds = ((Date.now() - this.#started) / 1000).toFixed(1).padStart(5);
    process.stdout.write(`${seconds} s  ${text}\n`);
  }

  /** Notes an expectation; `seen` is shown when it does not hold. */
  expect(holds, text, seen) {
    this.#count += 1;
    if (holds) return;
    const shown = seen === undefined ? "" : `; seen: ${JSON.stringify(seen)?.slice(0, 400)}`;
    this.#failures.push(`${text}${shown}`);
    process.stdout.write(`         FAILED: ${text}${shown}\n`);
  }

  /** A part that cannot go on is one failure, not the end of the report. */
  async part(title, run) {
    this.step(title);
    try {
      await run();
    } catch (error) {
      this.expect(false, `${title}: ${error.message.split("\n")[0]}`);
    }
  }

  /** Prints the outcome and answers whether everything held. */
  finish() {
    const seconds = ((Date.now() - this.#started) / 1000).toFixed(1);
    const failed = this.#failures.length;
    process.stdout.write(
      failed === 0
        ? `\nAll ${this.#count} expectations hold (${seconds} s).\n`
        : `\n${failed} of ${this.#count} expectations failed (${seconds} s):\n${this.#failures.map((line) => `  - ${line}`).join("\n")}\n`,
    );
    return failed === 0;
  }
}

/** Rows of equal width, for people. */
export function table(head, rows) {
  const all = [head, ...rows].map((row) => row.map((cell) => String(cell ?? "–").replace(/\s+/g, " ")));
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) => `  ${row.map((cell, column) => cell.padEnd(widths[column])).join("  ").trimEnd()}`;
  const [first, ...rest] = all.map(line);
  return [first, `  ${widths.map((width) => "-".repeat(width)).join("  ")}`, ...rest].join("\n");
}
