//! Signed deliveries: good ones, and everything that somebody could do to them. The RSA is `ring`'s; the keys are the
//! commercetools emulator's.

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
        1 => include_bytes!("../../../emulators/keys/google-1.der"),
        2 => include_bytes!("../../../emulators/keys/google-2.der"),
        _ => include_bytes!("../../../emulators/keys/sns.der"),
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

#[test]
fn googles_token_opens_the_door_and_nothing_like_it_does() {
    let world = World::new();
    assert_eq!(world.push(Some(&good()), NOW_MS), Ok(1));
    let with = |name: &str, value: Value| token(1, &header(), &claims(name, value));
    let headed = |name: &str, value: Value| {
        let mut header = header();
        header[name] = value;
        token(1, &header, &claims("x", Value::Null))
    };
    let truncated = good()[..good().len() - 22].to_owned();
    let spliced = {
        let (good, other) = (good(), with("aud", json!("https://other.example")));
        let parts: Vec<&str> = good.split('.').collect();
        let other: Vec<&str> = other.split('.').collect();
        format!("{}.{}.{}", parts[0], parts[1], other[2])
    };
    let cases = [
        ("another key", token(2, &header(), &claims("x", Value::Null)), "token_signature"),
        ("another token's signature", spliced, "token_signature"),
        ("truncated", truncated, "token_signature"),
        ("no signature", good().rsplit_once('.').unwrap().0.to_owned(), "token_malformed"),
        ("none", headed("alg", json!("none")), "token_algorithm"),
        ("HS256", headed("alg", json!("HS256")), "token_algorithm"),
        ("a critical extension", headed("crit", json!(["b64"])), "token_algorithm"),
        ("no key id", headed("kid", Value::Null), "token_key_unknown"),
        ("another key id", headed("kid", json!("two")), "token_key_unknown"),
        ("issuer", with("iss", json!("https://accounts.google.com.evil.example")), "token_issuer"),
        ("audience", with("aud", json!("https://edge.example/v1/events/pubsub/")), "token_audience"),
        ("several audiences", with("aud", json!([AUDIENCE])), "token_malformed"),
        ("account", with("email", json!("evil@demo.iam.gserviceaccount.com")), "token_audience"),
        ("no account", with("email", Value::Null), "token_audience"),
        ("not verified", with("email_verified", json!(false)), "token_email"),
        ("not said", with("email_verified", Value::Null), "token_email"),
        ("a word for verified", with("email_verified", json!("true")), "token_malformed"),
        ("expired", with("exp", json!(NOW - 60)), "token_expired"),
        ("not yet", with("iat", json!(NOW + 61)), "token_not_yet_valid"),
        ("no expiry", with("exp", Value::Null), "token_malformed"),
        ("scheme", good().replacen("Bearer", "Basic", 1), "token_missing"),
        ("oversized", format!("Bearer {}", "x".repeat(9_000)), "token_missing"),
        ("not Base64", "Bearer a.b.c!".to_owned(), "token_malformed"),
        ("empty", String::new(), "token_missing"),
    ];
    for (name, header, why) in cases {
        assert_eq!(world.push(Some(&header), NOW_MS), Err(why), "{name}");
    }
    assert_eq!(world.push(None, NOW_MS), Err("token_missing"));
    for (shift, fits) in [(-69_000_i64, true), (-71_000, false), (3_649_000, true), (3_651_000, false)] {
        let now_ms = NOW_MS.checked_add_signed(shift).unwrap();
        assert_eq!(world.push(Some(&good()), now_ms).is_ok(), fits, "a clock that is off by {shift} ms");
    }
}

