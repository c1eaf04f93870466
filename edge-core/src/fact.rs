//! A fact: something that happened outside and must reach a Tidio contact, in the form the engine keeps.
//!
//! Facts are stored before the caller is answered, and a fact with a known idempotency key is dropped.

use contract::FlatMap;
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
    pub properties: FlatMap<String, String>,
    /// Correlation id of the call that brought the fact.
    pub correlation_id: String,
    /// When it was observed, milliseconds since the Unix epoch.
    pub observed_at_ms: u64,
}

/// A proven shopper gave or withdrew the consent to share identity and cart. The one observed last counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentFact {
    /// Idempotency key.
    pub id: String,
    /// The contact's key in the engine, see [`IdentityLink::contact`].
    pub contact: String,
    /// Opaque id shared with the browser.
    pub distinct_id: String,
    /// May identity and cart travel from now on?
    pub share: bool,
    /// What this changes in the contact: an empty value is cleared. A withdrawal lists everything that was shared.
    pub properties: FlatMap<String, String>,
    /// Correlation id of the call that brought the fact.
    pub correlation_id: String,
    /// When it was observed, milliseconds since the Unix epoch.
    pub observed_at_ms: u64,
}

/// Tidio told of a contact, by webhook or in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactSeen {
    /// Idempotency key, the webhook's id.
    pub id: String,
    /// Tidio's contact id.
    pub tidio_id: String,
    /// The opaque id under which the browser introduced the visitor; without one the contact is not ours.
    pub distinct_id: Option<String>,
    /// Correlation id of the call that brought the fact.
    pub correlation_id: String,
    /// When it was observed, milliseconds since the Unix epoch.
    pub observed_at_ms: u64,
}

/// Something about an order changed. What it is like now is read from commercetools.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderFact {
    /// Idempotency key: `message:<project key>:<order id>:<sequence number>` or
    /// `change:<project key>:<order id>:<version>`, with `:deleted` after it for a deletion.
    pub id: String,
    /// User's name of the commercetools project.
    pub project: String,
    /// Order id.
    pub order: String,
    /// Version of the order after the change, when the notification tells.
    pub version: Option<u64>,
    /// The order was deleted.
    pub deleted: bool,
    /// Type of the message or change, for the journal.
    pub what: String,
    /// Correlation id of the call that brought the fact.
    pub correlation_id: String,
    /// When it was observed, milliseconds since the Unix epoch.
    pub observed_at_ms: u64,
}

/// A customer record changed. What it is like now is read from commercetools, if its contact is ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerFact {
    /// Idempotency key, as [`OrderFact::id`] with the customer's id.
    pub id: String,
    /// User's name of the commercetools project.
    pub project: String,
    /// Contact key, see [`IdentityLink::contact`].
    pub contact: String,
    /// Customer id.
    pub customer: String,
    /// Correlation id of the call that brought the fact.
    pub correlation_id: String,
    /// When it was observed, milliseconds since the Unix epoch.
    pub observed_at_ms: u64,
}

/// Tidio told of something that changes nothing here: it is kept in the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TidioNews {
    /// Idempotency key, the webhook's id.
    pub id: String,
    /// Topic.
    pub topic: String,
    /// Tidio's id of the contact, else of the ticket or conversation.
    pub subject: String,
    /// Correlation id of the call that brought the fact.
    pub correlation_id: String,
    /// When it was observed, milliseconds since the Unix epoch.
    pub observed_at_ms: u64,
}

/// Everything that the engine takes in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// A proven shopper was seen.
    Identity(IdentityLink),
    /// A proven shopper gave or withdrew consent.
    Consent(ConsentFact),
    /// A Tidio contact was seen.
    ContactSeen(ContactSeen),
    /// Something about an order changed.
    Order(OrderFact),
    /// A customer record changed.
    Customer(CustomerFact),
    /// Tidio told of something else.
    TidioNews(TidioNews),
}

impl Fact {
    /// Idempotency key.
    pub fn id(&self) -> &str {
        match self {
            Fact::Identity(link) => &link.id,
            Fact::Consent(consent) => &consent.id,
            Fact::ContactSeen(seen) => &seen.id,
            Fact::Order(fact) => &fact.id,
            Fact::Customer(fact) => &fact.id,
            Fact::TidioNews(news) => &news.id,
        }
    }

    /// What the fact is about: a contact key, a Tidio id or an order id.
    pub fn subject(&self) -> &str {
        match self {
            Fact::Identity(link) => &link.contact,
            Fact::Consent(consent) => &consent.contact,
            Fact::ContactSeen(seen) => &seen.tidio_id,
            Fact::Order(fact) => &fact.order,
            Fact::Customer(fact) => &fact.contact,
            Fact::TidioNews(news) => &news.subject,
        }
    }

    /// Stable word for journal and metrics.
    pub const fn kind(&self) -> &'static str {
        match self {
            Fact::Identity(_) => "identity",
            Fact::Consent(_) => "consent",
            Fact::ContactSeen(_) => "contact_seen",
            Fact::Order(_) => "order",
            Fact::Customer(_) => "customer",
            Fact::TidioNews(_) => "tidio_news",
        }
    }

    /// Correlation id of the call that brought the fact.
    pub fn correlation_id(&self) -> &str {
        match self {
            Fact::Identity(link) => &link.correlation_id,
            Fact::Consent(consent) => &consent.correlation_id,
            Fact::ContactSeen(seen) => &seen.correlation_id,
            Fact::Order(fact) => &fact.correlation_id,
            Fact::Customer(fact) => &fact.correlation_id,
            Fact::TidioNews(news) => &news.correlation_id,
        }
    }
}
