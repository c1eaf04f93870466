//! What the calls of pages have in common: the store that a page may ask for, what comes along, how it is refused.

use std::cell::RefCell;
use std::rc::Rc;

use contract::ErrorCode;
use edge_core::access_token::Memory;
use edge_core::config::{CommerceProject, Config, Secret, Store, TidioProject};
use edge_core::identify::Call;
use edge_core::number::NumberFormats;

use crate::http::{Incoming, Outgoing, allow_for_any_store};
use crate::numbers;

thread_local! {
    /// What this isolate remembers about access tokens.
    static MEMORY: Rc<RefCell<Memory>> = Rc::default();
}

/// What this isolate lends to a call.
pub struct Lent {
    memory: Rc<RefCell<Memory>>,
    numbers: Rc<NumberFormats>,
}

impl Lent {
    /// What this isolate has.
    pub fn here() -> Self {
        Lent { memory: MEMORY.with(Rc::clone), numbers: numbers::formats() }
    }

    /// The call, as the rules want to know it.
    pub fn call<'a>(&'a self, incoming: &'a Incoming, now_ms: u64) -> Call<'a> {
        Call {
            correlation_id: incoming.correlation_id.as_str(),
            now_ms,
            access_token: incoming.bearer.as_ref().map(Secret::expose),
            memory: &self.memory,
            numbers: &self.numbers,
        }
    }
}

/// A store with its two projects.
pub type StorePlace<'a> = (&'a Store, &'a CommerceProject, &'a TidioProject);

/// The store with this key, if pages of that origin may call for it. A browser always sends one with a POST, so none is
/// not enough.
///
/// # Errors
/// `store_unknown`, `origin_forbidden`: the caller's.
pub fn store_for<'a>(
    config: &'a Config,
    key: &str,
    origin: Option<&str>,
) -> Result<StorePlace<'a>, ErrorCode> {
    let found = config.store(key).ok_or(ErrorCode::StoreUnknown)?;
    if !origin.is_some_and(|origin| found.0.allows_origin(origin)) {
        return Err(ErrorCode::OriginForbidden);
    }
    Ok(found)
}

/// A refusal before the page was found to belong to the store. Pages of any store may read why; one that asks for a
/// store of others reads nothing.
pub fn refused(config: &Config, incoming: &Incoming, code: ErrorCode) -> Outgoing {
    let answer = Outgoing::problem(code, &incoming.correlation_id);
    match code {
        ErrorCode::OriginForbidden => answer.with("vary", "origin"),
        _ => allow_for_any_store(answer, config, incoming.origin.as_deref()),
    }
}
