//! The engine: the one writer of a Tidio project.
//!
//! In scope: what is stored, in which order things happen, when to try again, when to give up, and how never to
//! exceed the vendor's budget. Out of scope: HTTP, the platform, and what the properties of a contact are.
//!
//! Everything that must not be lost is in SQL before anybody is told that it was taken. Between two calls to the
//! outside every change of state is one synchronous block; a stop at any point leaves a state from which
//! [`Engine::run`] goes on. Each outgoing call may happen twice, and the function that makes it says why that is
//! safe.

pub mod admin;
pub mod breaker;
pub mod budget;
pub mod catalogue;
mod consent;
mod contact;
pub mod cursor;
pub mod dead;
mod histories;
mod inbox;
pub mod journal;
pub mod messages;
mod orders;
mod outbox;
pub mod panel;
mod people;
pub(crate) mod predicate;
mod queue;
pub mod reader;
mod resolve;
pub mod retry;
pub mod schema;
mod send;
pub mod shop;
pub mod sql;
mod stored;
pub mod tally;
pub mod tidio;
pub mod wire;
mod work;

#[cfg(test)]
mod tests;

pub use inbox::Receipt;

use contract::FlatMap;
use serde::{Deserialize, Serialize};

use crate::fact::Fact;
use crate::identity::random_uuid;
use breaker::{Gate, Vendor};
use budget::Slot;
use contact::Contact;
use outbox::Pending;
use shop::Shop;
use sql::{Sql, SqlError, transaction};
use tidio::{Answer, Tidio, TidioError};

/// Who waits for a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// A shopper or an agent, now.
    Interactive,
    /// An event of the shop.
    Event,
    /// Nobody: delta sync and backfill.
    Backfill,
}

impl Priority {
    const fn number(self) -> i64 {
        match self {
            Priority::Interactive => 0,
            Priority::Event => 1,
            Priority::Backfill => 2,
        }
    }

    const fn from_number(number: u64) -> Self {
        match number {
            0 => Priority::Interactive,
            1 => Priority::Event,
            _ => Priority::Backfill,
        }
    }
}

/// What the engine needs from outside, besides what it is told.
pub trait Ports {
    /// The database.
    type Sql: Sql;
    /// Tidio's REST API.
    type Tidio: Tidio;
    /// commercetools.
    type Shop: Shop;
    /// The database.
    fn sql(&self) -> &Self::Sql;
    /// Tidio's REST API.
    fn tidio(&self) -> &Self::Tidio;
    /// commercetools.
    fn shop(&self) -> &Self::Shop;
    /// Milliseconds since the Unix epoch. May jump in either direction.
    fn now_ms(&self) -> u64;
    /// Uniform over all of `u64`; for jitter, not for secrets.
    fn random(&self) -> u64;
}

/// Settings of one Tidio project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long the widget may take to make a contact of an identified visitor before the engine does.
    pub widget_grace_ms: u64,
    /// How old the panel's property list may be before a write.
    pub catalogue_max_age_ms: u64,
    /// How long the journal is kept.
    pub journal_ms: u64,
    /// How long dead letters are kept.
    pub dead_letter_ms: u64,
    /// How long the keys of facts are remembered: longer than any service repeats one.
    pub inbox_ms: u64,
    /// How old the last walk through Tidio's contacts may be before another one makes up for missed webhooks.
    pub reconcile_ms: u64,
    /// Pages that Tidio's list of contacts is taken to have until it was walked once.
    pub assumed_pages: u64,
}

const DAY_MS: u64 = 24 * 60 * 60_000;

impl Default for Settings {
    fn default() -> Self {
        Settings {
            widget_grace_ms: 20_000,
            catalogue_max_age_ms: 10 * 60_000,
            journal_ms: 30 * DAY_MS,
            dead_letter_ms: 90 * DAY_MS,
            inbox_ms: 10 * DAY_MS,
            reconcile_ms: DAY_MS,
            assumed_pages: 10,
        }
    }
}

/// Steps of one [`Engine::run`]: enough for a burst, few enough that a run ends long before the platform's limit
/// on an alarm (15 minutes) at ten seconds a call.
const STEPS_PER_RUN: usize = 40;

/// Contacts of a backfill that pile up before Tidio is written to while orders are still to be read: so that batches
/// are full and one walk through Tidio's contacts answers all look-ups, and yet a large backfill reads and writes at
/// the same time.
const BACKFILL_PILE: u64 = 20_000;

/// The one writer of a Tidio project.
pub struct Engine<P> {
    ports: P,
    settings: Settings,
}

enum Step {
    /// Something was done; look again.
    Done,
    /// Nothing to do before then; `None` when nothing is pending at all.
    Wait(Option<u64>),
}

impl<P: Ports> Engine<P> {
    /// Opens the engine on its database, bringing the tables up to date.
    ///
    /// # Errors
    /// The database fails, or was written by a newer version.
    pub fn open(ports: P, settings: Settings) -> Result<Self, SqlError> {
        schema::migrate(ports.sql())?;
        Ok(Engine { ports, settings })
    }

    /// What the engine runs on.
    pub fn ports(&self) -> &P {
        &self.ports
    }

