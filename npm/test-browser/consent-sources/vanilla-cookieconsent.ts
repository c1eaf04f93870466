import * as CookieConsent from "vanilla-cookieconsent";

export const purpose = "functionality";

export const install = async (): Promise<void> => {
  (window as any).CookieConsent = CookieConsent;
  const modal = { title: "Cookies", description: "?", acceptAllBtn: "yes", acceptNecessaryBtn: "no" };
  await CookieConsent.run({
    // A browser that is driven by a test counts as a bot, and would see no dialogue.
    hideFromBots: false,
    categories: { necessary: { enabled: true, readOnly: true }, functionality: {} },
    language: { default: "en", translations: { en: { consentModal: modal, preferencesModal: { title: "Choices", acceptAllBtn: "accept all", savePreferencesBtn: "save", sections: [] } } } },
  });
};

export const answer = (yes: boolean): void => CookieConsent.acceptCategory(yes ? ["functionality"] : []);
