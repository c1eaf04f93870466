#!/usr/bin/env node
/** `npx commercetools-tidio`: the process around the program. The one file that touches it. */
import { readFile, writeFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import manifest from "../../package.json" with { type: "json" };
import { COMMANDS } from "./commands/index.js";
import { run } from "./run.js";
import { terminalOf } from "./terminal.js";

const interrupt = new AbortController();
process.on("SIGINT", () => {
  // The second time, or where nobody watches anything, the process ends at once.
  if (interrupt.signal.aborted || !watching) process.exit(130);
  interrupt.abort();
});
// Somebody stopped reading, for example `| head`.
process.stdout.on("error", () => process.exit(0));

/** From the first wait on, a command tells itself how it ends. */
let watching = false;

async function sleep(ms: number): Promise<boolean> {
  watching = true;
  try {
    await wait(ms, undefined, { signal: interrupt.signal });
    return true;
  } catch {
    return false;
  }
}

async function create(name: string, text: string): Promise<boolean> {
  try {
    await writeFile(name, text, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

process.exitCode = await run(
  process.argv.slice(2),
  COMMANDS,
  {
    env: process.env,
    terminal: terminalOf(process.stdout, process.stderr, process.env),
    fetch: globalThis.fetch,
    files: {
      template: (name) => readFile(new URL(`./templates/${name}`, import.meta.url), "utf8"),
      create,
    },
    now: Date.now,
    sleep,
  },
  manifest.version,
);
