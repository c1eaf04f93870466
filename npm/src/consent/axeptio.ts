/**
 * Axeptio. Purposes are the shop's vendor keys, for example `tidio`.
 *
 * Choices are told once per page, perhaps before us, so its cookie counts until something was heard.
 */
import { type Adapter, cookie, opens, page, poll, word } from "./adapter.js";

const COOKIE = "axeptio_cookies";

export function create(): Adapter {
  let choices: Record<string, unknown> | undefined;
  const saved = (): Record<string, unknown> | undefined => {
    const record = JSON.parse(cookie(COOKIE) ?? "null");
    return record?.$$completed === true ? record : undefined;
  };
  return {
    name: "axeptio",
    ask: () => opens(page, "openAxeptioCookies"),
    answer(purpose) {
      if (!choices && !page.axeptioSDK && !page.axeptioSettings) return "absent";
      const made = choices ?? saved();
      return made ? word(made[purpose] === true) : "pending";
    },
    subscribe(changed) {
      (page._axcb ??= []).push((sdk: any) => {
        sdk.on("cookies:complete", (made: Record<string, unknown>) => {
          choices = made;
          changed();
        });
        changed();
      });
      poll(() => cookie(COOKIE), changed);
    },
  };
}
