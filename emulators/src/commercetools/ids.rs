//! Identifiers and their order.
//!
//! commercetools sorts ids by a binary form, so `sort=id asc` is not the order of the text. The form
//! used here reverses each half of the UUID's bytes, as some databases store them: any client that
//! compares ids as text will be caught.

use crate::shared::platform::new_uuid;
use uuid::Uuid;

/// Namespace of all seeded identifiers.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f1d_7a52_0c3e_4b8a_9d21_5e0f_c7a4_3b19);

/// Sort key of a resource id. Ids that are no UUID (custom object paths) sort after all others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SortId {
    Binary([u8; 16]),
    Text(String),
}

impl SortId {
    /// The key of the id written as text.
    pub fn of(id: &str) -> Self {
        match Uuid::try_parse(id) {
            Ok(uuid) => {
                let mut bytes = uuid.into_bytes();
                let (high, low) = bytes.split_at_mut(8);
                high.reverse();
                low.reverse();
                Self::Binary(bytes)
            }
            Err(_) => Self::Text(id.to_owned()),
        }
    }
}

/// The UUID that always belongs to this name.
pub fn seeded(name: &str) -> String {
    Uuid::new_v5(&NAMESPACE, name.as_bytes()).to_string()
}

/// Where new ids come from: chance at run time, names while a seed is laid.
#[derive(Clone, Debug, Default)]
pub enum IdSource {
    #[default]
    Random,
    Named {
        prefix: String,
        count: u64,
    },
}

impl IdSource {
    /// Ids that depend only on `prefix` and how many were drawn before.
    pub fn named(prefix: &str) -> Self {
        Self::Named { prefix: prefix.to_owned(), count: 0 }
    }

    /// A new id.
    pub fn draw(&mut self) -> String {
        match self {
            Self::Random => new_uuid(),
            Self::Named { prefix, count } => {
                *count += 1;
                seeded(&format!("{prefix}/{count}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_differs_from_text() {
        let mut ids: Vec<String> = (0..50).map(|n| seeded(&format!("order/{n}"))).collect();
        ids.sort();
        let text = ids.clone();
        ids.sort_by_key(|id| SortId::of(id));
        assert_ne!(ids, text);
        assert_eq!(SortId::of(&text[0].to_uppercase()), SortId::of(&text[0]));
    }
}
