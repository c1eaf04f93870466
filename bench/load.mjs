/**
 * Load on one server and what it cost: requests a second, latencies, CPU time of its process.
 *
 * In scope: HTTP/1.1 over kept-alive connections, as many in flight as asked for. Out of scope: what is sent.
 */
import http from "node:http";
import { cpuOf } from "./lib/cpu.mjs";

/**
 * @param {URL} url
 * @param {{headers: object, body: string, inFlight: number, seconds: number, pid?: number}} options
 * @returns {Promise<{perSecond: number, p50: number, p99: number, cpuMs: number | undefined, requests: number}>}
 *   latencies and CPU time per request in milliseconds
 */
export async function load(url, { headers, body, inFlight, seconds, pid }) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: inFlight });
  const latencies = [];
  const before = await cpuOf(pid);
  const start = performance.now();
  const end = start + seconds * 1000;
  const client = async () => {
    while (performance.now() < end) {
      const sent = performance.now();
      await once(url, { agent, headers, body });
      latencies.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, client));
  const took = performance.now() - start;
  const after = await cpuOf(pid);
  agent.destroy();
  latencies.sort((a, b) => a - b);
  const at = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))];
  const cpuMs = before === undefined ? undefined : (after - before) / latencies.length;
  return { perSecond: (latencies.length * 1000) / took, p50: at(0.5), p99: at(0.99), cpuMs, requests: latencies.length };
}

function once(url, { agent, headers, body }) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { agent, method: "POST", headers: { ...headers, "content-length": Buffer.byteLength(body) } }, (answer) => {
      answer.resume().on("end", () => (answer.statusCode === 200 ? resolve() : reject(new Error(`status ${answer.statusCode}`))));
    });
    request.on("error", reject).end(body);
  });
}
