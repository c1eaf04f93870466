//! An answer, before it becomes the platform's.

use std::borrow::Cow;

use contract::{CORRELATION_HEADER, ErrorCode, Problem};
use serde::Serialize;

use super::CorrelationId;

/// Seconds after which a page may repeat a call that failed for a passing reason.
const RETRY_AFTER_SECONDS: &str = "5";

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// HTTP status.
    pub status: u16,
    /// Headers; names in lower case.
    pub headers: Vec<(&'static str, Cow<'static, str>)>,
    /// Body; empty for none.
    pub body: String,
    /// Why a request was refused, for the log.
    pub code: Option<ErrorCode>,
}

impl Outgoing {
    /// An answer without a body.
    pub fn empty(status: u16) -> Self {
        Outgoing { status, headers: Vec::with_capacity(12), body: String::new(), code: None }
    }

    /// A JSON answer that nobody may keep.
    pub fn json(status: u16, body: &impl Serialize) -> Self {
        match serde_json::to_string(body) {
            Ok(body) => Outgoing { body, ..Outgoing::empty(status) }
                .with("content-type", "application/json")
                .with("cache-control", "no-store"),
            Err(_cannot_happen_for_our_types) => Outgoing::empty(500),
        }
    }

    /// An error answer. It holds the code and the correlation id, and nothing of what was sent.
    pub fn problem(code: ErrorCode, correlation_id: &CorrelationId) -> Self {
        let problem = Problem {
            kind: format!("about:blank#{}", code.as_str()),
            title: title(code).to_owned(),
            status: code.status(),
            code: code.as_str().to_owned(),
            correlation_id: correlation_id.as_str().to_owned(),
        };
        let mut answer = Outgoing::json(code.status(), &problem);
        answer.set("content-type", "application/problem+json");
        answer.code = Some(code);
        if answer.status == 401 {
            answer.set("www-authenticate", "Bearer");
        }
        match code {
            ErrorCode::CommerceUnavailable
            | ErrorCode::CommerceTimeout
            | ErrorCode::TidioUnavailable
            | ErrorCode::KeysUnavailable
            | ErrorCode::NotKept
            | ErrorCode::RateLimited => answer.with("retry-after", RETRY_AFTER_SECONDS),
            _ => answer,
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.set(name, value);
        self
    }

    /// Sets a header.
    pub fn set(&mut self, name: &'static str, value: impl Into<Cow<'static, str>>) {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.into()));
    }

    /// The value of a header.
    #[cfg(test)]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| &**value)
    }

    /// Adds what every answer carries: the correlation id, and headers that keep a browser from doing anything with
    /// the answer but handing it to the script that asked.
    #[must_use]
    pub fn finished(self, correlation_id: &CorrelationId) -> Self {
        self.with(CORRELATION_HEADER, correlation_id.as_str().to_owned())
            .with("x-content-type-options", "nosniff")
            .with("content-security-policy", "default-src 'none'; frame-ancestors 'none'")
            .with("referrer-policy", "no-referrer")
            .with("strict-transport-security", "max-age=31536000")
    }
}

/// For a code that another version of the contract has; a test sees to it that none of ours needs it.
const NO_SENTENCE: &str = "Something went wrong on our side.";

/// One fixed sentence per code.
fn title(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::BodyMalformed => "The body, or a parameter, is not what this endpoint takes.",
        ErrorCode::BodyTooLarge => "The body is too long.",
        ErrorCode::MediaTypeUnsupported => "The content type must be application/json.",
        ErrorCode::ContractUnsupported => "This edge does not speak that version of the contract.",
        ErrorCode::RouteUnknown => "There is nothing at this path.",
        ErrorCode::MethodNotAllowed => "This path does not take that method.",
        ErrorCode::OriginForbidden => "This origin may not call for this store.",
        ErrorCode::StoreUnknown => "There is no such store.",
        ErrorCode::LocaleUnknown => "The store has no such locale.",
        ErrorCode::TokenMalformed => "The identity token is malformed.",
        ErrorCode::TokenTooLarge => "The identity token is too long.",
        ErrorCode::TokenAlgorithm => "The identity token's algorithm is not the one of its key.",
        ErrorCode::TokenKeyUnknown => "The identity token names an unknown key.",
        ErrorCode::TokenSignature => "The identity token's signature does not fit.",
        ErrorCode::TokenExpired => "The identity token has expired.",
        ErrorCode::TokenNotYetValid => "The identity token is not valid yet.",
        ErrorCode::TokenLifetime => "The identity token lives too long.",
        ErrorCode::TokenAudience => "The identity token was made for another edge.",
        ErrorCode::TokenProject => "The identity token was made for another project.",
        ErrorCode::TokenStore => "The identity token was made for another store.",
        ErrorCode::TokenInactive => "commercetools says that the access token is not active.",
        ErrorCode::TokenSubject => "The access token does not name exactly one shopper.",
        ErrorCode::TokenUnsupported => "This store takes no access tokens as proof.",
        ErrorCode::NotFound => "There is no such thing.",
        ErrorCode::RateLimited => "Too many requests.",
        ErrorCode::CallerUnauthorized => "The caller's secret is missing or wrong.",
        ErrorCode::ConfigInvalid => "The Worker's configuration is incomplete; /readyz lists the problems.",
        ErrorCode::CommerceUnavailable => "commercetools is unavailable.",
        ErrorCode::CommerceTimeout => "commercetools did not answer in time.",
        ErrorCode::CommerceRejected => "commercetools refused the Worker's credentials.",
        ErrorCode::CommerceMalformed => "commercetools answered something that is not its API.",
        ErrorCode::TidioUnavailable => "Tidio is unavailable.",
        ErrorCode::KeysUnavailable => "The keys that prove the sender cannot be fetched now.",
        ErrorCode::NotKept => "What was sent could not be stored; send it again.",
        _ => NO_SENTENCE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id() -> CorrelationId {
        CorrelationId::accept_or_make(None, [0; 16])
    }

    #[test]
    fn a_problem_holds_the_code_and_the_correlation_id() {
        let answer = Outgoing::problem(ErrorCode::CommerceTimeout, &id()).finished(&id());
        assert_eq!(answer.status, 504);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("retry-after"), Some("5"));
        assert_eq!(answer.header("x-correlation-id"), Some("00000000-0000-4000-8000-000000000000"));
        assert_eq!(
            answer.body,
            r#"{"type":"about:blank#commerce_timeout","title":"commercetools did not answer in time.","status":504,"code":"commerce_timeout","correlationId":"00000000-0000-4000-8000-000000000000"}"#
        );
    }

    #[test]
    fn every_code_has_a_sentence_of_its_own() {
        let mut seen = std::collections::BTreeSet::from([NO_SENTENCE]);
        for code in ErrorCode::ALL {
            assert!(seen.insert(title(*code)), "{} has another code's sentence", code.as_str());
        }
    }
}
