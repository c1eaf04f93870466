/**
 * Didomi. Purposes are purpose ids, or `vendor:` and a vendor id, whose answer already includes its purposes.
 *
 * Where no consent is required its status grants in advance, until the shopper opts out; so the status decides.
 */
import { type Adapter, opens, page, word } from "./adapter.js";

export function create(): Adapter {
  return {
    name: "didomi",
    ask: () => opens(page.Didomi?.preferences, "show"),
    answer(purpose) {
      if (!page.Didomi) return "absent";
      const { purposes, vendors } = page.Didomi.getCurrentUserStatus();
      const [all, id] = purpose.startsWith("vendor:") ? [vendors, purpose.slice(7)] : [purposes, purpose];
      const answer = word(all?.[id]?.enabled);
      // Before the notice was answered a purpose that is off is a preset, not a refusal.
      return answer === "denied" && page.Didomi.shouldUserStatusBeCollected?.() === true ? "pending" : answer;
    },
    subscribe(changed) {
      if (page.Didomi?.on) return page.Didomi.on("consent.changed", () => changed());
      // Before its script has loaded, both queues are the vendor's documented way in.
      (page.didomiEventListeners ??= []).push({ event: "consent.changed", listener: () => changed() });
      (page.didomiOnReady ??= []).push(() => changed());
    },
  };
}
