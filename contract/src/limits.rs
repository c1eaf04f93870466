//! Named limits of the contract, in units, with their source.

/// Version of the contract that this build speaks. The edge accepts every version from 1 to this one.
pub const CONTRACT_VERSION: u16 = 1;

/// Largest request body of a browser endpoint. A token is under 2 KiB and the rest are short texts, so
/// 16 KiB leaves room for a product name in every script while a flood stays cheap to refuse.
pub const MAX_REQUEST_BODY_BYTES: usize = 16 * 1024;

/// Largest identity token accepted, in bytes of its compact form.
pub const MAX_TOKEN_BYTES: usize = 4 * 1024;

/// Longest life of an identity token (`exp − iat`), in seconds: fifteen minutes.
pub const MAX_TOKEN_LIFETIME_SECONDS: u64 = 15 * 60;

/// Clock difference tolerated between the shop's server and the edge, in seconds.
pub const CLOCK_SKEW_SECONDS: u64 = 30;

/// Longest value of a Tidio contact property, in characters (Tidio's REST reference).
pub const MAX_PROPERTY_CHARS: usize = 1000;

/// Longest `distinct_id` that Tidio keeps, in characters; longer ones are cut by the widget.
pub const MAX_DISTINCT_ID_CHARS: usize = 55;

/// Longest member of a [`crate::Claim`], in characters. An e-mail address has at most 254 (RFC 5321, 4.5.3.1.3).
pub const MAX_CLAIM_CHARS: usize = 254;

/// Header that carries the correlation id, in requests (optional) and in every answer.
/// commercetools uses the same name, so one id can be searched on both sides.
pub const CORRELATION_HEADER: &str = "x-correlation-id";
