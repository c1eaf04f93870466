/** OneTrust: the active groups. Purposes are group ids such as `C0003`; a shop may have renamed them. */
import { type Adapter, listen, opens, page } from "./adapter.js";

export function create(): Adapter {
  return {
    name: "onetrust",
    usual: "C0003",
    ask: () => opens(page.OneTrust, "ToggleInfoDisplay"),
    answer(purpose) {
      const groups = page.OnetrustActiveGroups;
      if (typeof groups !== "string") return "absent";
      if (groups.split(",").includes(purpose)) return "granted";
      // Before the banner was answered a missing group is a preset, not a refusal.
      return page.OneTrust?.IsAlertBoxClosed?.() === false ? "pending" : "denied";
    },
    subscribe: (changed) => listen(["OneTrustGroupsUpdated", "OTConsentApplied"], changed),
  };
}
