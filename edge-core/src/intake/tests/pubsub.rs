//! Pub/Sub: Google's token, its keys, and what a push carries.

use super::*;

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
