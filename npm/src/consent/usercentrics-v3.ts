/**
 * Usercentrics v3. Purposes are category slugs such as `functional`; a category in which some services are
 * refused counts as refused.
 *
 * Only an explicit answer counts. `isConsentRequired` is not asked: it turns false once the banner was answered,
 * whatever the answer was.
 */
import { type Adapter, listen, opens, page, whenPresent } from "./adapter.js";

export function create(): Adapter {
  let details: any;
  return {
    name: "usercentrics-v3",
    usual: "functional",
    ask: () => opens(page.__ucCmp, "showSecondLayer"),
    answer(purpose) {
      if (!page.__ucCmp) return "absent";
      if (!details) return "pending";
      if (details.consent?.type !== "EXPLICIT") return "pending";
      const state = details.categories?.[purpose]?.state;
      return state === undefined ? "pending" : state === "ALL_ACCEPTED" ? "granted" : "denied";
    },
    subscribe(changed) {
      const read = async (): Promise<void> => {
        if (await page.__ucCmp.isInitialized()) {
          details = await page.__ucCmp.getConsentDetails();
        }
        changed();
      };
      const reread = (): void => void read().catch(changed);
      listen(["UC_UI_INITIALIZED", "UC_CONSENT", "consent_status"], reread);
      whenPresent(() => !!page.__ucCmp, reread);
    },
  };
}
