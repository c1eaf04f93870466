/**
 * TrustArc, by its cookie `notice_gdpr_prefs`. Purposes are levels such as `2`; what they are called differs
 * from shop to shop. An implied choice is none.
 */
import { type Adapter, cookie, listen, page, poll } from "./adapter.js";

export function create(): Adapter {
  return {
    name: "trustarc",
    answer(purpose) {
      const [levels, kind] = (cookie("notice_gdpr_prefs") ?? "").split(/:+/);
      if (!levels) return page.truste ? "pending" : "absent";
      if (kind?.includes("implied")) return "pending";
      return levels.split(",").includes(purpose) ? "granted" : "denied";
    },
    subscribe(changed) {
      listen(["message"], changed);
      poll(() => cookie("notice_gdpr_prefs"), changed);
    },
  };
}
