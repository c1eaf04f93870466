//! SNS over HTTPS: each message is signed (version 2: RSA with SHA-256 over a canonical text) with the key of a
//! certificate that the message names.
//!
//! Steps: 1. the topic is one of ours; 2. the certificate's address is AWS's; 3. the certificate, fetched from there
//! over TLS, is valid now and AWS's; 4. the signature. What is not signed, such as `UnsubscribeURL`, is not used.
//! Only the first certificate of the file counts, and TLS is the chain of trust to it: AWS publishes no other anchor.

use std::cell::RefCell;

use serde::Deserialize;

use super::trust::{Cache, Certificate, Fetched, Trust};
use super::{Refusal, Verdict};
use crate::base64;
use crate::config::{CommerceProject, Config, SnsSettings};
use crate::json;

/// Longest address that is looked at.
const MAX_URL_BYTES: usize = 1_024;

/// The headers that matter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Headers<'h> {
    /// `x-amz-sns-rawdelivery`.
    pub raw: Option<&'h str>,
}

/// A delivery, read.
#[derive(Clone, Debug)]
pub enum Delivery<'a> {
    /// A notification of commercetools.
    Notification {
        /// The project that it speaks for.
        project: &'a CommerceProject,
        /// As commercetools published it.
        body: String,
    },
    /// The topic asks whether we want it; a `GET` of the address says yes.
    Confirm {
        /// On AWS's host.
        url: String,
    },
    /// Somebody has ended the subscription.
    Ended {
        /// Whose topic it was.
        project: &'a CommerceProject,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope {
    r#type: String,
    message_id: String,
    topic_arn: String,
    subject: Option<String>,
    message: String,
    timestamp: String,
    signature_version: String,
    signature: String,
    #[serde(rename = "SigningCertURL")]
    signing_cert_url: String,
    #[serde(rename = "SubscribeURL")]
    subscribe_url: Option<String>,
    token: Option<String>,
}

/// Proves and reads a delivery.
///
/// # Errors
/// Not signed by AWS for one of our topics, not readable, or not to be checked now.
pub async fn delivery<'a>(
    config: &'a Config,
    trust: &impl Trust,
    cache: &RefCell<Cache>,
    headers: Headers<'_>,
    body: &[u8],
    now_ms: u64,
) -> Result<Delivery<'a>, Refusal> {
    if !config.commercetools.values().any(|project| project.events.sns.is_some()) {
        return Err(Refusal::new(Verdict::NotSetUp, "sns_not_configured"));
    }
    // Raw delivery leaves the envelope out, and the signature with it.
    if headers.raw.is_some_and(|raw| raw.eq_ignore_ascii_case("true")) {
        return Err(Refusal::unproven("raw_delivery"));
    }
    let envelope: Envelope = json::read(body).map_err(|_not_ours| Refusal::unreadable("no_envelope"))?;
    if envelope.signature_version != "2" {
        return Err(Refusal::unproven("signature_version"));
    }
    let (project, settings) = owner(config, &envelope.topic_arn).ok_or(Refusal::unproven("topic_unknown"))?;
    let text = canonical(&envelope).ok_or(Refusal::unreadable("type_unknown"))?;
    let url = envelope.signing_cert_url.as_str();
    if !is_certificate_url(settings, url) {
        return Err(Refusal::unproven("certificate_host"));
    }
    let certificate = certificate(trust, cache, url, now_ms).await?;
    check_certificate(&certificate, now_ms)?;
    let signature = base64::decode(&envelope.signature).ok_or(Refusal::unproven("signature"))?;
    if !trust.is_signed(&certificate.key, text.as_bytes(), &signature).await {
        return Err(Refusal::unproven("signature"));
    }
    match (envelope.r#type.as_str(), envelope.subscribe_url) {
        ("SubscriptionConfirmation", Some(url)) if is_confirmation_url(settings, &url) => {
            Ok(Delivery::Confirm { url })
        }
        ("SubscriptionConfirmation", _) => Err(Refusal::unproven("confirmation_host")),
        ("UnsubscribeConfirmation", _) => Ok(Delivery::Ended { project }),
        _ => Ok(Delivery::Notification { project, body: envelope.message }),
    }
}

