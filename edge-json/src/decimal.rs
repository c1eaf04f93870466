//! Decimals to floating point.
//!
//! The standard library's reader is right to the last bit for every text, and brings a table of ten kilobytes, a
//! thirtieth of the Worker, for it. Here up to 15 digits within 22 places of the point give the nearest number, as there;
//! others are off by a few units in the last place. What the edge reads as a fraction is an exchange rate, or nobody's.

/// Digits beyond these say nothing that a floating point number could keep.
const MAX_DIGITS: u32 = 19;

/// A JSON number (the form has been checked); `None` if it is beyond all floating point numbers.
pub(super) fn read(text: &str) -> Option<f64> {
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    // An exponent of more digits is nought or infinite, as the largest one is.
    let is_small = exponent.starts_with('-');
    let exponent = exponent.parse().unwrap_or(if is_small { i32::MIN / 2 } else { i32::MAX / 2 });
    let (mut digits, mut value, mut places) = (0, 0_u64, 0_i32);
    let mut is_fraction = false;
    for digit in number.bytes() {
        match digit {
            b'.' => is_fraction = true,
            b'0'..=b'9' if digits < MAX_DIGITS => {
                value = value * 10 + u64::from(digit - b'0');
                digits += u32::from(value > 0);
                places -= i32::from(is_fraction);
            }
            b'0'..=b'9' => places += i32::from(!is_fraction),
            _ => {}
        }
    }
    let size = if value == 0 { 0.0 } else { scaled(value, exponent.saturating_add(places)) };
    let signed = if number.starts_with('-') { -size } else { size };
    signed.is_finite().then_some(signed)
}

/// Ten to the power of up to 22 is exact, and so one rounding remains.
#[expect(clippy::cast_precision_loss, reason = "that is what is documented")]
fn scaled(value: u64, exponent: i32) -> f64 {
    let mut size = value as f64;
    let mut left = exponent.clamp(-700, 700);
    while left != 0 {
        // In steps that are finite themselves, so that the smallest numbers are reached.
        let step = left.clamp(-300, 300);
        let power = power_of_ten(step.unsigned_abs());
        size = if step < 0 { size / power } else { size * power };
        left -= step;
    }
    size
}

fn power_of_ten(mut exponent: u32) -> f64 {
    let (mut power, mut square) = (1.0, 10.0);
    while exponent > 0 {
        if exponent % 2 == 1 {
            power *= square;
        }
        square *= square;
        exponent /= 2;
    }
    power
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::read;

    #[test]
    fn numbers_are_read_as_the_standard_library_reads_them() {
        for text in [
            "0.5",
            "-1.25",
            "1e3",
            "1E-3",
            "0.1",
            "3.14159",
            "-0.0",
            "0e999",
            "0.000",
            "1e22",
            "1e-22",
            "123456789012345e7",
            "0.000000000000001",
            "1.0850",
            "99999999999999.9e-3",
        ] {
            assert_eq!(read(text), text.parse().ok(), "{text}");
        }
        for text in ["1e309", "-1e400", "1e99999999999999999999"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("1e-99999999999999999999"), Some(0.0));
        assert!(
            read("5e-324").is_some_and(|least| least > 0.0)
                && read("1e308").is_some_and(|most| most < 1.1e308)
        );
        assert_eq!(read("-0.0").map(f64::is_sign_negative), Some(true));
    }

    proptest! {
        #[test]
        fn up_to_fifteen_digits_are_exact(value in 0..=999_999_999_999_999_u64, exponent in -22..=22_i32) {
            let text = format!("{value}e{exponent}");
            prop_assert_eq!(read(&text), text.parse().ok());
        }

        #[test]
        fn others_are_near(whole in "[1-9][0-9]{0,30}", fraction in "[0-9]{1,30}", exponent in -320..=250_i32) {
            let text = format!("{whole}.{fraction}e{exponent}");
            let (ours, theirs) = (read(&text).unwrap(), text.parse::<f64>().unwrap());
            prop_assert!((ours - theirs).abs() <= theirs * 4e-15 + 1e-323, "{} {} {}", text, ours, theirs);
        }
    }
}
