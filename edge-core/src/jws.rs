//! Signed tokens in compact form (RFC 7515): header, claims and signature in base64url, with dots between them.
//!
//! In scope: the form. Out of scope: keys, algorithms and what the claims mean. What is read here before the signature
//! was checked is what anybody may have written.

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer};

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
    /// Does it name extensions that must be understood? We understand none, and even null is no list of none.
    #[serde(default, rename = "crit", deserialize_with = "is_there")]
    pub has_crit: bool,
}

fn is_there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

impl Header {
    /// May it be a JSON Web Token? The type need not be said (RFC 7519, section 5.1), and many libraries do not; another
    /// one, such as `at+jwt`, is that of a token for something else.
    pub fn is_jwt(&self) -> bool {
        self.typ.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("JWT"))
    }
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
