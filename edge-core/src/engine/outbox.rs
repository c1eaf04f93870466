//! The outbox: which contacts have something to be sent, and when. What is sent is the difference at that time, so
//! later facts merge into the pending patch by themselves.

use super::contact::{self, Contact};
use super::sql::{Row, Sql, SqlError, first};
use super::{Priority, retry};

/// A row of table `outbox`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Contact key.
    pub contact: String,
    /// Who waits.
    pub priority: Priority,
    /// Rows are sent together only with rows of the same part: 0, or a half of a batch that was refused.
    pub part: u64,
    /// Failures that were this row's own.
    pub attempts: u64,
    /// First of them.
    pub first_failed_ms: Option<u64>,
    /// Correlation id of the newest fact.
    pub correlation_id: String,
    /// When it became due.
    pub due_ms: u64,
}

const COLUMNS: &str =
    "o.contact, o.priority, o.part, o.attempts, o.first_failed_ms, o.correlation_id, o.due_ms";

fn from_row(row: &Row) -> Result<Pending, SqlError> {
    Ok(Pending {
        contact: row.text(0)?,
        priority: Priority::from_number(row.number(1)?),
        part: row.number(2)?,
        attempts: row.number(3)?,
        first_failed_ms: row.optional_number(4)?,
        correlation_id: row.text(5)?,
        due_ms: row.number(6)?,
    })
}

/// Puts a contact on the list. One that is there already keeps its place and its back-off, unless somebody more
/// urgent waits for it now.
pub fn enqueue<S: Sql>(
    sql: &S,
    contact: &str,
    priority: Priority,
    correlation_id: &str,
    due_ms: u64,
) -> Result<(), SqlError> {
    sql.exec(
        "INSERT INTO outbox (contact, priority, due_ms, correlation_id, queued_ms) VALUES (?1, ?2, ?3, ?4, ?3)
         ON CONFLICT (contact) DO UPDATE SET
             due_ms = CASE WHEN ?2 < priority AND attempts = 0 THEN min(due_ms, ?3) ELSE due_ms END,
             priority = min(priority, ?2), correlation_id = ?4",
        &[contact.into(), priority.number().into(), due_ms.into(), correlation_id.into()],
    )?;
    Ok(())
}

/// Takes a contact off the list.
pub fn remove<S: Sql>(sql: &S, contact: &str) -> Result<(), SqlError> {
    sql.exec("DELETE FROM outbox WHERE contact = ?1", &[contact.into()])?;
    Ok(())
}

/// Moves a row to a later time, keeping everything else.
pub fn postpone<S: Sql>(sql: &S, contact: &str, due_ms: u64) -> Result<(), SqlError> {
    sql.exec("UPDATE outbox SET due_ms = ?2 WHERE contact = ?1", &[contact.into(), due_ms.into()])?;
    Ok(())
}

/// Back to the common pool with a clean record, due now.
pub fn renew<S: Sql>(sql: &S, contact: &str, due_ms: u64) -> Result<(), SqlError> {
    sql.exec(
        "UPDATE outbox SET due_ms = ?2, part = 0, attempts = 0, first_failed_ms = NULL, cause = NULL
         WHERE contact = ?1",
        &[contact.into(), due_ms.into()],
    )?;
    Ok(())
}

/// Counts a failure that was the row's own. Gives false when it has had all its chances.
pub fn fail<S: Sql>(sql: &S, row: &Pending, now_ms: u64, random: u64, cause: &str) -> Result<bool, SqlError> {
    let first_failed = row.first_failed_ms.unwrap_or(now_ms);
    let attempts = row.attempts + 1;
    sql.exec(
        "UPDATE outbox SET attempts = ?2, first_failed_ms = ?3, due_ms = ?4, cause = ?5 WHERE contact = ?1",
        &[
            (&row.contact).into(),
            attempts.into(),
            first_failed.into(),
            (now_ms + retry::delay_ms(row.attempts, random)).into(),
            cause.into(),
        ],
    )?;
    Ok(!retry::exhausted(attempts, first_failed, now_ms))
}

/// Cuts a refused batch into two parts that are sent separately from now on.
pub fn bisect<S: Sql>(sql: &S, rows: &[Pending]) -> Result<(), SqlError> {
    let top = first(sql.exec("SELECT coalesce(max(part), 0) FROM outbox", &[])?)
        .map_or(Ok(0), |row| row.number(0))?;
    let half = rows.len().div_ceil(2);
    for (index, row) in rows.iter().enumerate() {
        let part = top + 1 + u64::from(index >= half);
        sql.exec("UPDATE outbox SET part = ?2 WHERE contact = ?1", &[(&row.contact).into(), part.into()])?;
    }
    Ok(())
}

/// Due rows of one part whose contact is in one of `stages` (quoted, comma-separated), most urgent first, with
/// their contacts.
pub fn due<S: Sql>(
    sql: &S,
    now_ms: u64,
    stages: &str,
    limit: usize,
) -> Result<Vec<(Pending, Contact)>, SqlError> {
    let from = format!(
        "FROM outbox o JOIN contact c ON c.key = o.contact WHERE o.due_ms <= ?1 AND c.stage IN ({stages})"
    );
    let head = format!("SELECT o.part {from} ORDER BY o.priority, o.due_ms, o.contact LIMIT 1");
    let Some(head) = first(sql.exec(&head, &[now_ms.into()])?) else { return Ok(Vec::new()) };
    let list =
        format!("SELECT {COLUMNS} {from} AND o.part = ?2 ORDER BY o.priority, o.due_ms, o.contact LIMIT ?3");
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = sql.exec(&list, &[now_ms.into(), head.number(0)?.into(), limit.into()])?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let pending = from_row(row)?;
        if let Some(contact) = contact::find(sql, &pending.contact)? {
            found.push((pending, contact));
        }
    }
    Ok(found)
}

/// When the next row is due.
pub fn next_due<S: Sql>(sql: &S) -> Result<Option<u64>, SqlError> {
    first(sql.exec("SELECT min(due_ms) FROM outbox", &[])?).map_or(Ok(None), |row| row.optional_number(0))
}
