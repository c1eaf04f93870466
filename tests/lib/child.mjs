/**
 * Child processes that tests start: waited for until they say they are ready, and never left behind.
 *
 * In scope: start, wait for a line, stop or kill with everything they started. Out of scope: what they do.
 */
import { spawn } from "node:child_process";

/** How long a child may take to end after it was asked to, before it is killed. */
const STOP_GRACE_MS = 10_000;
/** Lines of output kept at least: tests look for lines, and for what must be in none, over the whole life of a child. */
const KEPT_LINES = 20_000;

const running = new Set();
process.on("exit", () => {
  for (const child of running) child.killGroup("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => process.exit(130));
}

/**
 * Starts a program in a process group of its own.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{cwd?: string, env?: Record<string, string>}} [options]
 */
export function start(program, args, options = {}) {
  return new Child(program, args, options);
}

class Child {
  #listeners = new Set();

  constructor(program, args, { cwd, env } = {}) {
    this.title = [program.split("/").pop(), ...args].join(" ");
    this.lines = [];
    this.process = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    this.ended = new Promise((resolve) => {
      this.process.once("error", (error) => resolve(`could not be started: ${error.message}`));
      this.process.once("exit", (code, signal) => resolve(`ended with ${signal ?? `code ${code}`}`));
    }).finally(() => running.delete(this));
    running.add(this);
    for (const stream of [this.process.stdout, this.process.stderr]) {
      let rest = "";
      stream.setEncoding("utf8").on("data", (text) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) this.#read(line);
      });
    }
  }

  #read(line) {
    this.lines.push(line);
    // Many at once: to take the first of a long list away costs as much as the list is long, and a benchmark's Worker says much.
    if (this.lines.length > 2 * KEPT_LINES) this.lines.splice(0, KEPT_LINES);
    for (const listener of this.#listeners) listener(line);
  }

  /** The last lines of output, for a message. */
  tail(count = 30) {
    return this.lines.slice(-count).join("\n");
  }

  /**
   * Waits for a line that matches.
   *
   * @param {RegExp} pattern
   * @param {number} timeoutMs
   * @returns {Promise<RegExpExecArray>}
   */
  async line(pattern, timeoutMs) {
    for (const line of this.lines) {
      const match = pattern.exec(line);
      if (match) return match;
    }
    let listener;
    const seen = new Promise((resolve) => {
      listener = (line) => {
        const match = pattern.exec(line);
        if (match) resolve(match);
      };
      this.#listeners.add(listener);
    });
    const failure = (why) => new Error(`${this.title}: ${why}\n${this.tail()}`);
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(failure(`no ${pattern} within ${timeoutMs} ms`)), timeoutMs);
    });
    const ended = this.ended.then((why) => Promise.reject(failure(why)));
    try {
      return await Promise.race([seen, late, ended]);
    } finally {
      clearTimeout(timer);
      this.#listeners.delete(listener);
    }
  }

  /** Sends a signal to the child and to everything that it started. */
  killGroup(signal) {
    if (this.process.pid === undefined) return;
    try {
      process.kill(-this.process.pid, signal);
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
  }

  /** Asks the child to end and makes sure that it does. Repeatable. */
  async stop() {
    this.killGroup("SIGTERM");
    const timer = setTimeout(() => this.killGroup("SIGKILL"), STOP_GRACE_MS);
    await this.ended;
    clearTimeout(timer);
    // Grandchildren outlive a parent that ends without waiting for them.
    this.killGroup("SIGKILL");
  }

  /** `kill -9`, at once, for the whole group. */
  async kill() {
    this.killGroup("SIGKILL");
    await this.ended;
  }
}
