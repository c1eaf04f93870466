//! SNS: messages, the confirmation of a topic, certificates.

use super::*;

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
