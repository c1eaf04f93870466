/**
 * Osano. Purposes are its categories, for example `PERSONALIZATION`. Only saved choices count: what a listener was
 * told is preferred to the state, in which switches may have been moved.
 */
import { type Adapter, opens, page, whenPresent } from "./adapter.js";

export function create(): Adapter {
  let told: any;
  return {
    name: "osano",
    usual: "PERSONALIZATION",
    ask: () => opens(page.Osano?.cm, "showDrawer", "osano-cm-dom-info-dialog-open"),
    answer(purpose) {
      const manager = page.Osano?.cm;
      if (!manager) return "absent";
      const value = (told ?? manager.getConsent())?.[purpose];
      return value === "ACCEPT" ? "granted" : value === "DENY" ? "denied" : "pending";
    },
    subscribe(changed) {
      whenPresent(() => {
        if (!page.Osano?.cm) return false;
        for (const name of ["osano-cm-initialized", "osano-cm-consent-saved"]) {
          page.Osano.cm.addEventListener(name, (consent: unknown) => {
            told = consent;
            changed();
          });
        }
        return true;
      }, changed);
    },
  };
}
