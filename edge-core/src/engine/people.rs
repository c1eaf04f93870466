//! The walk through Tidio's list of contacts: one request shows a hundred of them, where a look-up by address shows
//! one.
//!
//! It answers look-ups when there are more of them than the list has pages, and it is the pass that finds what
//! missed webhooks would have told. Where it stands is stored in the same block as what a page brought, so it goes on
//! after any stop.
//!
//! Ordering invariant: a look-up is answered "not there" only by a walk that began after the look-up was due. A row
//! is marked with the number of its walk in the block that begins it, and whatever reschedules a row takes the mark
//! away.

use serde::{Deserialize, Serialize};

use super::catalogue::{self, Catalogue};
use super::contact::{self, Stage};
use super::outbox;
use super::schema::{load, store};
use super::sql::{Sql, SqlError, first, transaction};
use super::tidio::{ContactPage, Tidio, TidioContact, TidioError};
use super::{Engine, Ports, Priority, journal, retry};

const STATE: &str = "people";

/// Rows answered in one block at the end of a walk.
const BLOCK: u64 = 100;

/// Failures of one walk after which look-ups go one by one for a while.
const PATIENCE: u64 = 8;

/// A page that is refused counts as so many failures: it will be refused again.
const REFUSAL: u64 = 4;

/// For how long no walk begins after one that was given up.
const BAR_MS: u64 = 60 * 60_000;

/// Pages after which a list is taken to have no end.
const MOST_PAGES: u64 = 100_000;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Phase {
    /// None is under way.
    #[default]
    Idle,
    /// Pages are read.
    Reading,
    /// All pages were read; rows that were not found are answered.
    Answering,
}

/// The walk that is under way, or what is known of the last one.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct People {
    /// Counts walks; 0 is none yet.
    number: u64,
    phase: Phase,
    cursor: Option<String>,
    pages: u64,
    seen: u64,
    found: u64,
    failures: u64,
    /// When the next page may be asked for, after a failure.
    due_ms: u64,
    /// Pages of the last walk that was completed.
    last_pages: Option<u64>,
    completed_ms: u64,
    barred_until_ms: u64,
}

impl People {
    /// Which walk.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Whether it has not ended.
    pub(super) fn is_under_way(&self) -> bool {
        self.phase != Phase::Idle
    }

    /// Whether pages are read.
    pub(super) fn is_reading(&self) -> bool {
        self.phase == Phase::Reading
    }

    /// Whether rows wait for their answer, which costs no request.
    pub(super) fn is_answering(&self) -> bool {
        self.phase == Phase::Answering
    }

    /// When something is to be done, if it is at all.
    pub(super) fn next_due(&self, now_ms: u64) -> Option<u64> {
        match self.phase {
            Phase::Idle => None,
            Phase::Answering => Some(0),
            // A clock that has come back must not hold the walk up for longer than the longest wait.
            Phase::Reading => Some(if self.due_ms > now_ms + BAR_MS { 0 } else { self.due_ms }),
        }
    }

    /// Whether a walk may begin.
    pub(super) fn may_begin(&self, now_ms: u64) -> bool {
        self.phase == Phase::Idle
            && (now_ms >= self.barred_until_ms || self.barred_until_ms > now_ms + BAR_MS)
    }
}

/// The walk as stored.
pub(super) fn current<S: Sql>(sql: &S) -> Result<People, SqlError> {
    load(sql, STATE)
}

/// Pages that a walk will have: as many as the last one, or `assumed` before the first.
pub(super) fn pages<S: Sql>(sql: &S, assumed: u64) -> Result<u64, SqlError> {
    Ok(current(sql)?.last_pages.unwrap_or(assumed))
}

/// Begins a walk, which will answer the look-ups that are due now.
pub(super) fn begin<S: Sql>(sql: &S, now_ms: u64) -> Result<(), SqlError> {
    let last = current(sql)?;
    let walk = People {
        number: last.number + 1,
        phase: Phase::Reading,
        last_pages: last.last_pages,
        completed_ms: last.completed_ms,
        ..People::default()
    };
    store(sql, STATE, &walk)?;
    outbox::mark_for_walk(sql, walk.number, now_ms)
}

/// Begins the pass that makes up for missed webhooks, if the last walk is older than `age_ms` and there is a contact
/// that Tidio did not have when it was last looked for.
pub(super) fn begin_if_old<S: Sql>(sql: &S, now_ms: u64, age_ms: u64) -> Result<(), SqlError> {
    let last = current(sql)?;
    let is_old = last.completed_ms > now_ms || now_ms - last.completed_ms >= age_ms;
    if !last.may_begin(now_ms) || !is_old {
        return Ok(());
    }
    let absent = "SELECT 1 FROM contact WHERE stage = 'absent' AND suppressed = 0 LIMIT 1";
    if first(sql.exec(absent, &[])?).is_some() { begin(sql, now_ms) } else { Ok(()) }
}

