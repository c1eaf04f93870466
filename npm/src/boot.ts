/**
 * A page's bridge around its module: the launcher, the wait for the right moment, loading the module once, and a
 * queue for calls that come before it.
 *
 * In scope: what happens before there is a module. Out of scope: every decision about consent, identity and the
 * widget; those are the module's.
 */
import type { Core, EngineModule } from "./core.js";
import { type Launcher, showLauncher } from "./launcher.js";
import type { BridgeOptions, Product, Status } from "./types.js";

/** Calls kept while the module is on its way; more than this is a loop in the shop's code. */
const MAX_QUEUED_CALLS = 32;

/** Name of the marker that the module keeps once chat has been used in this browser. */
const MARKER = "ct-tidio";

/** Before `start()`, and on a server always. */
export const NOT_STARTED: Status = {
  state: "waiting",
  code: "not_started",
  engine: "none",
  consent: { chat: "pending", share: "pending", source: "none" },
};

/** Of the bridge of this page; there is one, so its state is this file's. */
let options = {} as BridgeOptions;
export let status = NOT_STARTED;
const listeners = new Set<(status: Status) => void>();
/** Between `start()` and `stop()`. */
let started = false;
/** The shopper has opened the chat. */
let wanted = false;
let launcher: Launcher | undefined;
/** The module on its way; nothing once that has failed, so that the next click tries again. */
let loading: Promise<void> | undefined;
let core: Core | undefined;
/** Calls that came before the module. */
const queue: ((core: Core) => void)[] = [];
/** The page's last words about product and cart, for a module that comes later. */
let product: Product | null | undefined;
let cart: object | undefined;

/** Shows the launcher, and loads the module when its moment comes. Doing it twice is doing it once. */
export function start(): void {
  if (started) return;
  started = true;
  if (core) return core.start();
  call(showLauncherOnce);
  const used = wasUsed();
  publish({ ...status, code: "not_requested" });
  if (savesData()) return;
  const { mode } = options;
  if (mode === "immediate") load();
  else if (used || mode === "idle") whenIdle(() => started && load());
}

export function stop(): void {
  started = false;
  hideLauncher();
  core?.stop();
}

/** Tells the status as it is, and every later one. */
export function on(_event: "status", listener: (status: Status) => void): () => void {
  listeners.add(listener);
  call(() => listener(status));
  return () => listeners.delete(listener);
}

/** The shopper wants the chat: this is the moment, whatever the settings say. */
export function open(): void {
  wanted = true;
  start();
  launcher?.busy(true);
  tell((core) => core.open());
  load();
}

export function refresh(): void {
  core?.refresh();
}

export function cartChanged(changed?: object): void {
  cart = changed;
  core?.cartChanged(changed);
}

export function productInView(shown: Product | null): void {
  product = shown;
  core?.productInView(shown);
}

/** The next person begins as a guest. A browser in which chat was never used has nobody to forget. */
export function logout(): void {
  if (core) return core.logout();
  if (!wasUsed()) return;
  tell((core) => core.logout());
  load();
}

/** Settings, the first or new ones: another component, another store or locale. */
export function configure(next: BridgeOptions): void {
  const same = next.edge === options.edge && next.store === options.store && next.locale === options.locale;
  options = next;
  if (same) return;
  const [restart, reload] = [started, loading];
  stop();
  core = loading = undefined;
  if (!restart) return;
  started = true;
  // The launcher speaks the new language.
  publish(status);
  if (reload) load();
}

/** Calls the module, once it is there. */
export function tell(run: (core: Core) => void): void {
  if (core) run(core);
  else if (queue.length < MAX_QUEUED_CALLS) queue.push(run);
}

function publish(next: Status): void {
  status = next;
  const { state, code } = next;
  // A shopper who was asked and said no is not asked again on this page.
  if (state === "ready" || code === "consent_declined") hideLauncher();
  else if (started) showLauncherOnce();
  launcher?.busy(state === "loading" || (wanted && code === "settings_pending"));
  for (const listener of listeners) call(() => listener(next));
}

function load(): void {
  if (loading) return;
  const mine: Promise<void> = (import("./engine.js") as Promise<EngineModule>)
    .then((engine) => engine.createCore(options, publish))
    .then((made) => {
      // Settings that were replaced meanwhile have a module of their own on its way.
      if (loading !== mine) return;
      core = made;
      if (product !== undefined) made.productInView(product);
      if (cart) made.cartChanged(cart);
      if (started) made.start();
      for (const run of queue.splice(0)) run(made);
    })
    .catch((error: unknown) => {
      if (loading !== mine) return;
      loading = undefined;
      publish({ ...status, state: "failed", code: typeof error === "string" ? error : "module_unreachable" });
    });
  loading = mine;
}

function showLauncherOnce(): void {
  if (options.launcher !== false) launcher ??= showLauncher(options.launcher ?? {}, [() => preconnect(options.edge)], open);
}

function hideLauncher(): void {
  launcher?.remove();
  launcher = undefined;
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