#[test]
fn keys_that_are_rotated_in_the_middle_are_fetched_and_forgers_are_not_served() {
    let world = World::new();
    let url = crate::config::GOOGLE_KEYS_URL;
    let second = || token(2, &json!({ "alg": "RS256", "kid": "two" }), &claims("x", Value::Null));
    assert_eq!(world.push(Some(&good()), NOW_MS), Ok(1));
    assert_eq!(world.push(Some(&good()), NOW_MS), Ok(1));
    assert_eq!(world.fetches.get(), 1);
    world.answer(url, key_set(&[("two", 2)]));
    assert_eq!(world.push(Some(&second()), NOW_MS + 10_000), Ok(1));
    assert_eq!(world.fetches.get(), 2);
    assert_eq!(world.push(Some(&good()), NOW_MS + 10_001), Err("token_key_unknown"));
    for n in 0..100 {
        let forged = token(1, &json!({ "alg": "RS256", "kid": format!("k{n}") }), &claims("x", Value::Null));
        assert_eq!(world.push(Some(&forged), NOW_MS + 10_100 + n), Err("token_key_unknown"));
    }
    assert_eq!(world.fetches.get(), 2);
    for failure in [Fetched::Unreachable, Fetched::Missing, body("<html>")] {
        let world = World::new();
        world.answer(url, failure);
        assert_eq!(world.push(Some(&good()), NOW_MS), Err("google_keys"));
        world.answer(url, key_set(&[("one", 1)]));
        assert_eq!(world.push(Some(&good()), NOW_MS + 10_000), Ok(1));
    }
}

