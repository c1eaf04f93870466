//! Port: Tidio's REST API, the calls that the engine makes and what can become of them.
//!
//! Out of scope: HTTP, credentials, time-outs (the adapter in `edge-worker`).

use std::future::Future;

use contract::FlatMap;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Contacts in one batch call, and the page size of a list (Tidio's REST reference).
pub const BATCH_LIMIT: usize = 100;

/// What the rate headers of an answer said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// `x-ratelimit-limit`: requests a minute.
    pub limit: u32,
    /// `x-ratelimit-remaining`.
    pub remaining: u32,
}

/// Why a call did not give what was asked for: whose fault, and what happens next.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TidioError {
    /// 429, or 503 with a time. Nothing was done. Wait as told, else for the whole window.
    #[error("rate limited")]
    RateLimited {
        /// `Retry-After`, when sent.
        retry_after_ms: Option<u64>,
    },
    /// Tidio said that it cannot serve (503). Try later.
    #[error("unavailable")]
    Unavailable,
    /// Time-out, reset, another 5xx or an answer that is not JSON: the call may have taken effect.
    #[error("outcome unknown")]
    OutcomeUnknown {
        /// Status, when an answer came at all.
        status: Option<u16>,
    },
    /// 400, 409 or 422: this content will never be accepted.
    #[error("rejected: {code}")]
    Rejected {
        /// Tidio's error code, at most 64 characters, never its message.
        code: String,
        /// Contact property or field that the answer names.
        field: Option<String>,
    },
    /// 404: the contact is not there (any more).
    #[error("not found")]
    NotFound,
    /// 401 or 403: credentials or plan. A person must act.
    #[error("unauthorised")]
    Unauthorised,
}

impl TidioError {
    /// What the journal keeps of an answer that was no success: status and cause, and Tidio's code of a refusal.
    pub fn told(&self, status: Option<u16>) -> String {
        let status = status.map_or_else(|| "nothing".to_owned(), |status| status.to_string());
        match self {
            TidioError::Rejected { code, .. } => format!("{status} {} {code}", self.cause()),
            _ => format!("{status} {}", self.cause()),
        }
    }

    /// Stable word for journal, dead letters and metrics.
    pub const fn cause(&self) -> &'static str {
        match self {
            TidioError::RateLimited { .. } => "rate_limited",
            TidioError::Unavailable => "unavailable",
            TidioError::OutcomeUnknown { .. } => "outcome_unknown",
            TidioError::Rejected { .. } => "rejected",
            TidioError::NotFound => "not_found",
            TidioError::Unauthorised => "unauthorised",
        }
    }
}

/// An answer: the rate headers are worth as much when the call failed.
#[derive(Clone, Debug)]
pub struct Answer<T> {
    /// Status, when an answer came at all.
    pub status: Option<u16>,
    /// Rate headers, when sent.
    pub rate: Option<Rate>,
    /// What came of the call.
    pub result: Result<T, TidioError>,
}

/// A contact as Tidio has it. Names and addresses are personal data: never print one.
#[derive(Clone, PartialEq, Eq)]
pub struct TidioContact {
    /// Tidio's id.
    pub id: String,
    /// The opaque id that we share with the browser.
    pub distinct_id: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Contact properties that have a value.
    pub properties: FlatMap<String, String>,
}

/// One page of contacts.
#[derive(Clone)]
pub struct ContactPage {
    /// Contacts of this page, at most [`BATCH_LIMIT`].
    pub contacts: Vec<TidioContact>,
    /// Where the next page starts; absent on the last one.
    pub cursor: Option<String>,
}

/// Changed fields and properties of one contact; `None` clears, absent leaves alone.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ContactPatch {
    /// `email`, `first_name`, `last_name`.
    pub fields: FlatMap<String, Option<String>>,
    /// Contact properties.
    pub properties: FlatMap<String, Option<String>>,
}

/// A contact to create.
#[derive(Clone, PartialEq, Eq)]
pub struct ContactDraft {
    /// The opaque id by which we recognise it later.
    pub distinct_id: String,
    /// What it starts with.
    pub content: ContactPatch,
}

/// Type and name of a property that the panel defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertyDefinition {
    /// Internal name.
    pub name: String,
    /// `text`, `email`, `number`, `phone` or `url`.
    pub kind: String,
}

/// A group of agents that chats and tickets are handed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Department {
    /// Tidio's id.
    pub id: String,
    /// Name, as the configuration's routes say it.
    pub name: String,
}

/// Tidio's REST API. Each method is exactly one request; retries, paging and the budget are the engine's.
///
/// `correlation_id` goes into the adapter's log line; Tidio has no header for it.
pub trait Tidio {
    /// `GET /contacts`, by exact address or all, one page. Repeatable.
    fn contacts(
        &self,
        correlation_id: &str,
        email: Option<&str>,
        cursor: Option<&str>,
    ) -> impl Future<Output = Answer<ContactPage>>;

    /// `POST /contacts`. Gives the new id. **Not repeatable**: every call adds a contact.
    fn create(&self, correlation_id: &str, draft: &ContactDraft) -> impl Future<Output = Answer<String>>;

    /// `POST /contacts/batch`, all or nothing. **Not repeatable.**
    fn create_batch(
        &self,
        correlation_id: &str,
        drafts: &[ContactDraft],
    ) -> impl Future<Output = Answer<Vec<TidioContact>>>;

    /// `PATCH /contacts/{id}`. Repeatable: values are absolute.
    fn patch(&self, correlation_id: &str, id: &str, patch: &ContactPatch)
    -> impl Future<Output = Answer<()>>;

    /// `PATCH /contacts/batch`, all or nothing. Repeatable.
    fn patch_batch(
        &self,
        correlation_id: &str,
        patches: &[(String, ContactPatch)],
    ) -> impl Future<Output = Answer<()>>;

    /// `GET /contact-properties`. Repeatable.
    fn properties(&self, correlation_id: &str) -> impl Future<Output = Answer<Vec<PropertyDefinition>>>;

    /// `GET /departments`. Repeatable.
    fn departments(&self, correlation_id: &str) -> impl Future<Output = Answer<Vec<Department>>>;
}
