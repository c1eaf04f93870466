//! Promises for the platform, each kept by a future of ours.
//!
//! Not by `worker`'s macros: they bring the platform's streams, bodies and errors in all their forms, 16 KB of module that
//! nobody asks for, and their executor waits for a turn of its own before every step.

use std::future::Future;

use js_sys::Promise;

use crate::web::Promised;
use crate::{platform, task, web};

/// A promise that a request's future keeps. `now_ms`: milliseconds since the Unix epoch.
pub fn kept_by(now_ms: u64, work: impl AsyncFnOnce(&Promised) + 'static) -> Promise {
    kept_within(now_ms, task::REQUEST_MS, work)
}

fn kept_within(now_ms: u64, longest_ms: u64, work: impl AsyncFnOnce(&Promised) + 'static) -> Promise {
    let promised = web::promised();
    let promise = promised.promise();
    task::spawn_at(now_ms, longest_ms, async move { work(&promised).await });
    promise
}

/// A promise that something gets done, be it by an alarm. If it does not, the platform is told why, in a stable word; an
/// alarm it then calls again.
pub fn done(work: impl Future<Output = Result<(), &'static str>> + 'static) -> Promise {
    kept_within(platform::now_ms(), task::ALARM_MS, async move |promised| match work.await {
        Ok(()) => web::keep(promised),
        Err(word) => web::fail(promised, word),
    })
}
