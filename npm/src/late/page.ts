/**
 * What the module asks of the page beyond consent and session: the product in view, what was typed into the chat's
 * form, a place to ask for consent; and what the page tells it: the cart, signals. Loaded when there is something of
 * that kind, and at the latest when the widget is ready.
 *
 * In scope: holding these values, and loading the file that a shop's settings need. Out of scope: when a value may
 * travel; the module asks for it only then. Nothing here throws into the page.
 */
import type { Adapter } from "../consent/adapter.js";
import type { Core } from "../core.js";
import type { BridgeOptions, Cart, Product, Status } from "../types.js";
import type { Due, Triggers } from "./triggers.js";

/** Longest text of a claim, in characters, as in the contract. */
const MAX_CLAIM_CHARS = 254;

/** Longest text of a product. */
const MAX_PRODUCT_CHARS = 200;

/** The yes that was given in place, for this tab: what the consent source said at that time. */
const YES = "ct-tidio-yes";

/** What triggers have sent, and the cart that they watch. */
const OF_TRIGGERS = ["ct-tidio-sent", "ct-tidio-cart"];

/** The part of the module that is called from here. */
interface Module {
  cart_changed(): void;
  answered(said?: boolean): void;
  track(name: string, data: unknown): void;
}

export interface PageSide extends Pick<Core, "cartChanged" | "productInView" | "signal"> {
  /** What the first question waits for: the product in the page's data. */
  loaded: Promise<unknown>;
  /** The product that goes with the next question. */
  product(): object | undefined;
  /** The claim that goes with the next question. */
  claimed(): object | undefined;
  /** Hears what the edge said. */
  heard(body: any): void;
  /** Asks for chat in place. */
  ask(): void;
  /** Hears every status. */
  status(status: Status): void;
  /** The shopper has logged out. */
  forget(): void;
}

const texts = (value: unknown, members: string[], most: number): Record<string, string> | undefined => {
  const found = members.flatMap((name) => {
    const text = (value as Record<string, unknown> | null | undefined)?.[name];
    return typeof text === "string" && text.trim() ? [[name, text.trim().slice(0, most)]] : [];
  });
  return found.length ? Object.fromEntries(found) : undefined;
};

/** A late file that cannot be loaded leaves the chat without what it does, and is asked for again next time. */
const late = <Module>(file: Promise<Module>, use: (module: Module) => void): void => void file.then(use).catch(() => {});

