/** The shop's own function. Its purposes are the two switches themselves. */
import type { FunctionConsentSource } from "../types.js";
import type { Adapter, Word } from "./adapter.js";

export function create(options: FunctionConsentSource): Adapter {
  return {
    name: "function",
    fixed: true,
    ask: () => (options.ask ? void options.ask() : false),
    answer(purpose) {
      const said = options.read()?.[purpose as "chat" | "share"];
      if (said === true || said === "granted") return "granted";
      return said === false || said === "denied" ? "denied" : ("pending" as Word);
    },
    subscribe(changed) {
      options.subscribe?.(changed);
    },
  };
}