impl<P: Ports> Engine<P> {
    /// One page of the walk. Repeatable: a read, then one block with what it brought and where the walk stands.
    pub(super) async fn people_page(&self, walk: &People, priority: Priority) -> Result<(), SqlError> {
        let Some(slot) = self.slot(priority)? else { return Ok(()) };
        let correlation_id = self.new_correlation_id();
        let answer = self.ports.tidio().contacts(&correlation_id, None, walk.cursor.as_deref()).await;
        match self.settle(slot, answer)? {
            Ok(page) if page.cursor.is_some() && page.cursor == walk.cursor => self.page_failed(REFUSAL),
            Ok(page) => self.take_people(&page, &correlation_id),
            Err(TidioError::Rejected { .. } | TidioError::NotFound) => self.page_failed(REFUSAL),
            Err(error) => {
                if self.vendor_failed(&error).await? == super::send::Health::Up {
                    self.page_failed(1)?;
                }
                Ok(())
            }
        }
    }

    fn take_people(&self, page: &ContactPage, correlation_id: &str) -> Result<(), SqlError> {
        let now = self.ports.now_ms();
        transaction(self.ports.sql(), |sql| {
            let mut walk = current(sql)?;
            let catalogue = catalogue::current(sql)?;
            for found in &page.contacts {
                walk.found += u64::from(take_person(sql, &catalogue, found, correlation_id, now)?);
            }
            walk.seen += page.contacts.len() as u64;
            walk.pages += 1;
            (walk.failures, walk.due_ms) = (0, 0);
            walk.cursor.clone_from(&page.cursor);
            if page.cursor.is_none() {
                walk.phase = Phase::Answering;
                walk.last_pages = Some(walk.pages);
                walk.completed_ms = now;
                let detail = format!("{} seen on {} pages, {} found", walk.seen, walk.pages, walk.found);
                journal::write(sql, now, correlation_id, "tidio", "contacts_walked", &detail)?;
            } else if walk.pages >= MOST_PAGES {
                return give_up(sql, walk, now);
            }
            store(sql, STATE, &walk)
        })
    }

    fn page_failed(&self, weight: u64) -> Result<(), SqlError> {
        let now = self.ports.now_ms();
        transaction(self.ports.sql(), |sql| {
            let mut walk = current(sql)?;
            walk.failures += weight;
            if walk.failures >= PATIENCE {
                return give_up(sql, walk, now);
            }
            if weight == REFUSAL {
                // Cursors may expire. What was found so far stays found.
                (walk.cursor, walk.pages, walk.seen) = (None, 0, 0);
            }
            walk.due_ms = now + retry::delay_ms(walk.failures, self.ports.random());
            store(sql, STATE, &walk)
        })
    }

    /// Answers rows that the walk did not find. One block, no request.
    pub(super) fn answer_people(&self) -> Result<(), SqlError> {
        let now = self.ports.now_ms();
        transaction(self.ports.sql(), |sql| {
            let mut walk = current(sql)?;
            let rows = outbox::of_walk(sql, walk.number, BLOCK)?;
            for (row, stage) in &rows {
                match stage {
                    Stage::Lookup | Stage::Verify => self.not_there(sql, row, now)?,
                    Stage::Create | Stage::Ready | Stage::Absent => outbox::unmark(sql, &row.contact)?,
                }
            }
            if rows.is_empty() {
                walk.phase = Phase::Idle;
                store(sql, STATE, &walk)?;
            }
            Ok(())
        })
    }
}

/// Takes a listed contact over if it is one that we look for. Only the distinct id tells.
fn take_person<S: Sql>(
    sql: &S,
    catalogue: &Catalogue,
    found: &TidioContact,
    correlation_id: &str,
    now: u64,
) -> Result<bool, SqlError> {
    let Some(distinct_id) = &found.distinct_id else { return Ok(false) };
    let Some(mut contact) = contact::find_distinct(sql, distinct_id)? else { return Ok(false) };
    if contact.suppressed || contact.tidio_id.is_some() {
        return Ok(false);
    }
    contact.adopt(found);
    contact::save(sql, &contact, now)?;
    let waiting = outbox::correlation_of(sql, &contact.key)?;
    // Before the first look at the panel every property counts as defined, so that the row is queued.
    let available = |name: &str| catalogue.fetched_ms == 0 || catalogue.has(name);
    let correlation_id = waiting.as_deref().unwrap_or(correlation_id);
    if waiting.is_some() {
        outbox::renew(sql, &contact.key, now)?;
    } else if contact.difference(available) != Default::default() {
        outbox::enqueue(sql, &contact.key, Priority::Backfill, correlation_id, now)?;
    }
    journal::write(sql, now, correlation_id, &contact.key, "found", "in the list of contacts")?;
    Ok(true)
}

/// Ends a walk without an answer: its rows are looked up one by one.
fn give_up<S: Sql>(sql: &S, mut walk: People, now: u64) -> Result<(), SqlError> {
    outbox::unmark_walk(sql, walk.number)?;
    walk.phase = Phase::Idle;
    walk.barred_until_ms = now + BAR_MS;
    journal::write(sql, now, "", "tidio", "contacts_not_walked", "the list could not be read")?;
    store(sql, STATE, &walk)
}
