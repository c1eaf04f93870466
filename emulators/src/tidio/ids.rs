//! Identifiers that come out the same on every run of the same script.
//!
//! UUIDs are version 5 of a counter under the project's public key; ULIDs are the wall time followed
//! by the counter. Nothing here is secret: an emulator's ids only have to be unique and repeatable.

use uuid::Uuid;

const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A source of identifiers for one project.
#[derive(Debug, Clone)]
pub struct Ids {
    namespace: Uuid,
    drawn: u64,
}

impl Ids {
    /// Ids for the project with this public key.
    pub fn new(public_key: &str) -> Self {
        Self { namespace: Uuid::new_v5(&Uuid::NAMESPACE_URL, public_key.as_bytes()), drawn: 0 }
    }

    /// The next UUID, for example `5a1f…-5…`.
    pub fn uuid(&mut self) -> String {
        self.drawn = self.drawn.saturating_add(1);
        Uuid::new_v5(&self.namespace, &self.drawn.to_be_bytes()).hyphenated().to_string()
    }

    /// A UUID that depends only on a name, for seeded records.
    pub fn named(&self, name: &str) -> String {
        Uuid::new_v5(&self.namespace, name.as_bytes()).hyphenated().to_string()
    }

    /// The next ULID: 26 characters, sorted by time.
    pub fn ulid(&mut self, now_ms: u64) -> String {
        self.drawn = self.drawn.saturating_add(1);
        let mut value = (u128::from(now_ms) << 80) | u128::from(self.drawn);
        let mut text = [b'0'; 26];
        for slot in text.iter_mut().rev() {
            let digit = usize::try_from(value & 31).unwrap_or(0);
            *slot = CROCKFORD.get(digit).copied().unwrap_or(b'0');
            value >>= 5;
        }
        text.iter().map(|byte| char::from(*byte)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_script_draws_the_same_ids() {
        let (mut one, mut two) = (Ids::new("k"), Ids::new("k"));
        assert_eq!((one.uuid(), one.ulid(5)), (two.uuid(), two.ulid(5)));
        assert_ne!(one.uuid(), one.uuid());
        assert_ne!(Ids::new("k").uuid(), Ids::new("l").uuid());
    }

    #[test]
    fn ulids_are_26_characters_and_sort_by_time() {
        let mut ids = Ids::new("k");
        let (early, late) = (ids.ulid(1_000), ids.ulid(2_000));
        assert_eq!(early.len(), 26);
        assert!(early < late);
    }
}
