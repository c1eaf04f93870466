import { describe, expect, it } from "vitest";
import { decimal, formatMoney } from "@/money";

describe("decimal", () => {
  const cases: [number, number, string][] = [
    [5990, 2, "59.90"],
    [5, 2, "0.05"],
    [0, 2, "0.00"],
    [-1250, 2, "-12.50"],
    [1200, 0, "1200"],
    [12345, 3, "12.345"],
    [Number.MAX_SAFE_INTEGER, 2, "90071992547409.91"],
  ];
  it.each(cases)("%i with %i digits is %s", (cents, digits, text) => expect(decimal(cents, digits)).toBe(text));
});

describe("formatMoney", () => {
  const cases: [number, string, number, string, string][] = [
    [5990, "EUR", 2, "de-DE", "59,90 €"],
    [123456, "EUR", 2, "de-DE", "1.234,56 €"],
    [5990, "GBP", 2, "en-GB", "£59.90"],
    [123456, "USD", 2, "en-US", "$1,234.56"],
    [1200, "JPY", 0, "en-US", "¥1,200"],
    [Number.MAX_SAFE_INTEGER, "USD", 2, "en-US", "$90,071,992,547,409.91"],
  ];
  it.each(cases)("%i %s with %i digits in %s is %s", (centAmount, currencyCode, fractionDigits, locale, text) => {
    const formatted = formatMoney({ centAmount, currencyCode, fractionDigits }, locale);
    expect(formatted.replace(/[\u00a0\u202f]/g, " ")).toBe(text);
  });
});
