use proptest::prelude::*;

use super::*;
use crate::testing::{numbers, unicode_decimal};

/// One locale of each script and habit that Unicode's data knows.
const TAGS: &[&str] = &[
    "de-DE", "de-AT", "de-CH", "en-US", "en-GB", "en-IN", "hi-IN", "bn-BD", "fr-FR", "fr-CH", "it-IT",
    "es-ES", "es-MX", "pt-BR", "pt-PT", "pl-PL", "cs-CZ", "nl-NL", "sv-SE", "nb-NO", "fi-FI", "da-DK",
    "et-EE", "lt-LT", "lv-LV", "hr-HR", "sl-SI", "hu-HU", "ro-RO", "bg-BG", "el-GR", "tr-TR", "ru-RU",
    "uk-UA", "ka-GE", "ar-EG", "ar-AE", "fa-IR", "he-IL", "ur-PK", "my-MM", "ne-NP", "mr-IN", "th-TH",
    "vi-VN", "zh-CN", "zh-TW", "ja-JP", "ko-KR", "gsw-CH", "rm-CH", "xx-XX", "",
];

impl NumberFormat {
    fn decimal(&self, amount: i128, places: u8) -> String {
        let mut text = String::from("before ");
        self.write(&mut text, amount, places);
        text.strip_prefix("before ").unwrap().to_owned()
    }
}

proptest! {
    /// What was learned from a few numbers writes every other as Unicode's own data does.
    #[test]
    fn a_learned_format_writes_as_the_platform(amount: i128, shift in 0_u32..100, places in 0_u8..25, tag in prop::sample::select(TAGS)) {
        let amount = amount.checked_shr(shift).unwrap_or_default();
        prop_assert_eq!(numbers().of(tag).decimal(amount, places), unicode_decimal(tag, amount, places), "{}", tag);
    }
}

#[test]
fn counts_use_the_locale_too() {
    for (tag, count, want) in [
        ("de-DE", 12_345, "12.345"),
        ("pl-PL", 1_234, "1234"),
        ("pl-PL", 12_345, "12\u{a0}345"),
        ("en-IN", 12_345_678, "1,23,45,678"),
        ("fa-IR", 1_234, "۱٬۲۳۴"),
        ("en-US", u64::MAX, "18,446,744,073,709,551,615"),
        ("en-US", 0, "0"),
    ] {
        assert_eq!(numbers().of(tag).count(count), want, "{tag}");
    }
}

#[test]
fn the_least_and_the_greatest_have_all_their_digits() {
    let format = NumberFormat::default();
    assert_eq!(format.decimal(i128::MIN, 38), "-1.70141183460469231731687303715884105728");
    assert_eq!(format.decimal(i128::MAX, 0), "170,141,183,460,469,231,731,687,303,715,884,105,727");
    assert_eq!(format.decimal(7, 255).len(), 257);
}

#[test]
fn a_format_is_learned_once_and_nonsense_is_the_root_locales() {
    thread_local! { static ASKED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) }; }
    let formats = NumberFormats::new(|tag| {
        ASKED.set(ASKED.get() + 1);
        match tag {
            "none" => None,
            "words" => Some(Box::new(|_| Some("many".to_owned()))),
            "broken" => Some(Box::new(|text| (text.len() == 1).then(|| text.to_owned()))),
            "mixed" => Some(Box::new(|text| Some(text.replace("1234567890123.5", "1_234\'567890123.5")))),
            _ => Some(Box::new(|text| Some(text.to_owned()))),
        }
    });
    for tag in ["none", "words", "broken", "mixed"] {
        assert_eq!(*formats.of(tag), NumberFormat::default(), "{tag}");
    }
    assert_eq!(formats.of("plain").decimal(-123_456, 2), "-1234.56");
    assert_eq!(formats.of("plain").decimal(-123_456, 2), "-1234.56");
    assert_eq!(ASKED.get(), 5);
}
