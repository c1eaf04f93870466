//! Keys and certificates of others: the port that fetches and applies them, and the rules of keeping them.
//!
//! A key set is fetched when it is needed and not known, when it has become old, and when a signature names a key
//! that is not in it, because keys are rotated at any time. The last must not let a forger make us fetch without end,
//! so it happens once in [`RETRY_MS`]. While the keys cannot be fetched, old ones stay good for [`STALE_MS`].

use contract::FlatMap;
use serde::Deserialize;

use crate::base64::decode_url;
use crate::json;

/// A key set is asked for again for a key that is not in it, or after a failure, at most this often.
const RETRY_MS: u64 = 10_000;
/// Shortest and longest time for which a key set is not asked for again, whatever its sender says.
const FRESH_MS: (u64, u64) = (5 * 60_000, 24 * 60 * 60_000);
/// How long an old key set is used while no newer one can be had.
const STALE_MS: u64 = 24 * 60 * 60_000;
/// Keys of a set that are looked at.
const MAX_KEYS: usize = 20;
/// Sets and certificates that are kept.
const MAX_KEPT: usize = 16;
/// Certificates fetched within a minute: AWS has one per region and year, a forger has any number of addresses.
const MAX_FETCHES: u32 = 20;
const MINUTE_MS: u64 = 60_000;

/// A public RSA key, as in a JSON Web Key: modulus and exponent in base64url.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RsaKey {
    /// Modulus.
    pub n: String,
    /// Exponent.
    pub e: String,
}

impl RsaKey {
    /// A key of 2,048 to 8,192 bits; shorter ones can be broken, longer ones only cost time.
    pub fn new(n: &str, e: &str) -> Option<Self> {
        let modulus = decode_url(n)?;
        let bytes = modulus.len() - modulus.iter().take_while(|byte| **byte == 0).count();
        let exponent = decode_url(e)?;
        ((256..=1024).contains(&bytes) && (1..=8).contains(&exponent.len()))
            .then(|| RsaKey { n: n.to_owned(), e: e.to_owned() })
    }
}

/// What a certificate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Common name of its subject.
    pub common_name: String,
    /// Start of validity, milliseconds since the Unix epoch.
    pub not_before_ms: u64,
    /// End of validity, milliseconds since the Unix epoch.
    pub not_after_ms: u64,
    /// Its key.
    pub key: RsaKey,
}

/// What came of fetching.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// A body of at most 64 KiB, and for how many seconds its sender says it is good.
    Body {
        /// Text.
        text: String,
        /// `max-age`.
        max_age_seconds: Option<u64>,
    },
    /// The other side says that there is nothing (4xx).
    Missing,
    /// No answer, a 5xx, a redirect, or too much of it. Later, perhaps.
    Unreachable,
}

/// The platform, as far as proving a sender needs it.
#[expect(async_fn_in_trait, reason = "Workers have one thread; nothing needs to be Send")]
pub trait Trust {
    /// `GET`, without following redirects. Repeatable.
    async fn fetch(&self, url: &str) -> Fetched;

    /// Is it the key's signature (RSA PKCS#1 v1.5 with SHA-256) over the text? Anything unusual is no.
    async fn is_signed(&self, key: &RsaKey, text: &[u8], signature: &[u8]) -> bool;

    /// The first certificate of a PEM text; `None` if there is none with an RSA key.
    fn certificate(&self, pem: &str) -> Option<Certificate>;
}

/// Key sets and certificates that were fetched.
#[derive(Debug, Default)]
pub struct Cache {
    sets: FlatMap<String, KeySet>,
    certificates: FlatMap<String, Certificate>,
    minute: (u64, u32),
}

#[derive(Debug, Default)]
struct KeySet {
    keys: FlatMap<String, RsaKey>,
    fetched_ms: u64,
    fresh_until_ms: u64,
    tried_ms: u64,
}

