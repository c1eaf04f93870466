//! What operations may ask and order: dead letters, replay, traces, walks, figures.
//!
//! Out of scope: who may ask (the Worker's door). No answer holds a value of a contact.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::breaker::{self, Vendor};
use super::cursor::Backfill;
use super::dead::{self, DeadLetter, Filter};
use super::journal::Story;
use super::sql::{Sql, SqlError, first, transaction};
use super::{
    Engine, Ports, Priority, budget, catalogue, cursor, journal, outbox, people, queue, retry, tally,
};

/// No retry comes later than this: its longest delay, with room for what is added to it.
const LONGEST_WAIT_MS: u64 = 2 * retry::CAP_MS;

/// Dead letters or journal lines in one answer.
const LIST_LIMIT: u32 = 500;

/// A question or an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdminRequest {
    /// Dead letters that match.
    DeadLetters(Filter),
    /// Tries them again. One whose contact has moved on since sends what is right now, or nothing.
    Replay(Filter),
    /// The story of a correlation id, contact key, order id, order number or property.
    Trace {
        /// What to look for, exactly.
        term: String,
    },
    /// Delta sync and backfill.
    Walks,
    /// Starts a backfill or a dry run of one, or resumes it.
    Backfill(Backfill),
    /// Stops or resumes a walk.
    Pause {
        /// User's name of the commercetools project.
        project: String,
        /// `delta` or `backfill`.
        kind: String,
        /// Stop?
        paused: bool,
    },
    /// Figures as Prometheus text, labelled with the Tidio project's name.
    Metrics {
        /// User's name of the Tidio project.
        tidio: String,
    },
}

impl<P: Ports> Engine<P> {
    /// Answers operations. Repeatable; a replay of what was replayed already finds nothing.
    ///
    /// # Errors
    /// The database failed.
    pub fn admin(&self, request: &AdminRequest) -> Result<Value, SqlError> {
        let sql = self.ports.sql();
        Ok(match request {
            AdminRequest::DeadLetters(filter) => {
                json!({ "deadLetters": dead::list(sql, filter, LIST_LIMIT)? })
            }
            AdminRequest::Replay(filter) => json!({ "replayed": self.replay(filter)? }),
            AdminRequest::Trace { term } => {
                json!({ "lines": journal::trace(sql, &story(sql, term)?, LIST_LIMIT)? })
            }
            AdminRequest::Walks => {
                json!({ "walks": cursor::list(sql)?, "queue": queue::look(sql, &self.settings, self.ports.now_ms())? })
            }
            AdminRequest::Backfill(wanted) => json!({ "walk": self.begin_backfill(wanted)? }),
            AdminRequest::Pause { project, kind, paused } => {
                self.pause_walk(project, kind, *paused)?;
                json!({ "walks": cursor::list(sql)? })
            }
            AdminRequest::Metrics { tidio } => json!({ "text": self.metrics(tidio)? }),
        })
    }

    fn replay(&self, filter: &Filter) -> Result<usize, SqlError> {
        let now = self.ports.now_ms();
        let filter = Filter { replayed: false, ..filter.clone() };
        transaction(self.ports.sql(), |sql| {
            let letters = dead::list(sql, &filter, LIST_LIMIT)?;
            for letter in &letters {
                revive(sql, letter, now)?;
                dead::mark_replayed(sql, letter.id, now)?;
                journal::write(sql, now, &letter.correlation_id, &letter.subject, "replayed", &letter.cause)?;
            }
            Ok(letters.len())
        })
    }

    /// Deletes what retention no longer allows to keep. Repeatable; the cron's call.
    ///
    /// # Errors
    /// The database failed.
    pub fn tidy(&self) -> Result<(), SqlError> {
        let now = self.ports.now_ms();
        let before = |age_ms: u64| now.saturating_sub(age_ms).into();
        let sql = self.ports.sql();
        sql.exec("DELETE FROM journal WHERE at_ms < ?1", &[before(self.settings.journal_ms)])?;
        sql.exec("DELETE FROM dead_letter WHERE last_ms < ?1", &[before(self.settings.dead_letter_ms)])?;
        sql.exec(
            "DELETE FROM inbox WHERE due_ms IS NULL AND received_ms < ?1",
            &[before(self.settings.inbox_ms)],
        )?;
        // Nothing is put off for longer than the longest wait, unless the clock was ahead and has come back.
        for table in ["inbox", "outbox", "history"] {
            sql.exec(
                &format!("UPDATE {table} SET due_ms = ?1 WHERE due_ms > ?2"),
                &[now.into(), (now + LONGEST_WAIT_MS).into()],
            )?;
        }
        Ok(())
    }

    fn metrics(&self, tidio: &str) -> Result<String, SqlError> {
        let line = |one: Figure| {
            let label = one.label.map(|(name, value)| format!(",{name}=\"{value}\"")).unwrap_or_default();
            format!("tidio_bridge_{}{{tidio=\"{tidio}\"{label}}} {}\n", one.name, one.value)
        };
        Ok(self.figures()?.into_iter().map(line).collect())
    }