    /// Stores facts; when this returns they are kept. Repeatable: known facts are counted and dropped.
    ///
    /// # Errors
    /// Nothing was stored, and the caller may repeat.
    pub fn submit(&self, facts: &[Fact], priority: Priority) -> Result<Receipt, SqlError> {
        let now = self.ports.now_ms();
        transaction(self.ports.sql(), |sql| inbox::store(sql, facts, priority, now))
    }

    /// Adds to the counters of what was no fact. Not exact: a repeated request is counted again.
    ///
    /// # Errors
    /// The database failed.
    pub fn count(&self, counts: &FlatMap<String, u64>) -> Result<(), SqlError> {
        transaction(self.ports.sql(), |sql| tally::add(sql, counts))
    }

    /// Does what is due and gives the time at which to be called again, if anything is left to do.
    ///
    /// Only one run at a time: the caller's alarm guarantees it. Facts may be submitted meanwhile.
    ///
    /// # Errors
    /// The database failed. Call again; nothing is lost.
    pub async fn run(&self) -> Result<Option<u64>, SqlError> {
        for _ in 0..STEPS_PER_RUN {
            match self.step().await? {
                Step::Done => {}
                Step::Wait(until) => return Ok(until),
            }
        }
        Ok(Some(self.ports.now_ms()))
    }

    async fn step(&self) -> Result<Step, SqlError> {
        let now = self.ports.now_ms();
        let absorbed = transaction(self.ports.sql(), |sql| inbox::absorb(sql, &self.settings, now))?;
        if absorbed > 0 {
            return Ok(Step::Done);
        }
        if self.is_piling_up(now)?
            && let Step::Done = self.shop_step(now).await?
        {
            return Ok(Step::Done);
        }
        // While Tidio's budget is spent the shop is read, and the patches grow.
        let Step::Wait(tidio_at) = self.tidio_step(now).await? else { return Ok(Step::Done) };
        let Step::Wait(shop_at) = self.shop_step(now).await? else { return Ok(Step::Done) };
        Ok(Step::Wait([tidio_at, shop_at].into_iter().flatten().min()))
    }

    /// Whether only a backfill wants to write, and may still wait for the rest of what it reads.
    fn is_piling_up(&self, now: u64) -> Result<bool, SqlError> {
        let (most_urgent, due) = outbox::pressure(self.ports.sql(), now, BACKFILL_PILE)?;
        Ok(most_urgent == Some(Priority::Backfill) && due < BACKFILL_PILE)
    }

    /// One request to Tidio, if one is due and allowed.
    async fn tidio_step(&self, now: u64) -> Result<Step, SqlError> {
        let sql = self.ports.sql();
        let walk = people::current(sql)?;
        if walk.is_answering() {
            return self.answer_people().map(|()| Step::Done);
        }
        let due = [outbox::next_due(sql)?, walk.next_due(now)];
        let Some(work_due) = due.into_iter().flatten().min() else { return Ok(Step::Wait(None)) };
        if work_due > now {
            return Ok(Step::Wait(Some(work_due)));
        }
        match breaker::gate(sql, Vendor::Tidio, now)? {
            Gate::OpenUntil(until) => return Ok(Step::Wait(Some(until))),
            Gate::Probe => return self.refresh(now).await,
            Gate::Closed => {}
        }
        if !catalogue::current(sql)?.is_fresh(now, self.settings.catalogue_max_age_ms) {
            return self.refresh(now).await;
        }
        self.write(now).await
    }

    /// Reads the catalogue, or waits for a slot to do so.
    async fn refresh(&self, now: u64) -> Result<Step, SqlError> {
        if let Some(until) = self.blocked(now, Priority::Interactive)? {
            return Ok(Step::Wait(Some(until)));
        }
        self.read_catalogue().await?;
        Ok(Step::Done)
    }

    /// A new correlation id, for what nobody outside caused.
    fn new_correlation_id(&self) -> String {
        let mut bytes = [0_u8; 16];
        let halves = self.ports.random().to_le_bytes().into_iter().chain(self.ports.random().to_le_bytes());
        bytes.iter_mut().zip(halves).for_each(|(to, from)| *to = from);
        random_uuid(bytes)
    }

    /// When the budget has a slot again, if it has none now.
    fn blocked(&self, now: u64, priority: Priority) -> Result<Option<u64>, SqlError> {
        budget::free_at(self.ports.sql(), now, priority)
    }

    /// A slot for one request.
    fn slot(&self, priority: Priority) -> Result<Option<Slot>, SqlError> {
        budget::take(self.ports.sql(), self.ports.now_ms(), priority).map(Result::ok)
    }

    /// Books the answer of a request and hands its result on.
    fn settle<T>(&self, slot: Slot, answer: Answer<T>) -> Result<Result<T, TidioError>, SqlError> {
        let now = self.ports.now_ms();
        budget::finish(self.ports.sql(), &slot, now, answer.rate, answer.result.as_ref().err())?;
        Ok(answer.result)
    }
}

fn most_urgent(rows: &[(Pending, Contact)]) -> Priority {
    rows.iter().map(|(row, _)| row.priority).min().unwrap_or(Priority::Backfill)
}
