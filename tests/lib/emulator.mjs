/**
 * The two vendor emulators as child processes with typed access to their steering endpoints.
 *
 * In scope: start on a free port, request log, faults, reset. Out of scope: vendor endpoints.
 */
import { start } from "./child.mjs";
import { emulatorsBinary } from "./paths.mjs";

/** A debug build on a busy machine listens within a fraction of this. */
const START_TIMEOUT_MS = 120_000;

/**
 * Starts an emulator on a free port.
 *
 * @param {"commercetools" | "tidio"} name
 * @param {{seed?: string, port?: number}} [options]
 * @returns {Promise<Emulator>}
 */
export async function startEmulator(name, { seed = "demo", port = 0 } = {}) {
  const child = start(emulatorsBinary(), [name, "--port", String(port), "--seed", seed]);
  const [, url] = await child.line(/listening on (http:\/\/localhost:\d+)/, START_TIMEOUT_MS);
  return new Emulator(name, url, child);
}

/** An emulator at an address; it need not be ours. */
export class Emulator {
  /**
   * @param {string} name
   * @param {string} url origin, without a trailing slash
   * @param {{stop(): Promise<void>}} [child]
   */
  constructor(name, url, child) {
    this.name = name;
    this.url = url;
    this.child = child;
  }

  /** One of the emulator's own steering calls that has no name here. */
  steer(method, path, body) {
    return this.#steer(method, path, body);
  }

  async #steer(method, path, body) {
    const answer = await fetch(`${this.url}/__emulator/${path}`, {
      method,
      headers: body === undefined ? {} : { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${this.name} emulator: ${method} ${path} answered ${answer.status}`);
    const text = await answer.text();
    return text === "" ? undefined : JSON.parse(text);
  }

  /**
   * Vendor requests since the log was cleared, oldest first.
   *
   * @param {{since?: number, prefix?: string}} [filter]
   */
  requests({ since = 0, prefix = "" } = {}) {
    return this.#steer("GET", `requests?since=${since}&path_prefix=${encodeURIComponent(prefix)}`);
  }

  clearRequests() {
    return this.#steer("DELETE", "requests");
  }

  /** Adds faults after those in force; the first that matches decides. */
  addFaults(...faults) {
    return this.#steer("POST", "faults", faults);
  }

  clearFaults() {
    return this.#steer("DELETE", "faults");
  }

  /** Back to the seed: data, log, faults. */
  reset() {
    return this.#steer("POST", "reset");
  }

  /** Ends the process if it is ours. */
  async stop() {
    await this.child?.stop();
  }
}
