//! Tables of the object's database, as numbered migrations.
//!
//! A migration that has been released is never edited: a new one is added at the end, and a test pins the text of
//! the old ones.

use super::sql::{Sql, SqlError, first, transaction};

/// Migration `n` brings version `n` to `n + 1`. One statement per string.
const MIGRATIONS: &[&[&str]] = &[&[
    // Every incoming fact by its idempotency key. Done rows stay, without payload, for as long as a repetition
    // can be expected.
    "CREATE TABLE inbox (
        id TEXT PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, payload TEXT,
        priority INTEGER NOT NULL, correlation_id TEXT NOT NULL, received_ms INTEGER NOT NULL,
        due_ms INTEGER, attempts INTEGER NOT NULL DEFAULT 0, first_failed_ms INTEGER, outcome TEXT) WITHOUT ROWID",
    "CREATE INDEX inbox_due ON inbox (due_ms, priority) WHERE due_ms IS NOT NULL",
    "CREATE INDEX inbox_received ON inbox (received_ms)",
    // Contact key, Tidio id and distinct id; what should stand in Tidio, and what does.
    "CREATE TABLE contact (
        key TEXT PRIMARY KEY, distinct_id TEXT NOT NULL, tidio_id TEXT, stage TEXT NOT NULL,
        grace_until_ms INTEGER NOT NULL, read_backs INTEGER NOT NULL DEFAULT 0,
        desired TEXT NOT NULL, written TEXT NOT NULL, refused TEXT NOT NULL,
        suppressed INTEGER NOT NULL DEFAULT 0, changed_ms INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE UNIQUE INDEX contact_distinct ON contact (distinct_id)",
    "CREATE INDEX contact_tidio ON contact (tidio_id) WHERE tidio_id IS NOT NULL",
    // At most one pending patch per contact: what to send is the difference at the time of sending.
    "CREATE TABLE outbox (
        contact TEXT PRIMARY KEY, priority INTEGER NOT NULL, due_ms INTEGER NOT NULL,
        part INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, first_failed_ms INTEGER,
        cause TEXT, correlation_id TEXT NOT NULL, queued_ms INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX outbox_due ON outbox (due_ms, priority)",
    // One row per request to Tidio that still counts against its minute.
    "CREATE TABLE request (id INTEGER PRIMARY KEY AUTOINCREMENT, sent_ms INTEGER NOT NULL, done_ms INTEGER)",
    "CREATE TABLE dead_letter (
        id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, subject TEXT NOT NULL, cause TEXT NOT NULL,
        detail TEXT NOT NULL, attempts INTEGER NOT NULL, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL,
        correlation_id TEXT NOT NULL, replayed_ms INTEGER)",
    "CREATE INDEX dead_letter_time ON dead_letter (last_ms)",
    "CREATE TABLE journal (
        id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, correlation_id TEXT NOT NULL,
        subject TEXT NOT NULL, event TEXT NOT NULL, detail TEXT NOT NULL)",
    "CREATE INDEX journal_correlation ON journal (correlation_id)",
    "CREATE INDEX journal_subject ON journal (subject)",
    "CREATE INDEX journal_time ON journal (at_ms)",
    // Single values: budget, breaker, property catalogue.
    "CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
], &[
    // The newest version seen of every order, and whose it is.
    "CREATE TABLE shop_order (
        project TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, number TEXT, customer TEXT,
        PRIMARY KEY (project, id)) WITHOUT ROWID",
    "CREATE INDEX shop_order_number ON shop_order (number) WHERE number IS NOT NULL",
    // Customers whose history is to be read. The mark tells a history that was marked again while it was read.
    "CREATE TABLE history (
        project TEXT NOT NULL, customer TEXT NOT NULL, priority INTEGER NOT NULL, due_ms INTEGER NOT NULL,
        mark INTEGER NOT NULL, correlation_id TEXT NOT NULL, PRIMARY KEY (project, customer)) WITHOUT ROWID",
    "CREATE INDEX history_due ON history (due_ms, priority)",
    // Delta sync and backfill: how far, and where in the open window.
    "CREATE TABLE walk (
        project TEXT NOT NULL, kind TEXT NOT NULL, done_until_ms INTEGER, from_ms INTEGER, until_ms INTEGER,
        after TEXT, seen INTEGER NOT NULL, changed INTEGER NOT NULL, paused INTEGER NOT NULL,
        PRIMARY KEY (project, kind)) WITHOUT ROWID",
], &[
    "ALTER TABLE walk ADD COLUMN newest_ms INTEGER",
    "ALTER TABLE walk ADD COLUMN walked_ms INTEGER",
], &[
    // A backfill may be of one store, and may only count; the customers of a count, until it ends.
    "ALTER TABLE walk ADD COLUMN store TEXT",
    "ALTER TABLE walk ADD COLUMN customers INTEGER NOT NULL DEFAULT 0",
    "CREATE TABLE counted_customer (
        project TEXT NOT NULL, customer TEXT NOT NULL, PRIMARY KEY (project, customer)) WITHOUT ROWID",
    // Which walk through Tidio's contacts answers this look-up; 0 is none.
    "ALTER TABLE outbox ADD COLUMN walk INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX outbox_walk ON outbox (walk) WHERE walk > 0",
], &[
    // In the order in which work is taken, so that a backlog costs nothing: with the indices of the first version
    // each look at it sorted all of it.
    "DROP INDEX inbox_due",
    "CREATE INDEX inbox_order_next ON inbox (priority, due_ms, id) WHERE due_ms IS NOT NULL AND kind = 'order'",
    "CREATE INDEX inbox_order_due ON inbox (due_ms) WHERE due_ms IS NOT NULL AND kind = 'order'",
    "CREATE INDEX inbox_other_next ON inbox (priority, due_ms, id) WHERE due_ms IS NOT NULL AND kind <> 'order'",
    "DROP INDEX outbox_due",
    "CREATE INDEX outbox_next ON outbox (priority, due_ms, contact)",
    "CREATE INDEX outbox_due ON outbox (due_ms)",
    "DROP INDEX history_due",
    "CREATE INDEX history_next ON history (priority, due_ms, customer)",
    "CREATE INDEX history_due ON history (due_ms)",
], &[
    // The outbox knows the stages of its contacts, so that no look at a backlog reads contacts. Triggers keep it, so
    // that no writer of a stage can forget it.
    "ALTER TABLE outbox ADD COLUMN stage TEXT",
    "UPDATE outbox SET stage = (SELECT stage FROM contact WHERE key = outbox.contact)",
    "CREATE TRIGGER outbox_joined AFTER INSERT ON outbox BEGIN
        UPDATE outbox SET stage = (SELECT stage FROM contact WHERE key = NEW.contact) WHERE contact = NEW.contact;
     END",
    "CREATE TRIGGER contact_joined AFTER INSERT ON contact BEGIN
        UPDATE outbox SET stage = NEW.stage WHERE contact = NEW.key;
     END",
    "CREATE TRIGGER contact_moved AFTER UPDATE OF stage ON contact WHEN NEW.stage <> OLD.stage BEGIN
        UPDATE outbox SET stage = NEW.stage WHERE contact = NEW.key;
     END",
    "CREATE INDEX outbox_stage ON outbox (stage, walk, priority, due_ms, contact, part)",
    "DROP INDEX outbox_walk",
    "CREATE INDEX outbox_walk ON outbox (walk, priority) WHERE walk > 0",
    // What should stand in a contact by the fact that brought it, and what stands there by what differs from that:
    // each value and each id once.
    "UPDATE contact SET written = (SELECT json_object(
        'absent', (SELECT json_group_array(d.key) FROM json_each(contact.desired) d
            WHERE NOT EXISTS (SELECT 1 FROM json_each(contact.written) w WHERE w.key = d.key)),
        'other', (SELECT json_group_object(w.key, w.value) FROM json_each(contact.written) w
            WHERE NOT EXISTS (SELECT 1 FROM json_each(contact.desired) d
                WHERE d.key = w.key AND d.value ->> '$.v' = w.value))))",
    "UPDATE contact SET desired = (SELECT json_group_array(json_object('a', a, 'b', b, 'v', json(v))) FROM (
        SELECT value ->> '$.a' AS a, value ->> '$.b' AS b, json_group_object(key, value ->> '$.v') AS v
        FROM json_each(contact.desired) GROUP BY 1, 2))",
]];

