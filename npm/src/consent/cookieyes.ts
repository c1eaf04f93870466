/** CookieYes. Purposes are its categories, for example `functional`. Only an explicit choice counts. */
import { type Adapter, cookie, listen, opens, page, word } from "./adapter.js";

export function create(): Adapter {
  return {
    name: "cookieyes",
    usual: "functional",
    ask: () => opens(page, "revisitCkyConsent"),
    answer(purpose) {
      const pairs = (cookie("cookieyes-consent") ?? "").split(",").map((pair) => pair.split(":"));
      const record = Object.fromEntries(pairs);
      if (record["action"] === "yes") return word(record[purpose] === "yes");
      if (typeof page.getCkyConsent !== "function") return "absent";
      const consent = page.getCkyConsent();
      return consent?.isUserActionCompleted === true ? word(consent.categories?.[purpose]) : "pending";
    },
    subscribe: (changed) => listen(["cookieyes_consent_update", "cookieyes_banner_load"], changed, document),
  };
}
