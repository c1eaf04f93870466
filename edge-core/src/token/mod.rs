//! Identity tokens: signed by the shop's server, verified here.
//!
//! In scope: size, form, algorithm, signature, times, audience, project and store of a JSON Web Token; the result is
//! a [`ProvenSubject`], which nothing but a verification can make. Out of scope: reading anything for that subject.
//!
//! Invariants: the algorithm is the one configured for the key id, never the one the token asks for; the claims are
//! not read before the signature has been checked; the comparison of HMACs takes the same time wherever they differ
//! (`hmac`'s `CtOutput`). Ed25519 is the platform's own ([`Ed25519`]). The tests hold all this against `jwt-compact`.

#[cfg(test)]
mod tests;

use contract::{CLOCK_SKEW_SECONDS, ErrorCode, MAX_TOKEN_BYTES, MAX_TOKEN_LIFETIME_SECONDS};
use hmac::{Hmac, Mac as _};
use serde::Deserialize;
use serde_json::Value;
use sha2::Sha256;

use crate::config::{Ed25519Key, KeyAlgorithm, Secret};
use crate::jws::Jws;
use crate::proof::{ProvenSubject, Subject, is_id};

/// Version of the claims that this edge reads.
const CLAIMS_VERSION: u64 = 1;

/// Longest token id, in bytes; a UUID has 36.
const MAX_JTI_BYTES: usize = 100;

/// Times further from the epoch than this, in seconds, are no times; it is the year 285,428.
const MAX_SECONDS: f64 = 9e12;

/// The platform's mathematics of Ed25519 (RFC 8032). Public keys are in base64url, 32 bytes.
#[derive(Clone, Copy, Debug)]
pub struct Ed25519 {
    /// Is the key a point of the curve?
    pub is_point: fn(key: &str) -> bool,
    /// Is it the key's signature over the text? Any other length than 64 bytes is none.
    pub is_signed: fn(key: &str, text: &[u8], signature: &[u8]) -> bool,
}

/// A key that may sign tokens.
#[derive(Debug)]
pub struct TokenKey {
    kid: String,
    verifier: Verifier,
}

#[derive(Debug)]
enum Verifier {
    Hs256(Secret),
    EdDsa(Ed25519Key, Ed25519),
}

impl TokenKey {
    /// A key shared with the shop's server. Its length has been checked by the configuration.
    pub fn hs256(kid: &str, secret: &Secret) -> Self {
        TokenKey { kid: kid.to_owned(), verifier: Verifier::Hs256(secret.clone()) }
    }

    /// The public half of a key of the shop's server; `None` if it is not a point of the curve.
    pub fn eddsa(kid: &str, public: &Ed25519Key, curve: Ed25519) -> Option<Self> {
        (curve.is_point)(public.as_str())
            .then(|| TokenKey { kid: kid.to_owned(), verifier: Verifier::EdDsa(public.clone(), curve) })
    }

    fn algorithm(&self) -> KeyAlgorithm {
        match self.verifier {
            Verifier::Hs256(_) => KeyAlgorithm::Hs256,
            Verifier::EdDsa(..) => KeyAlgorithm::EdDsa,
        }
    }

    fn has_signed(&self, text: &[u8], signature: &[u8]) -> bool {
        match &self.verifier {
            Verifier::Hs256(secret) => {
                Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).is_ok_and(|mut mac| {
                    mac.update(text);
                    mac.verify_slice(signature).is_ok()
                })
            }
            Verifier::EdDsa(key, curve) => (curve.is_signed)(key.as_str(), text, signature),
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

#[derive(Deserialize)]
struct Claims {
    v: u64,
    // One text, or a list of them.
    aud: Value,
    prj: String,
    sub: String,
    jti: String,
    // Seconds since the Unix epoch; RFC 7519 allows a fraction.
    iat: f64,
    exp: f64,
    nbf: Option<f64>,
    cart: Option<String>,
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
    check_purpose(&claims, purpose)?;
    Ok((subject(&claims)?, freshness))
}

/// Is a token still within its life?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Yes.
    Live,
    /// No, but not for longer than was allowed.
    Expired,
}

fn verify_signature(token: &str, keys: &TokenKeys) -> Result<Claims, ErrorCode> {
    let token = Jws::read(token).ok_or(ErrorCode::TokenMalformed)?;
    if token.header.has_crit || !token.header.is_jwt() {
        return Err(ErrorCode::TokenMalformed);
    }
    let kid = token.header.kid.as_deref().ok_or(ErrorCode::TokenMalformed)?;
    let key = keys.0.iter().find(|key| key.kid == kid).ok_or(ErrorCode::TokenKeyUnknown)?;
    if token.header.alg != key.algorithm().as_str() {
        return Err(ErrorCode::TokenAlgorithm);
    }
    if !key.has_signed(token.signed.as_bytes(), &token.signature) {
        return Err(ErrorCode::TokenSignature);
    }
    token.claims().ok_or(ErrorCode::TokenMalformed)
}

fn check_times(claims: &Claims, now_seconds: u64, late_seconds: u64) -> Result<Freshness, ErrorCode> {
    let (issued, expires) = (seconds(claims.iat)?, seconds(claims.exp)?);
    let starts = claims.nbf.map_or(Ok(issued), seconds)?.max(issued);
    let (now, skew) = (i128::from(now_seconds), i128::from(CLOCK_SKEW_SECONDS));
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

/// Whole seconds; what is no time is no token.
#[expect(clippy::cast_possible_truncation, reason = "the fraction, and nothing else: the range is checked")]
fn seconds(claim: f64) -> Result<i128, ErrorCode> {
    if claim.abs() <= MAX_SECONDS { Ok(i128::from(claim as i64)) } else { Err(ErrorCode::TokenMalformed) }
}

fn check_purpose(claims: &Claims, purpose: Purpose<'_>) -> Result<(), ErrorCode> {
    if claims.v != CLAIMS_VERSION {
        return Err(ErrorCode::TokenMalformed);
    }
    if !is_audience(&claims.aud, purpose.audience)? {
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

/// Is this edge among those whom the token is for? A list may name others too (RFC 7519, section 4.1.3).
fn is_audience(aud: &Value, audience: &str) -> Result<bool, ErrorCode> {
    let named = aud.as_array().map_or(std::slice::from_ref(aud), Vec::as_slice);
    if !named.iter().all(Value::is_string) {
        return Err(ErrorCode::TokenMalformed);
    }
    Ok(named.iter().any(|one| one.as_str() == Some(audience)))
}

fn subject(claims: &Claims) -> Result<ProvenSubject, ErrorCode> {
    let subject = Subject::parse(&claims.sub).ok_or(ErrorCode::TokenMalformed)?;
    let jti_fits = (1..=MAX_JTI_BYTES).contains(&claims.jti.len());
    let cart_fits = claims.cart.as_deref().is_none_or(is_id);
    if !jti_fits || !cart_fits {
        return Err(ErrorCode::TokenMalformed);
    }
    Ok(ProvenSubject::new(subject, claims.cart.clone()).with_token_id(&claims.jti))
}
