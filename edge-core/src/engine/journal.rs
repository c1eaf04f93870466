//! The journal: what came in, what went out, what came back, by correlation id and subject.
//!
//! It never holds a value: names of properties, counts and causes only, so it can be kept and shown.

use serde::Serialize;

use super::sql::{Row, Sql, SqlError};

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// Milliseconds since the Unix epoch.
    pub at_ms: u64,
    /// Correlation id of the fact that caused it.
    pub correlation_id: String,
    /// Contact key, order or Tidio id.
    pub subject: String,
    /// Stable word: `received`, `found`, `created`, `written`, …
    pub event: String,
    /// Names, counts and causes.
    pub detail: String,
}

/// Adds a line.
pub fn write<S: Sql>(
    sql: &S,
    at_ms: u64,
    correlation_id: &str,
    subject: &str,
    event: &str,
    detail: &str,
) -> Result<(), SqlError> {
    sql.exec(
        "INSERT INTO journal (at_ms, correlation_id, subject, event, detail) VALUES (?1, ?2, ?3, ?4, ?5)",
        &[at_ms.into(), correlation_id.into(), subject.into(), event.into(), detail.into()],
    )?;
    Ok(())
}

/// The lines of a correlation id or a subject, oldest first, and those that share a correlation id with them.
pub fn trace<S: Sql>(sql: &S, term: &str, limit: u32) -> Result<Vec<Line>, SqlError> {
    let rows = sql.exec(
        "SELECT at_ms, correlation_id, subject, event, detail FROM journal
         WHERE correlation_id = ?1 OR subject = ?1 OR correlation_id IN
             (SELECT correlation_id FROM journal WHERE subject = ?1)
         ORDER BY id LIMIT ?2",
        &[term.into(), limit.into()],
    )?;
    rows.iter().map(line).collect()
}

fn line(row: &Row) -> Result<Line, SqlError> {
    Ok(Line {
        at_ms: row.number(0)?,
        correlation_id: row.text(1)?,
        subject: row.text(2)?,
        event: row.text(3)?,
        detail: row.text(4)?,
    })
}
