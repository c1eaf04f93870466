//! Keys and signatures of the services in between. The keys are public knowledge; see `keys/README.md`.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::RSA_PKCS1_SHA256;
use serde_json::{Value, json};
use std::sync::{Mutex, PoisonError};

const GOOGLE: [&[u8]; 2] =
    [include_bytes!("../../../keys/google-1.der"), include_bytes!("../../../keys/google-2.der")];
const SNS: &[u8] = include_bytes!("../../../keys/sns.der");

/// Certificate that SNS signatures are checked with, and the one that issued it.
pub const SNS_CERTIFICATE: &str = include_str!("../../../keys/sns.pem");
/// The emulator's certificate authority.
pub const CA_CERTIFICATE: &str = include_str!("../../../keys/ca.pem");

/// The key pairs, and which of Google's is in use.
pub struct Keys {
    google: Vec<KeyPair>,
    sns: KeyPair,
    rotation: Mutex<Rotation>,
}

#[derive(Clone, Copy, Default)]
struct Rotation {
    turns: usize,
    old_key_stays: bool,
}

impl Keys {
    /// Reads the built-in keys.
    ///
    /// # Errors
    /// A sentence; only if the files are damaged.
    pub fn load() -> Result<Self, String> {
        let pair = |der: &[u8]| KeyPair::from_der(der).map_err(|error| format!("a built-in key: {error}"));
        let google = GOOGLE.iter().map(|der| pair(der)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { google, sns: pair(SNS)?, rotation: Mutex::default() })
    }

    /// Signs with the next of Google's keys from now on. The old one is published for as long as
    /// `old_key_stays`, which is until the next rotation.
    pub fn rotate(&self, old_key_stays: bool) {
        let mut rotation = self.rotation.lock().unwrap_or_else(PoisonError::into_inner);
        *rotation = Rotation { turns: rotation.turns + 1, old_key_stays };
    }

    fn rotation(&self) -> Rotation {
        *self.rotation.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn google_key(&self, turns: usize) -> Option<&KeyPair> {
        self.google.get(turns % self.google.len().max(1))
    }

    /// Google's published keys (a JSON Web Key Set).
    pub fn jwks(&self) -> Value {
        let rotation = self.rotation();
        let old = rotation.turns.checked_sub(1).filter(|_| rotation.old_key_stays);
        let turns = [Some(rotation.turns), old];
        let keys: Vec<Value> = turns
            .into_iter()
            .flatten()
            .filter_map(|turns| {
                let parts = PublicKeyComponents::<Vec<u8>>::from(self.google_key(turns)?.public());
                Some(json!({
                    "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid(turns),
                    "n": URL_SAFE_NO_PAD.encode(parts.n), "e": URL_SAFE_NO_PAD.encode(parts.e),
                }))
            })
            .collect();
        json!({ "keys": keys })
    }

    /// A token with these claims, signed as Google signs it (RS256).
    pub fn google_token(&self, claims: &Value) -> String {
        let turns = self.rotation().turns;
        let header = json!({ "alg": "RS256", "kid": kid(turns), "typ": "JWT" });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let input = format!("{}.{}", part(&header), part(claims));
        let signature = self.google_key(turns).map(|key| sign(key, input.as_bytes())).unwrap_or_default();
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The `Signature` member of an SNS message: version 2, RSA with SHA-256, in Base64.
    pub fn sns_signature(&self, text: &str) -> String {
        STANDARD.encode(sign(&self.sns, text.as_bytes()))
    }
}

fn kid(turns: usize) -> String {
    format!("emulator-{}", turns + 1)
}

fn sign(key: &KeyPair, input: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; key.public().modulus_len()];
    match key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input, &mut signature) {
        Ok(()) => signature,
        Err(_) => Vec::new(),
    }
}
