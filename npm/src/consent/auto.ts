/**
 * Finds the consent manager that is on the page, also when it comes late.
 *
 * The first source in the table's order that is present decides, and its name is told. The shop's own managers
 * come before the standards' interfaces, because a purpose of theirs says more than a number. Nothing is put on
 * the page for managers that are not there.
 */
import type { ConsentOptions } from "../types.js";
import { type Adapter, guarded, whenPresent } from "./adapter.js";
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
  onetrust, cookiebot, usercentrics3, usercentrics2, didomi, vanilla, klaro, c15t, osano, trustarc, cookieyes, iubenda,
  axeptio, tcf, gpp, google,
];

export function create(options: ConsentOptions): Adapter {
  const adapters = ORDER.map((create) => guarded(create({ ...options, source: "vanilla-cookieconsent" })));
  const isPresent = (adapter: Adapter): boolean => adapter.answer("") !== "absent";
  return {
    get name() {
      return adapters.find(isPresent)?.name ?? "auto";
    },
    answer: (purpose) => adapters.find(isPresent)?.answer(purpose) ?? "absent",
    subscribe(changed) {
      for (const adapter of adapters) {
        whenPresent(() => {
          if (!isPresent(adapter)) return false;
          adapter.subscribe(changed);
          return true;
        }, changed);
      }
      // This one announces itself by events and its cookie appears with the first choice only.
      adapters[ORDER.indexOf(vanilla)]?.subscribe(changed);
    },
  };
}
