// @ts-expect-error the package has no types
import * as klaro from "klaro/dist/klaro";

export const purpose = "tidio";

const config = { acceptAll: true, services: [{ name: "tidio", purposes: ["functional"] }], translations: { zz: { privacyPolicyUrl: "/p" } } };

export const install = (): void => {
  (window as any).klaro = klaro;
  (window as any).klaroConfig = config;
  klaro.setup(config);
};

export const answer = (yes: boolean): void => {
  const manager = klaro.getManager();
  // The switch moves first, and moves back: only what is saved counts.
  manager.updateConsent("tidio", !yes);
  manager.updateConsent("tidio", yes);
  manager.saveAndApplyConsents();
};
