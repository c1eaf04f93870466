/** Klaro. Purposes are service names. Toggles in an open dialogue count only once they are saved. */
import { type Adapter, opens, page, whenPresent, word } from "./adapter.js";

export function create(): Adapter {
  return {
    name: "klaro",
    ask: () => opens(page.klaro, "show", undefined, true),
    answer(purpose) {
      if (!page.klaro) return "absent";
      const manager = page.klaro.getManager();
      if (manager.confirmed !== true) return "pending";
      return word((manager.savedConsents ?? manager.consents)[purpose]);
    },
    subscribe(changed) {
      whenPresent(() => {
        if (!page.klaro) return false;
        page.klaro.getManager().watch({ update: () => changed() });
        return true;
      }, changed);
    },
  };
}
