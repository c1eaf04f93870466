//! Port: commercetools, as the engine reads it. Every call only reads and may be repeated.

use std::future::Future;

use contract::FlatMap;
use thiserror::Error;

use crate::fact::{CreatePolicy, Fact};

/// Orders asked for by id in one query: the ids go into the address, and longer ones are not known to be safe.
pub const ORDERS_PER_QUERY: usize = 100;

/// Customers whose histories are read in one query: 500 orders are a page, ten a history.
pub const CUSTOMERS_PER_QUERY: usize = 50;

/// Orders on a page of the delta sync: the vendor's largest page.
pub const PAGE_LIMIT: usize = 500;

/// Why a read gave nothing.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ShopError {
    /// No answer, not in time, or not the API's. Try later.
    #[error("unavailable")]
    Unavailable,
    /// Overloaded, with the time after which to try again.
    #[error("busy")]
    Busy {
        /// From the answer on.
        retry_after_ms: u64,
    },
    /// Credentials, scopes or our request were refused. A person must act.
    #[error("rejected")]
    Rejected,
}

impl ShopError {
    /// Stable word.
    pub const fn cause(self) -> &'static str {
        match self {
            ShopError::Unavailable | ShopError::Busy { .. } => "unavailable",
            ShopError::Rejected => "unauthorised",
        }
    }

    /// The wait that the vendor asked for.
    pub const fn asked_ms(self) -> Option<u64> {
        match self {
            ShopError::Busy { retry_after_ms } => Some(retry_after_ms),
            ShopError::Unavailable | ShopError::Rejected => None,
        }
    }
}

/// Whose order it is, and in which version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderHead {
    /// Order id.
    pub id: String,
    /// Rises with every change.
    pub version: u64,
    /// Order number, for traces.
    pub number: Option<String>,
    /// Owner; a guest's order has none and belongs to no contact.
    pub customer: Option<String>,
    /// When it was last changed by commercetools' clock, milliseconds since the Unix epoch.
    pub changed_ms: Option<u64>,
}

/// What the shop knows about a customer, projected for an agent and cut down by the store's field policy.
/// Holds personal data: never print one.
#[derive(Clone, PartialEq, Eq)]
pub struct CustomerView {
    /// Customer id.
    pub customer: String,
    /// Contact key, see [`IdentityLink::contact`](crate::fact::IdentityLink::contact).
    pub contact: String,
    /// Whether there is an order at all.
    pub has_orders: bool,
    /// Opaque id shared with the browser.
    pub distinct_id: String,
    /// Address of the customer record.
    pub email: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// What to do when Tidio has no such contact.
    pub create: CreatePolicy,
    /// Contact properties; an empty value clears.
    pub properties: FlatMap<String, String>,
}

/// A customer whose record is gone: deleted, and not merely out of reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoneCustomer {
    /// Customer id.
    pub customer: String,
    /// Contact key.
    pub contact: String,
}

/// Customers by id. One of whom nothing is said here has a record that could not be read.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Customers {
    /// Those whose records are there.
    pub views: Vec<CustomerView>,
    /// Those whose records are not.
    pub gone: Vec<GoneCustomer>,
}

/// Which changed orders: a window of change times, both ends included, milliseconds since the Unix epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// From.
    pub from_ms: u64,
    /// Until.
    pub until_ms: u64,
    /// Only orders of the store with this key; absent is every store that the Tidio project serves.
    pub store: Option<String>,
}

/// A page of changed orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedPage {
    /// Orders that could be read.
    pub heads: Vec<OrderHead>,
    /// Last id of the page, to go on from; absent on the last page.
    pub after: Option<String>,
}

/// Messages on a page: some hold a whole order.
pub const MESSAGES_PER_PAGE: usize = 100;

/// A page of messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessagesPage {
    /// What they say, as facts with the keys of the same messages delivered by an event service.
    pub facts: Vec<Fact>,
    /// Messages on the page.
    pub seen: u64,
    /// When the newest was made by commercetools' clock, milliseconds since the Unix epoch.
    pub newest_ms: Option<u64>,
    /// Last id of the page, to go on from; absent on the last page.
    pub after: Option<String>,
}

/// commercetools. `project` is the user's name of the commercetools project.
pub trait Shop {
    /// Orders by id, at most [`ORDERS_PER_QUERY`], of the stores that this Tidio project serves. What is not in
    /// the answer does not exist, or not there.
    fn orders(
        &self,
        correlation_id: &str,
        project: &str,
        ids: &[String],
    ) -> impl Future<Output = Result<Vec<OrderHead>, ShopError>>;

    /// Customers with their histories, at most [`CUSTOMERS_PER_QUERY`].
    fn customers(
        &self,
        correlation_id: &str,
        project: &str,
        ids: &[String],
    ) -> impl Future<Output = Result<Customers, ShopError>>;

    /// A page of orders changed within a window, in the vendor's own order of ids, after `after`; at most
    /// [`PAGE_LIMIT`].
    fn changed(
        &self,
        correlation_id: &str,
        project: &str,
        window: &Window,
        after: Option<&str>,
    ) -> impl Future<Output = Result<ChangedPage, ShopError>>;

    /// A page of messages about orders and customers made within a window, in the vendor's own order of ids, after
    /// `after`; at most [`MESSAGES_PER_PAGE`].
    fn messages(
        &self,
        correlation_id: &str,
        project: &str,
        window: &Window,
        after: Option<&str>,
    ) -> impl Future<Output = Result<MessagesPage, ShopError>>;
}
