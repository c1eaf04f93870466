//! Requests and replies of the browser endpoints.

use crate::FlatMap;

use serde::{Deserialize, Serialize};

/// What an agent may believe about who a visitor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Identity {
    /// Proven by a token of the shop's server or of commercetools.
    Verified,
    /// Said by the visitor, proven by nobody.
    Claimed,
    /// Nobody in particular.
    Guest,
}

impl Identity {
    /// The wire text, also the value of the contact property `ct_identity`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Identity::Verified => "verified",
            Identity::Claimed => "claimed",
            Identity::Guest => "guest",
        }
    }
}

/// A consent answer. Unknown is never granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Consent {
    /// The shopper said yes.
    Granted,
    /// The shopper said no, or the source says that no was implied.
    Denied,
    /// No answer yet.
    Pending,
}

/// The consent under which a request is made: two switches and who answered them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsentState {
    /// May chat load at all?
    pub chat: Consent,
    /// May identity and cart travel?
    pub share: Consent,
    /// Which source decided, for example `vanilla-cookieconsent`; at most 40 characters.
    pub source: String,
}

/// The product in view when a question is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductInView {
    /// Name as the page shows it.
    pub name: String,
    /// Stock keeping unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// Absolute URL of the product page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// What a visitor typed into the chat's own form. Proven by nobody: a claim never joins a verified person, and none
/// is sent for one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Claim {
    /// Name as typed; at most [`crate::MAX_CLAIM_CHARS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// E-mail address as typed; at most [`crate::MAX_CLAIM_CHARS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Phone number as typed; at most [`crate::MAX_CLAIM_CHARS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// `POST /v1/identify`. Safe to repeat: the same state gives the same answer and one contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IdentifyRequest {
    /// [`crate::CONTRACT_VERSION`] of the page.
    pub contract: u16,
    /// commercetools store key.
    pub store: String,
    /// BCP 47 tag of the page, one of the store's locales.
    pub locale: String,
    /// Identity token minted by the shop's server; absent for a guest, and where a commercetools access token travels
    /// in the header `Authorization: Bearer` instead. If both are there, this one counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Consent at the time of the call.
    pub consent: ConsentState,
    /// Product in view, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<ProductInView>,
    /// What the visitor said in the chat's form; for a guest, and with consent to share, only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed: Option<Claim>,
}

/// `POST /v1/consent`: consent was given, changed or withdrawn. Safe to repeat: the last one counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsentRequest {
    /// [`crate::CONTRACT_VERSION`] of the page.
    pub contract: u16,
    /// commercetools store key.
    pub store: String,
    /// Identity token under which data travelled so far; absent for a guest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Consent from now on.
    pub consent: ConsentState,
}

/// Who Tidio is told that the visitor is. Only ever sent for a proven subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// Opaque UUID-shaped id, stable per Tidio project and customer.
    pub distinct_id: String,
    /// Address of the customer record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// International form, with `+`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// Currency for `setVisitorCurrency`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Currency {
    /// ISO 4217 code.
    pub code: String,
    /// Price in this currency of one unit of the panel's currency.
    pub exchange_rate: f64,
}

/// The shopper's own cart, as far as triggers of the page compare it. It never goes on to Tidio.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CartSummary {
    /// commercetools cart id.
    pub id: String,
    /// Total with shipping after discounts, in minor units of `currency`.
    pub minor_units: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// Pieces in all.
    pub items: u64,
}

/// Reply to `POST /v1/identify` and `POST /v1/cart`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IdentifyReply {
    /// Contract version of this reply.
    pub contract: u16,
    /// What the edge found out.
    pub identity: Identity,
    /// Who to tell Tidio; absent unless verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
    /// Widget language, ISO 639-1 with optional region, lower case.
    pub language: String,
    /// Currency of the locale.
    pub currency: Currency,
    /// Contact properties that the store's field policy lets out. An empty value clears what stands there.
    /// Without consent to share: store, locale, consent and `ct_identity` = `guest`; without consent to chat: none.
    pub properties: FlatMap<String, String>,
    /// Visitor tags.
    pub tags: Vec<String>,
    /// The proven subject's cart; absent without consent to share, and where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cart: Option<CartSummary>,
    /// Correlation id of this call.
    pub correlation_id: String,
}

/// Which purposes of the shop's consent manager stand for our two switches. All named must be granted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsentMapping {
    /// Purposes that allow chat to load.
    pub chat: Vec<String>,
    /// Purposes that allow identity and cart to travel.
    pub share: Vec<String>,
}

/// Within what a trigger is sent once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Once {
    /// A page load.
    Page,
    /// A browser tab's session.
    Session,
    /// A cart; where the cart is not known, a session.
    Cart,
    /// An order; where the order is not known, a session.
    Order,
    /// Every time.
    Always,
}

/// When the page sends which custom event, so that a Tidio flow can begin with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trigger {
    /// Name of the event, as the flow in Tidio's panel names it.
    pub event: String,
    /// `cart_over`, `cart_idle`, or the name of a signal: `checkout_started`, `checkout_failed`, `order_placed`,
    /// `payment_returned` or one of the shop's own.
    pub on: String,
    /// Within what it is sent once.
    pub once: Once,
    /// `cart_over`: the total from which on it is sent, in minor units of `currency`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minor_units: Option<u64>,
    /// `cart_over`: ISO 4217 code; a cart in another currency is not compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// `cart_idle`: how long a cart with something in it has not changed, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
    /// A signal also given by opening a page whose path and query begin so, for example `/checkout/return`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// A signal also given by a DOM event of this name on `document` or `window`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dom_event: Option<String>,
    /// Visitor tags that go along.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

/// Reply to `GET /v1/bootstrap?store&locale`: public settings, cacheable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BootstrapReply {
    /// Contract version of this reply.
    pub contract: u16,
    /// Store key asked for.
    pub store: String,
    /// Locale asked for.
    pub locale: String,
    /// Tidio public key, 32 lower-case letters and digits.
    pub public_key: String,
    /// Origin that serves `<publicKey>.js`, without a trailing slash.
    pub script_origin: String,
    /// Widget language.
    pub language: String,
    /// Currency of the locale.
    pub currency: Currency,
    /// Consent purposes of this store.
    pub consent: ConsentMapping,
    /// Triggers of this store.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<Trigger>,
}
