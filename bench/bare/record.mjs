/**
 * What the edge asks commercetools and answers, taken down while it happens once: the plan of the bare Worker.
 *
 * In scope: one exchange for each size of cart. Out of scope: the Workers.
 */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";

/** Headers of one connection, which do not belong to the exchange. */
const OF_THE_CONNECTION = ["host", "connection", "content-length", "transfer-encoding", "keep-alive", "date", "accept-encoding"];

/**
 * @param {string} upstream commercetools
 * @param {(url: string) => Promise<{url: URL, stop(): Promise<void>}>} startEdge an edge that reads commercetools at this address
 * @param {Map<number, {headers: object, body: string}>} requests to the edge, by size of the cart
 * @returns {Promise<object>} the plan: by size, what is asked and what is answered
 */
export async function recordedPlan(upstream, startEdge, requests) {
  let asked;
  const server = createServer((request, response) => forward(upstream, request, response, (one) => (asked = one)).catch((error) => response.destroy(error)));
  server.listen(0, "localhost");
  await once(server, "listening");
  const edge = await startEdge(`http://localhost:${server.address().port}`);
  try {
    const plan = {};
    for (const [size, request] of requests) {
      const answer = await fetch(edge.url, { method: "POST", ...request });
      assert.equal(answer.status, 200, await answer.clone().text());
      assert(asked, "the edge asks commercetools by one query");
      plan[size] = { asked, answer: { status: answer.status, headers: kept(Object.fromEntries(answer.headers)), body: await answer.text() } };
      asked = undefined;
    }
    return plan;
  } finally {
    await edge.stop();
    server.closeAllConnections();
    server.close();
  }
}

async function forward(upstream, request, response, take) {
  const chunks = await Array.fromAsync(request);
  const body = Buffer.concat(chunks).toString();
  const url = new URL(request.url, upstream).href;
  const headers = kept(request.headers);
  if (request.url.endsWith("/graphql")) take({ url, headers, body });
  const answer = await fetch(url, { method: request.method, headers, body: body || undefined });
  response.writeHead(answer.status, kept(Object.fromEntries(answer.headers))).end(Buffer.from(await answer.arrayBuffer()));
}

function kept(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_THE_CONNECTION.includes(name)));
}
