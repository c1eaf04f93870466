/**
 * The program: finds the command, runs it, tells failures.
 *
 * In scope: dispatch and the form of errors. Out of scope: the process (`main.ts`) and the commands.
 */
import { Options, type Command, type World } from "./command.js";
import { EXIT, Failure, type Exit } from "./failure.js";
import { helpOn, overview } from "./help.js";
import { COMMON, parse } from "./parse.js";
import { printable, type Terminal } from "./terminal.js";

/** Runs one command line and gives the exit code. Never throws. */
export async function run(
  argv: readonly string[],
  commands: readonly Command[],
  world: World,
  version: string,
): Promise<Exit> {
  const { terminal } = world;
  try {
    const parsed = parse(argv, commands);
    if (parsed.kind === "version") {
      terminal.out(version);
      return EXIT.ok;
    }
    if (parsed.kind === "help") {
      const lines = parsed.command && parsed.group === undefined ? helpOn(parsed.command) : groupHelp(parsed, commands);
      lines.forEach((line) => terminal.out(line));
      return EXIT.ok;
    }
    const { command, given, argument } = parsed;
    const options = new Options(given, [...command.options, ...COMMON], world.env);
    return await command.run({ ...world, options, argument });
  } catch (error) {
    terminal.status(undefined);
    return told(error, terminal);
  }
}

/** `backfill --help` explains the command, and lists those below it. */
function groupHelp({ command, group }: { command: Command | undefined; group: string | undefined }, commands: readonly Command[]) {
  const below = overview(commands, group);
  return command ? [...helpOn(command), "", ...below.slice(2, -2)] : below;
}

function told(error: unknown, { note, paintNote }: Terminal): Exit {
  // Anything else is our own fault; its text may hold what must not be shown.
  const failure =
    error instanceof Failure
      ? error
      : new Failure("internal", `Something went wrong in this program (${error instanceof Error ? error.name : typeof error}).`);
  note(`${paintNote("red", "error")} ${failure.code}: ${printable(failure.message)}`);
  if (failure.hint !== undefined) note(`  ${printable(failure.hint)}`);
  if (failure.correlationId !== undefined) note(`  correlation id: ${printable(failure.correlationId)}`);
  return failure.exit;
}
