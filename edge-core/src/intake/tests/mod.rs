//! Signed deliveries: good ones, and everything that somebody could do to them. The RSA is `ring`'s; the keys are the
//! commercetools emulator's.

mod clock;
mod pubsub;
mod sns;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaPublicKeyComponents};
use serde_json::{Value, json};

use super::*;
use crate::testing::{KEY, NOW_MS, config};

const AUDIENCE: &str = "https://edge.example/v1/events/pubsub";
const ACCOUNT: &str = "push@demo.iam.gserviceaccount.com";
const SUBSCRIPTION: &str = "projects/demo/subscriptions/orders";
const TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:orders";
const CERTIFICATE: &str = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-1.pem";
const NOW: u64 = NOW_MS / 1_000;

fn pair(number: u8) -> KeyPair {
    let der: &[u8] = match number {
        1 => include_bytes!("../../../../emulators/keys/google-1.der"),
        2 => include_bytes!("../../../../emulators/keys/google-2.der"),
        _ => include_bytes!("../../../../emulators/keys/sns.der"),
    };
    KeyPair::from_der(der).unwrap()
}

fn public(number: u8) -> RsaKey {
    let parts = PublicKeyComponents::<Vec<u8>>::from(pair(number).public());
    RsaKey::new(&URL_SAFE_NO_PAD.encode(parts.n), &URL_SAFE_NO_PAD.encode(parts.e)).unwrap()
}

fn sign(number: u8, text: &[u8]) -> Vec<u8> {
    let pair = pair(number);
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut signature).unwrap();
    signature
}

/// Answers by address; a certificate's text is a name.
struct World {
    answers: RefCell<BTreeMap<String, Fetched>>,
    certificates: RefCell<BTreeMap<String, Certificate>>,
    fetches: Cell<u32>,
    cache: RefCell<Cache>,
    config: Config,
}

fn body(text: &str) -> Fetched {
    Fetched::Body { text: text.to_owned(), max_age_seconds: None }
}

fn key_set(keys: &[(&str, u8)]) -> Fetched {
    let keys: Vec<Value> = keys
        .iter()
        .map(|(kid, number)| {
            let RsaKey { n, e } = public(*number);
            json!({ "kty": "RSA", "alg": "RS256", "use": "sig", "kid": kid, "n": n, "e": e })
        })
        .collect();
    body(&json!({ "keys": keys }).to_string())
}

impl World {
    fn new() -> Self {
        let mut config = config();
        let project = config.commercetools.values_mut().next().unwrap();
        project.events = crate::config::EventsSettings {
            eventbridge: None,
            pubsub: Some(crate::config::PubSubSettings {
                audience: crate::config::PushAudience::parse(AUDIENCE).unwrap(),
                service_account: crate::config::ServiceAccount::parse(ACCOUNT).unwrap(),
                subscriptions: vec![crate::config::PushSubscription::parse(SUBSCRIPTION).unwrap()],
                keys_url: None,
            }),
            sns: Some(crate::config::SnsSettings {
                topics: vec![crate::config::TopicArn::parse(TOPIC).unwrap()],
                origin: None,
            }),
        };
        let certificate = Certificate {
            common_name: "sns.amazonaws.com".to_owned(),
            not_before_ms: NOW_MS - 1_000,
            not_after_ms: NOW_MS + 1_000,
            key: public(3),
        };
        World {
            answers: RefCell::new(BTreeMap::from([
                (crate::config::GOOGLE_KEYS_URL.to_owned(), key_set(&[("one", 1)])),
                (CERTIFICATE.to_owned(), body("good")),
            ])),
            certificates: RefCell::new(BTreeMap::from([("good".to_owned(), certificate)])),
            fetches: Cell::new(0),
            cache: RefCell::default(),
            config,
        }
    }

    fn answer(&self, url: &str, answer: Fetched) {
        self.answers.borrow_mut().insert(url.to_owned(), answer);
    }

