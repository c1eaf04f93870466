/** The text of `--help`, from the same tables that the parser reads. */
import type { Command, Option } from "./command.js";
import { COMMON } from "./parse.js";
import { table } from "./terminal.js";

const PROGRAM = "commercetools-tidio";

/** Help on everything, or on the commands of a group such as `backfill`. */
export function overview(commands: readonly Command[], group?: string): string[] {
  const shown = commands.filter(({ name }) => group === undefined || name === group || name.startsWith(`${group} `));
  return [
    `Usage: npx ${PROGRAM} ${group ?? "<command>"} [options]`,
    "",
    ...table(shown.map(({ name, summary }) => [`  ${name}`, summary])),
    "",
    `npx ${PROGRAM} <command> --help  shows the options of a command.`,
    "Exit codes: 0 done, 1 a problem was found, 2 called wrongly, 130 interrupted.",
  ];
}

/** Help on one command. */
export function helpOn(command: Command): string[] {
  const { name, summary, argument, options, details, examples } = command;
  return [
    `Usage: npx ${PROGRAM} ${[name, argument, "[options]"].filter(Boolean).join(" ")}`,
    "",
    summary,
    ...(details === undefined ? [] : ["", ...details.split("\n")]),
    "",
    "Options:",
    ...table([...options, ...COMMON].map((option) => [`  --${option.name}${option.value ? ` ${option.value}` : ""}`, described(option)])),
    "",
    "Examples:",
    ...examples.map((example) => `  npx ${PROGRAM} ${example}`),
  ];
}

function described({ help, env, fallback, repeated }: Option): string {
  const notes = [
    repeated ? "may be repeated" : undefined,
    env ? `or $${env}` : undefined,
    fallback ? `without it: ${fallback}` : undefined,
  ].filter((note) => note !== undefined);
  return notes.length === 0 ? help : `${help} (${notes.join("; ")})`;
}
