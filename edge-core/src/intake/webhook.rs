//! Webhooks of Tidio: signed with a shared secret, `x-tidio-signature: t=<unix seconds>,s=<hex>[,s=<hex>…]`, one `s`
//! per secret that is active in Tidio's panel.
//!
//! The vendor repeats for 4¾ hours and does not say whether it signs anew, so an old time is no sign of a replay until
//! [`WINDOW_SECONDS`]; within that, the webhook's own id tells a repetition.

use hmac::{Hmac, Mac as _};
use serde::Deserialize;
use serde_json::Value;
use sha2::Sha256;

use super::{Refusal, Verdict};
use crate::config::{Config, Secret, TidioProject};
use crate::fact::{ContactSeen, Fact, TidioNews};
use crate::json;

/// Largest webhook: a contact or a message, with room.
pub const MAX_WEBHOOK_BYTES: usize = 256 * 1024;
/// How old a signature may be, in seconds: six hours, longer than the vendor's repetitions.
const WINDOW_SECONDS: u64 = 6 * 60 * 60;
/// How far Tidio's clock may be ahead, in seconds.
const SKEW_SECONDS: u64 = 5 * 60;
/// Signatures of one header that are looked at.
const MAX_SIGNATURES: usize = 8;
/// Longest header.
const MAX_HEADER_BYTES: usize = 1_024;
/// Longest id or topic that is taken over.
const TEXT_BYTES: usize = 64;

#[derive(Deserialize)]
struct Envelope {
    project_public_key: String,
    topic: String,
    webhook_id: String,
    #[serde(default)]
    content: Value,
}

/// Proves and reads a webhook: whose it is, and the fact for the engine.
///
/// # Errors
/// Not signed by Tidio for one of our projects, or nothing that we can read.
pub fn webhook<'a>(
    config: &'a Config,
    signature: Option<&str>,
    body: &[u8],
    correlation_id: &str,
    now_ms: u64,
) -> Result<(&'a TidioProject, Fact), Refusal> {
    if config.tidio.values().all(|project| project.webhook_secrets.is_empty()) {
        return Err(Refusal::new(Verdict::NotSetUp, "no_webhook_secret"));
    }
    let (signed_at, signatures) =
        signature.and_then(read_header).ok_or(Refusal::unproven("signature_malformed"))?;
    // Every project's secrets are tried, so that the time tells nobody which project it is.
    let is_signed = |project: &&TidioProject| {
        project.webhook_secrets.iter().filter(|secret| fits(secret, body, signed_at, &signatures)).count() > 0
    };
    let signers: Vec<&TidioProject> = config.tidio.values().filter(is_signed).collect();
    if signers.is_empty() {
        return Err(Refusal::unproven("signature"));
    }
    let now = now_ms / 1_000;
    let seconds: u64 = signed_at.parse().map_err(|_not_a_time| Refusal::unproven("signature_malformed"))?;
    if now > seconds.saturating_add(WINDOW_SECONDS) || seconds > now.saturating_add(SKEW_SECONDS) {
        return Err(Refusal::unproven("signature_old"));
    }
    let envelope: Envelope = json::read(body).map_err(|_not_json| Refusal::unreadable("no_envelope"))?;
    let project = signers
        .into_iter()
        .find(|project| project.public_key.as_str() == envelope.project_public_key)
        .ok_or(Refusal::unproven("project"))?;
    let fact = fact(&envelope, correlation_id, now_ms).ok_or(Refusal::unreadable("no_envelope"))?;
    Ok((project, fact))
}

fn read_header(header: &str) -> Option<(&str, Vec<Vec<u8>>)> {
    if header.len() > MAX_HEADER_BYTES {
        return None;
    }
    let mut signed_at = None;
    let mut signatures = Vec::new();
    for part in header.split(',').map(str::trim) {
        match part.split_once('=')? {
            ("t", time) if signed_at.is_none() => signed_at = Some(time),
            ("s", hex) if signatures.len() < MAX_SIGNATURES => signatures.extend(hex::decode(hex).ok()),
            ("t", _) => return None,
            // A later version of the header may carry more.
            _ => {}
        }
    }
    let signed_at = signed_at.filter(|time| (1..=12).contains(&time.len()))?;
    (signed_at.bytes().all(|byte| byte.is_ascii_digit()) && !signatures.is_empty())
        .then_some((signed_at, signatures))
}

/// HMAC-SHA256 over the body, `_` and the time as sent; compared in constant time.
fn fits(secret: &Secret, body: &[u8], signed_at: &str, signatures: &[Vec<u8>]) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()) else { return false };
    mac.update(body);
    mac.update(b"_");
    mac.update(signed_at.as_bytes());
    signatures.iter().filter(|signature| mac.clone().verify_slice(signature).is_ok()).count() > 0
}

fn fact(envelope: &Envelope, correlation_id: &str, now_ms: u64) -> Option<Fact> {
    let id = format!("tidio:{}", word(&envelope.webhook_id)?);
    let member = |name: &str| envelope.content.get(name).and_then(Value::as_str).and_then(word);
    let topic = word(&envelope.topic)?;
    let correlation_id = correlation_id.to_owned();
    Some(match topic {
        "contact.created" | "contact.updated" => Fact::ContactSeen(ContactSeen {
            id,
            tidio_id: member("id")?.to_owned(),
            distinct_id: member("distinct_id").map(str::to_owned),
            correlation_id,
            observed_at_ms: now_ms,
        }),
        topic => Fact::TidioNews(TidioNews {
            id,
            topic: topic.to_owned(),
            subject: member("contact_id").or_else(|| member("id")).unwrap_or("tidio").to_owned(),
            correlation_id,
            observed_at_ms: now_ms,
        }),
    })
}

