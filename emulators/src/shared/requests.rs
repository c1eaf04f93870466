//! The log of vendor requests that tests make their assertions on.

use serde::Serialize;
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Older entries are dropped beyond this many.
const KEPT_ENTRIES: usize = 50_000;
/// Older entries are dropped when all bodies together are longer than this.
const KEPT_TOTAL_BYTES: usize = 64 * 1024 * 1024;
/// Longer request bodies are logged as their length only.
const KEPT_BODY_BYTES: usize = 64 * 1024;

/// One request as it was answered.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// Counts up from 1 in order of arrival; never reused, not even after the log was cleared.
    pub seq: u64,
    /// Time of arrival by the emulator's clock.
    pub at_ms: i64,
    pub method: String,
    pub path: String,
    /// Raw query string, without the question mark.
    pub query: String,
    /// Status sent; 0 when the connection was dropped instead, absent while being worked on.
    pub status: Option<u16>,
    /// `X-Correlation-ID` of the request, or the one made for it.
    pub correlation_id: Option<String>,
    /// API client (or Tidio client id) that the credentials belong to.
    pub client: Option<String>,
    /// JSON, or text, or null.
    pub body: Value,
    /// Kind of the fault applied, if any.
    pub fault: Option<&'static str>,
}

/// Bounded, append-only.
#[derive(Default)]
pub struct RequestLog {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    next: u64,
    /// With the length of each body as it was sent.
    entries: VecDeque<(Entry, usize)>,
    body_bytes: usize,
}

impl Inner {
    fn too_much(&self) -> bool {
        self.entries.len() > KEPT_ENTRIES || self.body_bytes > KEPT_TOTAL_BYTES
    }
}

impl RequestLog {
    /// Appends and returns the sequence number given. `body_bytes` is the length of the body logged.
    pub fn begin(&self, mut entry: Entry, body_bytes: usize) -> u64 {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.next += 1;
        entry.seq = inner.next;
        let kept_bytes = if body_bytes > KEPT_BODY_BYTES { 0 } else { body_bytes };
        inner.body_bytes += kept_bytes;
        inner.entries.push_back((entry, kept_bytes));
        while inner.too_much() {
            let dropped = inner.entries.pop_front();
            inner.body_bytes -= dropped.map_or(0, |(_, bytes)| bytes);
        }
        inner.next
    }

    /// Completes an entry that may have been cleared in the meantime.
    pub fn finish(&self, seq: u64, status: u16, client: Option<String>, fault: Option<&'static str>) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        // The newest entries are the likely ones.
        if let Some((entry, _)) = inner.entries.iter_mut().rev().find(|(entry, _)| entry.seq == seq) {
            entry.status = Some(status);
            entry.client = client;
            entry.fault = fault;
        }
    }

    /// Entries after `since`, whose path starts with `path_prefix`, oldest first.
    pub fn list(&self, since: u64, path_prefix: &str) -> Vec<Entry> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let matching = |entry: &&Entry| entry.seq > since && entry.path.starts_with(path_prefix);
        inner.entries.iter().map(|(entry, _)| entry).filter(matching).cloned().collect()
    }

    /// Forgets all entries; numbering goes on.
    pub fn clear(&self) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.entries.clear();
        inner.body_bytes = 0;
    }
}

/// The form in which a request body is logged.
pub fn loggable(body: &[u8]) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    if body.len() > KEPT_BODY_BYTES {
        return Value::String(format!("({} bytes)", body.len()));
    }
    serde_json::from_slice(body).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()))
}
