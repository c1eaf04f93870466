/**
 * Google Consent Mode v2: the `consent` commands in `window.dataLayer`, folded in order.
 *
 * Purposes are its keys, for example `functionality_storage`. A default is only a preset: it grants where it
 * neither waits for an update nor is one of several for regions, because a page cannot know its region; it never
 * refuses, and never undoes an update. Tag managers drop old entries, so what was seen is kept.
 */
import { type Adapter, page, type Word, whenPresent } from "./adapter.js";

export function create(): Adapter {
  let seen: any[] | undefined;
  const commands = (entries: any): any[] => [...entries].filter((entry) => entry?.[0] === "consent");
  return {
    name: "google-consent-mode",
    usual: "functionality_storage",
    answer(purpose) {
      const known = seen ?? commands(page.dataLayer);
      let preset: Word = known.length ? "pending" : "absent";
      let regional = false;
      let update: Word | undefined;
      for (const [, command, settings] of known.map((entry) => [...Array.from(entry as ArrayLike<any>)])) {
        const value = settings?.[purpose];
        if (value !== "granted" && value !== "denied") continue;
        if (command === "update") update = value;
        else if (settings.region) regional = true;
        else preset = value === "granted" && !settings.wait_for_update ? "granted" : "pending";
      }
      return update ?? (regional ? "pending" : preset);
    },
    subscribe(changed) {
      whenPresent(() => {
        const layer = page.dataLayer;
        if (!Array.isArray(layer)) return false;
        seen = commands(layer);
        const push = layer.push;
        layer.push = function (this: unknown, ...entries: unknown[]) {
          const length = push.apply(this as unknown[], entries);
          const more = commands(entries);
          seen?.push(...more);
          if (more.length) changed();
          return length;
        };
        return true;
      }, changed);
    },
  };
}
