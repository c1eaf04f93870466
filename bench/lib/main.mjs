/** Tells the program that was started from a module that another one imports: only the former measures. */
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
