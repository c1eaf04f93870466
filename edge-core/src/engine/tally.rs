//! Counters of what needs nothing but counting: notifications that were not for us, topics of webhooks.
//!
//! They are a measure and no ledger: a request that is repeated is counted again.

use contract::FlatMap;

use super::schema;
use super::sql::{Sql, SqlError};

/// Where they are stored.
const STATE: &str = "tally";
/// Most names: they are our own words and the vendor's topics, of which there are about ten.
const MAX_NAMES: usize = 64;

/// Adds to counters. Names are `kind:word`.
pub fn add<S: Sql>(sql: &S, counts: &FlatMap<String, u64>) -> Result<(), SqlError> {
    if counts.is_empty() {
        return Ok(());
    }
    let mut all = list(sql)?;
    for (name, count) in counts {
        if all.len() < MAX_NAMES || all.contains_key(name) {
            let total = all.get_or_default(name.clone());
            *total = total.saturating_add(*count);
        }
    }
    schema::store(sql, STATE, &all)
}

/// All counters.
pub fn list<S: Sql>(sql: &S) -> Result<FlatMap<String, u64>, SqlError> {
    schema::load(sql, STATE)
}
