/** Axeptio. Purposes are the shop's vendor keys, for example `tidio`. */
import { type Adapter, page, word } from "./adapter.js";

export function create(): Adapter {
  let choices: Record<string, unknown> | undefined;
  return {
    name: "axeptio",
    answer: (purpose) => (choices ? word(choices[purpose] === true) : page.axeptioSDK ? "pending" : "absent"),
    subscribe(changed) {
      (page._axcb ??= []).push((sdk: any) => {
        for (const event of ["cookies:complete", "consent:saved"]) {
          sdk.on(event, (made: Record<string, unknown>) => {
            choices = made;
            changed();
          });
        }
        changed();
      });
    },
  };
}
