/**
 * Triggers: which custom event is due, once per its rule. Loaded only where the store or the page has rules.
 *
 * In scope: deciding (pure, [`Rules`]) and watching what rules wait for. Out of scope: sending; the caller does,
 * and only while the widget is ready and sharing is allowed. Money is compared in whole minor units.
 */
import type { Cart, TrackData, Trigger } from "../types.js";

/** What was sent is kept here, per tab and per browser. Removed when consent is taken back. */
const SENT = "ct-tidio-sent";

/** Entries kept; the oldest go first. */
const MAX_SENT = 100;

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
    return this.due((rule) => rule.path !== undefined && address.startsWith(rule.path));
  }

  /** A DOM event was heard. */
  heard(event: string): Due[] {
    return this.due((rule) => rule.domEvent === event);
  }

  private filled(): boolean {
    return (this.cart?.items ?? this.cart?.minorUnits ?? 0) > 0;
  }

  private due(fits: (rule: Trigger) => boolean, id?: string, data?: TrackData): Due[] {
    return this.rules.filter((rule) => fits(rule) && this.first(rule, id)).map(({ event, tags }) => ({ event, tags: tags ?? [], ...(data && { data }) }));
  }

  /** Whether this is the first time within its rule, and remembers that it was. */
  private first(rule: Trigger, id: string | undefined): boolean {
    const once = rule.once ?? usual(rule.on);
    if (once === "always") return true;
    const subject = once === "cart" ? (this.cart?.id ?? (rule.on === "order_placed" ? undefined : id)) : once === "order" ? id : undefined;
    const key = [rule.event, once, subject].filter(Boolean).join(" ");
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
export const browserWorld: World = {
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

/** Forgets what was sent. */
export function forget(): void {
  for (const where of ["session", "local"] as const) {
    try {
      storage(where).removeItem(SENT);
    } catch {
      // Nothing is stored there either.
    }
  }
}

/** A page's rules at work. */
export interface Triggers {
  cart(cart: Cart | undefined): void;
  signal(name: string, id?: string, data?: TrackData): void;
  /** Sends what has become due since; called when sending becomes possible. */
  flush(): void;
}

/** Watches what the rules wait for. `send` answers whether it could; what could not is kept. */
export function watchTriggers(rules: Trigger[], allowed: () => boolean, send: (due: Due) => void): Triggers {
  const state = new Rules(rules, browserWorld);
  // Not decided before sharing is allowed: deciding is remembering, and nothing may be stored before.
  let waiting: (() => Due[])[] = [];
  const decide = (run: () => Due[]): void => {
    if (!allowed()) waiting.push(run);
    else for (const due of run()) send(due);
    // More than this is a loop in the shop's code.
    waiting = waiting.slice(-MAX_SENT);
  };
  let last: string | undefined;
  let timers: ReturnType<typeof setTimeout>[] = [];
  const startIdle = (): void => {
    for (const timer of timers) clearTimeout(timer);
    timers = rules
      .filter((rule) => rule.on === "cart_idle" && typeof rule.seconds === "number")
      .map(({ seconds }) => setTimeout(() => decide(() => state.idleFor(seconds as number)), (seconds as number) * 1000));
  };
  for (const event of new Set(rules.map((rule) => rule.domEvent))) {
    if (!event) continue;
    document.addEventListener(event, () => decide(() => state.heard(event)));
    window.addEventListener(event, ({ target }) => target === window && decide(() => state.heard(event)));
  }
  const opened = (): void => {
    const address = location.pathname + location.search;
    decide(() => state.opened(address));
  };
  opened();
  addEventListener("popstate", opened);
  (window as { navigation?: EventTarget }).navigation?.addEventListener("navigatesuccess", opened);
  return {
    cart(cart) {
      const now = JSON.stringify(cart ?? null);
      if (now === last) return;
      last = now;
      startIdle();
      decide(() => state.cartIs(cart));
    },
    signal: (name, id, data) => decide(() => state.signal(name, id, data)),
    flush() {
      const runs = waiting;
      waiting = [];
      for (const run of runs) decide(run);
    },
  };
}
