//! `GET /v1/bootstrap?store&locale`: public settings, cacheable by browsers and by caches on the way.
//!
//! The platform's own cache is not asked: the answer is made from memory without any I/O, and asking would take longer.

use contract::ErrorCode;
use edge_core::config::Config;
use edge_core::identify::{Place, bootstrap as reply};
use sha2::{Digest as _, Sha256};

use super::page::refused;
use crate::http::{Incoming, Outgoing, allow_for_store};

/// A change of settings reaches every page within five minutes; a stale answer bridges a day of trouble.
const CACHE_CONTROL: &str = "public, max-age=300, stale-while-revalidate=60, stale-if-error=86400";

/// Answers from the configuration alone; repeatable.
pub fn bootstrap(config: &Config, incoming: &Incoming) -> Outgoing {
    let origin = incoming.origin.as_deref();
    let parameter = |name| incoming.parameter(name).unwrap_or_default();
    let place = match Place::find(config, &parameter("store"), &parameter("locale")) {
        Ok(place) => place,
        Err(code) => return refused(config, incoming, code),
    };
    if origin.is_some_and(|origin| !place.store.allows_origin(origin)) {
        return refused(config, incoming, ErrorCode::OriginForbidden);
    }
    let fresh = Outgoing::json(200, &reply(place)).with("cache-control", CACHE_CONTROL);
    let tag = entity_tag(&fresh.body);
    let answer = match incoming.if_none_match.as_deref() {
        Some(known) if matches(known, &tag) => Outgoing::empty(304).with("cache-control", CACHE_CONTROL),
        _ => fresh,
    };
    allow_for_store(answer.with("etag", tag), place.store, origin)
}

fn entity_tag(body: &str) -> String {
    let hash = Sha256::digest(body.as_bytes());
    format!("\"{}\"", hex::encode(hash.get(..8).unwrap_or_default()))
}

/// `If-None-Match` is a list, and caches on the way may have made the tag weak.
fn matches(known: &str, tag: &str) -> bool {
    known.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}
