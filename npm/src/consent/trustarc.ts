/**
 * TrustArc, by its API, or by its cookie `notice_gdpr_prefs` where there is no API. An implied choice is none.
 *
 * Purposes are levels as the API numbers them: 1 required, 2 functional. The cookie counts from 0.
 */
import { type Adapter, cookie, listen, opens, page, poll } from "./adapter.js";

/** Levels that are granted; nothing before an explicit choice. */
function decided(domain: string): string[] | undefined {
  const api = page.truste?.cma;
  if (api) {
    const { consentDecision, source } = api.callApi("getGDPRConsentDecision", domain);
    return source === "asserted" ? String(consentDecision).split(",") : undefined;
  }
  const [levels, kind] = (cookie("notice_gdpr_prefs") ?? "").split(/:+/);
  if (!levels || kind?.includes("implied")) return undefined;
  return levels.split(",").map((level) => String(Number(level) + 1));
}

export function create(options: { domain?: string }): Adapter {
  const read = (): string[] | undefined => decided(options.domain ?? page.location?.hostname);
  return {
    name: "trustarc",
    usual: "2",
    ask: () => opens(page.truste?.eu, "clickListener"),
    answer(purpose) {
      const levels = read();
      if (!levels) return page.truste ? "pending" : "absent";
      return levels.includes(purpose) ? "granted" : "denied";
    },
    subscribe(changed) {
      listen(["message"], changed);
      poll(read, changed);
    },
  };
}
