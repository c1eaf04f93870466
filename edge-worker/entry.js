/**
 * The Worker's entry: what the module's glue offers, and alarms that end when the module has trapped.
 *
 * In scope: which classes the platform gets, and traps. Out of scope: every rule, and what the glue does by itself: after
 * a trap the next event gets a fresh module, and requests that waited in the old one are ended by the platform. It lets
 * an alarm wait for a quarter of an hour, and until then nothing of its object would be written.
 */
import { TidioProject as Module } from "./index.js";
export { CommerceAccess, default } from "./index.js";

/** How to end each alarm that is under way. */
const underWay = new Set();

/** A trap while something is waited for has no caller: only the isolate hears of it. */
function trapped(error) {
  if (!(error instanceof WebAssembly.RuntimeError)) return;
  // The glue's own mark: no event enters this module any more, so an alarm that comes again runs alone.
  globalThis.__worker_init_state.criticalError = true;
  for (const end of underWay) end(error);
}
addEventListener("error", ({ error }) => trapped(error));
addEventListener("unhandledrejection", ({ reason }) => trapped(reason));

export class TidioProject extends Module {
  async alarm() {
    const { promise, reject } = Promise.withResolvers();
    underWay.add(reject);
    try {
      // The platform sets an alarm that failed again by itself.
      await Promise.race([super.alarm(), promise]);
    } finally {
      underWay.delete(reject);
    }
  }
}
