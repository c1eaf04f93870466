//! Identity tokens: signed by the shop's server, verified here.
//!
//! In scope: size, form, algorithm, signature, times, audience, project and store of a JSON Web Token; the result is
//! a [`ProvenSubject`], which nothing but a verification can make. Out of scope: reading anything for that subject.
//!
//! Invariants: the algorithm is the one configured for the key id, never the one the token asks for; nothing in the
//! claims is believed before the signature has been checked (the library parses them earlier, and we look at them
//! later); the comparison of HMACs takes the same time wherever they differ (`hmac`'s `CtOutput`).

#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contract::{CLOCK_SKEW_SECONDS, ErrorCode, MAX_TOKEN_BYTES, MAX_TOKEN_LIFETIME_SECONDS};
use jwt_compact::alg::{Ed25519, Hs256, Hs256Key, VerifyingKey as _};
use jwt_compact::{Algorithm, AlgorithmExt as _, Claims, UntrustedToken, ValidationError};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::config::{Ed25519Key, KeyAlgorithm, Secret};
use crate::proof::{ProvenSubject, Subject, is_id};

/// Version of the claims that this edge reads.
const CLAIMS_VERSION: u64 = 1;

/// Longest token id, in bytes; a UUID has 36.
const MAX_JTI_BYTES: usize = 100;

type Ed25519PublicKey = <Ed25519 as Algorithm>::VerifyingKey;

/// A key that may sign tokens.
#[derive(Debug)]
pub struct TokenKey {
    kid: String,
    verifier: Verifier,
}

#[derive(Debug)]
enum Verifier {
    Hs256(Hs256Key),
    EdDsa(Box<Ed25519PublicKey>),
}

impl TokenKey {
    /// A key shared with the shop's server. Its length has been checked by the configuration.
    pub fn hs256(kid: &str, secret: &Secret) -> Self {
        TokenKey { kid: kid.to_owned(), verifier: Verifier::Hs256(Hs256Key::new(secret.expose())) }
    }

    /// The public half of a key of the shop's server; `None` if it is not a point of the curve.
    pub fn eddsa(kid: &str, public: &Ed25519Key) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(public.as_str()).ok()?;
        let key = Ed25519PublicKey::from_slice(&bytes).ok()?;
        Some(TokenKey { kid: kid.to_owned(), verifier: Verifier::EdDsa(Box::new(key)) })
    }

    fn algorithm(&self) -> KeyAlgorithm {
        match self.verifier {
            Verifier::Hs256(_) => KeyAlgorithm::Hs256,
            Verifier::EdDsa(_) => KeyAlgorithm::EdDsa,
        }
    }
}

/// The keys that may sign tokens at the moment.
#[derive(Debug)]
pub struct TokenKeys(Vec<TokenKey>);

impl TokenKeys {
    /// Keys with different ids.
    pub fn new(keys: Vec<TokenKey>) -> Self {
        TokenKeys(keys)
    }
}

/// What a token must have been made for.
#[derive(Clone, Copy, Debug)]
pub struct Purpose<'a> {
    /// `aud`: this edge.
    pub audience: &'a str,
    /// `prj`: commercetools project key.
    pub project_key: &'a str,
    /// `store`, where the token names one.
    pub store: &'a str,
}

#[derive(Clone, Deserialize)]
struct HeaderMembers {
    // Extensions that must be understood; we understand none.
    #[serde(default)]
    crit: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct IdentityClaims {
    v: u64,
    aud: String,
    prj: String,
    sub: String,
    jti: String,
    #[serde(default)]
    cart: Option<String>,
    #[serde(default)]
    store: Option<String>,
}

/// Verifies a token at a point in time (seconds since the Unix epoch).
///
/// # Errors
/// One of the `token_*` codes; the first check that fails decides. All are the caller's fault.
pub fn verify(
    token: &str,
    keys: &TokenKeys,
    purpose: Purpose<'_>,
    now_seconds: u64,
) -> Result<ProvenSubject, ErrorCode> {
    verify_late(token, keys, purpose, now_seconds, 0).map(|(proven, _still_live)| proven)
}

/// As [`verify`], but a token that expired at most `late_seconds` ago will do. Also tells whether it has expired.
///
/// For what a shopper must be able to do with the page that is open, however long, and what harms nobody: see
/// [`crate::consent`].
///
/// # Errors
/// As [`verify`].
pub fn verify_late(
    token: &str,
    keys: &TokenKeys,
    purpose: Purpose<'_>,
    now_seconds: u64,
    late_seconds: u64,
) -> Result<(ProvenSubject, Freshness), ErrorCode> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(ErrorCode::TokenTooLarge);
    }
    let claims = verify_signature(token, keys)?;
    let freshness = check_times(&claims, now_seconds, late_seconds)?;
    check_purpose(&claims.custom, purpose)?;
    Ok((subject(&claims.custom)?, freshness))
}