/// Ids and topics are words; anything else is nobody's.
fn word(text: &str) -> Option<&str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    ((1..=TEXT_BYTES).contains(&text.len()) && text.chars().all(is_word)).then_some(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{KEY, NOW_MS, config};

    fn sign(secret: &str, body: &str, at: u64) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("{body}_{at}").as_bytes());
        hex::encode(mac.finalize().into_bytes())
    }

    fn body(topic: &str, content: &Value) -> String {
        json!({
            "created_at": 1, "project_public_key": "a".repeat(32), "topic": topic, "version": 1,
            "webhook_id": "0b8f5b0a-9a4e-4f4e-8a53-6f7b0a3f1c01", "content": content,
        })
        .to_string()
    }

    const AT: u64 = NOW_MS / 1_000;

    fn refused(header: Option<&str>, body: &str) -> &'static str {
        webhook(&config(), header, body.as_bytes(), "corr", NOW_MS).unwrap_err().why
    }

    #[test]
    fn the_formula_is_the_vendors() {
        // printf '{}_1700000000' | openssl dgst -sha256 -hmac one
        let known = "a1e1c86fc5ed90412cdf9f74e70519265f5dccf87fe918417b74595f0e88f22f";
        let signature = hex::decode(known).unwrap();
        assert!(fits(&Secret::new("one"), b"{}", "1700000000", &[signature]));
    }

    #[test]
    fn a_contact_becomes_a_fact_and_other_topics_are_news() {
        let config = config();
        let seen =
            body("contact.created", &json!({ "id": "t-1", "distinct_id": "d-1", "email": "a@example.com" }));
        let header = format!("t={AT},s={},s={}", sign("another", &seen, AT), sign(KEY, &seen, AT));
        let (project, fact) = webhook(&config, Some(&header), seen.as_bytes(), "corr", NOW_MS).unwrap();
        assert_eq!(project.name.as_str(), "eu");
        let Fact::ContactSeen(fact) = fact else { panic!("another fact") };
        assert_eq!((fact.tidio_id.as_str(), fact.distinct_id.as_deref()), ("t-1", Some("d-1")));
        assert_eq!(fact.id, "tidio:0b8f5b0a-9a4e-4f4e-8a53-6f7b0a3f1c01");
        let replied =
            body("ticket.replied", &json!({ "id": 7, "contact_id": "t-1", "message": { "x": "secret" } }));
        let header = format!("t={AT},s={}", sign(KEY, &replied, AT));
        let (_, fact) = webhook(&config, Some(&header), replied.as_bytes(), "corr", NOW_MS).unwrap();
        assert_eq!((fact.kind(), fact.subject()), ("tidio_news", "t-1"));
    }

    #[test]
    fn a_late_repetition_is_taken_and_an_old_or_early_one_is_not() {
        let body = body("contact.updated", &json!({ "id": "t-1" }));
        for (at, expected) in [
            (AT - 5 * 3_600, None),
            (AT - 6 * 3_600, None),
            (AT - 6 * 3_600 - 1, Some("signature_old")),
            (AT + 300, None),
            (AT + 301, Some("signature_old")),
            (0, Some("signature_old")),
        ] {
            let header = format!("t={at},s={}", sign(KEY, &body, at));
            let config = config();
            let read = webhook(&config, Some(&header), body.as_bytes(), "corr", NOW_MS);
            assert_eq!(read.err().map(|refusal| refusal.why), expected, "{at}");
        }
    }

    #[test]
    fn what_is_not_signed_like_that_is_refused() {
        let good = body("contact.created", &json!({ "id": "t-1" }));
        let signature = sign(KEY, &good, AT);
        let cases = [
            (None, "signature_malformed"),
            (Some(String::new()), "signature_malformed"),
            (Some(format!("t={AT}")), "signature_malformed"),
            (Some(format!("s={signature}")), "signature_malformed"),
            (Some(format!("t={AT},t={AT},s={signature}")), "signature_malformed"),
            (Some(format!("t=-1,s={signature}")), "signature_malformed"),
            (Some(format!("t={AT},s={}", "x".repeat(2_000))), "signature_malformed"),
            (Some(format!("t={AT},s={}", &signature[..62])), "signature"),
            (Some(format!("t={},s={signature}", AT + 1)), "signature"),
            (Some(format!("t={AT},s={}", sign("another", &good, AT))), "signature"),
        ];
        for (header, why) in cases {
            assert_eq!(refused(header.as_deref(), &good), why, "{header:?}");
        }
        let header = format!("t={AT},s={signature}");
        assert_eq!(refused(Some(&header), &good.replace("t-1", "t-2")), "signature");
        let cases = [
            (good.replace(&"a".repeat(32), &"b".repeat(32)), "project"),
            (good.replace("contact.created", "contact created"), "no_envelope"),
            (good.replace("\"t-1\"", "7"), "no_envelope"),
            (good.replace("0b8f5b0a", &"0".repeat(80)), "no_envelope"),
            ("[]".to_owned(), "no_envelope"),
            (String::new(), "no_envelope"),
        ];
        for (body, why) in cases {
            assert_eq!(refused(Some(&format!("t={AT},s={}", sign(KEY, &body, AT))), &body), why, "{body}");
        }
    }
}
