//! commercetools as the edge needs it: a port that fetches, and a read on top of it that checks who owns what it
//! returns.
//!
//! What is known about a subject comes by one GraphQL query (`query`), or by three REST reads (`rest`) where the
//! project wants it so or refuses the query. Both give the same records, and one place (`owner`) decides about them.
//!
//! In scope: requests, decoding, the ownership check. Out of scope: tokens, time-outs, retries and correlation ids,
//! which are the adapter's.
//!
//! Invariant: a cart or an order leaves this module only if it belongs to the proven subject and the store asked for;
//! else it does not exist.

mod items;
mod model;
mod owner;
mod query;
mod rest;
#[cfg(test)]
mod tests;

use contract::ErrorCode;
use thiserror::Error;

pub use items::*;
pub use model::*;

use crate::config::{CommerceProject, LocaleTag, Store, StoreKey};
use crate::json;
use crate::proof::{ProvenSubject, Subject};
use crate::property::{Group, Property};
use crate::retry_after;

/// Why a read gave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CommerceError {
    /// It does not exist, or belongs to somebody else.
    #[error("not found")]
    NotFound,
    /// No answer, or "overloaded". Repeating is safe.
    #[error("unavailable")]
    Unavailable,
    /// "Overloaded", with the time after which to repeat.
    #[error("busy")]
    Busy {
        /// From the answer on.
        retry_after_ms: u64,
    },
    /// No answer in time. Repeating is safe.
    #[error("timed out")]
    Timeout,
    /// Credentials or scopes were refused, or our request was: a fault of the configuration, or ours.
    #[error("rejected")]
    Rejected,
    /// An answer that is not the API's: HTML, a cut body, other members.
    #[error("malformed answer")]
    Malformed,
    /// An answer longer than we read, or than the vendor sends: ask for less.
    #[error("too large")]
    TooLarge,
}

impl From<CommerceError> for ErrorCode {
    fn from(error: CommerceError) -> Self {
        match error {
            CommerceError::NotFound => ErrorCode::NotFound,
            CommerceError::Unavailable | CommerceError::Busy { .. } => ErrorCode::CommerceUnavailable,
            CommerceError::Timeout => ErrorCode::CommerceTimeout,
            CommerceError::Rejected => ErrorCode::CommerceRejected,
            CommerceError::Malformed | CommerceError::TooLarge => ErrorCode::CommerceMalformed,
        }
    }
}

/// What saves work with most projects, and costs a read more with one that does not bear it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortcut<'a> {
    /// One GraphQL query in the place of three REST reads.
    Query,
    /// Of a cart's items, names in this locale's language alone.
    Names(&'a LocaleTag),
}

/// A commercetools project, reachable for reading.
#[expect(async_fn_in_trait, reason = "Workers have one thread; nothing needs to be Send")]
pub trait Commerce {
    /// Gets ready for several reads at the same time, so that they share one access token.
    ///
    /// # Errors
    /// As [`CommerceError`], without `NotFound`. Repeatable.
    async fn prepare(&self) -> Result<(), CommerceError>;

    /// The body of a successful `GET` of `path` (with its query) below the project, for example `/carts/1`.
    ///
    /// # Errors
    /// As [`CommerceError`]. Repeatable: it only reads.
    async fn get(&self, path: &str) -> Result<String, CommerceError>;

