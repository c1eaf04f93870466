//! Dead letters: what was given up, why, after how many attempts. Payloads are redacted: names only.

use serde::{Deserialize, Serialize};

use super::sql::{Row, Sql, SqlError};

/// A dead letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetter {
    /// Number for inspection and replay.
    pub id: u64,
    /// `contact` or the kind of the fact.
    pub kind: String,
    /// Contact key or idempotency key.
    pub subject: String,
    /// Stable word.
    pub cause: String,
    /// Names of what was to be sent, never a value.
    pub detail: String,
    /// How often it was tried.
    pub attempts: u64,
    /// First failure, milliseconds since the Unix epoch.
    pub first_ms: u64,
    /// Last failure.
    pub last_ms: u64,
    /// Correlation id.
    pub correlation_id: String,
    /// When it was replayed, if it was.
    pub replayed_ms: Option<u64>,
}

/// What is recorded about something given up.
pub struct Given<'a> {
    /// `contact` or the kind of the fact.
    pub kind: &'a str,
    /// Contact key or idempotency key.
    pub subject: &'a str,
    /// Stable word.
    pub cause: &'a str,
    /// Names only.
    pub detail: &'a str,
    /// How often it was tried.
    pub attempts: u64,
    /// First failure.
    pub first_ms: u64,
    /// Correlation id.
    pub correlation_id: &'a str,
}

/// Records a dead letter.
pub fn bury<S: Sql>(sql: &S, given: &Given<'_>, now_ms: u64) -> Result<(), SqlError> {
    sql.exec(
        "INSERT INTO dead_letter (kind, subject, cause, detail, attempts, first_ms, last_ms, correlation_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        &[
            given.kind.into(),
            given.subject.into(),
            given.cause.into(),
            given.detail.into(),
            given.attempts.into(),
            given.first_ms.into(),
            now_ms.into(),
            given.correlation_id.into(),
        ],
    )?;
    Ok(())
}

/// Which dead letters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Filter {
    /// Only this one.
    pub id: Option<u64>,
    /// Only this cause.
    pub cause: Option<String>,
    /// Last failure at or after, milliseconds since the Unix epoch.
    pub from_ms: Option<u64>,
    /// Last failure before.
    pub until_ms: Option<u64>,
    /// Also those that were replayed already.
    pub replayed: bool,
}

/// Dead letters that match, newest first, at most `limit`.
pub fn list<S: Sql>(sql: &S, filter: &Filter, limit: u32) -> Result<Vec<DeadLetter>, SqlError> {
    let rows = sql.exec(
        "SELECT id, kind, subject, cause, detail, attempts, first_ms, last_ms, correlation_id, replayed_ms
         FROM dead_letter
         WHERE (?1 IS NULL OR id = ?1) AND (?2 IS NULL OR cause = ?2) AND (?3 IS NULL OR last_ms >= ?3)
             AND (?4 IS NULL OR last_ms < ?4) AND (?5 = 1 OR replayed_ms IS NULL)
         ORDER BY id DESC LIMIT ?6",
        &[
            filter.id.into(),
            filter.cause.as_ref().into(),
            filter.from_ms.into(),
            filter.until_ms.into(),
            i64::from(filter.replayed).into(),
            limit.into(),
        ],
    )?;
    rows.iter().map(letter).collect()
}

/// Marks one as replayed.
pub fn mark_replayed<S: Sql>(sql: &S, id: u64, now_ms: u64) -> Result<(), SqlError> {
    sql.exec("UPDATE dead_letter SET replayed_ms = ?2 WHERE id = ?1", &[id.into(), now_ms.into()])?;
    Ok(())
}

fn letter(row: &Row) -> Result<DeadLetter, SqlError> {
    Ok(DeadLetter {
        id: row.number(0)?,
        kind: row.text(1)?,
        subject: row.text(2)?,
        cause: row.text(3)?,
        detail: row.text(4)?,
        attempts: row.number(5)?,
        first_ms: row.number(6)?,
        last_ms: row.number(7)?,
        correlation_id: row.text(8)?,
        replayed_ms: row.optional_number(9)?,
    })
}
