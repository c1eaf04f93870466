//! The journal: what came in, what went out, what came back, by correlation id and subject.
//!
//! It never holds a value: names of properties, counts and causes only, so it can be kept and shown.

use serde::Serialize;

use super::sql::{Row, Sql, SqlError, Value};

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

/// Whose lines make a story.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Story {
    /// Correlation ids, or subjects whose correlation ids are followed wherever they lead.
    pub followed: Vec<String>,
    /// Subjects of whom only their own lines belong to it.
    pub touched: Vec<String>,
}

/// The newest `limit` lines of a story, oldest first.
pub fn trace<S: Sql>(sql: &S, story: &Story, limit: u32) -> Result<Vec<Line>, SqlError> {
    let list = |from: usize, count: usize| {
        (from..from + count).map(|number| format!("?{number}")).collect::<Vec<_>>().join(", ")
    };
    let followed = list(2, story.followed.len());
    let touched = list(2 + story.followed.len(), story.touched.len());
    let statement = format!(
        "SELECT at_ms, correlation_id, subject, event, detail FROM journal
         WHERE correlation_id IN ({followed}) OR subject IN ({followed}) OR subject IN ({touched})
             OR correlation_id IN
                 (SELECT correlation_id FROM journal WHERE subject IN ({followed}) AND correlation_id <> '')
         ORDER BY id DESC LIMIT ?1"
    );
    let terms = story.followed.iter().chain(&story.touched).map(Value::from);
    let parameters: Vec<Value> = std::iter::once(Value::from(limit)).chain(terms).collect();
    sql.exec(&statement, &parameters)?.iter().rev().map(line).collect()
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
