/**
 * Triggers: which custom event is due, once per its rule. Loaded only where the store or the page has rules.
 *
 * In scope: deciding (pure, [`Rules`]) and watching what rules wait for. Out of scope: sending; the caller does,
 * and only while the widget is ready and sharing is allowed. Money is compared in whole minor units.
 */
import type { Cart, TrackData, Trigger } from "../types.js";
import { CART, SENT } from "./names.js";

/** Entries kept; the oldest go first. */
const MAX_SENT = 100;

/** How often a wait that is over asks whether the cart is known again, in milliseconds. */
const ASK_AGAIN_MS = 500;

/** What the deciding part may use of the world. */
export interface World {
  /** What was sent earlier: in this tab, in this browser. */
  sent: (where: "session" | "local") => string[];
  remember: (where: "session" | "local", sent: string[]) => void;
}

/** A trigger that is due. */
export interface Due {
  event: string;
  tags: string[];
  data?: TrackData;
}

/** The default of `once`, the same as the edge's. */
function usual(on: string): NonNullable<Trigger["once"]> {
  if (on === "order_placed") return "order";
  return /^(cart_over|cart_idle|checkout_started|checkout_failed)$/.test(on) ? "cart" : "session";
}

/** The page's rules added to the store's; one with the same event replaces it, `false` switches all off. */
export function merged(store: unknown, page: Trigger[] | false | undefined): Trigger[] {
  if (page === false) return [];
  const rules = new Map<string, Trigger>();
  for (const rule of [...(Array.isArray(store) ? store : []), ...(Array.isArray(page) ? page : [])]) {
    if (typeof rule?.event === "string" && typeof rule.on === "string") rules.set(rule.event, rule);
  }
  return [...rules.values()];
}

/** The rules of a page, and what they have sent. */
export class Rules {
  private readonly onPage = new Set<string>();
  private cart: Cart | undefined;

  constructor(
    private readonly rules: Trigger[],
    private readonly world: World,
  ) {}

  /** Sees the cart as it is now. */
  cartIs(cart: Cart | undefined): Due[] {
    this.cart = cart;
    const over = (rule: Trigger): boolean =>
      cart?.minorUnits !== undefined && rule.minorUnits !== undefined && cart.currency === rule.currency && cart.minorUnits >= rule.minorUnits;
    return this.due((rule) => rule.on === "cart_over" && over(rule));
  }

  /** The cart has not changed for so many seconds. */
  idleFor(seconds: number): Due[] {
    if (!this.filled()) return [];
    return this.due((rule) => rule.on === "cart_idle" && (rule.seconds ?? Infinity) <= seconds);
  }

  /** The shop, a DOM event or a page address gave a signal. `id` names the order or cart that it is about. */
  signal(name: string, id?: string, data?: TrackData): Due[] {
    return this.due((rule) => rule.on === name && !/^cart_(over|idle)$/.test(name), id, data);
  }

  /** A page was opened; `address` is its path and query. */
  opened(address: string): Due[] {
    return this.due((rule) => rule.path !== undefined && address.startsWith(rule.path), undefined, undefined, address);
  }

  /** A DOM event was heard. `id` names the order or cart that it is about. */
  heard(event: string, id?: string): Due[] {
    return this.due((rule) => rule.domEvent === event, id);
  }

  private filled(): boolean {
    return (this.cart?.items ?? this.cart?.minorUnits ?? 0) > 0;
  }

  private due(fits: (rule: Trigger) => boolean, id?: string, data?: TrackData, address?: string): Due[] {
    return this.rules
      .filter((rule) => fits(rule) && this.first(rule, id, address))
      .map(({ event, tags }) => ({ event, tags: tags ?? [], ...(data && { data }) }));
  }

  /** Whether this is the first time within its rule, and remembers that it was. */
  private first(rule: Trigger, id: string | undefined, address: string | undefined): boolean {
    const once = rule.once ?? usual(rule.on);
    if (once === "always") return true;
    const subject = once === "cart" ? (this.cart?.id ?? (rule.on === "order_placed" ? undefined : id)) : once === "order" ? id : undefined;
    // Confirmations of two orders have two addresses as a rule, and a reload has the same.
    const about = subject ?? (once === "order" ? address : undefined);
    const key = [rule.event, once, about].filter(Boolean).join(" ");
    if (this.onPage.has(key)) return false;
    this.onPage.add(key);
    if (once === "page") return true;
    // A cart and an order outlive a tab; without knowing which one it is, the tab is what can be told apart.
    const where = subject ? "local" : "session";
    const sent = this.world.sent(where);
    if (sent.includes(key)) return false;
    this.world.remember(where, [...sent, key].slice(-MAX_SENT));
    return true;
  }
}

const storage = (where: "session" | "local"): Storage => (where === "session" ? sessionStorage : localStorage);

