/**
 * IAB GPP: parsed sections, only while the signal is `ready`.
 *
 * Purposes are a section and a field, for example `usnat.SharingOptOut`, or a field of any section
 * (`SharingOptOut`). In the sections of the United States 1 means "opted out" and 2 "did not"; 0, "does not
 * apply", and anything else is no answer. Where no section applies, nothing has to be asked.
 */
import { type Adapter, page, whenPresent } from "./adapter.js";

export function create(): Adapter {
  let ping: any;
  return {
    name: "iab-gpp",
    answer(purpose) {
      if (typeof page.__gpp !== "function") return "absent";
      if (!ping) return "pending";
      if (ping.signalStatus !== "ready") return "asking";
      if (String(ping.applicableSections) === "-1") return "granted";
      const path = purpose.split(".");
      const { parsedSections = {} } = ping;
      const section = path.length > 1 ? path.shift() : undefined;
      // The first packages called them `usnatv1` and so on.
      const sections = section ? [parsedSections[section] ?? parsedSections[`${section}v1`]] : Object.values(parsedSections);
      // A section may come as its segments.
      const values = sections.flat().map((segment) => path.reduce((value: any, step) => value?.[step], segment));
      if (values.some((value) => value === 1 || value === false)) return "denied";
      return values.some((value) => value === 2 || value === true) ? "granted" : "pending";
    },
    subscribe(changed) {
      const read = (): void =>
        page.__gpp("ping", (data: any) => {
          // Signals that are being edited leave what was saved as it is.
          if (ping?.signalStatus === "ready" && data?.signalStatus !== "ready") return;
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
