"use client";
/**
 * The consent banner: the `vanilla-cookieconsent` package with the shop's texts.
 *
 * In scope: asking, in the page's language. Out of scope: acting on the answer; the chat bridge listens by itself.
 */
import { useEffect } from "react";
import * as CookieConsent from "vanilla-cookieconsent";
import type { Messages } from "@/i18n/en";

type Texts = Messages["consent"];

interface ConsentBannerProps {
  /** ISO 639-1 code, a key of `texts`; English for any other. */
  language: string;
  texts: Record<string, Texts>;
}

export function ConsentBanner({ language, texts }: ConsentBannerProps) {
  useEffect(() => {
    void show(language in texts ? language : "en", texts);
  }, [language, texts]);
  return null;
}

/** Runs the banner once per page; later calls only follow the language. */
async function show(language: string, texts: Record<string, Texts>): Promise<void> {
  await CookieConsent.run({
    // A browser driven by a test is asked like any other.
    hideFromBots: false,
    categories: { necessary: { enabled: true, readOnly: true }, functionality: {}, analytics: {} },
    guiOptions: {
      consentModal: { layout: "box inline", position: "bottom left", equalWeightButtons: true },
      preferencesModal: { layout: "box", equalWeightButtons: true },
    },
    language: {
      default: language,
      translations: Object.fromEntries(Object.entries(texts).map(([code, t]) => [code, translation(t)])),
    },
  });
  await CookieConsent.setLanguage(language);
}

function translation(t: Texts): CookieConsent.Translation {
  const section = ({ title, text }: { title: string; text: string }, category: string) => ({
    title,
    description: text,
    linkedCategory: category,
  });
  return {
    consentModal: {
      title: t.title,
      description: t.text,
      acceptAllBtn: t.all,
      acceptNecessaryBtn: t.none,
      showPreferencesBtn: t.settings,
    },
    preferencesModal: {
      title: t.settingsTitle,
      acceptAllBtn: t.all,
      acceptNecessaryBtn: t.none,
      savePreferencesBtn: t.save,
      closeIconLabel: t.close,
      sections: [
        section(t.necessary, "necessary"),
        section(t.functionality, "functionality"),
        section(t.analytics, "analytics"),
      ],
    },
  };
}
