/** Texts by locale. In scope: choosing a language. Out of scope: money (`money.ts`) and catalogue texts. */
import { languageOf } from "../markets";
import { de } from "./de";
import { en, type Messages } from "./en";

const LANGUAGES: Readonly<Record<string, Messages>> = { de, en };

/** The shop's texts for a locale; English for a language it does not speak. */
export function messages(locale: string): Messages {
  return LANGUAGES[languageOf(locale)] ?? en;
}

/** The consent banner's texts in every language: it keeps them all, to follow a switch without asking again. */
export function consentTexts(): Record<string, Messages["consent"]> {
  return Object.fromEntries(Object.entries(LANGUAGES).map(([language, { consent }]) => [language, consent]));
}

/** `15 Nov 2026`, as the locale writes it. */
export function formatDate(iso: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(iso));
}
