/**
 * IAB GPP: parsed sections, only while the signal is `ready`.
 *
 * Purposes are a section and a field, for example `usnat.SharingOptOut`. In the sections of the United States 1
 * means "opted out", 2 "did not", 0 "does not apply".
 */
import { type Adapter, page, whenPresent, word } from "./adapter.js";

export function create(): Adapter {
  let ping: any;
  return {
    name: "iab-gpp",
    answer(purpose) {
      if (typeof page.__gpp !== "function") return "absent";
      if (!ping) return "pending";
      if (ping.signalStatus !== "ready") return "asking";
      const [section = "", field = ""] = purpose.split(".");
      const segments = [ping.parsedSections?.[section]].flat();
      const value = segments.map((segment) => segment?.[field]).find((value) => value !== undefined);
      return typeof value === "number" ? word(value !== 1) : word(value);
    },
    subscribe(changed) {
      const read = (): void =>
        page.__gpp("ping", (data: unknown) => {
          ping = data;
          changed();
        });
      whenPresent(() => {
        if (typeof page.__gpp !== "function") return false;
        page.__gpp("addEventListener", read);
        read();
        return true;
      }, changed);
    },
  };
}
