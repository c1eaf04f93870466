/**
 * Tidio's address for the bench: the emulator, whose script is given the weight that the vendor's has.
 *
 * The emulator's widget does what Tidio's does but is tiny, so on its own it would flatter whoever loads it early.
 * The weight is a stand-in, not a measurement of Tidio: the middle of the only published range of its download, and
 * the main-thread time that the HTTP Archive attributes to it on pages in the field.
 * In scope: one server in front of the emulator. Out of scope: the emulator.
 */
import { randomBytes } from "node:crypto";
import { createServer, request } from "node:http";

/** Download of the script: 150 to 250 KB (store-vitals.com, May 2026). */
export const SCRIPT_BYTES = 200_000;

/**
 * Main-thread time of the script, in milliseconds, as pages of the HTTP Archive spend it under Lighthouse's throttled
 * mobile processor (third-party-web, data of 2026-03-01). It is spent by the clock, so that the bench's own throttling
 * does not multiply it again.
 */
export const MAIN_THREAD_MS = 388;

/** How it is spent: most when the script runs, the rest when the widget is drawn and when it has connected. */
const SHARES = { evaluate: 0.6, draw: 0.2, connect: 0.2 };

/** Starts it; `upstream` is the emulator's origin and may be set later, before the first request. */
export async function startStandIn() {
  const standIn = { upstream: undefined };
  const server = createServer((incoming, answer) => {
    const url = new URL(incoming.url, standIn.upstream);
    const isScript = /^\/[a-z0-9]{32}\.js$/.test(url.pathname);
    // The emulator takes its own address from the Host header, so everything comes back through here.
    const passed = request(url, { method: incoming.method, headers: incoming.headers }, (reply) => {
      if (!isScript) {
        answer.writeHead(reply.statusCode, reply.headers);
        return reply.pipe(answer);
      }
      const { "content-length": _, ...headers } = reply.headers;
      answer.writeHead(reply.statusCode, headers);
      reply.setEncoding("utf8").toArray().then((parts) => answer.end(weighted(parts.join(""))));
    });
    passed.on("error", () => answer.destroy());
    answer.on("close", () => passed.destroy());
    incoming.pipe(passed);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  standIn.url = `http://localhost:${server.address().port}`;
  standIn.stop = () => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  };
  return standIn;
}

/** The script with filler that does not compress, and with work before, beside and after it. */
function weighted(script) {
  const spend = (share) => `spend(${MAIN_THREAD_MS * share})`;
  const code = [
    "(() => {",
    "const spend = (ms) => { for (const end = performance.now() + ms; performance.now() < end; ); };",
    `${spend(SHARES.evaluate)};`,
    `setTimeout(() => ${spend(SHARES.draw)});`,
    `document.addEventListener("tidioChat-ready", () => setTimeout(() => ${spend(SHARES.connect)}), { once: true });`,
    "})();",
    script,
  ].join("\n");
  const filler = Math.max(0, SCRIPT_BYTES - Buffer.byteLength(code) - 6);
  return `${code}\n/*${randomBytes(filler).toString("base64").slice(0, filler)}*/\n`;
}
