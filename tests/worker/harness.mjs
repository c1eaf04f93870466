/**
 * The Worker between the two emulators, configured from `wrangler.toml` and nowhere else.
 *
 * In scope: start, stop and kill all three; requests as the browser makes them. Out of scope: the cases.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { unstable_readConfig } from "wrangler";
import { eventually } from "../lib/browser.mjs";
import { start } from "../lib/child.mjs";
import { startEmulator } from "../lib/emulator.mjs";
import { freePort } from "../lib/free-port.mjs";
import { ROOT } from "../lib/paths.mjs";

/** Time for node, Miniflare and workerd to come up on a busy machine with two cores. */
const START_TIMEOUT_MS = 180_000;
/** Time for a line of the log to come through workerd, Miniflare and a pipe; only a failing test waits for it. */
const LOG_MS = 30_000;
/** Time for all that is owed to be written, with the graces and pauses that belong to it. */
const IDLE_MS = 120_000;
/** As in `.dev.vars.demo`. */
const ADMIN_TOKEN = "demo-admin-token-0123456789";
const SERVE = fileURLToPath(new URL("serve.mjs", import.meta.url));

/** The `BRIDGE` variable of an environment, as committed. */
export function committedBridge(env = "demo", config = `${ROOT}/wrangler.toml`) {
  return structuredClone(unstable_readConfig({ config, env }, { hideWarnings: true }).vars.BRIDGE);
}

/** The committed configuration with the vendors' addresses replaced by those of running emulators. */
export function bridgeFor({ commercetools, tidio }, env = "demo") {
  const bridge = committedBridge(env);
  for (const project of Object.values(bridge.commercetools)) {
    project.api_url = commercetools.url;
    project.auth_url = commercetools.url;
    if (project.events) {
      project.events.pubsub.keys_url = `${commercetools.url}/__emulator/google/certs`;
      project.events.sns.origin = commercetools.url;
    }
  }
  for (const project of Object.values(bridge.tidio)) {
    project.api_url = tidio.url;
    project.script_origin = tidio.url;
  }
  return bridge;
}

/**
 * Emulators and Worker together.
 *
 * @param {{change?: (bridge: object) => void, secrets?: Record<string, string | null>, port?: number,
 *   limits?: Record<string, number>, commercetools?: import("../lib/emulator.mjs").Emulator}} [options] `change`
 *   edits the configuration in place; a secret of `null` is missing; `limits` are counts of rate limits by the
 *   binding's name; `serve` goes to `serve.mjs` as it is; a running `commercetools` is used and left running
 */
export async function startStack({ commercetools: running, ...options } = {}) {
  const [commercetools, tidio] = await Promise.all([running ?? startEmulator("commercetools"), startEmulator("tidio")]);
  const persist = await mkdtemp(join(tmpdir(), "bridge-worker-"));
  const stack = new Stack({ commercetools, tidio, persist, guest: Boolean(running) });
  try {
    await stack.startWorker(options);
  } catch (error) {
    await stack.stop();
    throw error;
  }
  return stack;
}

class Stack {
  constructor({ commercetools, tidio, persist, guest }) {
    Object.assign(this, { commercetools, tidio, persist, guest });
  }

  /** (Re)starts the Worker on the same storage, and with the same port and options when it ran before. */
  async startWorker(given = this.given ?? {}) {
    this.given = given;
    const { change, secrets = {}, vars = {}, limits = {}, serve = {} } = given;
    const bridge = bridgeFor(this);
    change?.(bridge);
    const port = this.url ? Number(new URL(this.url).port) : (given.port ?? (await freePort()));
    const options = { env: "demo", vars: { BRIDGE: bridge, ...vars }, secrets, limits, port, persist: this.persist, ...serve };
    this.worker = start(process.execPath, [SERVE], { cwd: ROOT, env: { WORKER_OPTIONS: JSON.stringify(options) } });
    const [, url] = await this.worker.line(/^worker listening on (http:\/\/\S+)/, START_TIMEOUT_MS);
    this.url = url;
  }

  async stopWorker() {
    await this.worker?.stop();
  }

  /** Restarts the Worker as a first deployment: nothing stored, no token kept. */
  async startAfresh() {
    await this.stopWorker();
    await rm(this.persist, { recursive: true, force: true });
    await this.startWorker();
  }

  /** `kill -9` of workerd and everything around it. */
  async killWorker() {
    await this.worker?.kill();
  }

  /** What the Worker has logged so far. */
  log() {
    return this.worker.lines;
  }

  /** A line that satisfies the question, once it is there: the log comes by another way than the answers. */
  logged(what, question) {
    return eventually(`the log says: ${what}`, () => this.log().find(question), LOG_MS);
  }

  /**
   * One request to the Worker.
   *
   * @returns {Promise<{status: number, headers: Headers, text: string, body: any}>} `body` is the parsed JSON, if any
   */
  async request(method, path, { headers = {}, body, origin } = {}) {
    const answer = await fetch(`${this.url}${path}`, {
      method,
      // A connection that was idle for some seconds may be closed by workerd in the moment it is used again.
      headers: { connection: "close", ...(origin && { origin }), ...(body !== undefined && { "content-type": "application/json" }), ...headers },
      body: body === undefined || typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, body: parsed(text) };
  }

  /** Lets the scheduled event happen now. */
  async cron(pattern = "*/5 * * * *") {
    const answer = await fetch(`${this.url}/cdn-cgi/local/scheduled?cron=${encodeURIComponent(pattern)}`);
    if (!answer.ok) throw new Error(`the scheduled event failed: ${answer.status} ${await answer.text()}`);
  }

  /** Everything that was written to Tidio since the log was cleared. */
  async writesToTidio() {
    const log = await this.tidio.requests();
    return log.filter((entry) => entry.method !== "GET" && entry.client);
  }

  /** Waits until every write to Tidio that is owed has been made, so that a later one has its own cause. */
  async idle() {
    await eventually("nothing is left to write", async () => {
      const answer = await fetch(`${this.url}/admin/metrics`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
      const left = [...(await answer.text()).matchAll(/^tidio_bridge_outbox_contacts\{[^}]*\} (\d+)$/gm)];
      return left.length > 0 && left.every(([, count]) => count === "0");
    }, IDLE_MS);
  }

  /** Forgets what the vendors saw and their faults; their data stays. */
  async forget() {
    await Promise.all([this.commercetools, this.tidio].flatMap((it) => [it.clearRequests(), it.clearFaults()]));
  }

  async stop() {
    await Promise.all([this.worker?.stop(), !this.guest && this.commercetools.stop(), this.tidio.stop()]);
    await rm(this.persist, { recursive: true, force: true });
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
