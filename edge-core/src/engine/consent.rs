//! Consent of a contact: what a withdrawal clears, and what it holds back.
//!
//! Invariant: of consent, too, the word observed last counts, whatever comes in first. A shopper's visit says yes for
//! its own time, since without consent it would not have become a fact. While the last word is no, nothing is sent to
//! the contact but what the withdrawal itself said, no contact is created, and orders are not taken in.

use super::contact::{self, Contact, Observed, READING, SHARE, Stage};
use super::sql::{Sql, SqlError};
use super::{Priority, catalogue, outbox};
use crate::fact::ConsentFact;

const DENIED: &str = "denied";
const GRANTED: &str = "granted";

impl Contact {
    /// Has the shopper withdrawn the consent to share?
    pub fn is_withdrawn(&self) -> bool {
        self.desired_value(SHARE) == Some(DENIED)
    }

    /// Takes a word on consent.
    pub(super) fn observe_share(&mut self, share: bool, at_ms: u64, by: &str) {
        self.observe(SHARE, if share { GRANTED } else { DENIED }, at_ms, by);
    }

    /// Forgets what orders told of these properties, unless this word is not the withdrawal in force. A reading of
    /// orders is no word on consent: one that came before the withdrawal was heard must not outlive it, even if it was
    /// made later, or by a clock that was ahead.
    fn forget_readings(&mut self, word: &ConsentFact) {
        if !self.is_withdrawn() || self.desired.get(SHARE).is_none_or(|no| no.by != word.id) {
            return;
        }
        self.desired
            .retain(|name, seen| !(seen.by.starts_with(READING) && word.properties.contains_key(name)));
    }

    /// Must this value stay here? It was observed by something else than the withdrawal in force.
    pub(super) fn is_held_back(&self, seen: &Observed) -> bool {
        self.is_withdrawn()
            && self.desired.get(SHARE).is_some_and(|no| (no.at_ms, &no.by) != (seen.at_ms, &seen.by))
    }
}

/// Makes a word on consent part of what should stand in the contact, and queues it if there is something to do.
pub(super) fn absorb<S: Sql>(
    sql: &S,
    fact: &ConsentFact,
    priority: Priority,
    now_ms: u64,
) -> Result<&'static str, SqlError> {
    let known = contact::find(sql, &fact.contact)?;
    let mut contact = match known {
        Some(contact) => contact,
        // Nothing of it is in Tidio by our hand. The word is kept for the orders and visits to come.
        None => Contact {
            stage: Stage::Absent,
            ..contact::find_or_new(sql, &fact.contact, &fact.distinct_id, now_ms)?
        },
    };
    if contact.suppressed {
        return Ok("suppressed");
    }
    contact.observe_share(fact.share, fact.observed_at_ms, &fact.id);
    contact.forget_readings(fact);
    for (name, value) in &fact.properties {
        contact.observe(name, value, fact.observed_at_ms, &fact.id);
    }
    if contact.is_withdrawn() && contact.stage == Stage::Create {
        contact.stage = Stage::Lookup;
    }
    // Made by the widget since we last looked, perhaps: then there is something to clear.
    if contact.stage == Stage::Absent && contact.email().is_some() {
        contact.stage = Stage::Lookup;
    }
    contact::save(sql, &contact, now_ms)?;
    if contact.stage == Stage::Absent {
        return Ok("absent");
    }
    let catalogue = catalogue::current(sql)?;
    let available = |name: &str| catalogue.fetched_ms == 0 || catalogue.has(name);
    if contact.stage == Stage::Ready && contact.difference(available) == Default::default() {
        return Ok("unchanged");
    }
    outbox::enqueue(sql, &contact.key, priority, &fact.correlation_id, now_ms)?;
    Ok("queued")
}
