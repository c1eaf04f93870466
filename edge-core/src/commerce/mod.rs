//! commercetools as the edge needs it: a port that fetches, and reads on top of it that check who owns what they
//! return.
//!
//! In scope: request paths, decoding, the ownership check. Out of scope: tokens, time-outs, retries and correlation
//! ids, which are the adapter's.
//!
//! Invariant: a cart or an order leaves this module only if it belongs to the proven subject and the store asked for;
//! else it is [`CommerceError::NotFound`], as if it did not exist.

mod model;
#[cfg(test)]
mod tests;

use contract::ErrorCode;
use serde::de::DeserializeOwned;
use thiserror::Error;

pub use model::*;

use crate::config::{CommerceProject, StoreKey};
use crate::json;
use crate::link::percent_encode;
use crate::proof::{ProvenSubject, Subject};
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
}

impl From<CommerceError> for ErrorCode {
    fn from(error: CommerceError) -> Self {
        match error {
            CommerceError::NotFound => ErrorCode::NotFound,
            CommerceError::Unavailable | CommerceError::Busy { .. } => ErrorCode::CommerceUnavailable,
            CommerceError::Timeout => ErrorCode::CommerceTimeout,
            CommerceError::Rejected => ErrorCode::CommerceRejected,
            CommerceError::Malformed => ErrorCode::CommerceMalformed,
        }
    }
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
        400..=499 if status != 404 && status != 429 => Answer::Failed(CommerceError::Rejected),
        429 | 500..=599 => Answer::Failed(CommerceError::Unavailable),
        _ => Answer::Failed(CommerceError::Malformed),
    }
}

/// What an answer says that asks for time: 429 or 503 with `Retry-After`.
pub fn busy(status: u16, retry_after: Option<&str>, now_ms: u64) -> Option<CommerceError> {
    let retry_after_ms = retry_after::wait_ms(retry_after?, now_ms)?;
    matches!(status, 429 | 503).then_some(CommerceError::Busy { retry_after_ms })
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

/// The customer record of a proven customer; `None` for everybody else.
///
/// # Errors
/// [`CommerceError::NotFound`] if the record is gone; else as the port.
pub async fn customer(
    port: &impl Commerce,
    proven: &ProvenSubject,
) -> Result<Option<Customer>, CommerceError> {
    let Subject::Customer(id) = proven.subject() else { return Ok(None) };
    let customer: Customer = read(port, &format!("/customers/{}", encoded(id))).await?;
    if customer.id == *id { Ok(Some(customer)) } else { Err(CommerceError::Malformed) }
}

/// The subject's cart in a store: the one that was proven along with the subject, else the subject's active one.
/// `None` if there is none, if it is somebody else's, or if it has become an order.
///
/// # Errors
/// As the port, without [`CommerceError::NotFound`].
pub async fn cart(
    port: &impl Commerce,
    proven: &ProvenSubject,
    store: &StoreKey,
) -> Result<Option<Cart>, CommerceError> {
    let base = format!("/in-store/key={}/carts", encoded(store.as_str()));
    let found = match (proven.cart(), proven.subject()) {
        (Some(id), _) => read(port, &format!("{base}/{}", encoded(id))).await,
        (None, Subject::Customer(id)) => read(port, &format!("{base}/customer-id={}", encoded(id))).await,
        (None, Subject::Anonymous(id)) => first(read(port, &anonymous_cart(&base, id)).await),
        (None, Subject::Guest) => return Ok(None),
    };
    let cart: Cart = match found {
        Ok(cart) => cart,
        Err(CommerceError::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let is_current = matches!(cart.cart_state.as_deref(), None | Some("Active" | "Frozen"));
    Ok((is_current && owns_cart(proven, &cart) && is_of_store(cart.store.as_ref(), store)).then_some(cart))
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

/// Reads the history of a customer or of an anonymous session; empty for a guest, whose orders nothing proves: an
/// e-mail address or an order number is no proof.
///
/// # Errors
/// As the port, without [`CommerceError::NotFound`].
pub async fn orders(
    port: &impl Commerce,
    proven: &ProvenSubject,
    project: &CommerceProject,
    store: &StoreKey,
) -> Result<OrderHistory, CommerceError> {
    let (predicate, variable, id) = match proven.subject() {
        Subject::Customer(id) => ("customerId = :customer", "&var.customer=", id),
        Subject::Anonymous(id) => ("anonymousId = :anonymous", "&var.anonymous=", id),
        Subject::Guest => return Ok(OrderHistory::default()),
    };
    let mut path = format!("/in-store/key={}/orders?where=", encoded(store.as_str()));
    percent_encode(predicate, &mut path);
    path.push_str(variable);
    percent_encode(id, &mut path);
    path.push_str("&sort=");
    percent_encode("createdAt desc", &mut path);
    path.push_str(&format!("&limit={HISTORY_LIMIT}"));
    path.push_str(project.order_expansion());
    let page: Page<Order> = match read(port, &path).await {
        Err(CommerceError::NotFound) => return Ok(OrderHistory::default()),
        page => page?,
    };
    let orders: Vec<Order> = page
        .results
        .into_iter()
        .filter(|order| owns_order(proven.subject(), order) && is_of_store(order.store.as_ref(), store))
        .collect();
    let total = page.total.unwrap_or_default().max(orders.len() as u64);
    Ok(OrderHistory { total: if orders.is_empty() { 0 } else { total }, orders })
}

fn anonymous_cart(base: &str, id: &str) -> String {
    let mut path = format!("{base}?where=");
    percent_encode("anonymousId = :anonymous and cartState = \"Active\"", &mut path);
    path.push_str("&var.anonymous=");
    percent_encode(id, &mut path);
    path.push_str("&sort=");
    percent_encode("lastModifiedAt desc", &mut path);
    path.push_str("&limit=1&withTotal=false");
    path
}

/// A cart proven by its id may still belong to a customer; then it must be the same one. A customer's cart never
/// opens for a guest or an anonymous session, and an anonymous session's cart for nobody else.
fn owns_cart(proven: &ProvenSubject, cart: &Cart) -> bool {
    let is_proven_cart = proven.cart() == Some(cart.id.as_str());
    match proven.subject() {
        Subject::Customer(id) => match cart.customer_id.as_deref() {
            Some(owner) => owner == id,
            None => is_proven_cart,
        },
        Subject::Anonymous(id) => {
            cart.customer_id.is_none()
                && match cart.anonymous_id.as_deref() {
                    Some(owner) => owner == id,
                    None => is_proven_cart,
                }
        }
        Subject::Guest => cart.customer_id.is_none() && is_proven_cart,
    }
}

/// An anonymous session's order that has become a customer's belongs to that customer alone.
fn owns_order(subject: &Subject, order: &Order) -> bool {
    match subject {
        Subject::Customer(id) => order.customer_id.as_ref() == Some(id),
        Subject::Anonymous(id) => order.customer_id.is_none() && order.anonymous_id.as_ref() == Some(id),
        Subject::Guest => false,
    }
}

fn is_of_store(reference: Option<&KeyReference>, store: &StoreKey) -> bool {
    reference.is_some_and(|reference| reference.key == store.as_str())
}

fn first<T>(page: Result<Page<T>, CommerceError>) -> Result<T, CommerceError> {
    page?.results.into_iter().next().ok_or(CommerceError::NotFound)
}

async fn read<T: DeserializeOwned>(port: &impl Commerce, path: &str) -> Result<T, CommerceError> {
    let body = port.get(path).await?;
    json::read(body.as_bytes()).map_err(|_detail| CommerceError::Malformed)
}

fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    percent_encode(text, &mut out);
    out
}
