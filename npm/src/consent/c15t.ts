/** c15t. Purposes are `functionality`, `experience`, `measurement`, `marketing`, `necessary`. */
import { type Adapter, cookie, opens, page, poll, stored, whenPresent, word } from "./adapter.js";

/** The consents that were saved, or nothing before the first choice. */
function saved(): Record<string, unknown> | undefined {
  const record = JSON.parse(stored("c15t") ?? stored("privacy-consent-storage") ?? "null");
  if (record?.consentInfo) return record.consents;
  const pairs = (cookie("c15t") ?? "").split(",").map((pair) => pair.split(":"));
  const consents = pairs.filter(([name]) => name?.startsWith("c."));
  // The cookie leaves out what was refused.
  return consents.length ? Object.fromEntries([["refused", false], ...consents.map(([name, value]) => [name?.slice(2), value === "1"])]) : undefined;
}

export function create(): Adapter {
  return {
    name: "c15t",
    usual: "functionality",
    ask: () => opens(page.c15tStore?.getState?.(), "setActiveUI", "dialog"),
    answer(purpose) {
      const consents = saved();
      if (consents) return word(consents[purpose] === true);
      return page.c15tStore ? "pending" : "absent";
    },
    subscribe(changed) {
      whenPresent(() => {
        if (!page.c15tStore) return false;
        page.c15tStore.subscribe(() => changed());
        return true;
      }, changed);
      poll(saved, changed);
    },
  };
}