/// What is known about a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Find {
    /// This is it.
    Key(RsaKey),
    /// The set must be fetched first.
    Fetch,
    /// There is no such key.
    Unknown,
    /// Nobody can say now.
    Unreachable,
}

impl Cache {
    /// Looks a key up.
    pub(super) fn find(&self, url: &str, kid: &str, now_ms: u64) -> Find {
        let Some(set) = self.sets.get(url) else { return Find::Fetch };
        let known = set.keys.get(kid).cloned();
        let is_fresh = now_ms < set.fresh_until_ms && now_ms >= set.fetched_ms;
        // A clock that went back is no reason to wait.
        let may_ask = now_ms >= set.tried_ms.saturating_add(RETRY_MS) || now_ms < set.tried_ms;
        match known {
            Some(key) if is_fresh => Find::Key(key),
            _ if may_ask => Find::Fetch,
            Some(key) if now_ms < set.fetched_ms.saturating_add(STALE_MS) => Find::Key(key),
            None if is_fresh => Find::Unknown,
            _ => Find::Unreachable,
        }
    }

    /// Notes that a set is about to be fetched, so that not everybody does.
    pub(super) fn trying(&mut self, url: &str, now_ms: u64) {
        if let Some(set) = self.sets.get_mut(url) {
            set.tried_ms = now_ms;
        }
    }

    /// Takes over what came of it.
    pub(super) fn store(&mut self, url: &str, fetched: &Fetched, now_ms: u64) {
        if self.sets.len() >= MAX_KEPT && !self.sets.contains_key(url) {
            self.sets.clear();
        }
        let set = self.sets.get_or_default(url.to_owned());
        set.tried_ms = now_ms;
        let Fetched::Body { text, max_age_seconds } = fetched else { return };
        let Some(keys) = read_keys(text) else { return };
        let age_ms = max_age_seconds.unwrap_or(0).saturating_mul(1_000).clamp(FRESH_MS.0, FRESH_MS.1);
        *set = KeySet {
            keys,
            fetched_ms: now_ms,
            fresh_until_ms: now_ms.saturating_add(age_ms),
            tried_ms: now_ms,
        };
    }

    /// A certificate that was fetched before.
    pub(super) fn certificate(&self, url: &str) -> Option<&Certificate> {
        self.certificates.get(url)
    }

    /// Keeps a certificate.
    pub(super) fn keep_certificate(&mut self, url: &str, certificate: Certificate) {
        if self.certificates.len() >= MAX_KEPT {
            self.certificates.clear();
        }
        self.certificates.insert(url.to_owned(), certificate);
    }

    /// Counts a fetch of a certificate; false when there were too many within a minute.
    pub(super) fn may_fetch(&mut self, now_ms: u64) -> bool {
        let (since_ms, count) = &mut self.minute;
        if now_ms >= since_ms.saturating_add(MINUTE_MS) || now_ms < *since_ms {
            (*since_ms, *count) = (now_ms, 0);
        }
        *count = count.saturating_add(1);
        *count <= MAX_FETCHES
    }
}

#[derive(Deserialize)]
struct WireSet {
    keys: Vec<WireKey>,
}

