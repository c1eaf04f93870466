/**
 * Watches the cart where the shop keeps it. Loaded only when the shop says where that is.
 *
 * In scope: reading, noticing a change, telling it once. Out of scope: believing it; a change only makes the edge
 * read the cart itself. What cannot be read is no cart.
 */
import { cookie, stored } from "../consent/adapter.js";
import type { Cart, CartPaths, CartSource } from "../types.js";
import { find, metaContent } from "./read.js";

/** How often a source that tells nobody is looked at, in milliseconds. */
const LOOK_EVERY_MS = 1_000;

/** Where commercetools keeps these members of a cart. */
const PATHS: Required<CartPaths> = {
  id: "id",
  version: "version",
  minorUnits: "totalPrice.centAmount",
  currency: "totalPrice.currencyCode",
  items: "totalLineItemQuantity",
};

/** The cart in a value of the page. Pure. Members of a wrong type are not there; none at all is no cart. */
export function cartOf(value: unknown, paths: CartPaths = {}): Cart | undefined {
  const at = (name: keyof CartPaths): unknown => find(value, paths[name] ?? PATHS[name]) ?? (paths[name] ? undefined : find(value, name));
  const word = (name: "id" | "currency") => (typeof at(name) === "string" && at(name) ? { [name]: at(name) as string } : {});
  const whole = (name: "version" | "minorUnits" | "items") => (Number.isSafeInteger(at(name)) ? { [name]: at(name) as number } : {});
  const cart: Cart = { ...word("id"), ...whole("version"), ...whole("minorUnits"), ...word("currency"), ...whole("items") };
  return Object.keys(cart).length ? cart : undefined;
}

function read(source: CartSource): unknown {
  try {
    if ("global" in source) return find(globalThis, source.global);
    const text =
      "localStorage" in source
        ? stored(source.localStorage)
        : "sessionStorage" in source
          ? stored(source.sessionStorage, "sessionStorage")
          : "cookie" in source
            ? cookie(source.cookie)
            : "meta" in source
              ? metaContent(source.meta)
              : undefined;
    return text ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Calls `changed` for every change from now on, and `seen` once with the cart that is there. Gives a look at the source
 * at once, also in a tab in the background: for who is about to rely on the cart being as it was. A source that tells
 * its changes needs none.
 */
export function watchCart(source: CartSource, seen: (cart: Cart) => void, changed: (cart: Cart | undefined) => void): (() => void) | undefined {
  if ("event" in source) {
    const heard = (event: Event): void => changed(cartOf((event as CustomEvent).detail, source.paths));
    // One that bubbles from the document reaches the window; one that does not is heard where it is sent.
    document.addEventListener(source.event, heard);
    window.addEventListener(source.event, (event) => event.target === window && heard(event));
    return undefined;
  }
  const here = (): Cart | undefined => cartOf(read(source), source.paths);
  const first = here();
  let last = JSON.stringify(first);
  if (first) seen(first);
  const look = (): void => {
    const cart = here();
    const now = JSON.stringify(cart);
    if (now === last) return;
    last = now;
    changed(cart);
  };
  setInterval(() => document.visibilityState === "hidden" || look(), LOOK_EVERY_MS);
  return look;
}
