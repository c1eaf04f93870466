/** Cookiebot. Purposes are `preferences`, `statistics`, `marketing`, `necessary`. */
import { type Adapter, listen, page, word } from "./adapter.js";

export function create(): Adapter {
  return {
    name: "cookiebot",
    usual: "preferences",
    answer(purpose) {
      const bot = page.Cookiebot;
      if (!bot) return "absent";
      return bot.hasResponse === true ? word(bot.consent[purpose]) : "pending";
    },
    subscribe: (changed) => listen(["CookiebotOnConsentReady", "CookiebotOnAccept", "CookiebotOnDecline"], changed),
  };
}
