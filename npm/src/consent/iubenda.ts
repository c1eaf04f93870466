/**
 * iubenda. Purposes are purpose ids such as `2` (functionality). Its callback is told `null` where no consent is
 * needed.
 */
import { type Adapter, opens, page, poll, whenPresent, word } from "./adapter.js";

export function create(): Adapter {
  let unneeded = false;
  return {
    name: "iubenda",
    usual: "2",
    ask: () => opens(page._iub?.cs?.api, "openPreferences"),
    answer(purpose) {
      const api = page._iub?.cs?.api;
      if (!api) return "absent";
      if (unneeded) return "granted";
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
          unneeded = values[0] === null;
          changed();
        };
        return true;
      }, changed);
      // A script that took its callbacks before us does not call this one.
      poll(() => page._iub?.cs?.api?.getPreferences(), changed);
    },
  };
}