fn owner<'a>(config: &'a Config, topic: &str) -> Option<(&'a CommerceProject, &'a SnsSettings)> {
    config.commercetools.values().find_map(|project| {
        let settings = project.events.sns.as_ref()?;
        settings.topics.iter().any(|allowed| allowed.as_str() == topic).then_some((project, settings))
    })
}

/// The signed text: name and value of each signed member on a line of its own, by name.
fn canonical(envelope: &Envelope) -> Option<String> {
    let common =
        [("Message", Some(envelope.message.as_str())), ("MessageId", Some(envelope.message_id.as_str()))];
    let last = [("TopicArn", Some(envelope.topic_arn.as_str())), ("Type", Some(envelope.r#type.as_str()))];
    let timestamp = ("Timestamp", Some(envelope.timestamp.as_str()));
    let between = match envelope.r#type.as_str() {
        "Notification" => [("Subject", envelope.subject.as_deref()), timestamp, ("", None)],
        "SubscriptionConfirmation" | "UnsubscribeConfirmation" => [
            ("SubscribeURL", Some(envelope.subscribe_url.as_deref()?)),
            timestamp,
            ("Token", Some(envelope.token.as_deref()?)),
        ],
        _ => return None,
    };
    let members = common.into_iter().chain(between).chain(last);
    let lines = members.filter_map(|(name, value)| Some(format!("{name}\n{}\n", value?)));
    Some(lines.collect())
}

/// `https://sns.<region>.amazonaws.com/<file>.pem`, and nothing in it that two readers could read differently.
fn is_certificate_url(settings: &SnsSettings, url: &str) -> bool {
    path_at_aws(settings, url).is_some_and(|path| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "/_-.".contains(c);
        path.ends_with(".pem") && path.chars().all(is_plain) && !path.contains("..")
    })
}

/// `https://sns.<region>.amazonaws.com/?Action=ConfirmSubscription&…`
fn is_confirmation_url(settings: &SnsSettings, url: &str) -> bool {
    path_at_aws(settings, url).is_some_and(|path| {
        let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'#' && byte != b'\\';
        path.contains("?Action=ConfirmSubscription&") && path.bytes().all(is_plain)
    })
}

/// Path and query of an address on AWS's host, or on that of the tests.
fn path_at_aws<'u>(settings: &SnsSettings, url: &'u str) -> Option<&'u str> {
    if url.len() > MAX_URL_BYTES {
        return None;
    }
    if let Some(origin) = &settings.origin {
        return url.strip_prefix(origin.as_str()).filter(|path| path.starts_with('/'));
    }
    let rest = url.strip_prefix("https://")?;
    let start = rest.find('/')?;
    let (host, path) = rest.split_at_checked(start)?;
    is_aws_host(host).then_some(path)
}

/// China has hosts of its own.
fn is_aws_host(host: &str) -> bool {
    let region = host.strip_prefix("sns.").and_then(|rest| {
        rest.strip_suffix(".amazonaws.com").or_else(|| rest.strip_suffix(".amazonaws.com.cn"))
    });
    region.is_some_and(|region| {
        (3..=40).contains(&region.len())
            && region.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    })
}

async fn certificate(
    trust: &impl Trust,
    cache: &RefCell<Cache>,
    url: &str,
    now_ms: u64,
) -> Result<Certificate, Refusal> {
    if let Some(known) = cache.borrow().certificate(url) {
        return Ok(known.clone());
    }
    let later = Refusal::new(Verdict::KeysUnreachable, "certificate");
    if !cache.borrow_mut().may_fetch(now_ms) {
        return Err(later);
    }
    let text = match trust.fetch(url).await {
        Fetched::Body { text, .. } => text,
        Fetched::Missing => return Err(Refusal::unproven("certificate_missing")),
        Fetched::Unreachable => return Err(later),
    };
    let read = trust.certificate(&text).ok_or(Refusal::unproven("certificate_unreadable"))?;
    // One that is not valid is not kept: the next message may come after a repair.
    if check_certificate(&read, now_ms).is_ok() {
        cache.borrow_mut().keep_certificate(url, read.clone());
    }
    Ok(read)
}

