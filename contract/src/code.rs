//! Stable error codes and the problem document that carries them.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $status:literal;)*) => {
        /// Why a request was refused. The text of a code never changes once released.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode { $($(#[$doc])* $variant,)* }

        impl ErrorCode {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$variant,)*];

            /// The stable text, for example `token_expired`.
            pub const fn as_str(self) -> &'static str {
                match self { $(ErrorCode::$variant => $text,)* }
            }

            /// The HTTP status this code is answered with.
            pub const fn status(self) -> u16 {
                match self { $(ErrorCode::$variant => $status,)* }
            }
        }
    };
}

codes! {
    /// The body is not JSON, or a member is missing or of the wrong type. At `/admin/…`: a parameter is missing, unknown
    /// or cannot be read.
    BodyMalformed = "body_malformed", 400;
    /// The body is longer than its endpoint takes: [`crate::MAX_REQUEST_BODY_BYTES`] from a page, 256 KiB from Tidio, 1 MiB
    /// from an event service.
    BodyTooLarge = "body_too_large", 413;
    /// The content type is not `application/json`.
    MediaTypeUnsupported = "media_type_unsupported", 415;
    /// The page speaks a contract version that this edge does not.
    ContractUnsupported = "contract_unsupported", 400;
    /// No such path.
    RouteUnknown = "route_unknown", 404;
    /// The path exists, the method does not.
    MethodNotAllowed = "method_not_allowed", 405;
    /// The page's origin is not among the store's allowed origins.
    OriginForbidden = "origin_forbidden", 403;
    /// The store key is not configured.
    StoreUnknown = "store_unknown", 404;
    /// The store has no such locale.
    LocaleUnknown = "locale_unknown", 404;
    /// The token is not a token: wrong shape, encoding, type or claims.
    TokenMalformed = "token_malformed", 401;
    /// The token is longer than [`crate::MAX_TOKEN_BYTES`].
    TokenTooLarge = "token_too_large", 401;
    /// The token's algorithm is not the one configured for its key.
    TokenAlgorithm = "token_algorithm", 401;
    /// The token names a key id that is not configured.
    TokenKeyUnknown = "token_key_unknown", 401;
    /// The signature does not fit.
    TokenSignature = "token_signature", 401;
    /// The token has expired. The page may fetch a fresh one and repeat the call.
    TokenExpired = "token_expired", 401;
    /// The token is not valid yet (`iat` in the future).
    TokenNotYetValid = "token_not_yet_valid", 401;
    /// The token lives longer than [`crate::MAX_TOKEN_LIFETIME_SECONDS`].
    TokenLifetime = "token_lifetime", 401;
    /// The token was made for another edge (`aud`).
    TokenAudience = "token_audience", 401;
    /// The token was made for another commercetools project (`prj`).
    TokenProject = "token_project", 401;
    /// The token was made for another store (`store`).
    TokenStore = "token_store", 401;
    /// commercetools says that the access token is not active.
    TokenInactive = "token_inactive", 401;
    /// The access token names nobody, or more than one.
    TokenSubject = "token_subject", 401;
    /// This store takes no commercetools access tokens as proof.
    TokenUnsupported = "token_unsupported", 401;
    /// What was asked for does not exist, or belongs to somebody else.
    NotFound = "not_found", 404;
    /// Too many requests; repeat after the seconds in `Retry-After`.
    RateLimited = "rate_limited", 429;
    /// A caller secret (admin, flow, webhook) is missing or wrong.
    CallerUnauthorized = "caller_unauthorized", 401;
    /// The Worker's configuration or secrets are incomplete; `/readyz` lists every problem.
    ConfigInvalid = "config_invalid", 503;
    /// commercetools did not answer, or answered that it is overloaded. Repeating is safe.
    CommerceUnavailable = "commerce_unavailable", 503;
    /// commercetools did not answer in time. Repeating is safe.
    CommerceTimeout = "commerce_timeout", 504;
    /// commercetools refused the Worker's credentials or scopes.
    CommerceRejected = "commerce_rejected", 502;
    /// commercetools answered something that is not its API (HTML, a cut body).
    CommerceMalformed = "commerce_malformed", 502;
    /// Tidio did not answer, or answered that it is overloaded. Repeating is safe.
    TidioUnavailable = "tidio_unavailable", 503;
    /// The keys that prove the sender could not be fetched. Repeating is safe.
    KeysUnavailable = "keys_unavailable", 503;
    /// What was sent could not be stored. Repeating is safe.
    NotKept = "not_kept", 503;
}

/// An error answer, `application/problem+json` (RFC 9457). Never holds input or inner detail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// `about:blank#<code>`, so that the type is unique without a server behind it.
    #[serde(rename = "type")]
    pub kind: String,
    /// One fixed sentence per code.
    pub title: String,
    /// The HTTP status, repeated.
    pub status: u16,
    /// [`ErrorCode::as_str`].
    pub code: String,
    /// The id to search the logs for.
    pub correlation_id: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_are_unique_snake_case_and_have_an_error_status() {
        let mut seen = HashSet::new();
        for code in ErrorCode::ALL {
            let text = code.as_str();
            assert!(seen.insert(text), "{text} twice");
            assert!(text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{text}");
            assert!((400..600).contains(&code.status()), "{text}");
        }
    }
}
