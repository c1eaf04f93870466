import * as CookieConsent from "vanilla-cookieconsent";
// @ts-expect-error a style sheet, as text
import styles from "vanilla-cookieconsent/dist/cookieconsent.css";

export const purpose = "functionality";

export const install = async (): Promise<void> => {
  (window as any).CookieConsent = CookieConsent;
  document.head.append(Object.assign(document.createElement("style"), { textContent: styles }));
  const modal = { title: "Cookies", description: "?", acceptAllBtn: "yes", acceptNecessaryBtn: "no" };
  await CookieConsent.run({
    // A browser that is driven by a test counts as a bot, and would see no dialogue.
    hideFromBots: false,
    categories: { necessary: { enabled: true, readOnly: true }, functionality: {} },
    language: { default: "en", translations: { en: { consentModal: modal, preferencesModal: { title: "Choices", acceptAllBtn: "accept all", savePreferencesBtn: "save", sections: [] } } } },
  });
};

export const answer = (yes: boolean): void => CookieConsent.acceptCategory(yes ? ["functionality"] : []);
