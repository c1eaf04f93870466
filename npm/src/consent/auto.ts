/**
 * Finds the consent manager that is on the page, also when it comes late.
 *
 * The first source in the table's order that is present decides, and its name is told. Consent managers come
 * before the standards' interfaces, because a purpose of theirs says more than a number. Nothing is put on the
 * page for managers that are not there, nor for those behind the one that decides.
 *
 * A store's mapping names purposes of one source. So its words for "functional" stand for whatever the source
 * that was found calls it, and the shop may name any other purpose per source.
 */
import type { ManagedConsentSource } from "../types.js";
import { type Adapter, guarded, LOOK_EVERY_MS } from "./adapter.js";
import { create as axeptio } from "./axeptio.js";
import { create as c15t } from "./c15t.js";
import { create as cookiebot } from "./cookiebot.js";
import { create as cookieyes } from "./cookieyes.js";
import { create as didomi } from "./didomi.js";
import { create as google } from "./google-consent-mode.js";
import { create as gpp } from "./iab-gpp.js";
import { create as tcf } from "./iab-tcf.js";
import { create as iubenda } from "./iubenda.js";
import { create as klaro } from "./klaro.js";
import { create as onetrust } from "./onetrust.js";
import { create as osano } from "./osano.js";
import { create as trustarc } from "./trustarc.js";
import { create as usercentrics2 } from "./usercentrics-v2.js";
import { create as usercentrics3 } from "./usercentrics-v3.js";
import { create as vanilla } from "./vanilla-cookieconsent.js";

const ORDER = [
  onetrust, cookiebot, usercentrics3, usercentrics2, didomi, c15t, osano, trustarc, cookieyes, iubenda, axeptio,
  // Their cookie alone shows them, and may be older than a change of the shop's consent manager.
  klaro, vanilla,
  tcf, gpp, google,
];

/** What usually covers chat, in the words of those sources that have such a word. */
const FUNCTIONAL = ["functional", "functionality", "preferences"];

export function create(options: ManagedConsentSource): Adapter {
  const adapters = ORDER.map((create) => guarded(create({ ...options, source: "vanilla-cookieconsent" })));
  const found = (): Adapter | undefined => adapters.find((adapter) => adapter.answer("") !== "absent");
  return {
    get name() {
      return found()?.name ?? "none";
    },
    ask: () => found()?.ask?.() ?? false,
    answer(purpose) {
      const adapter = found();
      if (!adapter) return "absent";
      const own = options.purposes?.[adapter.name]?.[purpose];
      return adapter.answer(own ?? (FUNCTIONAL.includes(purpose) ? adapter.usual : undefined) ?? purpose);
    },
    subscribe(changed) {
      const watched = new Set<Adapter>();
      let last: Adapter | undefined;
      const look = (): void => {
        const adapter = found();
        // This one announces itself by events; its cookie appears with the first choice only.
        for (const one of [adapter, adapters[ORDER.indexOf(vanilla)]]) {
          if (!one || watched.has(one)) continue;
          watched.add(one);
          one.subscribe(changed);
        }
        if (adapter !== last) changed();
        last = adapter;
      };
      look();
      setInterval(look, LOOK_EVERY_MS);
    },
  };
}
