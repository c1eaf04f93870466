//! Secrets: which ones a configuration needs, and a type that cannot print itself.

use std::fmt;

use super::kinds::{KeyAlgorithm, Name, Tier};
use super::settings::{IdentitySettings, TidioSettings};

/// Least length of a secret that keys an HMAC: as long as the hash, 32 bytes (RFC 7518, 3.2).
pub const MIN_HMAC_SECRET_BYTES: usize = 32;

/// Least length of the token that opens `/admin`.
pub const MIN_ADMIN_TOKEN_BYTES: usize = 24;

/// Least length of a webhook secret. Tidio makes it, so it is only told from a mistake here.
pub const MIN_WEBHOOK_SECRET_BYTES: usize = 16;

/// Name of the secret that opens `/admin`.
pub const ADMIN_TOKEN: &str = "ADMIN_TOKEN";

/// A secret's value. It has no `Display`, its `Debug` prints nothing, and it is not serialisable.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value.
    pub fn new(value: impl Into<String>) -> Self {
        Secret(value.into())
    }

    /// Several secrets in one value, separated by commas: the old and the new one while it is changed.
    pub fn several(&self) -> Vec<Secret> {
        self.0.split(',').map(str::trim).filter(|part| !part.is_empty()).map(Secret::new).collect()
    }

    /// The value, for the one call that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(…)")
    }
}

/// One secret that the Worker reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretNeed {
    /// Name of the Worker secret.
    pub name: String,
    /// What it is for, one line.
    pub purpose: String,
    /// Least length in bytes.
    pub min_bytes: usize,
    /// Does the Worker refuse to serve without it?
    pub required: bool,
    /// May it be several, separated by commas, each of that length?
    pub several: bool,
}

impl SecretNeed {
    fn required(name: String, purpose: String, min_bytes: usize) -> Self {
        SecretNeed { name, purpose, min_bytes, required: true, several: false }
    }
}

/// The part of a secret's name that stands for a project: upper case, everything else `_`.
pub fn secret_part(name: &Name) -> String {
    name.as_str()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' })
        .collect()
}

/// `CT_<NAME>_CLIENT_ID` and `CT_<NAME>_CLIENT_SECRET`.
pub fn commercetools_secrets(name: &Name) -> [SecretNeed; 2] {
    let part = secret_part(name);
    [
        SecretNeed::required(
            format!("CT_{part}_CLIENT_ID"),
            format!("commercetools API client of `{name}`"),
            1,
        ),
        SecretNeed::required(format!("CT_{part}_CLIENT_SECRET"), format!("its secret (`{name}`)"), 1),
    ]
}

/// `CT_<NAME>_EVENTS_SECRET`: what EventBridge or Event Grid shows with every notification of this project.
pub fn events_secret(name: &Name) -> SecretNeed {
    SecretNeed {
        name: format!("CT_{}_EVENTS_SECRET", secret_part(name)),
        purpose: format!(
            "shown by EventBridge or Event Grid with every event of `{name}`; several with commas"
        ),
        min_bytes: MIN_ADMIN_TOKEN_BYTES,
        required: false,
        several: true,
    }
}

/// `TIDIO_<NAME>_DISTINCT_ID_KEY`, and with the full tier `TIDIO_<NAME>_CLIENT_ID` and `…_CLIENT_SECRET`.
pub fn tidio_secrets(name: &Name, settings: &TidioSettings) -> Vec<SecretNeed> {
    let part = secret_part(name);
    let mut needs = vec![SecretNeed::required(
        format!("TIDIO_{part}_DISTINCT_ID_KEY"),
        format!("key that makes the opaque visitor ids of `{name}`; random, and never changed"),
        MIN_HMAC_SECRET_BYTES,
    )];
    if settings.tier == Tier::Full {
        needs.push(SecretNeed::required(
            format!("TIDIO_{part}_CLIENT_ID"),
            format!("Tidio OpenAPI client of `{name}`"),
            1,
        ));
        needs.push(SecretNeed::required(
            format!("TIDIO_{part}_CLIENT_SECRET"),
            format!("its secret (`{name}`)"),
            1,
        ));
        needs.push(webhook_secret(name));
    }
    needs
}

/// `TIDIO_<NAME>_WEBHOOK_SECRET`: what Tidio signs the webhooks of this project with.
pub fn webhook_secret(name: &Name) -> SecretNeed {
    SecretNeed {
        name: format!("TIDIO_{}_WEBHOOK_SECRET", secret_part(name)),
        purpose: format!(
            "Tidio signs the webhooks of `{name}` with it; several with commas; without it none is taken"
        ),
        min_bytes: MIN_WEBHOOK_SECRET_BYTES,
        required: false,
        several: true,
    }
}

/// The shared secrets of the identity keys.
pub fn identity_secrets(settings: &IdentitySettings) -> Vec<SecretNeed> {
    settings
        .keys
        .iter()
        .filter(|key| key.algorithm == KeyAlgorithm::Hs256)
        .filter_map(|key| {
            let purpose =
                format!("shared with the shop's server, which signs identity tokens (`{}`)", key.kid);
            let name = key.secret.as_ref()?;
            Some(SecretNeed::required(name.to_string(), purpose, MIN_HMAC_SECRET_BYTES))
        })
        .collect()
}

/// The secret that opens `/admin`; without it those paths do not exist.
pub fn admin_secret() -> SecretNeed {
    SecretNeed {
        name: ADMIN_TOKEN.to_owned(),
        purpose: "opens /admin; without it those paths answer 404".to_owned(),
        min_bytes: MIN_ADMIN_TOKEN_BYTES,
        required: false,
        several: false,
    }
}

/// Every kind of secret, for the documentation.
pub const DESCRIBED: &[(&str, &str)] = &[
    ("(identity.keys[].secret)", "HS256 keys, shared with the shop's server; at least 32 bytes"),
    ("CT_<NAME>_CLIENT_ID", "API client of a commercetools project"),
    ("CT_<NAME>_CLIENT_SECRET", "its secret"),
    (
        "CT_<NAME>_EVENTS_SECRET",
        "shown by EventBridge (`x-api-key`) or Event Grid (`x-eventgrid-secret`) with every event; at least 24 bytes, two with a comma while one replaces the other; without it both are refused",
    ),
    (
        "TIDIO_<NAME>_DISTINCT_ID_KEY",
        "makes the opaque visitor ids of a Tidio project; at least 32 random bytes, never changed",
    ),
    ("TIDIO_<NAME>_CLIENT_ID", "Tidio OpenAPI client, tier `full` only"),
    ("TIDIO_<NAME>_CLIENT_SECRET", "its secret, tier `full` only"),
    (
        "TIDIO_<NAME>_WEBHOOK_SECRET",
        "Tidio signs its webhooks with it (Developer panel); two with a comma while one replaces the other; without it none is taken",
    ),
    ("ADMIN_TOKEN", "opens `/admin`; at least 24 bytes; without it those paths answer 404"),
];
