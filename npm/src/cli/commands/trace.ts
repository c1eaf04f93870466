/** `trace`: the whole story of an order, a contact or a call. */
import type { Call, Command } from "../command.js";
import { EDGE_OPTIONS, Edge, list, perProject } from "../edge.js";
import { EXIT, usage, type Exit } from "../failure.js";
import { moment, printable, type Terminal } from "../terminal.js";

export const trace: Command = {
  name: "trace",
  argument: "<order number | correlation id | contact>",
  summary: "Shows the whole story: what came in, what was read, what was sent, what Tidio answered.",
  details: [
    "The argument is an order number or id, a correlation id (a contact's ct_correlation_id, or of an error), a contact's",
    "key, or the name of a property. The journal holds names and counts, never a value of a contact.",
    "← came in, · read or decided, → taken by Tidio, × not taken or given up; the figure is the status of Tidio's answer.",
    "One block for each correlation id.",
    "Exit code 1 when the journal knows nothing of it: it forgets after the configured time.",
  ].join("\n"),
  options: [...EDGE_OPTIONS, { name: "json", help: "Prints the lines as JSON." }],
  examples: [
    "trace 100123 --edge https://bridge.your-shop.example",
    "trace 3c1f0f6e-5d0a-4a51-9b0e-2f4b8c9d7e10 --edge https://bridge.your-shop.example --json",
  ],
  run,
};

interface Line {
  tidio: string;
  atMs: unknown;
  correlationId: string;
  subject: string;
  event: string;
  detail: string;
}

async function run({ options, argument, terminal, fetch, now }: Call): Promise<Exit> {
  const term = argument?.trim();
  if (!term) throw usage("Say what to trace: an order number, a correlation id or a contact.", "commercetools-tidio trace --help");
  const edge = Edge.from(options, { fetch, now });
  const lines = linesOf(await edge.get(`/admin/trace/${encodeURIComponent(term)}`));
  if (options.has("json")) terminal.out(JSON.stringify({ term, lines }, null, 2));
  else print(term, lines, terminal);
  return lines.length === 0 ? EXIT.problem : EXIT.ok;
}

/** The journals of all Tidio projects as one story, oldest first. */
function linesOf(answer: unknown): Line[] {
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  const lines = perProject(answer).flatMap(([tidio, said]) =>
    list(said["lines"]).map((line) => ({
      tidio,
      atMs: line["atMs"],
      correlationId: text(line["correlationId"]),
      subject: text(line["subject"]),
      event: text(line["event"]),
      detail: text(line["detail"]),
    })),
  );
  const at = ({ atMs }: Line) => (typeof atMs === "number" ? atMs : 0);
  // Lines of one moment keep the journal's order.
  return lines.sort((one, other) => at(one) - at(other));
}

/** What a line of the journal is: something came in, we looked, something went to Tidio, something went wrong. */
const KINDS: Record<string, Kind> = {
  received: "in",
  creating: "sent",
  created: "sent",
  written: "sent",
  dead_letter: "wrong",
  answered: "wrong",
  value_refused: "wrong",
  breaker_open: "wrong",
  property_missing: "wrong",
};
type Kind = keyof typeof MARKS;
const MARKS = { in: ["←", "blue"], own: ["·", "grey"], sent: ["→", "green"], wrong: ["×", "red"] } as const;

/** One block for each correlation id, that is for each thing that came in; blocks and lines in the order of time. */
function print(term: string, lines: Line[], { out, note, paint }: Terminal): void {
  if (lines.length === 0) {
    note(`The journal knows nothing of ${printable(term)}.`);
    return;
  }
  const several = new Set(lines.map(({ tidio }) => tidio)).size > 1;
  const width = Math.max(...lines.map(({ event }) => printable(event).length));
  const ids = [...new Set(lines.map(({ correlationId }) => correlationId))];
  ids.forEach((id, block) => {
    if (block > 0) out("");
    out(paint("bold", printable(id) || "without a correlation id"));
    let before: string | undefined;
    for (const line of lines.filter(({ correlationId }) => correlationId === id)) {
      const [mark, colour] = MARKS[KINDS[line.event] ?? "own"];
      const project = several ? `  ${paint("blue", printable(line.tidio))}` : "";
      // A subject is named once, until another one follows.
      const subject = line.subject === before ? "" : `  ${printable(line.subject)}`;
      const detail = line.detail === "" ? "" : `  ${paint("grey", printable(line.detail))}`;
      const gap = subject + detail === "" ? "" : " ".repeat(width - printable(line.event).length);
      out(`  ${moment(line.atMs)}${project}  ${paint(colour, `${mark} ${printable(line.event)}`)}${gap}${subject}${detail}`);
      before = line.subject;
    }
  });
}
