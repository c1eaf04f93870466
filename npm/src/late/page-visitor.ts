/** What the page knows of its visitor: the product in view, and what was typed into the chat's form. */
import type { Product } from "../types.js";
import { type Shared, texts } from "./shared.js";

/** Longest text of a claim, in characters, as in the contract. */
const MAX_CLAIM_CHARS = 254;

/** Longest text of a product. */
const MAX_PRODUCT_CHARS = 200;

/** How often the page's data is looked at, which changes without telling anybody, in milliseconds. */
const LOOK_EVERY_MS = 1_000;

/** The product in view: the shop's word, and without one what the page's data says. */
export function productSide(shared: Shared) {
  const { options, module } = shared;
  let called: Product | null | undefined;
  let read: (() => Product | undefined) | undefined;

  const watch = (productInPage: () => Product | undefined): void => {
    read = productInPage;
    let shown = JSON.stringify(read());
    // A question that has gone already went without it.
    if (shown && shared.said) module.cart_changed();
    setInterval(() => {
      if (document.visibilityState === "hidden" || called !== undefined) return;
      const now = JSON.stringify(productInPage());
      if (now === shown) return;
      shown = now;
      // Another page of the shop, or data that came late.
      module.cart_changed();
    }, LOOK_EVERY_MS);
  };

  return {
    loaded: options.product === "call" ? Promise.resolve() : import("./product.js").then(({ productInPage }) => watch(productInPage)).catch(() => {}),
    now: (): object | undefined => (called === undefined ? read?.() : (called ?? undefined)),
    inView(given: Product | null): void {
      const found = texts(given, ["name", "sku", "url"], MAX_PRODUCT_CHARS) as Product | undefined;
      const now = found?.name ? found : null;
      if (JSON.stringify(now) === JSON.stringify(called)) return;
      called = now;
      module.cart_changed();
    },
  };
}

/** Hears what a visitor types into the chat's form. */
export function watchForm(shared: Shared): void {
  document.addEventListener("tidioChat-preFormFilled", (event) => {
    // Tidio puts its payload on the event itself.
    const form = (event as { data?: { form_data?: unknown } }).data?.form_data;
    shared.claim = texts(form, ["name", "email", "phone"], MAX_CLAIM_CHARS) ?? shared.claim;
    if (shared.claim) shared.module.cart_changed();
  });
}
