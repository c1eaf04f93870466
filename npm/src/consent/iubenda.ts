/** iubenda. Purposes are purpose ids such as `2` (functionality). */
import { type Adapter, page, whenPresent, word } from "./adapter.js";

export function create(): Adapter {
  return {
    name: "iubenda",
    answer(purpose) {
      const api = page._iub?.cs?.api;
      if (!api) return "absent";
      return word(api.getPreferences()?.purposes?.[purpose]);
    },
    subscribe(changed) {
      whenPresent(() => {
        const settings = page._iub?.csConfiguration;
        if (!settings) return false;
        // The shop's own callback keeps its turn.
        const callback = (settings.callback ??= {});
        const own = callback.onPreferenceExpressedOrNotNeeded;
        callback.onPreferenceExpressedOrNotNeeded = function (this: unknown, ...values: unknown[]) {
          own?.apply(this, values);
          changed();
        };
        return true;
      }, changed);
    },
  };
}
