/** Usercentrics v2. Purposes are category slugs; every service of a category must be allowed. */
import { type Adapter, listen, opens, page } from "./adapter.js";

export function create(): Adapter {
  return {
    name: "usercentrics-v2",
    usual: "functional",
    ask: () => opens(page.UC_UI, "showSecondLayer"),
    answer(purpose) {
      const ui = page.UC_UI;
      if (!ui) return "absent";
      if (ui.isInitialized?.() !== true || ui.isConsentRequired?.() === true) return "pending";
      const services = ui.getServicesBaseInfo().filter((service: any) => service.categorySlug === purpose);
      if (!services.length) return "pending";
      return services.every((service: any) => service.consent?.status === true) ? "granted" : "denied";
    },
    subscribe: (changed) => listen(["UC_UI_INITIALIZED", "consent_status"], changed),
  };
}
