//! Who a request speaks for, once that has been proven.
//!
//! In scope: the proven subject as a type that only a verification in this crate can make. Out of scope: the
//! verifications themselves ([`crate::token`]).

/// Whom a proof names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A customer, by commercetools id.
    Customer(String),
    /// An anonymous session, by commercetools anonymous id.
    Anonymous(String),
    /// Nobody in particular; the shop says no more than that this is one of its visitors.
    Guest,
}

impl Subject {
    /// Reads `customer:<id>`, `anon:<id>` or `guest`.
    pub(crate) fn parse(text: &str) -> Option<Subject> {
        if text == "guest" {
            return Some(Subject::Guest);
        }
        if let Some(id) = text.strip_prefix("customer:") {
            return is_id(id).then(|| Subject::Customer(id.to_owned()));
        }
        text.strip_prefix("anon:")
            .filter(|id| is_anonymous_id(id))
            .map(|id| Subject::Anonymous(id.to_owned()))
    }
}

/// A subject that has been proven. There is no other way to read a cart or an order than with one of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenSubject {
    subject: Subject,
    cart: Option<String>,
    token_id: Option<String>,
}

impl ProvenSubject {
    /// To be called by verifications only.
    pub(crate) fn new(subject: Subject, cart: Option<String>) -> Self {
        ProvenSubject { subject, cart, token_id: None }
    }

    /// The same, with the id of the token that proved it.
    pub(crate) fn with_token_id(self, id: &str) -> Self {
        ProvenSubject { token_id: Some(id.to_owned()), ..self }
    }

    /// `jti` of the identity token; access tokens have none.
    pub fn token_id(&self) -> Option<&str> {
        self.token_id.as_deref()
    }

    /// Who it is.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The cart id that was proven along with the subject.
    pub fn cart(&self) -> Option<&str> {
        self.cart.as_deref()
    }
}

/// The form of commercetools ids: UUIDs in practice, so anything much longer is not one.
pub(crate) fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Anonymous ids may be chosen by the shop, so more characters can occur.
fn is_anonymous_id(text: &str) -> bool {
    (1..=256).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}