/// In some regions the name carries the region: `sns.amazonaws.com`, `sns-signing.<region>.amazonaws.com` and the
/// like. All of them begin with `sns` and end in AWS's domain.
fn check_certificate(certificate: &Certificate, now_ms: u64) -> Result<(), Refusal> {
    if now_ms < certificate.not_before_ms || now_ms > certificate.not_after_ms {
        return Err(Refusal::unproven("certificate_dates"));
    }
    let name = certificate.common_name.as_str();
    let is_plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c));
    let is_aws = name.ends_with(".amazonaws.com") || name.ends_with(".amazonaws.com.cn");
    if is_plain && is_aws && (name.starts_with("sns.") || name.starts_with("sns-")) {
        Ok(())
    } else {
        Err(Refusal::unproven("certificate_subject"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::TopicArn;

    #[test]
    fn only_awss_hosts_and_plain_paths_are_asked() {
        let topic = TopicArn::parse("arn:aws:sns:eu-central-1:123456789012:orders").unwrap();
        let settings = SnsSettings { topics: vec![topic], origin: None };
        let pem = "/SimpleNotificationService-0123abcd.pem";
        for (url, fits) in [
            (format!("https://sns.eu-central-1.amazonaws.com{pem}"), true),
            (format!("https://sns.cn-north-1.amazonaws.com.cn{pem}"), true),
            (format!("http://sns.eu-central-1.amazonaws.com{pem}"), false),
            (format!("https://sns.eu-central-1.amazonaws.com.evil.example{pem}"), false),
            (format!("https://sns.eu-central-1.amazonaws.com:444{pem}"), false),
            (format!("https://sns.eu-central-1.amazonaws.com@evil.example{pem}"), false),
            (format!("https://evil.example/sns.eu-central-1.amazonaws.com{pem}"), false),
            (format!("https://sns.evil.example.amazonaws.com{pem}"), false),
            (format!("https://sns.eu-central-1.amazonaws.com.cn.evil.example{pem}"), false),
            (format!("https://evilsns.eu-central-1.amazonaws.com{pem}"), false),
            (format!("https://sns.amazonaws.com{pem}"), false),
            (format!("https://s3.amazonaws.com/sns.eu-central-1.amazonaws.com{pem}"), false),
            (format!("https://SNS.eu-central-1.amazonaws.com{pem}"), false),
            ("https://sns.eu-central-1.amazonaws.com/../bucket/key.pem".to_owned(), false),
            ("https://sns.eu-central-1.amazonaws.com/?url=http://evil.example/x.pem".to_owned(), false),
            ("https://sns.eu-central-1.amazonaws.com/key.pem#.pem".to_owned(), false),
            ("https://sns.eu-central-1.amazonaws.com/key".to_owned(), false),
            ("https://sns.eu-central-1.amazonaws.com".to_owned(), false),
            (format!("https://sns.eu-central-1.amazonaws.com/{}.pem", "x".repeat(2_000)), false),
            (String::new(), false),
        ] {
            assert_eq!(is_certificate_url(&settings, &url), fits, "{url}");
        }
        let confirm =
            "?Action=ConfirmSubscription&TopicArn=arn:aws:sns:eu-central-1:123456789012:orders&Token=2336";
        for (url, fits) in [
            (format!("https://sns.eu-central-1.amazonaws.com/{confirm}"), true),
            (format!("https://evil.example/{confirm}"), false),
            (format!("https://sns.eu-central-1.amazonaws.com\\@evil.example/{confirm}"), false),
            ("https://sns.eu-central-1.amazonaws.com/?Action=DeleteTopic&x=y".to_owned(), false),
        ] {
            assert_eq!(is_confirmation_url(&settings, &url), fits, "{url}");
        }
    }
}
