//! What is owed to Tidio at this moment, and how long it will take at the budget's pace.

use serde::Serialize;

use super::Settings;
use super::budget;
use super::people;
use super::sql::{Sql, SqlError, first};
use super::tidio::BATCH_LIMIT;

/// What is owed. An estimate: shoppers who wait go first, and a refused batch costs more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Queue {
    /// Customers whose orders are to be read.
    pub histories: u64,
    /// Contacts to be looked for in Tidio.
    pub look_ups: u64,
    /// Contacts to be created.
    pub creates: u64,
    /// Contacts whose differences are to be sent.
    pub patches: u64,
    /// Requests to Tidio that this comes to.
    pub requests: u64,
    /// Requests to Tidio a minute that nobody who waits is deprived of.
    pub requests_per_minute: u64,
    /// When it will be done, milliseconds since the Unix epoch; absent when nothing is owed.
    pub end_ms: Option<u64>,
}

/// Looks at the tables. Repeatable.
///
/// # Errors
/// The database failed.
pub fn look<S: Sql>(sql: &S, settings: &Settings, now_ms: u64) -> Result<Queue, SqlError> {
    let number = |statement: &str| -> Result<u64, SqlError> {
        first(sql.exec(statement, &[])?).map_or(Ok(0), |row| row.number(0))
    };
    let waiting = |stages: &str| number(&format!("SELECT count(*) FROM outbox WHERE stage IN ({stages})"));
    let histories = number("SELECT count(*) FROM history")?;
    let (look_ups, creates) = (waiting("'lookup', 'verify'")?, waiting("'create'")?);
    let patches = waiting("'ready'")?;
    let requests_per_minute = u64::from(budget::pace(sql)?);
    let batches = |contacts: u64| contacts.div_ceil(BATCH_LIMIT as u64);
    let searches = look_ups.min(people::pages(sql, settings.assumed_pages)?);
    let requests = searches + batches(patches) + batches(creates) + batches(look_ups) + batches(histories);
    let end_ms = (requests > 0).then(|| now_ms + requests * budget::WINDOW_MS / requests_per_minute.max(1));
    Ok(Queue { histories, look_ups, creates, patches, requests, requests_per_minute, end_ms })
}
