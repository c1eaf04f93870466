//! How a contact's values are stored: each text once.
//!
//! Values come in crowds, one fact brings thirty of them; and what stands in Tidio is nearly always what should. So
//! what should stand there is grouped by the fact that brought it, and what does is kept as the difference to that.

use contract::FlatMap;
use serde::{Deserialize, Serialize};

use super::contact::Observed;
use super::sql::{SqlError, from_json, to_json};

/// What should stand in a contact, by name.
pub(super) type Desired = FlatMap<String, Observed>;

/// What stands there; `None` is unknown.
pub(super) type Written = FlatMap<String, Option<String>>;

/// The values of one fact.
#[derive(Serialize, Deserialize)]
struct Crowd {
    #[serde(rename = "a")]
    at_ms: u64,
    #[serde(rename = "b")]
    by: String,
    #[serde(rename = "v")]
    values: FlatMap<String, String>,
}

/// What of the written values is not as desired.
#[derive(Default, Serialize, Deserialize)]
struct Difference {
    /// Desired, and not known of in Tidio.
    absent: Vec<String>,
    /// Another value, an unknown one, or one of a name that is not desired.
    other: Written,
}

pub(super) fn desired_json(desired: &Desired) -> Result<String, SqlError> {
    let mut crowds: FlatMap<(u64, &str), FlatMap<String, String>> = FlatMap::new();
    for (name, seen) in desired {
        let crowd = crowds.get_or_default((seen.at_ms, seen.by.as_str()));
        crowd.insert(name.clone(), seen.value.clone());
    }
    let crowds: Vec<Crowd> =
        crowds.into_iter().map(|((at_ms, by), values)| Crowd { at_ms, by: by.to_owned(), values }).collect();
    to_json(&crowds)
}

pub(super) fn read_desired(text: &str) -> Result<Desired, SqlError> {
    let crowds: Vec<Crowd> = from_json(text)?;
    let mut desired = Desired::new();
    for Crowd { at_ms, by, values } in crowds {
        let seen = |(name, value)| (name, Observed { value, at_ms, by: by.clone() });
        desired.extend(values.into_iter().map(seen));
    }
    Ok(desired)
}

pub(super) fn written_json(desired: &Desired, written: &Written) -> Result<String, SqlError> {
    let is_as_desired = |name: &str, value: &Option<String>| {
        value.is_some() && value.as_ref() == desired.get(name).map(|seen| &seen.value)
    };
    to_json(&Difference {
        absent: desired.keys().filter(|name| !written.contains_key(*name)).cloned().collect(),
        other: written
            .iter()
            .filter(|(name, value)| !is_as_desired(name, value))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    })
}

pub(super) fn read_written(desired: &Desired, text: &str) -> Result<Written, SqlError> {
    let Difference { absent, other } = from_json(text)?;
    let mut written: Written =
        desired.iter().map(|(name, seen)| (name.clone(), Some(seen.value.clone()))).collect();
    for name in &absent {
        written.remove(name);
    }
    written.extend(other);
    Ok(written)
}
