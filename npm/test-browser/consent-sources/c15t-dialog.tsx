/** c15t with the dialogue that its React package draws; unstyled, its sheet only moves things. */
import { ConsentDialog, ConsentManagerProvider } from "@c15t/react";
import { createRoot } from "react-dom/client";

export const purpose = "functionality";

const options = { mode: "offline", consentCategories: ["necessary", "functionality"], reloadOnConsentRevoked: false } as const;

export const install = (): void => {
  createRoot(document.body.appendChild(document.createElement("div"))).render(
    <ConsentManagerProvider options={options as any}>
      <ConsentDialog />
    </ConsentManagerProvider>,
  );
};