#[derive(Deserialize)]
struct WireKey {
    kty: Option<String>,
    alg: Option<String>,
    kid: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

/// The usable keys of a JSON Web Key Set; `None` if it is none.
fn read_keys(text: &str) -> Option<FlatMap<String, RsaKey>> {
    let set: WireSet = json::read(text.as_bytes()).ok()?;
    let usable = |key: WireKey| {
        let is_rs256 = key.kty.as_deref() == Some("RSA") && key.alg.is_none_or(|alg| alg == "RS256");
        let public = RsaKey::new(&key.n?, &key.e?)?;
        is_rs256.then_some((key.kid?, public))
    };
    Some(set.keys.into_iter().take(MAX_KEYS).filter_map(usable).collect())
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    const URL: &str = "https://keys.example";

    fn n(bytes: usize) -> String {
        URL_SAFE_NO_PAD.encode(vec![0x81; bytes])
    }

    fn set(kids: &[&str]) -> Fetched {
        let keys: Vec<serde_json::Value> = kids
            .iter()
            .map(|kid| serde_json::json!({ "kty": "RSA", "alg": "RS256", "kid": kid, "n": n(256), "e": "AQAB" }))
            .collect();
        Fetched::Body { text: serde_json::json!({ "keys": keys }).to_string(), max_age_seconds: Some(600) }
    }

    #[test]
    fn a_rotated_key_is_asked_for_once_in_a_while_and_old_ones_bridge_an_outage() {
        let mut cache = Cache::default();
        let find = |cache: &Cache, kid, now| match cache.find(URL, kid, now) {
            Find::Key(_) => "key",
            Find::Fetch => "fetch",
            Find::Unknown => "unknown",
            Find::Unreachable => "unreachable",
        };
        assert_eq!(find(&cache, "a", 0), "fetch");
        cache.store(URL, &Fetched::Unreachable, 0);
        assert_eq!(find(&cache, "a", 1), "unreachable");
        assert_eq!(find(&cache, "a", RETRY_MS), "fetch");
        cache.store(URL, &set(&["a"]), 100_000);
        assert_eq!((find(&cache, "a", 699_999), find(&cache, "a", 700_000)), ("key", "fetch"));
        assert_eq!((find(&cache, "b", 100_001), find(&cache, "b", 110_000)), ("unknown", "fetch"));
        cache.trying(URL, 110_000);
        assert_eq!((find(&cache, "b", 110_001), find(&cache, "a", 110_001)), ("unknown", "key"));
        cache.store(URL, &set(&["b"]), 111_000);
        assert_eq!((find(&cache, "b", 111_001), find(&cache, "a", 111_001)), ("key", "unknown"));
        cache.store(URL, &Fetched::Missing, 800_000);
        assert_eq!((find(&cache, "b", 800_001), find(&cache, "c", 800_001)), ("key", "unreachable"));
        assert_eq!(find(&cache, "b", 810_000), "fetch");
        cache.store(URL, &Fetched::Unreachable, 111_000 + STALE_MS);
        assert_eq!(find(&cache, "b", 111_001 + STALE_MS), "unreachable");
    }

    #[test]
    fn a_clock_that_went_back_does_not_lock_the_door() {
        let mut cache = Cache::default();
        cache.store(URL, &set(&["a"]), 1_000_000_000);
        assert_eq!(cache.find(URL, "a", 5), Find::Fetch);
        assert!((0..MAX_FETCHES).all(|_| cache.may_fetch(1_000_000)));
        assert!(!cache.may_fetch(1_000_001));
        assert!(cache.may_fetch(5) && cache.may_fetch(1_000_000 + MINUTE_MS));
    }

    #[test]
    fn only_usable_keys_are_taken() {
        let key = |changes: serde_json::Value| {
            let mut key =
                serde_json::json!({ "kty": "RSA", "alg": "RS256", "kid": "k", "n": n(256), "e": "AQAB" });
            for (name, value) in changes.as_object().unwrap() {
                key[name] = value.clone();
            }
            serde_json::json!({ "keys": [key] }).to_string()
        };
        for (changes, usable) in [
            (serde_json::json!({}), 1),
            (serde_json::json!({ "alg": null }), 1),
            (serde_json::json!({ "n": n(255) }), 0),
            (serde_json::json!({ "n": n(1025) }), 0),
            (serde_json::json!({ "n": "!" }), 0),
            (serde_json::json!({ "alg": "RS512" }), 0),
            (serde_json::json!({ "kty": "EC" }), 0),
            (serde_json::json!({ "kid": null }), 0),
        ] {
            let read = read_keys(&key(changes.clone())).map(|keys| keys.len());
            assert_eq!(read, Some(usable), "{changes}");
        }
        for text in ["", "<html>", "[]", "{}", "{\"keys\":7}"] {
            assert!(read_keys(text).is_none(), "{text}");
        }
    }
}
