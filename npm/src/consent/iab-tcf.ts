/**
 * IAB TCF 2.2 and 2.3, by `addEventListener` (`getTCData` is deprecated).
 *
 * Purposes are purpose numbers (`1`) or `vendor:` and a number. An undefined `gdprApplies` is no answer yet;
 * where the law does not apply, nothing has to be asked.
 */
import { type Adapter, page, whenPresent } from "./adapter.js";

export function create(): Adapter {
  let latest: any;
  return {
    name: "iab-tcf",
    answer(purpose) {
      if (typeof page.__tcfapi !== "function") return "absent";
      if (!latest || typeof latest.gdprApplies !== "boolean") return "pending";
      if (!latest.gdprApplies) return "granted";
      if (latest.eventStatus === "cmpuishown") return "asking";
      if (!["tcloaded", "useractioncomplete"].includes(latest.eventStatus)) return "pending";
      const [kind, id] = purpose.startsWith("vendor:") ? ["vendor", purpose.slice(7)] : ["purpose", purpose];
      return latest[kind]?.consents?.[id as string] === true ? "granted" : "denied";
    },
    subscribe(changed) {
      whenPresent(() => {
        if (typeof page.__tcfapi !== "function") return false;
        page.__tcfapi("addEventListener", 2, (data: any, success: boolean) => {
          // A window that is opened again leaves the saved answer as it is.
          if (latest?.eventStatus && success && data.eventStatus === "cmpuishown") return;
          latest = success ? data : undefined;
          changed();
        });
        return true;
      }, changed);
    },
  };
}
