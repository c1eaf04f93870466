//! Which pages may read our answers: those of the store's origins, and no others.
//!
//! A preflight and a refused body name no store, so any store's origin will do for them: they say nothing about a
//! store. An answer about a store goes to that store's origins only.

use edge_core::config::{Config, Store};

use super::Outgoing;

/// How long a browser may keep the answer to a preflight, in seconds; Chromium's own limit is 7,200.
const PREFLIGHT_SECONDS: &str = "7200";

/// The answer to a preflight from `origin`.
pub fn preflight(config: &Config, origin: Option<&str>) -> Outgoing {
    allow_for_any_store(Outgoing::empty(204), config, origin)
        .with("access-control-allow-methods", "GET, POST")
        .with("access-control-allow-headers", "authorization, content-type, x-correlation-id")
        .with("access-control-max-age", PREFLIGHT_SECONDS)
}

/// Lets the page read the answer if its origin is one of any store.
pub fn allow_for_any_store(answer: Outgoing, config: &Config, origin: Option<&str>) -> Outgoing {
    allow(answer, origin.filter(|origin| config.stores.values().any(|store| store.allows_origin(origin))))
}

/// Lets the page read the answer if its origin is one of this store.
pub fn allow_for_store(answer: Outgoing, store: &Store, origin: Option<&str>) -> Outgoing {
    allow(answer, origin.filter(|origin| store.allows_origin(origin)))
}

fn allow(answer: Outgoing, origin: Option<&str>) -> Outgoing {
    let answer = answer.with("vary", "origin");
    match origin {
        Some(origin) => answer
            .with("access-control-allow-origin", origin.to_owned())
            .with("access-control-expose-headers", "x-correlation-id, retry-after"),
        None => answer,
    }
}
