//! Base64 (RFC 4648), standard with padding and for addresses without. Strict: one text for each sequence of bytes.

/// Bytes from standard Base64; `None` for anything else, for missing padding and for bits that stand for nothing.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    let is_padded = text.len().is_multiple_of(4) && text.len() - digits.len() < 3;
    if is_padded { bytes(digits, [b'+', b'/']) } else { None }
}

/// Bytes from base64url, as [`decode`], but with padding refused.
pub fn decode_url(text: &str) -> Option<Vec<u8>> {
    bytes(text, [b'-', b'_'])
}

fn bytes(digits: &str, [last_but_one, last]: [u8; 2]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    let (mut bits, mut count) = (0_u32, 0);
    for digit in digits.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            _ if digit == last_but_one => 62,
            _ if digit == last => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    (bits == 0 && count != 6).then_some(out)
}

/// Standard Base64 with padding.
pub fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group =
            chunk.iter().fold(0, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let value = (group >> (18 - 6 * place)) as u8 & 63;
            out.push(char::from(match value {
                _ if place > chunk.len() => b'=',
                0..=25 => b'A' + value,
                26..=51 => b'a' + value - 26,
                52..=61 => b'0' + value - 52,
                62 => b'+',
                _ => b'/',
            }));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_not_the_one_text_is_refused() {
        for text in [
            "A", "AA", "AAA", "AA=", "AB==", "AAB=", "A===", "====", "=AAA", "AA==AA==", "AA-A", "AA A", "ÄÄ",
        ] {
            assert_eq!(decode(text), None, "{text}");
        }
        for text in ["A", "AA==", "AB", "AAB", "AA+A", "AAAAA"] {
            assert_eq!(decode_url(text), None, "{text}");
        }
        assert_eq!(decode(""), Some(Vec::new()));
    }

    proptest! {
        #[test]
        fn bytes_come_back(bytes in any::<Vec<u8>>()) {
            prop_assert_eq!(encode(&bytes), STANDARD.encode(&bytes));
            prop_assert_eq!(decode(&encode(&bytes)), Some(bytes.clone()));
            prop_assert_eq!(decode_url(&URL_SAFE_NO_PAD.encode(&bytes)), Some(bytes));
        }

        #[test]
        fn texts_are_read_as_the_usual_library_reads_them(text in "[A-Da-d0-3+/_-]{0,9}={0,3}") {
            prop_assert_eq!(decode(&text), STANDARD.decode(&text).ok());
            prop_assert_eq!(decode_url(&text), URL_SAFE_NO_PAD.decode(&text).ok());
        }
    }
}
