//! Signed tokens in compact form (RFC 7515): header, claims and signature in base64url, with dots between them.
//!
//! In scope: the form. Out of scope: keys, algorithms and what the claims mean. What is read here before the signature
//! was checked is what anybody may have written.

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::base64::decode_url;
use crate::json;

/// A token, taken apart.
pub(crate) struct Jws<'t> {
    /// What the signature is over.
    pub signed: &'t str,
    /// The signature.
    pub signature: Vec<u8>,
    /// The header.
    pub header: Header,
    claims: Vec<u8>,
}

/// The members of a header that decide here.
#[derive(Deserialize)]
pub(crate) struct Header {
    /// Algorithm that the token asks for.
    pub alg: String,
    /// Type of the token.
    pub typ: Option<String>,
    /// Key id.
    pub kid: Option<String>,
    /// Extensions that must be understood; we understand none.
    pub crit: Option<IgnoredAny>,
}

impl<'t> Jws<'t> {
    /// Takes a token apart; `None` if it is not three parts in base64url without padding, the first a header in JSON.
    pub fn read(token: &'t str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let [header, claims, signature] = [header, claims, signature].map(decode_url);
        Some(Jws { signed, signature: signature?, header: json::read(&header?).ok()?, claims: claims? })
    }

    /// The claims; `None` if they are of another form.
    pub fn claims<T: DeserializeOwned>(&self) -> Option<T> {
        json::read(&self.claims).ok()
    }
}
