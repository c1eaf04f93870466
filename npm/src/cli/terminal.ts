/**
 * Where a command writes: lines, colours where they are wanted, and one line that is rewritten on a terminal.
 *
 * In scope: streams, colours (`NO_COLOR`), text of others made harmless. Out of scope: what is written.
 */

/** A colour, or none at all. */
export type Paint = (colour: keyof typeof COLOURS, text: string) => string;

const COLOURS = { red: 31, green: 32, yellow: 33, blue: 34, grey: 90, bold: 1 } as const;

/** What a command writes to. */
export interface Terminal {
  /** A line of the answer. */
  out(line: string): void;
  /** A line about what happens; never part of the answer, so that the answer can be piped. */
  note(line: string): void;
  /** Rewrites the last line of the notes; only where `live`. */
  status(line: string | undefined): void;
  /** Can a line be rewritten? */
  readonly live: boolean;
  /** Width of the notes in characters. */
  readonly columns: number;
  /** Colours a part of the answer. */
  readonly paint: Paint;
  /** Colours a part of a note. */
  readonly paintNote: Paint;
}

interface Stream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

const DEFAULT_COLUMNS = 100;
const CLEAR_LINE = "\r\u001b[2K";

/** A terminal over two streams. `NO_COLOR` with any value, `TERM=dumb` and a pipe take colours away. */
export function terminalOf(stdout: Stream, stderr: Stream, env: Record<string, string | undefined>): Terminal {
  const plain = Boolean(env["NO_COLOR"]) || env["TERM"] === "dumb";
  const live = stderr.isTTY === true && env["TERM"] !== "dumb";
  let pending = false;
  const clear = () => {
    if (pending) stderr.write(CLEAR_LINE);
    pending = false;
  };
  return {
    live,
    // Some terminals say that they are 0 wide.
    columns: stderr.columns || stdout.columns || DEFAULT_COLUMNS,
    paint: painter(!plain && stdout.isTTY === true),
    paintNote: painter(!plain && stderr.isTTY === true),
    out(line) {
      clear();
      stdout.write(`${line}\n`);
    },
    note(line) {
      clear();
      stderr.write(`${line}\n`);
    },
    status(line) {
      if (!live) return;
      clear();
      if (line === undefined) return;
      stderr.write(line);
      pending = true;
    },
  };
}

function painter(coloured: boolean): Paint {
  return (colour, text) => (coloured ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text);
}

/**
 * Text of others on one line: control characters and marks that reorder text become spaces, so that no answer of a
 * server can steer the terminal.
 */
export function printable(value: unknown): string {
  const text = typeof value === "string" ? value : value === undefined || value === null ? "" : String(value);
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g, " ");
}

/** A moment as people read it: local to nobody, UTC, to the second. */
export function moment(ms: unknown): string {
  if (typeof ms !== "number" || !Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return "-";
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")}Z`;
}

/** Columns, as wide as their longest cell; the last one is left as it is. */
export function table(rows: string[][]): string[] {
  const widths = rows.reduce<number[]>((all, row) => row.map((cell, at) => Math.max(all[at] ?? 0, cell.length)), []);
  return rows.map((row) =>
    row
      .map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}
