/**
 * The Worker's entry: what the module's glue offers, and Durable Objects that end what waits when the module has trapped.
 *
 * In scope: which classes the platform gets, and traps. Out of scope: every rule, and what the glue does by itself: after
 * a trap the next event gets a fresh module, and requests to the Worker that waited in the old one are ended by the
 * platform. Those to an object it lets wait, and an alarm for a quarter of an hour, in which nothing of its object would
 * be written.
 */
import * as glue from "./index.js";

/** How to end each call of an object that is under way. */
const underWay = new Set();

/** The module has trapped: what waits in it can never be answered. */
function trapped(error) {
  const state = globalThis.__worker_init_state;
  if (!(error instanceof WebAssembly.RuntimeError) || state.criticalError) return;
  // The glue's own mark: no event enters this module any more, so what comes again runs alone.
  state.criticalError = true;
  console.error(JSON.stringify({ level: "error", message: "The module trapped." }));
  for (const end of underWay) end(error);
}
// A trap while something is waited for has no caller: only the isolate hears of it.
addEventListener("error", ({ error }) => trapped(error));
addEventListener("unhandledrejection", ({ reason }) => trapped(reason));

/** Begins a call; a trap before its first wait is thrown here. */
function begun(call) {
  try {
    return call();
  } catch (error) {
    trapped(error);
    throw error;
  }
}

/** The call's answer, or an error as soon as the module has trapped. */
async function unlessTrapped(call) {
  const { promise, reject } = Promise.withResolvers();
  underWay.add(reject);
  try {
    return await Promise.race([begun(call), promise]);
  } finally {
    underWay.delete(reject);
  }
}

const handlers = glue.default.prototype;

/**
 * Calls a handler of the glue. Its class would be made anew for each event, behind two proxies, which costs a twentieth
 * of a request (docs/benchmarks.md); all that they are for is the fresh module after a trap.
 */
function handled(handler, event, env, ctx) {
  if (globalThis.__worker_init_state.criticalError) new glue.default(ctx, env);
  return begun(() => handler.call({ env, ctx }, event));
}

export default {
  fetch: (request, env, ctx) => handled(handlers.fetch, request, env, ctx),
  scheduled: (event, env, ctx) => handled(handlers.scheduled, event, env, ctx),
};

export class CommerceAccess extends glue.CommerceAccess {
  fetch(request) {
    return unlessTrapped(() => super.fetch(request));
  }
}

export class TidioProject extends glue.TidioProject {
  fetch(request) {
    return unlessTrapped(() => super.fetch(request));
  }

  /** The platform sets an alarm that failed again by itself. */
  alarm() {
    return unlessTrapped(() => super.alarm());
  }
}
