/**
 * vanilla-cookieconsent 3: its API object, or its cookie when the shop imported it as a module.
 *
 * Purposes are the shop's category names. The API object decides when there is one, because only it knows of a
 * raised revision. The cookie counts only while the consent dialogue is not on screen.
 */
import type { CookieConsentApi, CookieConsentSource } from "../types.js";
import { type Adapter, cookie, listen, opens, page, stored } from "./adapter.js";

/** What the package demands of a valid record. */
const REQUIRED = ["consentId", "consentTimestamp", "lastConsentTimestamp"];

export function create(options: CookieConsentSource): Adapter {
  const name = options.cookie ?? "cc_cookie";
  return {
    name: "vanilla-cookieconsent",
    ask: () => opens(options.api ?? page.CookieConsent, "showPreferences"),
    answer(purpose) {
      const api: CookieConsentApi | undefined = options.api ?? page.CookieConsent;
      if (api) {
        if (api.validConsent() !== true) return "pending";
        return api.acceptedCategory(purpose) === true ? "granted" : "denied";
      }
      if (document.documentElement.classList.contains("show--consent")) return "pending";
      const text = cookie(name) ?? stored(name);
      if (!text) return "absent";
      const record = JSON.parse(text);
      const valid = REQUIRED.every((member) => typeof record[member] === "string") && Array.isArray(record.categories);
      if (!valid) return "pending";
      return record.categories.includes(purpose) ? "granted" : "denied";
    },
    subscribe(changed) {
      listen(["cc:onFirstConsent", "cc:onConsent", "cc:onChange", "cc:onModalHide"], changed);
    },
  };
}
