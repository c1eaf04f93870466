//! What was delivered, to whom, after how many attempts.

use super::notification::Notification;
use super::target::Target;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

/// Older records are dropped beyond this many.
const KEPT: usize = 100_000;

/// How far a delivery has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Pending,
    Delivered,
    /// The service gave up.
    Dropped,
}

/// One delivery. A duplicate is a delivery of its own.
#[derive(Clone, Debug, Serialize)]
pub struct Record {
    pub id: u64,
    pub subscription: String,
    pub kind: super::target::Service,
    /// Message type or notification type; `handshake` for what precedes deliveries.
    pub event: String,
    pub resource_id: String,
    /// Sequence number of a message, version of a change.
    pub number: i64,
    pub duplicate: bool,
    pub state: State,
    pub attempts: u32,
    /// Status or failure of the last attempt.
    pub last: String,
    pub created_ms: i64,
    pub updated_ms: i64,
}

/// All records, oldest first.
#[derive(Default)]
pub struct DeliveryLog {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    next: u64,
    records: VecDeque<Record>,
}

impl DeliveryLog {
    /// Adds a pending delivery and returns its id.
    pub fn begin(&self, target: &Target, what: &Notification, duplicate: bool, now_ms: i64) -> u64 {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.next += 1;
        let id = inner.next;
        inner.records.push_back(Record {
            id,
            subscription: target.subscription.clone(),
            kind: target.kind,
            event: what.kind.clone(),
            resource_id: what.resource_id.clone(),
            number: what.number,
            duplicate,
            state: State::Pending,
            attempts: 0,
            last: String::new(),
            created_ms: now_ms,
            updated_ms: now_ms,
        });
        if inner.records.len() > KEPT {
            inner.records.pop_front();
        }
        id
    }

    /// Notes an attempt.
    pub fn attempt(&self, id: u64, state: State, last: &str, now_ms: i64) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let first = inner.records.front().map_or(0, |record| record.id);
        let position = id.checked_sub(first).and_then(|offset| usize::try_from(offset).ok());
        if let Some(record) = position.and_then(|position| inner.records.get_mut(position)) {
            record.state = state;
            record.attempts += 1;
            last.clone_into(&mut record.last);
            record.updated_ms = now_ms;
        }
    }

    /// Records of a subscription (or all), the newest `limit` of them, oldest first.
    pub fn list(&self, subscription: Option<&str>, limit: usize) -> Vec<Record> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let matching = |record: &&Record| subscription.is_none_or(|wanted| record.subscription == wanted);
        let mut newest: Vec<Record> =
            inner.records.iter().rev().filter(matching).take(limit).cloned().collect();
        newest.reverse();
        newest
    }

    /// Counts by state, and all attempts.
    pub fn summary(&self) -> Value {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let mut states = BTreeMap::from([(State::Pending, 0), (State::Delivered, 0), (State::Dropped, 0)]);
        let mut attempts = 0;
        for record in &inner.records {
            *states.entry(record.state).or_insert(0) += 1;
            attempts += u64::from(record.attempts);
        }
        let count = |state| states.get(&state).copied().unwrap_or(0);
        json!({
            "pending": count(State::Pending), "delivered": count(State::Delivered),
            "dropped": count(State::Dropped), "attempts": attempts,
        })
    }

    /// Forgets all records; ids go on.
    pub fn clear(&self) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).records.clear();
    }
}
