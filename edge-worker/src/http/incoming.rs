//! A request, as far as our endpoints look at it.

use edge_core::config::Secret;
use edge_core::identity::{is_uuid, random_uuid};
use edge_core::link::percent_decode;

/// A request's method; what we do not serve is one case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `OPTIONS`
    Options,
    /// Anything else.
    Other,
}

/// A request without its body, which is read only once the rest has been accepted.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// Method.
    pub method: Method,
    /// Path, as sent.
    pub path: String,
    /// Query, without `?`.
    pub query: String,
    /// `Origin`.
    pub origin: Option<String>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `If-None-Match`.
    pub if_none_match: Option<String>,
    /// The token of `Authorization: Bearer`.
    pub bearer: Option<Secret>,
    /// Where the request came from; personal, so it is wrapped like a secret.
    pub address: Option<Secret>,
    /// The id under which this request can be found in every log.
    pub correlation_id: CorrelationId,
}

impl Incoming {
    /// The first value of a query parameter.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let decoded = |text: &str| percent_decode(&text.replace('+', " "));
        self.query
            .split('&')
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .find(|(key, _)| decoded(key).as_deref() == Some(name))
            .and_then(|(_, value)| decoded(value))
    }
}

/// Splits an absolute URL into path and query.
pub fn path_and_query(url: &str) -> (&str, &str) {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = after_scheme.find('/').and_then(|start| after_scheme.get(start..)).unwrap_or("/");
    let path = path.split_once('#').map_or(path, |(path, _)| path);
    path.split_once('?').unwrap_or((path, ""))
}

/// The token of an `Authorization` header of the scheme `Bearer`.
pub fn bearer(authorization: &str) -> Option<Secret> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Secret::new(token.trim()))
}

/// Is this content type JSON? Parameters such as a charset do not matter.
pub fn is_json(content_type: Option<&str>) -> bool {
    content_type.is_some_and(|kind| {
        kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
    })
}

/// An id in the form of a UUID, lower case. Nothing else is taken over from a caller, so it can be logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorrelationId(String);

impl CorrelationId {
    /// The caller's id if it has the form of a UUID, else a new one (version 4) from these random bytes.
    pub fn accept_or_make(given: Option<&str>, random: [u8; 16]) -> Self {
        if let Some(given) = given.filter(|given| is_uuid(given)) {
            return CorrelationId(given.to_ascii_lowercase());
        }
        CorrelationId(random_uuid(random))
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callers_id_is_kept_only_in_the_form_of_a_uuid() {
        let made = "00000000-0000-4000-8000-000000000000";
        let cases = [
            (None, made),
            (Some(""), made),
            (Some("1"), made),
            (Some("<script>alert(1)</script>-aaaaaaaaaaa"), made),
            (Some("0190A1B2-c3d4-7000-8000-0123456789ab"), "0190a1b2-c3d4-7000-8000-0123456789ab"),
        ];
        for (given, want) in cases {
            assert_eq!(CorrelationId::accept_or_make(given, [0; 16]).as_str(), want, "{given:?}");
        }
    }

    #[test]
    fn urls_are_split_into_path_and_query() {
        let cases = [
            ("https://edge.example/v1/x?a=1&b=2", ("/v1/x", "a=1&b=2")),
            ("http://localhost:8787/v1/x", ("/v1/x", "")),
            ("http://localhost:8787", ("/", "")),
            ("http://localhost:8787/?#frag", ("/", "")),
        ];
        for (url, want) in cases {
            assert_eq!(path_and_query(url), want, "{url}");
        }
    }

    #[test]
    fn json_is_recognised_with_parameters() {
        for kind in ["application/json", "Application/JSON; charset=utf-8", " application/json ;x"] {
            assert!(is_json(Some(kind)), "{kind}");
        }
        for kind in [
            None,
            Some(""),
            Some("text/plain"),
            Some("application/jsonp"),
            Some("text/plain; application/json"),
        ] {
            assert!(!is_json(kind), "{kind:?}");
        }
    }
}
