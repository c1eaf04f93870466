//! Money in whole cents.

use serde_json::{Value, json};

/// Digits after the point of a currency.
pub fn fraction_digits(currency: &str) -> u8 {
    match currency {
        "JPY" | "KRW" | "CLP" | "ISK" => 0,
        "KWD" | "BHD" | "TND" => 3,
        _ => 2,
    }
}

/// Cent precision money as the vendor writes it.
pub fn money(currency: &str, cents: i64) -> Value {
    json!({
        "type": "centPrecision", "currencyCode": currency, "centAmount": cents,
        "fractionDigits": fraction_digits(currency),
    })
}

/// The cents of a money value; 0 if there is none.
pub fn cents(money: &Value) -> i64 {
    money["centAmount"].as_i64().unwrap_or(0)
}

/// The currency of a money value.
pub fn currency(money: &Value) -> &str {
    money["currencyCode"].as_str().unwrap_or_default()
}

/// `amount * numerator / denominator`, rounded half to even.
pub fn share(amount: i64, numerator: i64, denominator: i64) -> i64 {
    if denominator <= 0 {
        return 0;
    }
    let product = i128::from(amount) * i128::from(numerator);
    let divisor = i128::from(denominator);
    let (quotient, rest) = (product.div_euclid(divisor), product.rem_euclid(divisor) * 2);
    let up = rest > divisor || (rest == divisor && quotient.rem_euclid(2) == 1);
    i64::try_from(quotient + i128::from(up)).unwrap_or(i64::MAX)
}

/// A tax rate (0.19) in millionths.
#[expect(clippy::cast_possible_truncation, reason = "rates lie between 0 and 1")]
pub fn rate_millionths(rate: &Value) -> i64 {
    (rate.as_f64().unwrap_or(0.0) * 1e6).round() as i64
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn rounds_half_to_even() {
        let cases = [
            ((5, 1, 2), 2),
            ((7, 1, 2), 4),
            ((-5, 1, 2), -2),
            ((1999, 1_000_000, 1_190_000), 1680),
            ((9, 0, 5), 0),
        ];
        for ((amount, numerator, denominator), expected) in cases {
            assert_eq!(share(amount, numerator, denominator), expected, "{amount} {numerator}/{denominator}");
        }
    }
}
