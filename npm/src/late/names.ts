/** What the late files keep in this browser, by name. The module's own names are in `bridge-wasm/src/web/storage.rs`. */

/** The yes that was given in place, for this tab: what the consent source said at that time. */
export const YES = "ct-tidio-yes";

/** What triggers have sent, per tab and per browser. Removed when consent is taken back. */
export const SENT = "ct-tidio-sent";

/** The cart of this tab and since when it has been so, over page loads. Removed with it. */
export const CART = "ct-tidio-cart";
