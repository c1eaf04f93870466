import { getOrCreateConsentRuntime } from "c15t";

export const purpose = "functionality";

let store: any;

export const install = (): void => {
  store = getOrCreateConsentRuntime({ mode: "offline", consentCategories: ["necessary", "functionality"], reloadOnConsentRevoked: false } as any).consentStore;
};

export const answer = (yes: boolean): Promise<void> => store.getState().saveConsents(yes ? "all" : "necessary");
