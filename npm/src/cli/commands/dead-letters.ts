/** `dead-letters`: what was given up, why, and trying it again. */
import type { Call, Command, Option, Options } from "../command.js";
import { EDGE_OPTIONS, Edge, list, perProject, type Parameters } from "../edge.js";
import { EXIT, Failure, usage, type Exit } from "../failure.js";
import { moment, printable, table } from "../terminal.js";
import { momentOf } from "../when.js";

const CHOICE: readonly Option[] = [
  { name: "cause", value: "CAUSE", help: "Only those given up for this cause, rejected, stale_read, unavailable or outcome_unknown." },
  { name: "from", value: "WHEN", help: "Only those whose last failure was at or after: a day, a time, or how long ago (30d, 12h)." },
  { name: "until", value: "WHEN", help: "Only those whose last failure was before." },
  { name: "tidio", value: "NAME", help: "Only this Tidio project, by its name in wrangler.toml." },
];
const JSON_OPTION: Option = { name: "json", help: "Prints the answer as JSON." };

export const deadLettersList: Command = {
  name: "dead-letters list",
  summary: "Lists what was given up: kind, cause, attempts, first and last failure.",
  details: "Newest first, at most 500 of each Tidio project. Exit code 1 when there are any.",
  options: [...EDGE_OPTIONS, ...CHOICE, { name: "replayed", help: "Also those that were replayed already." }, JSON_OPTION],
  examples: ["dead-letters list --edge https://bridge.your-shop.example", "dead-letters list --cause rejected --from 7d"],
  run: async ({ options, terminal, fetch, now }) => {
    const [filter, replayed] = [chosen(options, now()), options.has("replayed")];
    const letters = await lettersOf(Edge.from(options, { fetch, now }), { ...filter, replayed: replayed ? 1 : undefined });
    const isChosen = Object.values(filter).some((value) => value !== undefined);
    if (options.has("json")) terminal.out(JSON.stringify({ deadLetters: letters }, null, 2));
    else if (letters.length === 0) terminal.note(isChosen ? "No dead letter is like that." : "There are no dead letters.");
    else {
      const head = ["id", "tidio", "kind", "cause", "attempts", "first failure", "last failure", ...(replayed ? ["replayed"] : []), "subject"];
      table([head, ...letters.map((letter) => row(letter, replayed))]).forEach((line, at) => terminal.out(at === 0 ? terminal.paint("bold", line) : line));
    }
    return letters.length === 0 ? EXIT.ok : EXIT.problem;
  },
};

export const deadLettersShow: Command = {
  name: "dead-letters show",
  argument: "<id>",
  summary: "Shows one in full: what was to be sent (names, never values) and its correlation id.",
  options: [...EDGE_OPTIONS, { name: "tidio", value: "NAME", help: "Of this Tidio project: each numbers its own." }, JSON_OPTION],
  examples: ["dead-letters show 17 --edge https://bridge.your-shop.example"],
  run: async ({ options, argument, terminal, fetch, now }) => {
    const id = idOf(argument);
    const letters = await lettersOf(Edge.from(options, { fetch, now }), { id, tidio: options.text("tidio"), replayed: 1 });
    if (letters.length === 0) throw new Failure("not_found", "There is no dead letter of this number.");
    if (options.has("json")) terminal.out(JSON.stringify({ deadLetters: letters }, null, 2));
    else letters.forEach((letter) => described(letter).forEach((line) => terminal.out(line)));
    return EXIT.ok;
  },
};

export const deadLettersReplay: Command = {
  name: "dead-letters replay",
  summary: "Tries them again: one, by cause, by time, or all. What has moved on since is sent as it is now, or not at all.",
  details: "Repeatable: what was replayed already is left alone. A letter that fails again comes back as a new one.",
  options: [
    ...EDGE_OPTIONS,
    { name: "id", value: "ID", help: "This one; with --tidio where there are several Tidio projects." },
    ...CHOICE,
    { name: "all", help: "All of them." },
    JSON_OPTION,
  ],
  examples: [
    "dead-letters replay --id 17 --edge https://bridge.your-shop.example",
    "dead-letters replay --cause unavailable --from 2d",
  ],
  run: replay,
};

async function replay({ options, terminal, fetch, now }: Call): Promise<Exit> {
  const id = options.text("id") === undefined ? undefined : idOf(options.text("id"));
  const parameters = { id, ...chosen(options, now()) };
  const { tidio: _project, ...filters } = parameters;
  if (Object.values(filters).every((value) => value === undefined) !== options.has("all")) {
    throw usage("Say which: --id, --cause, --from, --until, or --all alone.");
  }
  const edge = Edge.from(options, { fetch, now });
  if (id !== undefined && parameters.tidio === undefined) await unambiguous(edge, id);
  const answer = await edge.post("/admin/replay", parameters);
  const counts = perProject(answer).map(([tidio, said]) => ({ tidio, replayed: Number(said["replayed"] ?? 0) }));
  if (options.has("json")) terminal.out(JSON.stringify({ replayed: counts }, null, 2));
  else counts.forEach(({ tidio, replayed }) => terminal.out(`${printable(tidio)}: ${replayed} replayed`));
  return EXIT.ok;
}

/** Each Tidio project numbers its own letters, so a number alone may mean two. */
async function unambiguous(edge: Edge, id: number): Promise<void> {
  const found = await lettersOf(edge, { id });
  if (found.length > 1) {
    throw usage("Several Tidio projects have a dead letter of this number; say which with --tidio.", found.map(({ tidio }) => tidio).join(", "));
  }
}

type Letter = Record<string, unknown> & { tidio: string };

async function lettersOf(edge: Edge, parameters: Parameters): Promise<Letter[]> {
  const answer = await edge.get("/admin/dead-letters", parameters);
  return perProject(answer).flatMap(([tidio, said]) => list(said["deadLetters"]).map((letter) => ({ tidio, ...letter })));
}

function chosen(options: Options, now: number) {
  const when = (name: string) => {
    const text = options.text(name);
    return text === undefined ? undefined : momentOf(text, name, now);
  };
  return { cause: options.text("cause"), from_ms: when("from"), until_ms: when("until"), tidio: options.text("tidio") };
}

function idOf(text: string | undefined): number {
  if (text === undefined || !/^\d{1,15}$/.test(text)) throw usage("The number of a dead letter is needed; `dead-letters list` shows them.");
  return Number(text);
}

function row(letter: Letter, withReplay: boolean): string[] {
  const { id, tidio, kind, cause, attempts, firstMs, lastMs, subject, replayedMs } = letter;
  const words = [id, tidio, kind, cause, attempts].map(printable);
  const replayed = withReplay ? [typeof replayedMs === "number" ? moment(replayedMs) : "no"] : [];
  return [...words, moment(firstMs), moment(lastMs), ...replayed, printable(subject)];
}

function described(letter: Letter): string[] {
  const replayed = letter["replayedMs"];
  return table([
    ["id", `${printable(letter["id"])} of ${printable(letter.tidio)}`],
    ["kind", printable(letter["kind"])],
    ["subject", printable(letter["subject"])],
    ["cause", printable(letter["cause"])],
    ["detail", printable(letter["detail"])],
    ["attempts", printable(letter["attempts"])],
    ["first failure", moment(letter["firstMs"])],
    ["last failure", moment(letter["lastMs"])],
    ["correlation id", printable(letter["correlationId"])],
    ["replayed", typeof replayed === "number" ? moment(replayed) : "no"],
  ]);
}
