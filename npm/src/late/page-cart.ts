/** The cart as the page and the edge know it, and the triggers that watch it. */
import type { Cart, TrackData } from "../types.js";
import { CART, SENT } from "./names.js";
import { keep, late, type Shared, shares } from "./shared.js";
import type { Due, Triggers } from "./triggers.js";

/** Signals kept while the rules are on their way; more than this is a loop in the shop's code. */
const MAX_EARLY_SIGNALS = 32;

/** An edge that has not said within this time how the cart is now is down, and the last cart that is known has to do. */
const ANSWER_MS = 10_000;

/** The cart. The page knows first, the edge knows more: what the page does not say about the same cart is the edge's. */
function cartNow({ cart, known }: Shared): Cart | undefined {
  if (cart?.id && known?.id !== cart.id) return cart;
  return cart || known ? { ...known, ...cart } : undefined;
}

/** Watches the page's cart, and takes what the shop says about it. `changed` is told after every change. */
export function cartSide(shared: Shared, changed: () => void): (given: unknown) => void {
  const source = shared.options.cart;
  const is = (next: Cart | undefined, tell?: boolean): void => {
    const { cart, known, module } = shared;
    const same = JSON.stringify(next) === JSON.stringify(cart);
    shared.cart = next;
    // After a change what the edge has read is out of date, all but which cart it is.
    if (!same && tell) shared.known = next && known?.id ? { id: known.id } : undefined;
    changed();
    if (tell && !(same && next)) module.cart_changed();
  };
  if (source) late(import("./cart.js"), ({ watchCart }) => void (shared.look = watchCart(source, is, (next) => is(next, true))));
  return (given) => late(import("./cart.js"), ({ cartOf }) => is(cartOf(given, source?.paths), true));
}

/** The triggers of store and page, once their rules are known. */
export function triggerSide(shared: Shared) {
  const { options, module } = shared;
  let triggers: Triggers | undefined;
  let early: ((triggers: Triggers) => void)[] = [];
  let loading = false;

  const send = ({ event, tags, data }: Due): void => {
    module.track(event, data);
    try {
      if (tags.length) (window as any).tidioChatApi.addVisitorTags(tags);
    } catch {
      // A widget that throws is its own affair.
    }
  };
  return {
    /** The cart may have changed. */
    look: (): void => triggers?.cart(cartNow(shared)),
    load(settings: any): void {
      if (loading || (!settings?.triggers?.length && !(options.triggers || []).length)) return;
      loading = true;
      late(import("./triggers.js"), ({ merged, watchTriggers }) => {
        const rules = merged(settings?.triggers, options.triggers);
        triggers = watchTriggers(rules, () => shared.said?.state === "ready" && shares(shared), send, () => {
          shared.look?.();
          return !(performance.now() - (shared.asked ?? -Infinity) < ANSWER_MS);
        });
        triggers.cart(cartNow(shared));
        triggers.flush();
        for (const run of early.splice(0)) run(triggers);
      });
    },
    signal(name: string, details?: { id?: string } & TrackData): void {
      const { id, ...data } = { ...details };
      const run = (triggers: Triggers): void => triggers.signal(name, typeof id === "string" ? id : undefined, Object.keys(data).length ? data : undefined);
      if (triggers) run(triggers);
      else if (early.length < MAX_EARLY_SIGNALS) early.push(run);
    },
    flush: (): void => triggers?.flush(),
    /** Somebody else is here. */
    forget(): void {
      early = [];
      triggers?.forget();
    },
    /** Removes what was sent from this browser. */
    erase(): void {
      for (const storage of ["sessionStorage", "localStorage"] as const) for (const key of [SENT, CART]) keep(key, undefined, storage);
    },
  };
}
