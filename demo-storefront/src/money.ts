/** Money for people. In scope: formatting from integers, never through a fraction. Out of scope: arithmetic. */
import type { Money } from "./commerce/views";

/** `€59.90` or `59,90 €`, as the locale writes it. */
export function formatMoney({ centAmount, currencyCode, fractionDigits }: Money, locale: string): string {
  const format = new Intl.NumberFormat(locale, {
    style: "currency",
    currency: currencyCode,
    minimumFractionDigits: fractionDigits,
    maximumFractionDigits: fractionDigits,
  });
  return format.format(decimal(centAmount, fractionDigits) as Intl.StringNumericLiteral);
}

/** `"59.90"` for 5990 with two fraction digits: exact for every safe integer. */
export function decimal(centAmount: number, fractionDigits: number): string {
  const sign = centAmount < 0 ? "-" : "";
  const digits = String(Math.abs(Math.trunc(centAmount))).padStart(fractionDigits + 1, "0");
  if (fractionDigits === 0) return sign + digits;
  return `${sign}${digits.slice(0, -fractionDigits)}.${digits.slice(-fractionDigits)}`;
}
