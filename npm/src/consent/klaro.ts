/**
 * Klaro: its manager, or what it has saved when the shop imported it as a module and set no global.
 *
 * Purposes are service names. Toggles in an open dialogue count only once they are saved.
 */
import { type Adapter, cookie, opens, page, poll, stored, whenPresent, word } from "./adapter.js";

/** What was saved, under Klaro's usual name: by service. */
const saved = (): string | null => cookie("klaro") ?? stored("klaro");

/** Its global; without one the name is that of the element with the id `klaro`, in which its dialogue is. */
const isThere = (): boolean => typeof page.klaro?.getManager === "function";

export function create(): Adapter {
  return {
    name: "klaro",
    ask: () => opens(page.klaro, "show", undefined, true),
    answer(purpose) {
      if (!isThere()) {
        const consents = JSON.parse(saved() ?? "null");
        return consents ? word(consents[purpose]) : "absent";
      }
      const manager = page.klaro.getManager();
      if (manager.confirmed !== true) return "pending";
      return word((manager.savedConsents ?? manager.consents)[purpose]);
    },
    subscribe(changed) {
      whenPresent(() => {
        if (!isThere()) return false;
        page.klaro.getManager().watch({ update: () => changed() });
        return true;
      }, changed);
      poll(saved, changed);
    },
  };
}
