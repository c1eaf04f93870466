/**
 * Every consent source by name. A shopper downloads the shop's own only; the one that needs nothing comes
 * with the module.
 */
import type { ConsentOptions } from "../types.js";
import { type Adapter, guarded } from "./adapter.js";
import { create as createFunction } from "./function.js";

interface AdapterModule {
  create(options: any): Adapter;
}

/** Name to module. */
export const SOURCES: Record<ConsentOptions["source"], () => AdapterModule | Promise<AdapterModule>> = {
  function: () => ({ create: createFunction }),
  auto: () => import("./auto.js"),
  axeptio: () => import("./axeptio.js"),
  c15t: () => import("./c15t.js"),
  cookiebot: () => import("./cookiebot.js"),
  cookieyes: () => import("./cookieyes.js"),
  didomi: () => import("./didomi.js"),
  "google-consent-mode": () => import("./google-consent-mode.js"),
  "iab-gpp": () => import("./iab-gpp.js"),
  "iab-tcf": () => import("./iab-tcf.js"),
  iubenda: () => import("./iubenda.js"),
  klaro: () => import("./klaro.js"),
  onetrust: () => import("./onetrust.js"),
  osano: () => import("./osano.js"),
  trustarc: () => import("./trustarc.js"),
  "usercentrics-v2": () => import("./usercentrics-v2.js"),
  "usercentrics-v3": () => import("./usercentrics-v3.js"),
  "vanilla-cookieconsent": () => import("./vanilla-cookieconsent.js"),
};

/** The adapter for these options; nothing when the source is unknown or cannot be loaded, which allows nothing. */
export async function adapterOf(options: ConsentOptions): Promise<Adapter | undefined> {
  try {
    const module = await SOURCES[options.source]();
    return guarded(module.create(options));
  } catch {
    return undefined;
  }
}
