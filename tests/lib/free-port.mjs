/** A port that nobody listens on right now; used where an address must be known before its server starts, or outlive it. */
import { createServer } from "node:net";

/**
 * Below the ports that systems give to outgoing connections (Linux from 32768, others from 49152): one of those would
 * be taken by somebody's request while its server is away. Above those that fetch refuses (the last is 10080).
 */
const FIRST = 20_000;
const LAST = 32_767;
/** So many taken ports in a row mean that something else is wrong. */
const TRIES = 100;
/** None is given twice: the first may not be listened on yet. */
const given = new Set();

/** @returns {Promise<number>} */
export async function freePort() {
  for (let left = TRIES; ; left -= 1) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    if (given.has(port)) continue;
    given.add(port);
    try {
      // `localhost` may be either.
      for (const host of ["127.0.0.1", "::1"]) await probe(port, host);
      return port;
    } catch (error) {
      if (error.code !== "EADDRINUSE" || left <= 0) throw error;
    }
  }
}

/** Listens for a moment. A machine without this address has nobody there. */
function probe(port, host) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => (["EADDRNOTAVAIL", "EAFNOSUPPORT"].includes(error.code) ? resolve() : reject(error)));
    server.listen(port, host, () => server.close(resolve));
  });
}
