//! What a visitor typed into the chat's form: never proof, and never a key to anything.
//!
//! In scope: whether there is a claim at all. Tidio has the words already, from its own form, so the edge makes nothing
//! of them: it looks nobody up by them, and neither answers nor stores them.

use contract::{Claim, ErrorCode, MAX_CLAIM_CHARS};

use crate::text;

/// Digits of the shortest and longest phone number (E.164 allows 15; shorter than 5 is no public number).
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 5..=15;

/// Does this say who the visitor is? What has not the form of a name, an address or a number counts as not said,
/// because visitors type anything.
///
/// # Errors
/// `body_malformed` if a member is longer than the contract allows: that is no form's.
pub fn is_claim(claim: &Claim) -> Result<bool, ErrorCode> {
    let members = [&claim.name, &claim.email, &claim.phone];
    if members.into_iter().flatten().any(|text| text.chars().count() > MAX_CLAIM_CHARS) {
        return Err(ErrorCode::BodyMalformed);
    }
    let said = |text: &Option<String>, check: fn(&str) -> bool| {
        text.as_deref().map(|text| text::clean_line(text, MAX_CLAIM_CHARS)).is_some_and(|text| check(&text))
    };
    Ok(said(&claim.name, is_name) || said(&claim.email, is_email) || said(&claim.phone, is_phone))
}

fn is_name(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

fn is_email(text: &str) -> bool {
    let has_space = text.contains(char::is_whitespace);
    let parts = text.rsplit_once('@');
    !has_space
        && parts.is_some_and(|(name, host)| {
            !name.is_empty()
                && !name.contains('@')
                && host.contains('.')
                && host.split('.').all(|label| !label.is_empty())
        })
}

fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    PHONE_DIGITS.contains(&digits) && text.chars().all(|c| c.is_ascii_digit() || " +-()/.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(name: &str, email: &str, phone: &str) -> Claim {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Claim { name: some(name), email: some(email), phone: some(phone) }
    }

    #[test]
    fn what_visitors_type_is_a_claim_or_nothing() {
        let cases = [
            (claim("Anna", "", ""), true),
            (claim("", "anna@example.com", ""), true),
            (claim("", "", "+49 (30) 123-456"), true),
            (claim("\u{5e4}\u{5d9}\u{5e0}", "", ""), true),
            (claim("", "", ""), false),
            (claim(" \u{202e}\u{0}", "anna", "12"), false),
            (claim("?!", "a@b@c.de", "call me"), false),
            (claim("", "a b@c.de", "1234567890123456"), false),
            (claim("", "@example.com", ""), false),
            (claim("", "anna@example..com", ""), false),
            (claim("", "anna@localhost", ""), false),
        ];
        for (claim, want) in cases {
            assert_eq!(is_claim(&claim), Ok(want), "{claim:?}");
        }
    }

    #[test]
    fn what_is_longer_than_the_contract_allows_is_refused() {
        for size in [MAX_CLAIM_CHARS, MAX_CLAIM_CHARS + 1] {
            let got = is_claim(&claim(&"ü".repeat(size), "", ""));
            assert_eq!(got.is_ok(), size <= MAX_CLAIM_CHARS, "{size}");
        }
    }
}