    /// What a monitor watches.
    ///
    /// # Errors
    /// The database failed.
    pub fn figures(&self) -> Result<Vec<Figure>, SqlError> {
        let (sql, now) = (self.ports.sql(), self.ports.now_ms());
        let number = |statement: &str| -> Result<u64, SqlError> {
            let rows = sql.exec(statement, &[])?;
            Ok(first(rows).map_or(Ok(None), |row| row.optional_number(0))?.unwrap_or(0))
        };
        let (used, limit) = budget::usage(sql, now)?;
        let oldest = number("SELECT min(received_ms) FROM inbox WHERE due_ms IS NOT NULL")?;
        let open = |vendor| breaker::cause(sql, vendor).map(|cause| u64::from(cause.is_some()));
        let plain = |name, value| Figure { name, label: None, value };
        let mut figures = vec![
            plain("inbox_facts", number("SELECT count(*) FROM inbox WHERE due_ms IS NOT NULL")?),
            plain("inbox_age_ms", if oldest == 0 { 0 } else { now.saturating_sub(oldest) }),
            plain("histories_due", number("SELECT count(*) FROM history")?),
            plain("outbox_contacts", number("SELECT count(*) FROM outbox")?),
            plain("outbox_attempts", number("SELECT sum(attempts) FROM outbox")?),
            plain("contacts_walked", u64::from(people::current(sql)?.is_under_way())),
            plain("contacts", number("SELECT count(*) FROM contact")?),
            plain("dead_letters", number("SELECT count(*) FROM dead_letter WHERE replayed_ms IS NULL")?),
            plain("budget_used", used),
            plain("budget_limit", u64::from(limit)),
            plain("properties_missing", catalogue::current(sql)?.missing.len() as u64),
        ];
        for (name, vendor) in [("tidio", Vendor::Tidio), ("commercetools", Vendor::Commercetools)] {
            let label = Some(("vendor", name.to_owned()));
            figures.push(Figure { name: "breaker_open", label, value: open(vendor)? });
        }
        for walk in cursor::list(sql)?.into_iter().filter(|walk| walk.kind == "delta") {
            let value = walk.walked_ms.map_or(0, |at| now.saturating_sub(at));
            figures.push(Figure { name: "sync_lag_ms", label: Some(("commercetools", walk.project)), value });
        }
        for (name, value) in tally::list(sql)? {
            match name.split_once(':') {
                Some(("event", kind)) => {
                    let label = Some(("kind", kind.to_owned()));
                    figures.push(Figure { name: "events_not_for_us_total", label, value });
                }
                Some(("webhook", topic)) => {
                    let label = Some(("topic", topic.to_owned()));
                    figures.push(Figure { name: "webhooks_total", label, value });
                }
                _ => {}
            }
        }
        Ok(figures)
    }
}

/// One figure of a Tidio project, at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Its name; the unit stands at its end, if it has one.
    pub name: &'static str,
    /// What it is about, besides the Tidio project.
    pub label: Option<(&'static str, String)>,
    /// The figure.
    pub value: u64,
}

/// What was given up is due again: the difference, or the reading, as it is now.
fn revive<S: Sql>(sql: &S, letter: &DeadLetter, now: u64) -> Result<(), SqlError> {
    if letter.kind == "contact" {
        sql.exec(
            "UPDATE contact SET refused = '{}', stage = CASE stage WHEN 'absent' THEN 'lookup' ELSE stage END
             WHERE key = ?1 AND suppressed = 0",
            &[(&letter.subject).into()],
        )?;
        return outbox::enqueue(sql, &letter.subject, Priority::Event, &letter.correlation_id, now);
    }
    sql.exec(
        "UPDATE inbox SET due_ms = ?2, attempts = 0, first_failed_ms = NULL, outcome = NULL
         WHERE subject = ?1 AND kind = ?3 AND outcome = 'dead_letter'",
        &[(&letter.subject).into(), now.into(), (&letter.kind).into()],
    )?;
    Ok(())
}

/// Most orders or contacts whose stories are told in one answer.
const STORY_SUBJECTS: usize = 20;

/// Whose lines tell the story of `term`: itself; an order by its number; the orders of a correlation id; the contacts
/// of those orders, since many orders of one shopper share a write; a contact by any of its ids.
fn story<S: Sql>(sql: &S, term: &str) -> Result<Story, SqlError> {
    let column = |statement: &str, term: &str| -> Result<Vec<String>, SqlError> {
        let rows = sql.exec(statement, &[term.into()])?;
        rows.iter().take(STORY_SUBJECTS).map(|row| row.text(0)).collect()
    };
    let own = column("SELECT id FROM shop_order WHERE number = ?1", term)?;
    let known = column(
        "SELECT key FROM contact WHERE distinct_id = ?1 OR tidio_id = ?1 OR {customer} = ?1"
            .replace("{customer}", CUSTOMER_OF_KEY)
            .as_str(),
        term,
    )?;
    let contacts = "SELECT key FROM contact WHERE {customer} IN (SELECT customer FROM shop_order
             WHERE number = ?1 OR id = ?1 OR id IN (SELECT subject FROM journal WHERE correlation_id = ?1))"
        .replace("{customer}", CUSTOMER_OF_KEY);
    let followed = std::iter::once(term.to_owned()).chain(own).chain(known).collect();
    Ok(Story { followed, touched: column(&contacts, term)? })
}

/// The customer in a contact's key.
const CUSTOMER_OF_KEY: &str = "substr(key, instr(key, ':customer:') + 10)";
