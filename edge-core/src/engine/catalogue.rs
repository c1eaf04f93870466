//! Which properties the Tidio panel defines. One that it lacks is set aside and reported; it must not fail the
//! others, and Tidio refuses a whole batch for it.

use contract::FlatMap;
use serde::{Deserialize, Serialize};

use super::Priority;
use super::schema::{load, store};
use super::sql::{Sql, SqlError};
use super::tidio::PropertyDefinition;

const STATE: &str = "catalogue";

/// The panel's definitions when they were last read, and what it lacked.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Catalogue {
    /// When they were read; zero is never.
    pub fetched_ms: u64,
    /// Type by name.
    pub properties: FlatMap<String, String>,
    /// Wanted but not defined, with the time when that was noticed.
    pub missing: FlatMap<String, u64>,
}

impl Catalogue {
    /// Whether the panel defines this property.
    pub fn has(&self, name: &str) -> bool {
        self.properties.contains_key(name)
    }

    /// Whether it is younger than `max_age_ms`. A time in the future counts as old.
    pub fn is_fresh(&self, now_ms: u64, max_age_ms: u64) -> bool {
        self.fetched_ms > 0 && self.fetched_ms <= now_ms && now_ms - self.fetched_ms < max_age_ms
    }
}

/// The catalogue as last read.
pub fn current<S: Sql>(sql: &S) -> Result<Catalogue, SqlError> {
    load(sql, STATE)
}

/// Asks for the catalogue to be read again before the next write.
pub fn expire<S: Sql>(sql: &S) -> Result<(), SqlError> {
    let mut catalogue = current(sql)?;
    catalogue.fetched_ms = 0;
    store(sql, STATE, &catalogue)
}

/// Notes properties that are wanted but not defined. Gives those that had not been noticed before.
pub fn note_missing<S: Sql>(sql: &S, names: &[String], now_ms: u64) -> Result<Vec<String>, SqlError> {
    let mut catalogue = current(sql)?;
    let fresh: Vec<String> =
        names.iter().filter(|name| !catalogue.missing.contains_key(*name)).cloned().collect();
    if !fresh.is_empty() {
        catalogue.missing.extend(fresh.iter().map(|name| (name.clone(), now_ms)));
        store(sql, STATE, &catalogue)?;
    }
    Ok(fresh)
}

/// Stores what the panel defines now. Contacts that wait for a property that has appeared are queued again.
pub fn replace<S: Sql>(
    sql: &S,
    definitions: &[PropertyDefinition],
    now_ms: u64,
    correlation_id: &str,
) -> Result<(), SqlError> {
    let mut catalogue = current(sql)?;
    catalogue.fetched_ms = now_ms.max(1);
    catalogue.properties =
        definitions.iter().map(|property| (property.name.clone(), property.kind.clone())).collect();
    let appeared: Vec<String> =
        catalogue.missing.keys().filter(|name| catalogue.has(name)).cloned().collect();
    for name in &appeared {
        catalogue.missing.remove(name);
        queue_waiting(sql, name, now_ms, correlation_id)?;
    }
    store(sql, STATE, &catalogue)
}

fn queue_waiting<S: Sql>(sql: &S, name: &str, now_ms: u64, correlation_id: &str) -> Result<(), SqlError> {
    sql.exec(
        "INSERT INTO outbox (contact, priority, due_ms, correlation_id, queued_ms)
         SELECT key, ?2, ?3, ?4, ?3 FROM contact
         WHERE suppressed = 0 AND tidio_id IS NOT NULL AND EXISTS
             (SELECT 1 FROM json_each(desired) AS crowd, json_each(crowd.value, '$.v') AS wanted
              WHERE wanted.key = ?1)
         ON CONFLICT (contact) DO NOTHING",
        &[name.into(), Priority::Backfill.number().into(), now_ms.into(), correlation_id.into()],
    )?;
    Ok(())
}
