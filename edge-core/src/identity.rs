//! The opaque id under which Tidio knows a customer.
//!
//! Tidio verifies nobody: whoever sets a known `distinct_id` in a browser may be joined to that contact. So the id
//! cannot be guessed from anything the shop or the shopper shows: it is keyed, and different per Tidio project.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::config::{ProjectKey, PublicKey, Secret};

/// The `distinct_id` of a customer: HMAC-SHA256 over `<public key>|<project key>|customer|<id>`, of which the first
/// 16 bytes are written as a UUID (version 8: "own scheme", RFC 9562). 36 characters, well under Tidio's 55.
///
/// The same arguments always give the same id; changing the key gives every customer a new contact.
pub fn distinct_id(key: &Secret, tidio: &PublicKey, project: &ProjectKey, customer_id: &str) -> String {
    // HMAC takes keys of any length, so the error cannot occur; an empty key would give an id nobody else has.
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose().as_bytes())
        .unwrap_or_else(|_any_length| <Hmac<Sha256> as hmac::digest::KeyInit>::new(&Default::default()));
    for part in [tidio.as_str(), "|", project.as_str(), "|customer|", customer_id] {
        mac.update(part.as_bytes());
    }
    let hash = mac.finalize().into_bytes();
    let mut uuid = [0_u8; 16];
    uuid.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    let [_, _, _, _, _, _, version, _, variant, ..] = &mut uuid;
    *version = (*version & 0x0f) | 0x80;
    *variant = (*variant & 0x3f) | 0x80;
    format_uuid(&uuid)
}

/// A UUID of version 4 from 16 random bytes.
pub fn random_uuid(mut random: [u8; 16]) -> String {
    let [_, _, _, _, _, _, version, _, variant, ..] = &mut random;
    *version = (*version & 0x0f) | 0x40;
    *variant = (*variant & 0x3f) | 0x80;
    format_uuid(&random)
}

/// The key of a customer's contact in the engine, the same for everybody who has a fact about it.
pub fn contact_key(project: &ProjectKey, customer_id: &str) -> String {
    format!("{project}:customer:{customer_id}")
}

/// Writes 16 bytes in the form of a UUID, lower case.
pub fn format_uuid(bytes: &[u8; 16]) -> String {
    let hex = hex::encode(bytes);
    let mut text = String::with_capacity(36);
    for (index, digit) in hex.chars().enumerate() {
        if matches!(index, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(digit);
    }
    text
}

/// Is this text in the form of a UUID of any version?
pub fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(key: &str, tidio: &str, project: &str, customer: &str) -> String {
        distinct_id(
            &Secret::new(key),
            &PublicKey::parse(tidio).unwrap(),
            &ProjectKey::parse(project).unwrap(),
            customer,
        )
    }

    const KEY: &str = "demo-distinct-id-key-eu-0123456789";
    const A: &str = "demodemodemodemodemodemodemo0001";
    const B: &str = "demodemodemodemodemodemodemo0002";

    #[test]
    fn the_id_is_pinned_because_contacts_hang_on_it() {
        // Computed with another implementation (Python's hmac) over "demodemodemodemodemodemodemo0001|demo-shop|customer|c-1"
        assert_eq!(id(KEY, A, "demo-shop", "c-1"), "1db6c40e-c48e-8854-aa9e-883fe94caf3f");
    }

    #[test]
    fn tidio_keeps_the_whole_id() {
        assert!(id(KEY, A, "demo-shop", "c-1").len() <= contract::MAX_DISTINCT_ID_CHARS);
    }

    #[test]
    fn every_part_counts() {
        let base = id(KEY, A, "demo-shop", "c-1");
        let others = [
            id("another-distinct-id-key-0123456789", A, "demo-shop", "c-1"),
            id(KEY, B, "demo-shop", "c-1"),
            id(KEY, A, "demo-shop2", "c-1"),
            id(KEY, A, "demo-shop", "c-2"),
        ];
        for other in others {
            assert_ne!(base, other);
            assert!(is_uuid(&other), "{other}");
            assert_eq!(other.as_bytes()[14], b'8', "{other}");
            assert!(b"89ab".contains(&other.as_bytes()[19]), "{other}");
        }
    }

    #[test]
    fn only_uuid_shaped_text_is_a_uuid() {
        assert!(is_uuid("00000000-0000-0000-0000-000000000000"));
        assert!(is_uuid("01234567-89AB-cdef-0123-456789abcdef"));
        for text in [
            "",
            "0123456789abcdef0123456789abcdef",
            "01234567-89ab-cdef-0123-456789abcdeg",
            "01234567-89ab-cdef-0123-456789abcdef0",
        ] {
            assert!(!is_uuid(text), "{text}");
        }
    }
}
