//! JSON to values, small.
//!
//! `serde_json` compiles one copy of itself per type it reads, and one copy per kind of reader. Here it reads every
//! text into one borrowed tree, and a reader of few words takes values from the tree. Its error says nothing,
//! because nobody may log what an outsider sent; so no code that would word errors is compiled.
//!
//! In scope: reading. Out of scope: writing, which `serde_json` does.

mod take;
mod tree;

use serde::de::DeserializeOwned;
use serde_json::Value;

pub use take::Unreadable;
use tree::Node;

/// A value from JSON text, UTF-8. Objects are told from lists: unlike `serde_json`, a list never stands for a struct.
///
/// # Errors
/// [`Unreadable`]: not JSON, nested deeper than 128, or of another form.
pub fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, Unreadable> {
    let text = std::str::from_utf8(text).map_err(|_not_text| Unreadable)?;
    let tree: Node = serde_json::from_str(text).map_err(|_not_json| Unreadable)?;
    T::deserialize(&tree)
}

/// A value from JSON that is in memory already.
///
/// # Errors
/// [`Unreadable`]: of another form.
pub fn take<T: DeserializeOwned>(value: &Value) -> Result<T, Unreadable> {
    T::deserialize(&Node::from(value))
}

#[cfg(test)]
mod tests;
