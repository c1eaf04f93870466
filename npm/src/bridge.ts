/**
 * The boot part: the only code on a shop's critical path.
 *
 * In scope: one bridge per page, the launcher, the wait for the right moment, loading the module once, and a
 * queue for calls that come before it. Out of scope: every decision about consent, identity and the widget;
 * those are the module's. Importing this file does nothing; on a server every method is a no-op.
 */
import type { Core, EngineModule } from "./core.js";
import { type Launcher, showLauncher } from "./launcher.js";
import type { Bridge, BridgeOptions, Product, Status } from "./types.js";

/** Calls kept while the module is on its way; more than this is a loop in the shop's code. */
const MAX_QUEUED_CALLS = 32;

/** Name of the marker that the module keeps once chat has been used in this browser. */
const MARKER = "ct-tidio";

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

function create(options: BridgeOptions): PageBridge {
  let status: Status = {
    state: "waiting",
    code: "not_started",
    engine: "none",
    consent: { chat: "pending", share: "pending", source: "none" },
  };
  let started = false;
  let wanted = false;
  let core: Core | undefined;
  let loading: Promise<void> | undefined;
  let launcher: Launcher | undefined;
  let queue: ((core: Core) => void)[] = [];
  let product: Product | null | undefined;
  let cart: object | undefined;
  const listeners = new Set<(status: Status) => void>();

  const publish = (next: Status): void => {
    status = next;
    const { state } = next;
    // A shopper who was asked and said no is not asked again on this page.
    if (state === "ready" || next.code === "consent_declined") hideLauncher();
    else if (started) showLauncherOnce();
    launcher?.busy(state === "loading" || (wanted && next.code === "settings_pending"));
    for (const listener of listeners) call(() => listener(next));
  };

  const load = (): Promise<void> =>
    (loading ??= (import("./engine.js") as Promise<EngineModule>)
      .then((engine) => engine.createCore(options, publish))
      .then((made) => {
        core = made;
        if (product !== undefined) made.productInView(product);
        if (cart) made.cartChanged(cart);
        if (started) made.start();
        const calls = queue;
        queue = [];
        for (const run of calls) run(made);
      })
      .catch((error: unknown) => {
        // The next click tries again.
        loading = undefined;
        publish({ ...status, state: "failed", code: typeof error === "string" ? error : "module_unreachable" });
      }));

  const tell = (run: (core: Core) => void): void => {
    if (core) run(core);
    else if (queue.length < MAX_QUEUED_CALLS) queue.push(run);
  };

  const showLauncherOnce = (): void => {
    if (options.launcher === false || launcher) return;
    launcher = showLauncher(options.launcher ?? {}, [() => preconnect(options.edge)], bridge.open);
  };
  const hideLauncher = (): void => {
    launcher?.remove();
    launcher = undefined;
  };

  const bridge: PageBridge = {
    start() {
      if (started) return;
      started = true;
      if (core) return core.start();
      call(showLauncherOnce);
      const used = wasUsed();
      publish({ ...status, code: "not_requested" });
      if (savesData()) return;
      if (options.mode === "immediate") void load();
      else if (used || options.mode === "idle") whenIdle(() => started && load());
    },
    stop() {
      started = false;
      hideLauncher();
      core?.stop();
    },
    status: () => status,
    on(_event, listener) {
      listeners.add(listener);
      call(() => listener(status));
      return () => listeners.delete(listener);
    },
    open() {
      wanted = true;
      bridge.start();
      launcher?.busy(true);
      tell((core) => core.open());
      void load();
    },
    refresh: () => core?.refresh(),
    cartChanged(changed) {
      cart = changed;
      core?.cartChanged(changed);
    },
    productInView(shown) {
      product = shown;
      core?.productInView(shown);
    },
    signal: (name, details) => tell((core) => core.signal(name, details)),
    track: (name, data) => tell((core) => core.track(name, data)),
    logout() {
      if (core) return core.logout();
      if (!wasUsed()) return;
      tell((core) => core.logout());
      void load();
    },
    configure(next) {
      const same = next.edge === options.edge && next.store === options.store && next.locale === options.locale;
      options = next;
      if (same || !loading) return;
      const restart = started;
      bridge.stop();
      core = loading = undefined;
      if (restart) {
        started = true;
        void load();
      }
    },
  };
  return bridge;
}

/** A listener of the shop must not break another one, nor the bridge. */
function call(run: () => void): void {
  try {
    run();
  } catch (error) {
    // Shown as an uncaught error of the shop's own code, after we are done.
    setTimeout(() => {
      throw error;
    });
  }
}

function wasUsed(): boolean {
  try {
    return !!localStorage.getItem(MARKER);
  } catch {
    return false;
  }
}

function savesData(): boolean {
  return !!(navigator as { connection?: { saveData?: boolean } }).connection?.saveData;
}

function whenIdle(run: () => void): void {
  // Safari has no requestIdleCallback.
  const idle = (): unknown => (window.requestIdleCallback ?? setTimeout)(run);
  if (document.readyState === "complete") idle();
  else addEventListener("load", idle, { once: true });
}

function preconnect(origin: string): void {
  const link = document.createElement("link");
  link.rel = "preconnect";
  link.href = origin;
  link.crossOrigin = "";
  document.head.append(link);
}

const inert: Bridge = {
  start() {},
  stop() {},
  status: () => ({
    state: "waiting",
    code: "not_started",
    engine: "none",
    consent: { chat: "pending", share: "pending", source: "none" },
  }),
  on: () => () => {},
  open() {},
  refresh() {},
  cartChanged() {},
  productInView() {},
  signal() {},
  track() {},
  logout() {},
};
