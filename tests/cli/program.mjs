/**
 * The built command line as a user starts it: a process of its own, with an environment of its own.
 *
 * In scope: running one command line to its end. Out of scope: what is expected of it.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { ROOT } from "../lib/paths.mjs";

const PROGRAM = `${ROOT}/npm/dist/cli.js`;
/** A command that takes longer hangs. */
const TIMEOUT_MS = 300_000;

/** The demo's worthless token, as committed in `.dev.vars.demo`. */
export const ADMIN_TOKEN = "demo-admin-token-0123456789";

/**
 * Runs the command line.
 *
 * @param {string[]} argv
 * @param {Record<string, string>} env the whole environment; nothing is inherited but PATH
 * @param {{interruptOn?: RegExp, cwd?: string}} [options] Ctrl-C as soon as the output so far matches
 * @returns {Promise<{code: number | null, out: string, err: string}>}
 */
export function command(argv, env = {}, { interruptOn, cwd } = {}) {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing: run \`cargo xtask build npm\` first`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...argv], { env: { PATH: process.env.PATH, ...env }, cwd, stdio: ["ignore", "pipe", "pipe"], timeout: TIMEOUT_MS });
    const said = { out: "", err: "" };
    let interrupted = false;
    const hear = (name) => (text) => {
      said[name] += text;
      if (interrupted || !interruptOn?.test(said.out + said.err)) return;
      interrupted = true;
      child.kill("SIGINT");
    };
    child.stdout.setEncoding("utf8").on("data", hear("out"));
    child.stderr.setEncoding("utf8").on("data", hear("err"));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...said }));
  });
}

/** Every secret of the demo. None may ever be printed. */
export const SECRETS = [ADMIN_TOKEN, "demo-shop-backend-secret", "demo-edge-secret", "demo-events-secret", "cs_demo_eu", "demo-identity-key", "demo-distinct-id-key", "grid-access-key"];