/// Is a token still within its life?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Yes.
    Live,
    /// No, but not for longer than was allowed.
    Expired,
}

fn verify_signature(token: &str, keys: &TokenKeys) -> Result<Claims<IdentityClaims>, ErrorCode> {
    let token =
        UntrustedToken::<HeaderMembers>::try_from(token).map_err(|_refused| ErrorCode::TokenMalformed)?;
    let header = token.header();
    if header.other_fields.crit.is_some() || header.token_type.as_deref() != Some("JWT") {
        return Err(ErrorCode::TokenMalformed);
    }
    let kid = header.key_id.as_deref().ok_or(ErrorCode::TokenMalformed)?;
    let key = keys.0.iter().find(|key| key.kid == kid).ok_or(ErrorCode::TokenKeyUnknown)?;
    if token.algorithm() != key.algorithm().as_str() {
        return Err(ErrorCode::TokenAlgorithm);
    }
    let verified = match &key.verifier {
        Verifier::Hs256(key) => Hs256.validator(key).validate(&token),
        Verifier::EdDsa(key) => Ed25519.validator(key).validate(&token),
    };
    match verified {
        Ok(verified) => Ok(verified.into_parts().1),
        Err(ValidationError::AlgorithmMismatch { .. }) => Err(ErrorCode::TokenAlgorithm),
        Err(ValidationError::MalformedClaims(_)) => Err(ErrorCode::TokenMalformed),
        Err(_) => Err(ErrorCode::TokenSignature),
    }
}

fn check_times(
    claims: &Claims<IdentityClaims>,
    now_seconds: u64,
    late_seconds: u64,
) -> Result<Freshness, ErrorCode> {
    let (Some(issued), Some(expires)) = (claims.issued_at, claims.expiration) else {
        return Err(ErrorCode::TokenMalformed);
    };
    let (issued, expires) = (i128::from(issued.timestamp()), i128::from(expires.timestamp()));
    let (now, skew) = (i128::from(now_seconds), i128::from(CLOCK_SKEW_SECONDS));
    let starts = claims.not_before.map_or(issued, |time| i128::from(time.timestamp()).max(issued));
    if expires <= issued || expires - issued > i128::from(MAX_TOKEN_LIFETIME_SECONDS) {
        return Err(ErrorCode::TokenLifetime);
    }
    if starts > now + skew {
        return Err(ErrorCode::TokenNotYetValid);
    }
    if now >= expires + skew + i128::from(late_seconds) {
        return Err(ErrorCode::TokenExpired);
    }
    Ok(if now >= expires + skew { Freshness::Expired } else { Freshness::Live })
}

fn check_purpose(claims: &IdentityClaims, purpose: Purpose<'_>) -> Result<(), ErrorCode> {
    if claims.v != CLAIMS_VERSION {
        return Err(ErrorCode::TokenMalformed);
    }
    if claims.aud != purpose.audience {
        return Err(ErrorCode::TokenAudience);
    }
    if claims.prj != purpose.project_key {
        return Err(ErrorCode::TokenProject);
    }
    match claims.store.as_deref() {
        Some(store) if store != purpose.store => Err(ErrorCode::TokenStore),
        _ => Ok(()),
    }
}

fn subject(claims: &IdentityClaims) -> Result<ProvenSubject, ErrorCode> {
    let subject = Subject::parse(&claims.sub).ok_or(ErrorCode::TokenMalformed)?;
    let jti_fits = (1..=MAX_JTI_BYTES).contains(&claims.jti.len());
    let cart_fits = claims.cart.as_deref().is_none_or(is_id);
    if !jti_fits || !cart_fits {
        return Err(ErrorCode::TokenMalformed);
    }
    Ok(ProvenSubject::new(subject, claims.cart.clone()).with_token_id(&claims.jti))
}
