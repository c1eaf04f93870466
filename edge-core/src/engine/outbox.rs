//! The outbox: which contacts have something to be sent, and when. What is sent is the difference at that time, so
//! later facts merge into the pending patch by themselves.

use super::contact::{self, Contact, Stage};
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

const COLUMNS: &str = "contact, priority, part, attempts, first_failed_ms, correlation_id, due_ms";

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
    let statement = "UPDATE outbox SET due_ms = ?2, walk = 0 WHERE contact = ?1";
    sql.exec(statement, &[contact.into(), due_ms.into()])?;
    Ok(())
}

/// Back to the common pool with a clean record, due now.
pub fn renew<S: Sql>(sql: &S, contact: &str, due_ms: u64) -> Result<(), SqlError> {
    sql.exec(
        "UPDATE outbox SET due_ms = ?2, part = 0, attempts = 0, first_failed_ms = NULL, cause = NULL, walk = 0
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
        "UPDATE outbox SET attempts = ?2, first_failed_ms = ?3, due_ms = ?4, cause = ?5, walk = 0
         WHERE contact = ?1",
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

/// Which due rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Contacts whose difference can be sent.
    Ready,
    /// Contacts to be created.
    Create,
    /// Contacts to be looked up alone: those that no walk will answer, and those that somebody waits for.
    Alone,
    /// Contacts to be looked up that somebody waits for.
    Urgent,
}

impl Which {
    const fn predicate(self) -> &'static str {
        match self {
            // What waits for a walk is neither.
            Which::Ready => "walk = 0 AND stage = 'ready'",
            Which::Create => "walk = 0 AND stage = 'create'",
            Which::Alone => "stage IN ('lookup', 'verify') AND (walk = 0 OR priority = 0)",
            Which::Urgent => "stage IN ('lookup', 'verify') AND priority = 0",
        }
    }
}

