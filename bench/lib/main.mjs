/** Tells the program that was started from a module that another one imports: only the former measures, and it leaves nothing running. */
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * @param {string} url `import.meta.url` of the module that asks
 * @param {string | undefined} [started] path of the program
 * @returns {boolean}
 */
export function isMain(url, started = process.argv[1]) {
  return started !== undefined && realpathSync(started) === fileURLToPath(url);
}

/**
 * Runs a program if it is the one that was started, and afterwards, however it ended, what stops everything that it has
 * started: the last first.
 *
 * @param {string} url `import.meta.url` of the module that asks
 * @param {() => Promise<void>} main
 * @param {(() => unknown)[]} stops to which `main` adds
 * @param {string | undefined} [started] path of the program
 */
export async function runIfMain(url, main, stops, started = process.argv[1]) {
  if (!isMain(url, started)) return;
  try {
    await main();
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}
