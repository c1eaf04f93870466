//! Identifiers.
//!
//! Seeded records have the same ids on every run. Drawn ids are version 5 UUIDs of the start time and a
//! counter, and ULIDs of the wall time and the counter: never the same in two runs, because a browser
//! remembers its visitor id, and after a restart it must not find another person under it.

use uuid::Uuid;

const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A source of identifiers for one project.
#[derive(Debug, Clone)]
pub struct Ids {
    namespace: Uuid,
    started_ms: u64,
    drawn: u64,
}

impl Ids {
    /// Ids for the project with this public key.
    pub fn new(public_key: &str) -> Self {
        Self { namespace: Uuid::new_v5(&Uuid::NAMESPACE_URL, public_key.as_bytes()), started_ms: 0, drawn: 0 }
    }

    /// Ties all ids drawn from now on to a run that started at this wall time.
    pub fn start(&mut self, now_ms: u64) {
        self.started_ms = now_ms;
    }

    /// The next UUID, for example `5a1f…-5…`.
    pub fn uuid(&mut self) -> String {
        self.drawn = self.drawn.saturating_add(1);
        let name = (u128::from(self.started_ms) << 64) | u128::from(self.drawn);
        Uuid::new_v5(&self.namespace, &name.to_be_bytes()).hyphenated().to_string()
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
    fn only_seeded_ids_are_the_same_in_two_runs() {
        let (mut one, mut two) = (Ids::new("k"), Ids::new("k"));
        one.start(1);
        two.start(2);
        assert_eq!(one.named("General"), two.named("General"));
        assert_ne!(one.named("General"), Ids::new("l").named("General"));
        let drawn = [one.uuid(), one.uuid(), two.uuid(), two.uuid()];
        assert_eq!(drawn.iter().collect::<std::collections::BTreeSet<_>>().len(), 4);
    }

    #[test]
    fn ulids_are_26_characters_and_sort_by_time() {
        let mut ids = Ids::new("k");
        let (early, late) = (ids.ulid(1_000), ids.ulid(2_000));
        assert_eq!(early.len(), 26);
        assert!(early < late);
    }
}
