/**
 * The boot part: with `boot.ts` and the launcher the only code on a shop's critical path.
 *
 * In scope: one bridge per page, and its methods. Out of scope: what they do; that is `boot.ts` until the module is
 * there. Importing this file does nothing; on a server every method is a no-op.
 */
import { cartChanged, configure, logout, NOT_STARTED, on, open, productInView, refresh, start, status, stop, tell } from "./boot.js";
import type { Bridge, BridgeOptions } from "./types.js";

const PAGE = Symbol.for("commercetools-tidio");

interface PageBridge extends Bridge {
  /** New settings for the same page: another component, another store or locale. */
  configure(options: BridgeOptions): void;
}

/**
 * The page's bridge. The first call makes it; later calls, also from a second copy of the package, give the
 * same bridge their settings. Nothing happens before `start()`.
 */
export function createBridge(options: BridgeOptions): Bridge {
  if (typeof document === "undefined") return inert;
  // A caller without types may forget them; the module then says so.
  options ??= {} as BridgeOptions;
  const page = globalThis as { [PAGE]?: PageBridge };
  const bridge = page[PAGE];
  if (bridge) bridge.configure(options);
  return bridge ?? (page[PAGE] = create(options));
}

/** The bridge of this page, if one was made. */
export function pageBridge(): Bridge | undefined {
  return (globalThis as { [PAGE]?: PageBridge })[PAGE];
}

/** Methods without `this`: shops pass them on as handlers. */
function create(options: BridgeOptions): PageBridge {
  configure(options);
  return {
    start,
    stop,
    status: () => status,
    on,
    open,
    refresh,
    cartChanged,
    productInView,
    signal: (name, details) => tell((core) => core.signal(name, details)),
    track: (name, data) => tell((core) => core.track(name, data)),
    logout,
    configure,
  };
}

const inert: Bridge = {
  start() {},
  stop() {},
  status: () => NOT_STARTED,
  on: () => () => {},
  open() {},
  refresh() {},
  cartChanged() {},
  productInView() {},
  signal() {},
  track() {},
  logout() {},
};
