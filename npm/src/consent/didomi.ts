/** Didomi. Purposes are purpose ids, or `vendor:` and a vendor id, whose answer already includes its purposes. */
import { type Adapter, page, word } from "./adapter.js";

export function create(): Adapter {
  return {
    name: "didomi",
    answer(purpose) {
      if (!page.Didomi) return "absent";
      if (page.Didomi.isConsentRequired?.() === false) return "granted";
      const { purposes, vendors } = page.Didomi.getCurrentUserStatus();
      const [all, id] = purpose.startsWith("vendor:") ? [vendors, purpose.slice(7)] : [purposes, purpose];
      return word(all?.[id]?.enabled);
    },
    subscribe(changed) {
      if (page.Didomi?.on) return page.Didomi.on("consent.changed", () => changed());
      // Before its script has loaded, both queues are the vendor's documented way in.
      (page.didomiEventListeners ??= []).push({ event: "consent.changed", listener: () => changed() });
      (page.didomiOnReady ??= []).push(() => changed());
    },
  };
}