    fn push(&self, header: Option<&str>, now_ms: u64) -> Result<usize, &'static str> {
        pollster::block_on(push_senders(&self.config, self, &self.cache, header, now_ms))
            .map(|senders| senders.len())
            .map_err(|refusal| refusal.why)
    }

    fn sns(&self, body: &Value, now_ms: u64) -> Result<Delivery<'_>, Refusal> {
        let text = body.to_string();
        let headers = Headers::default();
        pollster::block_on(delivery(&self.config, self, &self.cache, headers, text.as_bytes(), now_ms))
    }
}

impl Trust for World {
    async fn fetch(&self, url: &str) -> Fetched {
        self.fetches.set(self.fetches.get() + 1);
        self.answers.borrow().get(url).cloned().unwrap_or(Fetched::Missing)
    }

    async fn is_signed(&self, key: &RsaKey, text: &[u8], signature: &[u8]) -> bool {
        let part = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let key = RsaPublicKeyComponents { n: part(&key.n), e: part(&key.e) };
        key.verify(&RSA_PKCS1_2048_8192_SHA256, text, signature).is_ok()
    }

    fn certificate(&self, pem: &str) -> Option<Certificate> {
        self.certificates.borrow().get(pem).cloned()
    }
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn token(number: u8, header: &Value, claims: &Value) -> String {
    let input = format!("{}.{}", encoded(header), encoded(claims));
    let signature = URL_SAFE_NO_PAD.encode(sign(number, input.as_bytes()));
    format!("Bearer {input}.{signature}")
}

fn header() -> Value {
    json!({ "alg": "RS256", "kid": "one", "typ": "JWT" })
}

/// Google's claims with one of them changed; null takes it away.
fn claims(name: &str, value: Value) -> Value {
    let mut claims = json!({
        "iss": "https://accounts.google.com", "aud": AUDIENCE, "azp": "1", "sub": "1", "email": ACCOUNT,
        "email_verified": true, "iat": NOW - 10, "exp": NOW + 3590,
    });
    claims[name] = value;
    claims
}

fn good() -> String {
    token(1, &header(), &claims("x", Value::Null))
}

/// A message of SNS with members changed (null takes one away), signed over what it then says.
fn message(kind: &str, changes: &Value) -> Value {
    let mut message = json!({
        "Type": kind, "MessageId": "m-1", "TopicArn": TOPIC, "Message": "{\"a\":\"ä\\n\"}",
        "Timestamp": "2026-11-28T01:00:00.000Z", "SignatureVersion": "2", "SigningCertURL": CERTIFICATE,
    });
    if kind != "Notification" {
        message["Token"] = json!("2336");
        message["SubscribeURL"] =
            json!("https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=2336");
    }
    for (name, value) in changes.as_object().unwrap() {
        message[name] = value.clone();
    }
    let names: &[&str] = if kind == "Notification" {
        &["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
    } else {
        &["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    };
    let text: String = names
        .iter()
        .filter_map(|name| Some(format!("{name}\n{}\n", message.get(*name)?.as_str()?)))
        .collect();
    message["Signature"] = json!(STANDARD.encode(sign(3, text.as_bytes())));
    message
}

#[test]
fn doors_without_settings_are_closed() {
    let world = World { config: config(), ..World::new() };
    assert_eq!(world.push(Some(&good()), NOW_MS), Err("pubsub_not_configured"));
    let refusal = world.sns(&message("Notification", &json!({})), NOW_MS).unwrap_err();
    assert_eq!(refusal.verdict, Verdict::NotSetUp);
}

#[test]
fn only_a_whole_secret_opens() {
    let config = config();
    let mut several = config.commercetools["main"].clone();
    several.events_secrets = crate::config::Secret::new("old-secret, new-secret").several();
    for (presented, opens) in [
        (Some("old-secret"), true),
        (Some("new-secret"), true),
        (Some("new-secre"), false),
        (Some("old-secret, new-secret"), false),
        (Some(""), false),
        (None, false),
    ] {
        assert_eq!(is_secret(presented, &several.events_secrets), opens, "{presented:?}");
    }
    assert!(!is_secret(Some(""), &[]) && !is_secret(Some(""), &[crate::config::Secret::new("")]));
    assert_eq!(secret_holder(&config, Some(KEY)).unwrap().name.as_str(), "main");
    assert_eq!(secret_holder(&config, Some("x")).unwrap_err().verdict, Verdict::Unproven);
}
