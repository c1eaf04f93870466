/** Cookiebot. Purposes are `preferences`, `statistics`, `marketing`, `necessary`. */
import { type Adapter, listen, opens, page, word } from "./adapter.js";

export function create(): Adapter {
  return {
    name: "cookiebot",
    usual: "preferences",
    ask: () => opens(page.Cookiebot, "renew"),
    answer(purpose) {
      const bot = page.Cookiebot;
      if (!bot) return "absent";
      return bot.hasResponse === true ? word(bot.consent[purpose]) : "pending";
    },
    subscribe: (changed) => listen(["CookiebotOnConsentReady", "CookiebotOnAccept", "CookiebotOnDecline"], changed),
  };
}
