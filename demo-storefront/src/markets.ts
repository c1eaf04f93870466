/**
 * Markets: which store, language and currency a visitor shops in.
 *
 * In scope: the list, its checks, and the choice for a first visit. Out of scope: remembering the choice (session).
 */

/** One entry of the store switch. */
export interface Market {
  /** commercetools store key, also the store key at the chat edge. */
  store: string;
  /** BCP 47 tag. */
  locale: string;
  /** ISO 4217 code. */
  currency: string;
  /** ISO 3166-1 alpha-2 code: prices, shipping, taxes. */
  country: string;
}

/** The demo project's three stores. */
const DEMO_MARKETS: readonly Market[] = [
  { store: "de", locale: "de-DE", currency: "EUR", country: "DE" },
  { store: "uk", locale: "en-GB", currency: "GBP", country: "GB" },
  { store: "us", locale: "en-US", currency: "USD", country: "US" },
];

const SHAPES: Record<keyof Market, RegExp> = {
  store: /^[A-Za-z0-9_-]{2,256}$/,
  locale: /^[a-z]{2}(-[A-Z]{2})?$/,
  currency: /^[A-Z]{3}$/,
  country: /^[A-Z]{2}$/,
};

/**
 * Markets from JSON such as `[{"store":"de","locale":"de-DE","currency":"EUR","country":"DE"}]`.
 *
 * @throws Error when it is not such a list; without text the demo's markets.
 */
export function parseMarkets(text: string | undefined): Market[] {
  if (!text?.trim()) return [...DEMO_MARKETS];
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list) || list.length === 0) throw new Error("must be a list with at least one market");
  return list.map(toMarket);
}

/** The market for a store key and, when a store has several, a locale. */
export function findMarket(markets: readonly Market[], store: string | undefined, locale?: string): Market | undefined {
  const ofStore = markets.filter((market) => market.store === store);
  return ofStore.find((market) => market.locale === locale) ?? ofStore[0];
}

/** The market for a first visit: the browser's languages in order, exact tag before mere language. */
export function guessMarket(markets: readonly Market[], acceptLanguage: string | null): Market | undefined {
  for (const tag of preferredTags(acceptLanguage)) {
    const exact = markets.find((market) => market.locale.toLowerCase() === tag);
    const near = exact ?? markets.find((market) => languageOf(market.locale) === languageOf(tag));
    if (near) return near;
  }
  return markets[0];
}

/** `de` of `de-DE`. */
export function languageOf(tag: string): string {
  return tag.split("-", 1)[0]?.toLowerCase() ?? "";
}

/** `Deutschland` for DE, in the given locale. */
export function countryName(country: string, locale: string): string {
  return new Intl.DisplayNames(locale, { type: "region" }).of(country) ?? country;
}

function preferredTags(header: string | null): string[] {
  const entries = (header ?? "").split(",").map((part) => {
    const [tag = "", ...parameters] = part.trim().split(";");
    const quality = parameters.map((parameter) => /^\s*q=([\d.]+)$/.exec(parameter)?.[1]).find(Boolean);
    return { tag: tag.toLowerCase(), quality: Number(quality ?? 1) };
  });
  return entries
    .filter(({ tag, quality }) => tag && quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag);
}

function toMarket(value: unknown): Market {
  const record = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const field = (name: keyof Market): string => {
    const text = record[name];
    if (typeof text !== "string" || !SHAPES[name].test(text)) throw new Error(`a market has no valid ${name}`);
    return text;
  };
  return { store: field("store"), locale: field("locale"), currency: field("currency"), country: field("country") };
}
