/**
 * Usercentrics v3. Purposes are category slugs such as `functional`; a category in which some services are
 * refused counts as refused.
 */
import { type Adapter, listen, page, whenPresent } from "./adapter.js";

export function create(): Adapter {
  let details: any;
  return {
    name: "usercentrics-v3",
    answer(purpose) {
      if (!page.__ucCmp) return "absent";
      if (!details) return "pending";
      if (details.consent?.required === false) return "granted";
      if (details.consent?.type === "IMPLICIT") return "pending";
      const state = details.categories?.[purpose]?.state;
      return state === undefined ? "pending" : state === "ALL_ACCEPTED" ? "granted" : "denied";
    },
    subscribe(changed) {
      const read = async (): Promise<void> => {
        if (await page.__ucCmp.isInitialized()) {
          const [found, required] = await Promise.all([page.__ucCmp.getConsentDetails(), page.__ucCmp.isConsentRequired()]);
          details = { ...found, consent: { ...found?.consent, required } };
        }
        changed();
      };
      const reread = (): void => void read().catch(changed);
      listen(["UC_UI_INITIALIZED", "UC_CONSENT", "consent_status"], reread);
      whenPresent(() => !!page.__ucCmp, reread);
    },
  };
}
