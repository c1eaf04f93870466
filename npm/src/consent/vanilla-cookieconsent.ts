/**
 * vanilla-cookieconsent 3: its API object, or its cookie when the shop imported it as a module. Of version 2, which has
 * no events and no global of a fixed name, the cookie.
 *
 * Purposes are the shop's category names. The API object decides when there is one, because only it knows of a
 * raised revision. The cookie counts only while the consent dialogue is not on screen.
 */
import type { CookieConsentApi, CookieConsentSource } from "../types.js";
import { type Adapter, cookie, listen, opens, page, poll, stored } from "./adapter.js";

/** What version 3 demands of a valid record. */
const REQUIRED = ["consentId", "consentTimestamp", "lastConsentTimestamp"];

export function create(options: CookieConsentSource): Adapter {
  const name = options.cookie ?? "cc_cookie";
  const saved = (): string | null => cookie(name) ?? stored(name);
  const isOpen = (): boolean => document.documentElement.classList.contains("show--consent");
  return {
    name: "vanilla-cookieconsent",
    ask: () => opens(options.api ?? page.CookieConsent, "showPreferences"),
    answer(purpose) {
      const api: CookieConsentApi | undefined = options.api ?? page.CookieConsent;
      // Other scripts use the name as well.
      if (typeof api?.validConsent === "function") {
        if (api.validConsent() !== true) return "pending";
        return api.acceptedCategory(purpose) === true ? "granted" : "denied";
      }
      if (isOpen()) return "pending";
      const text = saved();
      if (!text) return "absent";
      const record = JSON.parse(text);
      // Version 2 has `rfc_cookie` always, and called the categories `level` before 2.8.
      const valid = typeof record.rfc_cookie === "boolean" || REQUIRED.every((member) => typeof record[member] === "string");
      const categories = record.categories ?? record.level;
      if (!valid || !Array.isArray(categories)) return "pending";
      return categories.includes(purpose) ? "granted" : "denied";
    },
    subscribe(changed) {
      listen(["cc:onFirstConsent", "cc:onConsent", "cc:onChange", "cc:onModalHide"], changed);
      // Version 2 tells nobody, and neither version tells other tabs.
      poll(() => [saved(), isOpen()], changed);
    },
  };
}
