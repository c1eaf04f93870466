/** Where things are in the checkout. In scope: paths only. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The checkout, without a trailing slash. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/**
 * The built `emulators` program: `EMULATORS_BIN` when set, else cargo's debug build.
 *
 * @returns {string} an absolute path
 * @throws when there is no such file; the message says how to build it
 */
export function emulatorsBinary() {
  const path = process.env.EMULATORS_BIN ?? `${process.env.CARGO_TARGET_DIR ?? `${ROOT}/target`}/debug/emulators`;
  if (!existsSync(path)) throw new Error(`${path} is missing: run \`cargo build -p emulators\` first`);
  return path;
}
