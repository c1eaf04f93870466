//! JSON to values, small and fast.
//!
//! `serde_json` compiles one copy of itself per type it reads, and words its errors. Here one reader of plain functions
//! walks the text, and what serde adds per type is thin. Its error says nothing, because nobody may log what an
//! outsider sent. Measured against `serde_json` into a borrowed tree, which came before: docs/benchmarks.md; what
//! `serde_json` reads is the oracle of its tests.
//!
//! In scope: reading. Out of scope: writing, which `serde_json` does.

mod decimal;
mod reader;
mod text;

use serde::de::DeserializeOwned;
use serde_json::Value;

pub use reader::Unreadable;
use text::Text;

/// A value from JSON text, UTF-8. Objects are told from lists: unlike `serde_json`, a list never stands for a struct.
///
/// # Errors
/// [`Unreadable`]: not JSON, nested deeper than 127, or of another form.
pub fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, Unreadable> {
    read_text(std::str::from_utf8(text).map_err(|_not_text| Unreadable)?)
}

/// As [`read`], from what is known to be UTF-8.
///
/// # Errors
/// As [`read`].
pub fn read_text<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    let mut text = Text::new(text);
    let value = T::deserialize(&mut text)?;
    text.end()?;
    Ok(value)
}

/// The elements of a list that is a member of an object, each as JSON text of its own: so one strange row does not
/// spoil its neighbours, and nothing is built that nobody asks for.
///
/// # Errors
/// [`Unreadable`]: not JSON, nested deeper than 127, or an object without that list.
pub fn rows<'t>(object: &'t str, member: &str) -> Result<Vec<&'t str>, Unreadable> {
    let mut text = Text::new(object);
    let rows = text.rows(member)?;
    text.end()?;
    Ok(rows)
}

/// A value from JSON that is in memory already.
///
/// # Errors
/// [`Unreadable`]: of another form.
pub fn take<T: DeserializeOwned>(value: &Value) -> Result<T, Unreadable> {
    read_text(&value.to_string())
}

#[cfg(test)]
mod tests;
