/**
 * The shop as a variant's visitors reach it: the built shop, with a variant's markup at the end of its pages.
 *
 * Every variant goes through one of these, also those that add nothing, so that all pay for it alike.
 * In scope: one server in front of one shop. Out of scope: what is added.
 */
import { createServer, request } from "node:http";
import { gzipSync } from "node:zlib";

/**
 * @param {{port: number, upstream: string, markup?: string}} settings
 * @returns {Promise<{url: string, stop(): Promise<void>}>}
 */
export async function startFront({ port, upstream, markup = "" }) {
  const server = createServer((incoming, answer) => {
    const isPage = /text\/html/.test(incoming.headers.accept ?? "");
    const headers = { ...incoming.headers, ...(isPage && { "accept-encoding": "identity" }) };
    const passed = request(new URL(incoming.url, upstream), { method: incoming.method, headers }, (reply) => {
      if (!isPage || !/text\/html/.test(reply.headers["content-type"] ?? "")) {
        answer.writeHead(reply.statusCode, reply.headers);
        return reply.pipe(answer);
      }
      reply.setEncoding("utf8").toArray().then((parts) => {
        const html = parts.join("").replace("</body>", () => `${markup}</body>`);
        const { "content-length": _, "transfer-encoding": __, ...rest } = reply.headers;
        answer.writeHead(reply.statusCode, { ...rest, "content-encoding": "gzip" });
        answer.end(gzipSync(html));
      });
    });
    passed.on("error", () => answer.destroy());
    incoming.pipe(passed);
  });
  await new Promise((listening) => server.listen(port, "127.0.0.1", listening));
  const stop = () => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  };
  return { url: `http://localhost:${port}`, stop };
}
