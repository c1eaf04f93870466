/**
 * The entry for shops without a bundler: one module script whose data attributes are the settings.
 *
 * In scope: reading the attributes and starting. Out of scope: settings that are functions; such a shop imports
 * the package. This is the only entry that does something on import. The bridge is `window.commercetoolsTidio`.
 */
import { createBridge } from "./bridge.js";
import type { Bridge, BridgeOptions, CartSource, ConsentOptions, Mode, NoticeOptions } from "./types.js";

declare global {
  interface Window {
    commercetoolsTidio?: Bridge;
  }
}

/** Where a cart can be watched, by attribute: `data-cart-local-storage`. */
const CARTS = ["event", "localStorage", "sessionStorage", "cookie", "meta", "global"];

/** Settings from the attributes of the script element; lists are separated by spaces. */
export function optionsOf(data: DOMStringMap): BridgeOptions {
  const words = (text: string | undefined): string[] | undefined => text?.split(" ").filter(Boolean);
  const chat = words(data["chat"]);
  const share = words(data["share"]);
  const notice = noticeOf(data);
  const consent = { source: data["consent"] ?? "auto", ...(chat && { chat }), ...(share && { share }), ...(notice && { notice }) } as ConsentOptions;
  const cart = CARTS.map((kind) => [kind, data[`cart${kind[0]?.toUpperCase()}${kind.slice(1)}`]]).find(([, name]) => name);
  const launcher = {
    ...(data["label"] && { label: data["label"] }),
    ...(data["color"] && { color: data["color"] }),
    ...(data["position"] === "start" && { position: "start" as const }),
  };
  return {
    edge: data["edge"] ?? "",
    store: data["store"] ?? "",
    locale: data["locale"] ?? document.documentElement.lang,
    consent,
    launcher: data["launcher"] === "none" ? false : launcher,
    ...(data["mode"] && { mode: data["mode"] as Mode }),
    ...(data["sessionUrl"] && { session: { url: data["sessionUrl"] } }),
    ...(cart && { cart: Object.fromEntries([cart]) as CartSource }),
    ...(data["nonce"] && { nonce: data["nonce"] }),
    ...(data["engine"] === "js" && { engine: "js" as const }),
  };
}

/** The notice's words, in the shop's language; what is not given stays English. */
function noticeOf({ notice: text, noticeAccept: accept, noticeDecline: decline, privacyUrl: url, privacyLabel: label }: DOMStringMap): NoticeOptions | undefined {
  const notice = { ...(text && { text }), ...(accept && { accept }), ...(decline && { decline }), ...(url && { privacy: { url, label: label ?? url } }) };
  return Object.keys(notice).length > 0 ? notice : undefined;
}

if (typeof document !== "undefined") {
  // Behind a redirect, as a CDN has them, the element keeps the address that was asked for.
  const own =
    [...document.scripts].find((script) => script.src === import.meta.url) ??
    document.querySelector<HTMLScriptElement>("script[type=module][data-edge][data-store]");
  if (own) {
    // Scripts that may run by a nonce hide it from attributes.
    window.commercetoolsTidio = createBridge(optionsOf({ nonce: own.nonce, ...own.dataset }));
    window.commercetoolsTidio.start();
  }
}