/** The browser's storage; where it is blocked, the page's own memory has to do. */
const browserWorld: World = {
  sent(where) {
    try {
      const list = JSON.parse(storage(where).getItem(SENT) ?? "[]");
      return Array.isArray(list) ? list : [];
    } catch {
      return [];
    }
  },
  remember(where, sent) {
    try {
      storage(where).setItem(SENT, JSON.stringify(sent));
    } catch {
      // Full or blocked: the page still remembers.
    }
  },
};

/** Since when this cart has been as it is, as far as this tab knows; `now` where it does not. */
function unchangedSince(cart: string, now: number): number {
  try {
    const [kept, since] = JSON.parse(sessionStorage.getItem(CART) ?? "[]");
    if (kept === cart && since <= now) return since;
    sessionStorage.setItem(CART, JSON.stringify([cart, now]));
  } catch {
    // Full or blocked: what this page has seen counts.
  }
  return now;
}

/** A page's rules at work. */
export interface Triggers {
  cart(cart: Cart | undefined): void;
  signal(name: string, id?: string, data?: TrackData): void;
  /** Sends what has become due since; called once the cart was told, and when sending becomes possible. */
  flush(): void;
  /** Somebody else is here: what waits is not told in their chat. */
  forget(): void;
}

/**
 * Watches what the rules wait for. Nothing is decided, stored or sent before `allowed` says so. `fresh` looks for a
 * change of the cart that nobody has told yet; no is that one is known and the new cart is not.
 */
export function watchTriggers(rules: Trigger[], allowed: () => boolean, send: (due: Due) => void, fresh: () => boolean): Triggers {
  const state = new Rules(rules, browserWorld);
  const told = (dues: Due[]): void => dues.forEach(send);
  // Deciding is remembering, and nothing may be stored before.
  let waiting: (() => Due[])[] = [];
  const decide = (run: () => Due[]): void => {
    if (allowed()) told(run());
    else waiting.push(run);
    // More than this is a loop in the shop's code.
    waiting = waiting.slice(-MAX_SENT);
  };
  const cart = watchedCart(rules, state, (run) => allowed() && told(run()), fresh);
  watchEvents(rules, (name, id) => decide(() => state.heard(name, id)));
  const opened = (at: string) => (): Due[] => state.opened(at);
  // Decided by the first `flush()`, which comes once the cart is known.
  waiting.push(opened(address()));
  watchAddress(() => decide(opened(address())));
  return {
    cart: cart.is,
    signal: (name, id, data) => decide(() => state.signal(name, id, data)),
    flush() {
      // First the cart: what is once per cart asks which one it is.
      cart.look();
      for (const run of waiting.splice(0)) decide(run);
    },
    forget() {
      cart.stop();
      waiting = [];
    },
  };
}

/** The cart of the page, and since when it is as it is. `decide` runs at once what may be decided now, and else never. */
function watchedCart(rules: Trigger[], state: Rules, decide: (run: () => Due[]) => void, fresh: () => boolean) {
  const idle = rules.flatMap(({ on, seconds }) => (on === "cart_idle" && typeof seconds === "number" ? [seconds] : []));
  let cart: Cart | undefined;
  let key = "";
  let since = 0;
  const timers: ReturnType<typeof setTimeout>[] = [];
  const stop = (): void => timers.splice(0).forEach(clearTimeout);
  const waitFor = (seconds: number, ms = since + seconds * 1000 - Date.now()): unknown =>
    timers.push(setTimeout(() => {
      // The page's cart is looked at now and then, and in the background never: it may have changed meanwhile.
      const waited = key;
      const sure = fresh();
      if (key !== waited) return;
      if (sure) decide(() => state.idleFor(seconds));
      else waitFor(seconds, ASK_AGAIN_MS);
    }, ms));
  /** Only the cart as it is now counts, not what it was while nothing could be sent. */
  const look = (): void => {
    stop();
    if (!key) return;
    decide(() => {
      if (cart && idle.length > 0) {
        since = unchangedSince(key, since);
        for (const seconds of idle) waitFor(seconds);
      }
      return state.cartIs(cart);
    });
  };
  return {
    stop,
    look,
    is(now: Cart | undefined): void {
      const next = JSON.stringify(now ?? null);
      if (next === key) return;
      [cart, key, since] = [now, next, Date.now()];
      look();
    },
  };
}

/** Hears the DOM events that rules name, and the id that they carry. */
function watchEvents(rules: Trigger[], heard: (name: string, id: string | undefined) => void): void {
  for (const name of new Set(rules.map((rule) => rule.domEvent))) {
    if (!name) continue;
    const hear = (event: Event): void => {
      const id = (event as CustomEvent<{ id?: unknown } | null | undefined>).detail?.id;
      heard(name, typeof id === "string" ? id : undefined);
    };
    document.addEventListener(name, hear);
    window.addEventListener(name, (event) => event.target === window && hear(event));
  }
}

/** Where the page is: its path and query. */
const address = (): string => location.pathname + location.search;

/** Tells whenever the page was opened at another address without being loaded. */
function watchAddress(opened: () => void): void {
  addEventListener("popstate", opened);
  (window as { navigation?: EventTarget }).navigation?.addEventListener("navigatesuccess", opened);
}