/// Due rows of one part, most urgent first, with their contacts.
pub fn due<S: Sql>(
    sql: &S,
    now_ms: u64,
    which: Which,
    limit: usize,
) -> Result<Vec<(Pending, Contact)>, SqlError> {
    // The index by stage gives the order, too; `+due_ms` keeps the planner from the one by time.
    let from = format!("FROM outbox WHERE +due_ms <= ?1 AND {}", which.predicate());
    let head = format!("SELECT part {from} ORDER BY priority, due_ms, contact LIMIT 1");
    let Some(head) = first(sql.exec(&head, &[now_ms.into()])?) else { return Ok(Vec::new()) };
    let list = format!("SELECT {COLUMNS} {from} AND part = ?2 ORDER BY priority, due_ms, contact LIMIT ?3");
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

/// Look-ups that a walk through all contacts may answer: nobody waits for them.
const FOR_WALK: &str = "+due_ms <= ?1 AND stage IN ('lookup', 'verify') AND walk = 0 AND priority > 0";

/// How many look-ups are due that a walk may answer, counted up to `enough`.
pub fn for_walk<S: Sql>(sql: &S, now_ms: u64, enough: u64) -> Result<u64, SqlError> {
    let statement = format!("SELECT count(*) FROM (SELECT 1 FROM outbox WHERE {FOR_WALK} LIMIT ?2)");
    first(sql.exec(&statement, &[now_ms.into(), enough.into()])?).map_or(Ok(0), |row| row.number(0))
}

/// Hands those look-ups to a walk.
pub fn mark_for_walk<S: Sql>(sql: &S, walk: u64, now_ms: u64) -> Result<(), SqlError> {
    sql.exec(&format!("UPDATE outbox SET walk = ?2 WHERE {FOR_WALK}"), &[now_ms.into(), walk.into()])?;
    Ok(())
}

/// The most urgent row that waits for a walk.
pub fn urgency_of_walk<S: Sql>(sql: &S, walk: u64) -> Result<Priority, SqlError> {
    let rows = sql.exec("SELECT min(priority) FROM outbox WHERE walk = ?1 AND walk > 0", &[walk.into()])?;
    let number = first(rows).map_or(Ok(None), |row| row.optional_number(0))?;
    Ok(number.map_or(Priority::Backfill, Priority::from_number))
}

/// Rows that wait for a walk, with the stages of their contacts; at most `limit`.
pub fn of_walk<S: Sql>(sql: &S, walk: u64, limit: u64) -> Result<Vec<(Pending, Stage)>, SqlError> {
    let statement = format!(
        "SELECT {COLUMNS}, stage FROM outbox WHERE walk = ?1 AND walk > 0 AND stage IS NOT NULL LIMIT ?2"
    );
    let rows = sql.exec(&statement, &[walk.into(), limit.into()])?;
    rows.iter().map(|row| Ok((from_row(row)?, Stage::read(row, 7)?))).collect()
}

/// Takes the mark of a walk from a row.
pub fn unmark<S: Sql>(sql: &S, contact: &str) -> Result<(), SqlError> {
    sql.exec("UPDATE outbox SET walk = 0 WHERE contact = ?1", &[contact.into()])?;
    Ok(())
}

/// Takes the mark of a walk from all its rows.
pub fn unmark_walk<S: Sql>(sql: &S, walk: u64) -> Result<(), SqlError> {
    sql.exec("UPDATE outbox SET walk = 0 WHERE walk = ?1 AND walk > 0", &[walk.into()])?;
    Ok(())
}

/// Drops due rows that nothing will ever become of, and puts the others right by their contacts. Only a walk that
/// `is_under_way` keeps its marks.
pub fn mend<S: Sql>(sql: &S, is_under_way: bool, now_ms: u64) -> Result<(), SqlError> {
    sql.exec(
        "DELETE FROM outbox WHERE due_ms <= ?1 AND NOT EXISTS
             (SELECT 1 FROM contact WHERE key = outbox.contact AND stage <> 'absent')",
        &[now_ms.into()],
    )?;
    sql.exec(
        "UPDATE outbox SET stage = (SELECT stage FROM contact WHERE key = outbox.contact) WHERE due_ms <= ?1
             AND stage IS NOT (SELECT stage FROM contact WHERE key = outbox.contact)",
        &[now_ms.into()],
    )?;
    if !is_under_way {
        sql.exec("UPDATE outbox SET walk = 0 WHERE walk > 0", &[])?;
    }
    Ok(())
}

/// Correlation id of the newest fact about a contact that is on the list.
pub fn correlation_of<S: Sql>(sql: &S, contact: &str) -> Result<Option<String>, SqlError> {
    let rows = sql.exec("SELECT correlation_id FROM outbox WHERE contact = ?1", &[contact.into()])?;
    first(rows).map(|row| row.text(0)).transpose()
}

/// The most urgent priority among due rows, and how many are due, counted up to `enough`.
pub fn pressure<S: Sql>(sql: &S, now_ms: u64, enough: u64) -> Result<(Option<Priority>, u64), SqlError> {
    let most = "SELECT priority FROM outbox WHERE +due_ms <= ?1 ORDER BY priority, due_ms, contact LIMIT 1";
    let most = first(sql.exec(most, &[now_ms.into()])?).map_or(Ok(None), |row| row.optional_number(0))?;
    let count = "SELECT count(*) FROM (SELECT 1 FROM outbox WHERE due_ms <= ?1 LIMIT ?2)";
    let count =
        first(sql.exec(count, &[now_ms.into(), enough.into()])?).map_or(Ok(0), |row| row.number(0))?;
    Ok((most.map(Priority::from_number), count))
}

/// When the next row is due.
pub fn next_due<S: Sql>(sql: &S) -> Result<Option<u64>, SqlError> {
    first(sql.exec("SELECT min(due_ms) FROM outbox", &[])?).map_or(Ok(None), |row| row.optional_number(0))
}

/// When the next row becomes due that is not due yet.
pub fn next_due_after<S: Sql>(sql: &S, now_ms: u64) -> Result<Option<u64>, SqlError> {
    first(sql.exec("SELECT min(due_ms) FROM outbox WHERE due_ms > ?1", &[now_ms.into()])?)
        .map_or(Ok(None), |row| row.optional_number(0))
}