#[test]
fn a_push_names_its_subscription_and_carries_the_notification() {
    let world = World::new();
    let senders: Vec<&CommerceProject> = world.config.commercetools.values().collect();
    let read = |body: &Value| push(&senders, body.to_string().as_bytes());
    let wrapped = |data: Value, subscription: Value| json!({ "message": { "data": data, "messageId": "1", "attributes": {} }, "subscription": subscription });
    let good = wrapped(json!(STANDARD.encode("{}")), json!(SUBSCRIPTION));
    assert_eq!(read(&good).unwrap().body, b"{}");
    for (body, why) in [
        (wrapped(json!("e30="), json!("projects/demo/subscriptions/other")), "subscription_unknown"),
        (wrapped(json!("e30="), Value::Null), "unwrapped"),
        (json!({ "notificationType": "Message" }), "unwrapped"),
        (wrapped(json!("e30"), json!(SUBSCRIPTION)), "not_base64"),
        (wrapped(json!("ä"), json!(SUBSCRIPTION)), "not_base64"),
        (wrapped(Value::Null, json!(SUBSCRIPTION)), "no_data"),
        (json!({ "subscription": SUBSCRIPTION }), "no_data"),
        (wrapped(json!(7), json!(SUBSCRIPTION)), "not_json"),
        (json!([]), "not_json"),
    ] {
        assert_eq!(read(&body).unwrap_err().why, why, "{body}");
    }
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
fn a_signed_message_of_our_topic_is_taken_and_nothing_like_it_is() {
    let world = World::new();
    let notification = |changes: Value| message("Notification", &changes);
    for changes in [json!({}), json!({ "Subject": "s" }), json!({ "UnsubscribeURL": "http://evil.example" })]
    {
        let Ok(Delivery::Notification { body, .. }) = world.sns(&notification(changes), NOW_MS) else {
            panic!("refused")
        };
        assert_eq!(body, "{\"a\":\"ä\\n\"}");
    }
    let changed = |name: &str, value: Value| {
        let mut message = notification(json!({ "Subject": "s" }));
        message[name] = value;
        message
    };
    let other = "arn:aws:sns:eu-central-1:210987654321:orders";
    let cases = [
        ("another message", changed("Message", json!("{}")), "signature"),
        ("another id", changed("MessageId", json!("m-2")), "signature"),
        ("another time", changed("Timestamp", json!("2026-11-29T01:00:00.000Z")), "signature"),
        ("no subject", changed("Subject", Value::Null), "signature"),
        ("a truncated signature", changed("Signature", json!("AAAA")), "signature"),
        ("no Base64", changed("Signature", json!("%")), "signature"),
        ("version 1", notification(json!({ "SignatureVersion": "1" })), "signature_version"),
        ("another topic", notification(json!({ "TopicArn": other })), "topic_unknown"),
        (
            "another host",
            notification(json!({ "SigningCertURL": "https://evil.example/x.pem" })),
            "certificate_host",
        ),
        ("a kind unheard of", notification(json!({ "Type": "Else" })), "type_unknown"),
        ("no message", changed("Message", Value::Null), "no_envelope"),
        ("a number", changed("Message", json!(7)), "no_envelope"),
        ("the bare notification", json!({ "notificationType": "Message" }), "no_envelope"),
    ];
    for (name, body, why) in cases {
        assert_eq!(world.sns(&body, NOW_MS).unwrap_err().why, why, "{name}");
    }
    let raw = pollster::block_on(delivery(
        &world.config,
        &world,
        &world.cache,
        Headers { raw: Some("true") },
        notification(json!({})).to_string().as_bytes(),
        NOW_MS,
    ));
    assert_eq!(raw.unwrap_err().why, "raw_delivery");
    assert_eq!(world.fetches.get(), 1, "a certificate is fetched once");
}

#[test]
fn a_topic_is_confirmed_only_after_the_signature_and_at_awss_host() {
    let world = World::new();
    let confirmation = |changes: Value| message("SubscriptionConfirmation", &changes);
    let Ok(Delivery::Confirm { url }) = world.sns(&confirmation(json!({})), NOW_MS) else {
        panic!("refused")
    };
    assert!(url.starts_with("https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&"), "{url}");
    let elsewhere = json!({ "SubscribeURL": "https://evil.example/?Action=ConfirmSubscription&Token=1" });
    let mut forged = confirmation(json!({}));
    forged["SubscribeURL"] =
        json!("https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=1");
    for (body, why) in [
        (confirmation(elsewhere), "confirmation_host"),
        (forged, "signature"),
        (confirmation(json!({ "Token": null })), "type_unknown"),
    ] {
        assert_eq!(world.sns(&body, NOW_MS).unwrap_err().why, why);
    }
    assert!(matches!(
        world.sns(&message("UnsubscribeConfirmation", &json!({})), NOW_MS),
        Ok(Delivery::Ended { .. })
    ));
}

#[test]
fn a_certificate_is_awss_and_valid_or_it_proves_nothing() {
    let good = message("Notification", &json!({}));
    let with = |change: &dyn Fn(&mut Certificate)| {
        let world = World::new();
        change(world.certificates.borrow_mut().get_mut("good").unwrap());
        world.sns(&good, NOW_MS).err().map(|refusal| (refusal.verdict, refusal.why))
    };
    let named = |name: &'static str| with(&move |certificate| certificate.common_name = name.to_owned());
    let unproven = |why| Some((Verdict::Unproven, why));
    assert_eq!(with(&|_| {}), None);
    assert_eq!(named("sns-signing.af-south-1.amazonaws.com"), None);
    assert_eq!(named("sns.cn-north-1.amazonaws.com.cn"), None);
    for name in
        ["evil.example", "sns.amazonaws.com.evil.example", "s3.amazonaws.com", "sns.x/.amazonaws.com", ""]
    {
        assert_eq!(named(name), unproven("certificate_subject"), "{name}");
    }
    assert_eq!(with(&|one| one.not_after_ms = NOW_MS - 1), unproven("certificate_dates"));
    assert_eq!(with(&|one| one.not_before_ms = NOW_MS + 1), unproven("certificate_dates"));
    assert_eq!(with(&|one| one.key = public(2)), unproven("signature"));
    let fetched = |answer: Fetched| {
        let world = World::new();
        world.answer(CERTIFICATE, answer);
        world.sns(&good, NOW_MS).err().map(|refusal| (refusal.verdict, refusal.why))
    };
    assert_eq!(fetched(Fetched::Unreachable), Some((Verdict::KeysUnreachable, "certificate")));
    assert_eq!(fetched(Fetched::Missing), unproven("certificate_missing"));
    assert_eq!(fetched(body("<html>")), unproven("certificate_unreadable"));
    let world = World::new();
    assert!(world.sns(&good, NOW_MS).is_ok());
    assert_eq!(
        world.sns(&good, NOW_MS + 1_001).unwrap_err().why,
        "certificate_dates",
        "kept, and checked again"
    );
}

#[test]
fn forged_addresses_of_certificates_cannot_make_us_fetch_without_end() {
    let world = World::new();
    for n in 0..100 {
        let url = format!("https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-x{n}.pem");
        assert!(world.sns(&message("Notification", &json!({ "SigningCertURL": url })), NOW_MS).is_err());
    }
    assert_eq!(world.fetches.get(), 20);
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