export function pageSide(options: BridgeOptions, adapter: Adapter | undefined, module: Module, said: Status | undefined): PageSide {
  let called: Product | null | undefined;
  let claim: object | undefined;
  /** What the page says about its cart, and what the edge has read of it. */
  let cart: Cart | undefined;
  let known: Cart | undefined;
  let triggers: Triggers | undefined;
  let early: ((triggers: Triggers) => void)[] = [];
  let readPage: (() => Product | undefined) | undefined;
  let noticed = false;
  /** What the source said when the shopper said yes in place, on this page. */
  let yes: string | undefined;

  const shares = (): boolean => said?.consent.share === "granted";
  const toTriggers = (run: (triggers: Triggers) => void): void => {
    if (triggers) run(triggers);
    else if (early.length < 32) early.push(run);
  };
  const product = (): object | undefined => (called === undefined ? readPage?.() : (called ?? undefined));

  const send = ({ event, tags, data }: Due): void => {
    module.track(event, data);
    try {
      if (tags.length) (window as any).tidioChatApi.addVisitorTags(tags);
    } catch {
      // A widget that throws is its own affair.
    }
  };
  /** The page knows first, the edge knows more: what the page does not say about the same cart is the edge's. */
  const cartNow = (): Cart | undefined => {
    if (cart?.id && known?.id !== cart.id) return cart;
    return cart || known ? { ...known, ...cart } : undefined;
  };
  const cartIs = (now: Cart | undefined, tell: boolean): void => {
    const same = JSON.stringify(now) === JSON.stringify(cart);
    cart = now;
    // After a change what the edge has read is out of date, all but which cart it is.
    if (!same && tell) known = now && known?.id ? { id: known.id } : undefined;
    triggers?.cart(cartNow());
    if (tell && !(same && now)) module.cart_changed();
  };
  let loading = false;
  const loadTriggers = (settings: any): void => {
    if (loading || (!settings?.triggers?.length && !(options.triggers || []).length)) return;
    loading = true;
    late(import("./triggers.js"), ({ merged, watchTriggers }) => {
      const rules = merged(settings?.triggers, options.triggers);
      triggers = watchTriggers(rules, () => said?.state === "ready" && shares(), send);
      triggers.cart(cartNow());
      triggers.flush();
      for (const run of early.splice(0)) run(triggers);
    });
  };
  const watchProduct = (): Promise<unknown> => {
    const file = import("./product.js").catch(() => undefined);
    late(file, (loaded) => {
      if (!loaded) return;
      const { productInPage } = loaded;
      readPage = productInPage;
      let shown = JSON.stringify(productInPage());
      // A question that has gone already went without it.
      if (shown && said) module.cart_changed();
      setInterval(() => {
        if (document.visibilityState === "hidden" || called !== undefined) return;
        const now = JSON.stringify(productInPage());
        if (now === shown) return;
        shown = now;
        // Another page of the shop, or data that came late.
        module.cart_changed();
      }, 1_000);
    });
    return file;
  };

  document.addEventListener("tidioChat-preFormFilled", (event) => {
    // Tidio puts its payload on the event itself.
    const form = (event as { data?: { form_data?: unknown } }).data?.form_data;
    claim = texts(form, ["name", "email", "phone"], MAX_CLAIM_CHARS) ?? claim;
    if (claim) module.cart_changed();
  });
  const source = options.cart;
  if (source) late(import("./cart.js"), ({ watchCart }) => watchCart(source, (seen) => cartIs(seen, false), (now) => cartIs(now, true)));
  const loaded = options.product === "call" ? Promise.resolve() : watchProduct();

  return {
    loaded,
    product,
    claimed: () => claim,
    heard(body) {
      if (body?.publicKey) loadTriggers(body);
      if (!body?.identity) return;
      // Who is proven has claimed nothing.
      if (body.identity === "verified") claim = undefined;
      known = body.cart;
      triggers?.cart(cartNow());
    },
    ask() {
      if (noticed || adapter?.ask?.()) return;
      noticed = true;
      const asked = import("./ask.js");
      asked.catch(() => (noticed = false));
      late(asked, ({ showNotice }) =>
        showNotice(options.consent.notice ?? {}, options.launcher || {}, (answer) => {
          noticed = false;
          if (answer) yes = said?.consent.chat;
          module.answered(answer);
        }),
      );
    },
    status(status) {
      said = status;
      if (!shares()) claim = known = undefined;
      if (yes && status.consent.source === "notice") stored("setItem", YES, yes);
      if (status.state === "withdrawn") stored("removeItem", YES);
      // A no, also to sharing alone; a source that is still loading is no answer.
      if (status.state === "withdrawn" || status.consent.share === "denied") {
        for (const storage of ["sessionStorage", "localStorage"] as const) for (const key of OF_TRIGGERS) stored("removeItem", key, undefined, storage);
      }
      if (status.state !== "ready") return;
      // Where the edge was never reached, the page's own rules are all there is.
      loadTriggers(undefined);
      if (shares()) triggers?.flush();
    },
    forget() {
      claim = known = undefined;
      early = [];
      triggers?.forget();
    },
    cartChanged(given) {
      late(import("./cart.js"), ({ cartOf }) => cartIs(cartOf(given, options.cart?.paths), true));
    },
    productInView(given) {
      const found = texts(given, ["name", "sku", "url"], MAX_PRODUCT_CHARS) as Product | undefined;
      const now = found?.name ? found : null;
      if (JSON.stringify(now) === JSON.stringify(called)) return;
      called = now;
      module.cart_changed();
    },
    signal(name, details) {
      const { id, ...data } = { ...details };
      toTriggers((triggers) => triggers.signal(name, typeof id === "string" ? id : undefined, Object.keys(data).length ? data : undefined));
    },
  };
}

/** Storage that may be blocked or full. */
function stored(method: "getItem" | "setItem" | "removeItem", key: string, value = "", storage: "sessionStorage" | "localStorage" = "sessionStorage"): string | undefined {
  try {
    return window[storage][method](key, value) ?? undefined;
  } catch {
    return undefined;
  }
}
