/**
 * Loads the module: WebAssembly where the page allows it, otherwise the same module as JavaScript.
 *
 * In scope: choosing the build, and turning shop settings that need a browser API into plain functions. Out of
 * scope: decisions; they are in the module.
 */
import * as glue from "#glue";
import { stored } from "./consent/adapter.js";
import { adapterOf } from "./consent/table.js";
import type { Core } from "./core.js";
import { YES } from "./late/names.js";
import type { PageSide, pageSide } from "./late/page.js";
import { sessionOf } from "./session.js";
import type { BridgeOptions, Engine, Status } from "./types.js";

type Glue = Pick<typeof glue, "BridgeCore">;

/** The smallest module there is; a policy without `'wasm-unsafe-eval'` refuses it without a download. */
const EMPTY_MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

let loaded: Promise<[Glue, Engine]> | undefined;

/** Makes the page's core. Rejects when neither build could be loaded, or with a code; a later call tries again. */
export async function createCore(options: BridgeOptions, publish: (status: Status) => void): Promise<Core> {
  const { edge, store, locale, consent } = options;
  // The one failure that is no accident of the network; the boot part tells its code.
  if ([edge, store, locale, consent?.source].some((text) => typeof text !== "string" || !text)) throw "options_malformed";
  loaded ??= options.engine === "js" ? loadTwin() : loadWasm(options.wasm).catch(loadTwin);
  const reads = options.product !== "call" && document.querySelector('script[type^="application/ld+json"]');
  const needsPage = reads || options.cart || options.triggers;
  // At the same time: on a phone's network each waits half a second for its first byte.
  const files = [loaded, adapterOf(options.consent), sessionOf(options.session), needsPage && import("./late/page.js").catch(() => {})] as const;
  const [[{ BridgeCore }, engine], adapter, session] = await Promise.all(files).catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  await breath();
  let last: Status | undefined;
  const side = pageSideLater((make) => make(options, adapter, core, last));
  const settings = {
    ...options,
    consent: { ...options.consent, adapter },
    session,
    product: () => side.now()?.product(),
    claimed: () => side.now()?.claimed(),
    heard: (body: any) => (side.asked() || body?.triggers) && side.tell((side) => side.heard(body)),
    ask: () => side.tell((side) => side.ask()),
    saidYes: stored(YES, "sessionStorage"),
  };
  const onStatus = (status: Status): void => {
    last = status;
    publish(status);
    if (side.now() || /ready|withdrawn/.test(status.state)) side.tell((side) => side.status(status));
  };
  removeOldWidget();
  const core = new BridgeCore(settings, onStatus as (status: unknown) => void, engine);
  watchBody(() => core.body_replaced());
  if (needsPage) await side.need();
  return {
    start: () => core.start(),
    stop: () => core.stop(),
    open: () => core.open(),
    refresh: () => core.refresh(),
    cartChanged(cart) {
      if (cart) return side.tell((side) => side.cartChanged(cart));
      side.now()?.cartAsked();
      core.cart_changed();
    },
    productInView: (product) => side.tell((side) => side.productInView(product)),
    signal: (name, details) => side.tell((side) => side.signal(name, details)),
    // A caller without types may forget the name; the module's text reader would throw.
    track: (name, data) => void (typeof name === "string" && core.track(name, data)),
    logout() {
      if (side.asked()) side.tell((side) => side.forget());
      core.logout();
    },
  };
}

/** The page's side, loaded when it is first needed. Chat goes on without one that cannot be loaded. */
function pageSideLater(made: (make: typeof pageSide) => PageSide) {
  let side: PageSide | undefined;
  let loading: Promise<PageSide | undefined> | undefined;
  const need = (): Promise<PageSide | undefined> =>
    (loading ??= import("./late/page.js")
      .then(({ pageSide }) => (side = made(pageSide)).loaded.then(() => side))
      .catch(() => (loading = undefined)));
  return {
    now: () => side,
    asked: () => !!loading,
    need,
    tell: (run: (side: PageSide) => void): void => void (side ? run(side) : need().then((side) => side && run(side))),
  };
}

/** Routers such as Turbo's and Astro's replace the body, htmx's what is in it, and the widget goes with it. */
function watchBody(replaced: () => void): void {
  let { body } = document;
  const observer = new MutationObserver((records) => {
    if (document.body && document.body !== body) {
      ({ body } = document);
      observer.observe(body, { childList: true });
      replaced();
    } else if (tookTheWidget(records)) replaced();
  });
  observer.observe(document.documentElement, { childList: true });
  if (body) observer.observe(body, { childList: true });
}

/** Whether content of the page went, and Tidio's element with it. The module moves that one to another document. */
function tookTheWidget(records: MutationRecord[]): boolean {
  const gone = records.flatMap(({ removedNodes }) => [...removedNodes] as Element[]).filter(({ ownerDocument }) => ownerDocument === document);
  return gone.some(({ id }) => id === "tidio-chat") && gone.some(({ id }) => !`${id}`.startsWith("tidio-"));
}

/**
 * The bridge of another store may have left its widget on this page. Tidio's script takes its key from the first
 * script element that it finds, so an old one would answer for the new store.
 */
function removeOldWidget(): void {
  const old = document.querySelectorAll("#tidio-chat,#tidio-chat-code,#tidio-chat-iframe,script[data-ct-tidio]");
  // As the module does: a script that is still on its way would run.
  const elsewhere = document.cloneNode() as Document;
  for (const element of old) elsewhere.adoptNode(element);
  if (old.length > 0) Reflect.deleteProperty(window, "tidioChatApi");
}

/** Ends the task, so that what a page waits for comes in between: loading, making and starting are no long task together. */
const breath = (): Promise<void> => new Promise((done) => setTimeout(done));

async function loadWasm(given: BridgeOptions["wasm"]): Promise<[Glue, Engine]> {
  new WebAssembly.Module(EMPTY_MODULE);
  const url = given ?? new URL("./wasm/bridge_wasm_bg.wasm", import.meta.url);
  const imports = { "./bridge_wasm_bg.js": glue } as unknown as WebAssembly.Imports;
  // Not streamed: a server that does not know the type of .wasm files would fail it, and 50 kB gain nothing.
  const bytes = await fetch(url).then((response) => response.arrayBuffer());
  const { instance } = await WebAssembly.instantiate(bytes, imports);
  glue.__wbg_set_wasm(instance.exports);
  (instance.exports["__wbindgen_start"] as () => void)();
  return [glue, "wasm"];
}

async function loadTwin(): Promise<[Glue, Engine]> {
  return [await import("#twin"), "js"];
}
