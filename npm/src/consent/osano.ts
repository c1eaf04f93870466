/** Osano. Purposes are its categories, for example `PERSONALIZATION`. Only saved choices count. */
import { type Adapter, page, whenPresent } from "./adapter.js";

export function create(): Adapter {
  return {
    name: "osano",
    answer(purpose) {
      const manager = page.Osano?.cm;
      if (!manager) return "absent";
      const value = manager.getConsent()?.[purpose];
      return value === "ACCEPT" ? "granted" : value === "DENY" ? "denied" : "pending";
    },
    subscribe(changed) {
      whenPresent(() => {
        if (!page.Osano?.cm) return false;
        for (const name of ["osano-cm-initialized", "osano-cm-consent-saved"]) page.Osano.cm.addEventListener(name, () => changed());
        return true;
      }, changed);
    },
  };
}
