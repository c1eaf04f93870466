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
import type { BridgeOptions, Status } from "../types.js";
import { cartSide, triggerSide } from "./page-cart.js";
import { noticeSide } from "./page-notice.js";
import { productSide, watchForm } from "./page-visitor.js";
import { type Module, type Shared, shares } from "./shared.js";

export interface PageSide extends Pick<Core, "cartChanged" | "productInView" | "signal"> {
  /** What the first question waits for: the product in the page's data. */
  loaded: Promise<unknown>;
  /** The cart changed, and the edge is asked how it is now. */
  cartAsked(): void;
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

export function pageSide(options: BridgeOptions, adapter: Adapter | undefined, module: Module, said: Status | undefined): PageSide {
  const shared: Shared = { options, adapter, module, said };
  const product = productSide(shared);
  const triggers = triggerSide(shared);
  const notice = noticeSide(shared);
  watchForm(shared);
  return {
    loaded: product.loaded,
    product: product.now,
    productInView: product.inView,
    claimed: () => shared.claim,
    cartChanged: cartSide(shared, triggers.look),
    cartAsked: () => void (shared.asked = performance.now()),
    signal: triggers.signal,
    ask: notice.ask,
    heard(body) {
      if (body?.publicKey) triggers.load(body);
      if (!body?.identity) return;
      // Who is proven has claimed nothing.
      if (body.identity === "verified") shared.claim = undefined;
      shared.known = body.cart;
      shared.asked = undefined;
      triggers.look();
    },
    status(status) {
      shared.said = status;
      const { state, consent } = status;
      if (!shares(shared)) shared.claim = shared.known = undefined;
      notice.status(status);
      // A no, also to sharing alone; a source that is still loading is no answer.
      if (state === "withdrawn" || consent.share === "denied") triggers.erase();
      if (state !== "ready") return;
      // Where the edge was never reached, the page's own rules are all there is.
      triggers.load(undefined);
      if (shares(shared)) triggers.flush();
    },
    forget() {
      shared.claim = shared.known = undefined;
      triggers.forget();
    },
  };
}
