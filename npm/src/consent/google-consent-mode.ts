/**
 * Google Consent Mode v2: the `consent` commands in `window.dataLayer`, folded in order.
 *
 * Purposes are its keys, for example `functionality_storage`. A default is only a preset: a refused default is
 * no answer yet. Defaults for regions cannot be resolved in a page and are left out.
 */
import { type Adapter, page, whenPresent, type Word } from "./adapter.js";

export function create(): Adapter {
  return {
    name: "google-consent-mode",
    answer(purpose) {
      let answer: Word = "absent";
      for (const entry of page.dataLayer) {
        if (entry?.[0] !== "consent") continue;
        const [, command, settings] = entry;
        const value = settings?.[purpose];
        if (answer === "absent") answer = "pending";
        if (command === "update" && value === "granted") answer = "granted";
        else if (command === "update" && value === "denied") answer = "denied";
        else if (command === "default" && value === "granted" && !settings.region) answer = "granted";
      }
      return answer;
    },
    subscribe(changed) {
      whenPresent(() => {
        const layer = page.dataLayer;
        if (!Array.isArray(layer)) return false;
        const push = layer.push;
        layer.push = function (this: unknown, ...entries: unknown[]) {
          const length = push.apply(this as unknown[], entries);
          if (entries.some((entry) => (entry as ArrayLike<unknown>)?.[0] === "consent")) changed();
          return length;
        };
        return true;
      }, changed);
    },
  };
}