    /// Shall this shortcut be taken? Not where the operator says so, nor for some minutes after it led nowhere.
    fn takes(&self, shortcut: Shortcut<'_>) -> bool;

    /// The body of the project's answer to this body of a GraphQL request, as [`read_query_answer`] reads it.
    ///
    /// # Errors
    /// As [`CommerceError`], without `NotFound`; [`CommerceError::Rejected`] also where the project serves no GraphQL.
    /// Repeatable: our queries only read.
    async fn query(&self, request: &str) -> Result<String, CommerceError>;

    /// Tells that a shortcut led nowhere: [`Commerce::takes`] says no for some minutes.
    fn leads_nowhere(&self, shortcut: Shortcut<'_>);

    /// The token service's answer about a shopper's access token (RFC 7662).
    ///
    /// # Errors
    /// As [`CommerceError`]. Repeatable.
    async fn introspect(&self, access_token: &str) -> Result<String, CommerceError>;

    /// As [`Commerce::get`], with a shopper's access token in place of ours.
    ///
    /// # Errors
    /// As [`CommerceError`]; [`CommerceError::Rejected`] if the token is refused. Repeatable: it only reads.
    async fn get_as(&self, access_token: &str, path: &str) -> Result<String, CommerceError>;
}

/// What an HTTP answer of commercetools means for a read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The API's answer; its body is JSON.
    Body(String),
    /// The access token is no longer accepted: renew it once and repeat.
    TokenRefused,
    /// Nothing usable.
    Failed(CommerceError),
}

/// Reads an answer defensively: machines in front of the API answer with HTML, and a 404 of theirs must not pass for
/// "no such cart".
pub fn read_answer(status: u16, content_type: Option<&str>, body: String) -> Answer {
    let is_json = content_type.is_some_and(|kind| {
        let kind = kind.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case("application/json")
    });
    match status {
        200 if is_json => Answer::Body(body),
        401 => Answer::TokenRefused,
        404 if is_json && is_api_error(&body) => Answer::Failed(CommerceError::NotFound),
        // The vendor documents the code and not its status.
        400..=499 if body.contains("\"ContentTooLarge\"") => Answer::Failed(CommerceError::TooLarge),
        400..=499 if status != 404 && status != 429 => Answer::Failed(CommerceError::Rejected),
        429 | 500..=599 => Answer::Failed(CommerceError::Unavailable),
        _ => Answer::Failed(CommerceError::Malformed),
    }
}

/// What an answer says that asks for time: 429 or 503 with `Retry-After`.
pub fn busy(status: u16, retry_after: &str, now_ms: u64) -> Option<CommerceError> {
    let retry_after_ms = retry_after::wait_ms(retry_after, now_ms)?;
    matches!(status, 429 | 503).then_some(CommerceError::Busy { retry_after_ms })
}

/// As [`read_answer`], for the GraphQL endpoint. Where it is missing or does not take the query, the same reads may
/// still be made over REST, so that is [`CommerceError::Rejected`] whoever says it.
pub fn read_query_answer(status: u16, content_type: Option<&str>, body: String) -> Answer {
    match status {
        404 | 501 => Answer::Failed(CommerceError::Rejected),
        _ => read_answer(status, content_type, body),
    }
}

/// Errors of the API repeat their status in the body.
fn is_api_error(body: &str) -> bool {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct ApiError {
        status_code: u16,
    }
    json::read::<ApiError>(body.as_bytes()).is_ok_and(|error| error.status_code == 404)
}

/// The newest orders of a proven subject in a store, newest first, and how many there are in all.
#[derive(Clone, Debug, Default)]
pub struct OrderHistory {
    /// Newest first, at most [`HISTORY_LIMIT`].
    pub orders: Vec<Order>,
    /// How many orders there are; commercetools calls it an estimate.
    pub total: u64,
}

/// How many orders are read for an agent: what fits into a timeline of 1,000 characters.
pub const HISTORY_LIMIT: usize = 10;

/// What a proven subject has in a store.
#[derive(Clone, Debug, Default)]
pub struct Belongings {
    /// The record of a proven customer; `None` for everybody else.
    pub customer: Option<Customer>,
    /// The cart that was proven along with the subject, else the subject's active one. `None` if there is none, if it
    /// is somebody else's, or if it has become an order.
    pub cart: Option<Cart>,
    /// The orders of a customer or of an anonymous session; empty for a guest, whose orders nothing proves (an e-mail
    /// address or an order number is no proof), and where they were not to be read.
    pub history: OrderHistory,
}

/// How much is read for a store: what its policy keeps back is not asked for.
#[derive(Clone, Copy, Debug)]
pub struct Extent<'a> {
    /// Store.
    pub store: &'a StoreKey,
    /// The locale whose language names of products are wanted in first.
    pub locale: &'a LocaleTag,
    /// The cart's lines with names and prices? Else only how many pieces there are, where the vendor can be asked so.
    pub lines: bool,
    /// Orders?
    pub orders: bool,
}

impl<'a> Extent<'a> {
    /// What a store lets out, for a visitor of this locale.
    pub fn of(store: &'a Store, locale: &'a LocaleTag) -> Self {
        let is_order = |property: &&Property| matches!(property.group(), Group::LastOrder | Group::History);
        Extent {
            store: &store.key,
            locale,
            lines: store.policy.permits(Property::CartLines),
            orders: Property::ALL.iter().filter(is_order).any(|property| store.policy.permits(*property)),
        }
    }
}

/// Reads what a proven subject has in a store. Repeatable: it only reads.
///
/// # Errors
/// [`CommerceError::NotFound`] if a proven customer's record is gone; else as the port.
pub async fn belongings(
    port: &impl Commerce,
    proven: &ProvenSubject,
    project: &CommerceProject,
    extent: Extent<'_>,
) -> Result<Belongings, CommerceError> {
    if proven.subject() == &Subject::Guest && proven.cart().is_none() {
        return Ok(Belongings::default());
    }
    let (theirs, may_miss_names) = theirs(port, proven, project, extent).await?;
    if !may_miss_names || theirs.cart.as_ref().is_none_or(Cart::is_named) {
        return Ok(theirs);
    }
    // Only after the check: how long it takes must not tell that a stranger's cart exists.
    port.leads_nowhere(Shortcut::Names(extent.locale));
    self::theirs(port, proven, project, extent).await.map(|(theirs, _may_miss_names)| theirs)
}

/// What is the subject's of what one read finds, and whether items may lack names that commercetools has.
async fn theirs(
    port: &impl Commerce,
    proven: &ProvenSubject,
    project: &CommerceProject,
    extent: Extent<'_>,
) -> Result<(Belongings, bool), CommerceError> {
    let found = match query::read(port, proven, project, extent).await? {
        Some(found) => found,
        None => rest::read(port, proven, project, extent).await?,
    };
    let may_miss_names = found.may_miss_names;
    Ok((owner::belongings(proven, extent.store, found)?, may_miss_names))
}

/// What commercetools answered about a subject, before anything of it is believed.
struct Found {
    customer: Option<Customer>,
    cart: Option<Cart>,
    orders: Option<Page<Order>>,
    /// Were names of items asked for in one language alone?
    may_miss_names: bool,
}
