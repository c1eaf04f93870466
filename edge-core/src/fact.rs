//! A fact: something that happened outside and must reach a Tidio contact, in the form the engine keeps.
//!
//! Facts are stored before the caller is answered, and a fact with a known idempotency key is dropped.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// When the edge may create a Tidio contact that it cannot find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreatePolicy {
    /// Only contacts that Tidio already has are written to.
    Never,
    /// A proven shopper who allowed sharing gets a contact.
    OnIdentify,
    /// A contact is created with the first order.
    OnOrder,
}

/// A proven shopper was seen, together with what the store's field policy lets out.
///
/// Repeating it is safe: patches of one contact merge, and an unchanged property is not sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityLink {
    /// Idempotency key; a second fact with the same key is dropped.
    pub id: String,
    /// `<commercetools project key>:customer:<id>`: the contact's key in the engine.
    pub contact: String,
    /// Opaque id shared with the browser, see `identity::distinct_id`.
    pub distinct_id: String,
    /// Address of the customer record, the look-up key in Tidio.
    pub email: Option<String>,
    /// First name of the customer record.
    pub first_name: Option<String>,
    /// Last name of the customer record.
    pub last_name: Option<String>,
    /// What to do when Tidio has no such contact.
    pub create: CreatePolicy,
    /// Contact properties after the field policy; a name that is absent stays untouched, an empty value is cleared.
    pub properties: BTreeMap<String, String>,
    /// Correlation id of the call that brought the fact.
    pub correlation_id: String,
    /// When it was observed, milliseconds since the Unix epoch.
    pub observed_at_ms: u64,
}
