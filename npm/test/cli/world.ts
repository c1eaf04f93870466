/** A world for commands: what they print is kept, what they ask is answered by the test, time stands still. */
import { readFile } from "node:fs/promises";
import { COMMANDS } from "../../src/cli/commands/index.js";
import { run } from "../../src/cli/run.js";
import { terminalOf } from "../../src/cli/terminal.js";
// @ts-expect-error a build script, without types
import { wranglerTemplate } from "../../scripts/templates.mjs";

const ROOT = new URL("../../../", import.meta.url);
const TEMPLATES: Record<string, () => Promise<string>> = {
  "wrangler.toml": async () => (wranglerTemplate as (text: string) => string)(await readFile(new URL("wrangler.toml", ROOT), "utf8")),
  "secrets.example": () => readFile(new URL(".dev.vars.example", ROOT), "utf8"),
};

export const NOW = Date.parse("2026-03-01T12:00:00Z");
export const TOKEN = "the-admin-token-that-nobody-may-see";
export const EDGE = "https://bridge.shop.example";

export interface Asked {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body: string | undefined;
}

export type Answering = (asked: Asked) => Response | Error | undefined;

/** A JSON answer. */
export const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });

/** The Worker's error document. */
export const problem = (code: string, status: number, correlationId = "id-of-the-worker") =>
  json({ code, title: `Title of ${code}.`, status, correlationId }, status, { "x-correlation-id": correlationId });

/** Runs one command line against answers of the test. `sleeps`: how many waits pass before Ctrl-C. */
export async function command(
  argv: string[],
  answering: Answering,
  { env = {}, sleeps = Number.POSITIVE_INFINITY, tty = false, files = {} }: { env?: Record<string, string>; sleeps?: number; tty?: boolean; files?: Record<string, string> } = {},
) {
  const asked: Asked[] = [];
  let [out, err, left, now] = ["", "", sleeps, NOW];
  const stream = (take: (text: string) => void) => ({ isTTY: tty, columns: 0, write: (text: string) => take(text) });
  const exit = await run(
    argv,
    COMMANDS,
    {
      env: { ADMIN_TOKEN: TOKEN, TIDIO_BRIDGE_EDGE: EDGE, ...env },
      terminal: terminalOf(stream((text) => (out += text)), stream((text) => (err += text)), env),
      files: {
        template: async (name) => TEMPLATES[name]!(),
        async create(name, text) {
          if (name in files) return false;
          files[name] = text;
          return true;
        },
      },
      now: () => now,
      async sleep(ms) {
        now += ms;
        left -= 1;
        return left >= 0;
      },
      fetch: (async (input: string | URL | Request, init: RequestInit = {}) => {
        const one = {
          method: init.method ?? "GET",
          url: new URL(String(input)),
          headers: init.headers as Record<string, string>,
          body: init.body as string | undefined,
        };
        asked.push(one);
        const answer = answering(one) ?? problem("route_unknown", 404);
        if (answer instanceof Error) throw answer;
        return answer;
      }) as typeof fetch,
    },
    "1.2.3",
  );
  return { exit, out, err, asked, files };
}

/** What fetch throws when nobody listens. */
export const refused = () => Object.assign(new TypeError("fetch failed"), { cause: Object.assign(new Error("secret in a text"), { code: "ECONNREFUSED" }) });