/// Brings the database to the newest version. Repeatable; each migration is one block.
///
/// # Errors
/// A database that a newer version of this code has written is refused.
pub fn migrate<S: Sql>(sql: &S) -> Result<(), SqlError> {
    migrate_to(sql, MIGRATIONS.len())
}

/// Brings the database to a version, for tests of what comes after it.
pub(super) fn migrate_to<S: Sql>(sql: &S, newest: usize) -> Result<(), SqlError> {
    sql.exec("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)", &[])?;
    let current = version(sql)?;
    if current > newest as u64 {
        return Err(SqlError::Failed(format!("schema version {current} is newer than this program")));
    }
    for (index, statements) in MIGRATIONS.iter().take(newest).enumerate() {
        if (index as u64) < current {
            continue;
        }
        transaction(sql, |sql| {
            for statement in *statements {
                sql.exec(statement, &[])?;
            }
            sql.exec("DELETE FROM schema_version", &[])?;
            sql.exec("INSERT INTO schema_version (version) VALUES (?1)", &[(index as u64 + 1).into()])?;
            Ok(())
        })?;
    }
    Ok(())
}

fn version<S: Sql>(sql: &S) -> Result<u64, SqlError> {
    first(sql.exec("SELECT version FROM schema_version", &[])?).map_or(Ok(0), |row| row.number(0))
}

/// Reads a single value of table `state`.
pub fn load<S: Sql, T: serde::de::DeserializeOwned + Default>(sql: &S, name: &str) -> Result<T, SqlError> {
    match first(sql.exec("SELECT value FROM state WHERE name = ?1", &[name.into()])?) {
        Some(row) => super::sql::from_json(&row.text(0)?),
        None => Ok(T::default()),
    }
}

/// Stores a single value of table `state`.
pub fn store<S: Sql, T: serde::Serialize>(sql: &S, name: &str, value: &T) -> Result<(), SqlError> {
    let text = super::sql::to_json(value)?;
    sql.exec("INSERT OR REPLACE INTO state (name, value) VALUES (?1, ?2)", &[name.into(), text.into()])?;
    Ok(())
}
