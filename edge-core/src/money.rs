//! Money: integers from commercetools to text for people, never through a float.
//!
//! In scope: both money types. Out of scope: how a locale writes numbers ([`crate::number`]), converting currencies.
//! The currency is written as its ISO code after the number: an agent serves several countries, and `$` would not say
//! which dollar.

use serde::Deserialize;

use crate::number::NumberFormat;

/// An amount as commercetools writes it, `centPrecision` or `highPrecision`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Money {
    /// ISO 4217 code.
    pub currency_code: String,
    /// Amount in the currency's smallest unit; rounded for high precision.
    pub cent_amount: i64,
    /// Decimal places: of `cent_amount`, or of `precise_amount` where that is given.
    pub fraction_digits: u8,
    /// High precision only: amount in `10^-fraction_digits`; up to 20 digits, which is more than 64 bits hold.
    pub precise_amount: Option<i128>,
}

impl Money {
    /// For example `1.234,50 EUR` in German, `1,234.50 EUR` in English, `1,234 JPY` for a currency without decimals.
    pub fn text(&self, numbers: &NumberFormat) -> String {
        let amount = self.precise_amount.unwrap_or_else(|| i128::from(self.cent_amount));
        let mut text = String::new();
        write(&mut text, amount, self.fraction_digits, &self.currency_code, numbers);
        text
    }
}

/// Appends `amount` × 10^-`places`, and the currency.
pub fn write(text: &mut String, amount: i128, places: u8, currency: &str, numbers: &NumberFormat) {
    numbers.write(text, amount, places);
    text.push(' ');
    text.push_str(currency);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::numbers;

    #[test]
    fn amounts_are_written_as_the_locale_does() {
        let eur = r#"{"type":"centPrecision","currencyCode":"EUR","centAmount":123450,"fractionDigits":2}"#;
        let cases: &[(&str, &str, &str)] = &[
            ("de-DE", eur, "1.234,50 EUR"),
            ("en-GB", eur, "1,234.50 EUR"),
            ("en-US", eur, "1,234.50 EUR"),
            ("fr-FR", eur, "1\u{202f}234,50 EUR"),
            ("de-CH", eur, "1'234.50 EUR"),
            ("pl-PL", eur, "1234,50 EUR"),
            (
                "en-IN",
                r#"{"currencyCode":"INR","centAmount":1234567800,"fractionDigits":2}"#,
                "1,23,45,678.00 INR",
            ),
            ("ja-JP", r#"{"currencyCode":"JPY","centAmount":1234,"fractionDigits":0}"#, "1,234 JPY"),
            ("en-US", r#"{"currencyCode":"KWD","centAmount":1234567,"fractionDigits":3}"#, "1,234.567 KWD"),
            ("de-DE", r#"{"currencyCode":"EUR","centAmount":5,"fractionDigits":2}"#, "0,05 EUR"),
            ("de-DE", r#"{"currencyCode":"EUR","centAmount":0,"fractionDigits":2}"#, "0,00 EUR"),
            ("de-DE", r#"{"currencyCode":"EUR","centAmount":-199,"fractionDigits":2}"#, "-1,99 EUR"),
            (
                "en-US",
                r#"{"type":"highPrecision","currencyCode":"EUR","centAmount":100,"preciseAmount":1001234,"fractionDigits":6}"#,
                "1.001234 EUR",
            ),
            (
                "en-US",
                r#"{"type":"highPrecision","currencyCode":"EUR","centAmount":1,"preciseAmount":99999999999999999999,"fractionDigits":20}"#,
                "0.99999999999999999999 EUR",
            ),
            (
                "en-US",
                r#"{"currencyCode":"EUR","centAmount":9223372036854775807,"fractionDigits":2}"#,
                "92,233,720,368,547,758.07 EUR",
            ),
            (
                "en-US",
                r#"{"currencyCode":"EUR","centAmount":-9223372036854775808,"fractionDigits":2}"#,
                "-92,233,720,368,547,758.08 EUR",
            ),
            ("xx-XX", eur, "1,234.50 EUR"),
            ("not a tag", eur, "1,234.50 EUR"),
        ];
        for (locale, json, want) in cases {
            // Not our reader: these are the texts that tests of it compare with.
            let money: Money = serde_json::from_str(json).expect(json);
            assert_eq!(money.text(&numbers().of(locale)), *want, "{locale} {json}");
        }
    }

    #[test]
    fn the_workers_own_reader_reads_precise_amounts() {
        let read = |amount: &str| {
            let text = format!(
                r#"{{"currencyCode":"EUR","centAmount":1,"preciseAmount":{amount},"fractionDigits":6}}"#
            );
            crate::json::read::<Money>(text.as_bytes()).map(|money| money.text(&numbers().of("en-US"))).ok()
        };
        let cases = [
            ("1001234", Some("1.001234 EUR")),
            ("-1", Some("-0.000001 EUR")),
            ("18446744073709551615", Some("18,446,744,073,709.551615 EUR")),
            ("99999999999999999999", Some("99,999,999,999,999.999999 EUR")),
            ("1e3", None),
            ("1.5", None),
            ("\"1\"", None),
        ];
        for (amount, want) in cases {
            assert_eq!(read(amount).as_deref(), want, "{amount}");
        }
    }
}
