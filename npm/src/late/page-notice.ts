/** Asking for chat in place: by the consent manager where it can, else by our notice; and keeping a yes for this tab. */
import type { Status } from "../types.js";
import { YES } from "./names.js";
import { keep, late, type Shared } from "./shared.js";

export function noticeSide(shared: Shared) {
  const { options, adapter, module } = shared;
  let shown = false;
  /** What the source said when the shopper said yes in place, on this page. */
  let yes: string | undefined;
  return {
    ask(): void {
      if (shown || adapter?.ask?.()) return;
      shown = true;
      const file = import("./ask.js");
      file.catch(() => (shown = false));
      late(file, ({ showNotice }) =>
        showNotice(options.consent.notice ?? {}, options.launcher || {}, (answer) => {
          shown = false;
          if (answer) yes = shared.said?.consent.chat;
          module.answered(answer);
        }),
      );
    },
    status({ state, consent }: Status): void {
      if (yes && consent.source === "notice") keep(YES, yes);
      if (state === "withdrawn") keep(YES);
    },
  };
}
