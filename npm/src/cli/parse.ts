/**
 * From a command line to a command and its options.
 *
 * In scope: finding the command, options by `node:util`, clear errors. Out of scope: running it.
 * No error repeats a value from the command line: somebody may have pasted a secret.
 */
import { parseArgs } from "node:util";
import type { Command, Option } from "./command.js";
import { usage } from "./failure.js";

/** Options of every command. */
export const COMMON: readonly Option[] = [{ name: "help", help: "Shows this help." }];

/** A command line that was understood. `group`: the first word alone, where commands of two words begin with it. */
export type Parsed =
  | { kind: "help"; command: Command | undefined; group: string | undefined }
  | { kind: "version" }
  | { kind: "run"; command: Command; given: Record<string, string | boolean | string[] | undefined>; argument: string | undefined };

/**
 * Reads `argv`, the words after the program's name.
 *
 * @throws Failure `usage`
 */
export function parse(argv: readonly string[], commands: readonly Command[]): Parsed {
  const options = argv.findIndex((word) => word.startsWith("-"));
  const words = options === -1 ? argv : argv.slice(0, options);
  const wantsHelp = argv.includes("--help") || argv.includes("-h") || words[0] === "help";
  if (words[0] === undefined && argv.includes("--version")) return { kind: "version" };
  const path = words[0] === "help" ? words.slice(1) : words;
  const command = find(path, commands);
  const [first] = path;
  if (wantsHelp || first === undefined) {
    const group = path.length === 1 && commands.some(({ name }) => name.startsWith(`${first} `)) ? first : undefined;
    if (first !== undefined && command === undefined && group === undefined) throw unknownCommand(path, commands);
    return { kind: "help", command, group };
  }
  if (command === undefined) throw unknownCommand(path, commands);
  return { kind: "run", command, ...optionsOf(argv.slice(command.name.split(" ").length), command) };
}

/** The command with the longest name that the words begin with. */
function find(words: readonly string[], commands: readonly Command[]): Command | undefined {
  const [one, two] = words;
  const named = (name: string) => commands.find((command) => command.name === name);
  return (two !== undefined ? named(`${one} ${two}`) : undefined) ?? (one !== undefined ? named(one) : undefined);
}

function unknownCommand(words: readonly string[], commands: readonly Command[]) {
  const [first] = words;
  const below = commands.filter(({ name }) => name.startsWith(`${first} `)).map(({ name }) => name);
  if (below.length > 0) return usage(`Which one? ${below.join(", ")}.`, `commercetools-tidio ${first} --help`);
  return usage("There is no such command.", "commercetools-tidio --help lists them.");
}

function optionsOf(argv: readonly string[], command: Command) {
  const known = [...command.options, ...COMMON];
  const config = Object.fromEntries(
    known.map(({ name, value, repeated }) => [
      name,
      { type: value === undefined ? ("boolean" as const) : ("string" as const), multiple: repeated === true },
    ]),
  );
  let values: Record<string, unknown>;
  let positionals: string[];
  try {
    ({ values, positionals } = parseArgs({ args: [...argv], options: config, strict: true, allowPositionals: true }));
  } catch (error) {
    throw usage(said(error, argv, known), `commercetools-tidio ${command.name} --help`);
  }
  if (positionals.length > (command.argument === undefined ? 0 : 1)) {
    throw usage(
      `\`${command.name}\` takes ${command.argument === undefined ? "no" : "one"} argument besides its options.`,
      `commercetools-tidio ${command.name} --help`,
    );
  }
  const given = values as Record<string, string | boolean | string[] | undefined>;
  return { given, argument: positionals[0] };
}

/** The fault in our own words, by the name of the option and never by its value. */
function said(error: unknown, argv: readonly string[], known: readonly Option[]): string {
  const names = argv.filter((word) => word.startsWith("--")).map((word) => word.slice(2).split("=", 1)[0] ?? "");
  const unknown = names.find((name) => !known.some((option) => option.name === name));
  // A word is a mistyped name; anything else may be a secret.
  if (unknown !== undefined) return /^[a-z]{1,12}(-[a-z]{1,12}){0,3}$/.test(unknown) ? `There is no option --${unknown}.` : "There is no such option.";
  const code = (error as { code?: string }).code ?? "";
  const said = error instanceof Error ? error.message : "";
  const about = names.find((name) => said.includes(`--${name}`));
  if (code === "ERR_PARSE_ARGS_INVALID_OPTION_VALUE" && about !== undefined) {
    const placeholder = known.find((option) => option.name === about)?.value;
    return placeholder === undefined ? `--${about} takes no value.` : `--${about} needs a value: --${about}=${placeholder}.`;
  }
  return "The options were not understood.";
}
