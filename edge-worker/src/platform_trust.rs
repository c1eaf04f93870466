//! Keys and certificates of others, fetched and applied by the platform: `fetch`, WebCrypto, Node's Ed25519 and X.509.
//!
//! In scope: the ports [`Trust`] and [`Ed25519`]. Out of scope: every rule about what to trust (`edge_core::intake`).

use edge_core::intake::{Certificate, Fetched, RsaKey, Trust};
use edge_core::token::Ed25519;

use crate::call::Call;
use crate::exchange::{Exchange, Limits};
use crate::web;

/// A service waits for our answer while keys are fetched. Key sets and certificates are a few kilobytes.
const LIMITS: Limits = Limits { timeout_ms: 3_000, max_bytes: 64 * 1024 };

/// What checks the tokens of shops that sign with Ed25519.
pub const ED25519: Ed25519 = Ed25519 { is_point: web::is_ed25519_point, is_signed: web::is_signed_ed25519 };

/// The platform.
#[derive(Clone, Copy, Debug)]
pub struct PlatformTrust;

impl Trust for PlatformTrust {
    async fn fetch(&self, url: &str) -> Fetched {
        let request =
            Exchange { method: "GET", url: url.to_owned(), headers: &[("accept", "*/*")], body: None };
        let Ok(received) = request.send(LIMITS, ["cache-control"]).await else { return Fetched::Unreachable };
        let [cache_control] = received.headers;
        match (received.status, String::from_utf8(received.body)) {
            (200..=299, Ok(text)) => {
                Fetched::Body { text, max_age_seconds: cache_control.as_deref().and_then(max_age) }
            }
            (400..=499, _) if received.status != 429 => Fetched::Missing,
            _ => Fetched::Unreachable,
        }
    }

    async fn is_signed(&self, key: &RsaKey, text: &[u8], signature: &[u8]) -> bool {
        let begin = |call| web::is_signed_rsa(call, &key.n, &key.e, text, signature);
        Call::begin(begin).await.text == "yes"
    }

    fn certificate(&self, pem: &str) -> Option<Certificate> {
        let said = web::certificate_of(pem)?;
        let mut lines = said.split('\n');
        Some(Certificate {
            common_name: lines.next()?.to_owned(),
            not_before_ms: lines.next()?.parse().ok()?,
            not_after_ms: lines.next()?.parse().ok()?,
            key: RsaKey::new(lines.next()?, lines.next()?)?,
        })
    }
}

fn max_age(cache_control: &str) -> Option<u64> {
    cache_control.split(',').find_map(|part| part.trim().strip_prefix("max-age=")?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::max_age;

    #[test]
    fn the_age_is_read_among_other_directives() {
        for (header, seconds) in [
            ("public, max-age=19201, must-revalidate", Some(19_201)),
            ("max-age=0", Some(0)),
            ("no-store", None),
            ("max-age=soon", None),
        ] {
            assert_eq!(max_age(header), seconds, "{header}");
        }
    }
}
