//! Whose word on consent counts, for how long, and what it clears.

use std::cell::RefCell;

use pollster::block_on;
use serde_json::{Value, json};

use super::*;
use crate::access_token::Memory;
use crate::testing::{FakeCommerce, NOW_MS, config, numbers, token};

fn run(
    chat: &str,
    share: &str,
    token: Option<String>,
    after_ms: u64,
) -> Result<Option<ConsentFact>, ErrorCode> {
    let config = config();
    let memory = RefCell::new(Memory::default());
    let mut request = json!({
        "contract": 1, "store": "uk", "consent": { "chat": chat, "share": share, "source": "test" },
    });
    if let Some(token) = token {
        request["token"] = Value::String(token);
    }
    let request: ConsentRequest = serde_json::from_value(request).unwrap();
    let numbers = numbers();
    let call = Call {
        correlation_id: "0190a1b2-c3d4-7000-8000-0123456789ab",
        now_ms: NOW_MS + after_ms,
        access_token: None,
        memory: &memory,
        numbers: &numbers,
    };
    let commerce = FakeCommerce::default();
    let place = config.store("uk").unwrap();
    let fact = block_on(consent(&config, place, &request, &commerce, call));
    assert!(commerce.asked.borrow().is_empty(), "nothing is read for a word on consent");
    fact
}

fn anna() -> Option<String> {
    Some(token("customer:c-1", None))
}

#[test]
fn a_withdrawal_clears_everything_that_may_ever_have_been_shared() {
    for (chat, share, word) in [
        ("granted", "denied", "chat only"),
        ("denied", "granted", "none"),
        ("granted", "pending", "chat only"),
    ] {
        let fact = run(chat, share, anna(), 0).unwrap().unwrap();
        assert!(!fact.share);
        assert_eq!(fact.contact, "shop:customer:c-1");
        for property in Property::ALL {
            let want = match property {
                Property::Identity | Property::Store | Property::Locale => None,
                Property::Consent => Some(word),
                Property::CorrelationId => Some("0190a1b2-c3d4-7000-8000-0123456789ab"),
                // The store's policy is `minimal`, and yet the order goes.
                _ => Some(""),
            };
            assert_eq!(fact.properties.get(property.name()).map(String::as_str), want, "{property:?}");
        }
    }
}

#[test]
fn a_grant_says_so_and_nothing_else() {
    let fact = run("granted", "granted", anna(), 0).unwrap().unwrap();
    assert!(fact.share);
    let names: Vec<&str> = fact.properties.keys().map(String::as_str).collect();
    assert_eq!(names, ["ct_consent", "ct_correlation_id"]);
    assert_eq!(fact.properties["ct_consent"], "chat and sharing");
}

#[test]
fn of_guests_nothing_is_stored() {
    for token in [None, Some(token("guest", None)), Some(token("anon:a-1", None))] {
        assert_eq!(run("granted", "denied", token, 0), Ok(None));
    }
}

#[test]
fn an_expired_token_will_do_for_a_withdrawal_and_counts_once() {
    const MINUTE_MS: u64 = 60_000;
    let late = |after_ms| run("granted", "denied", anna(), after_ms).map(|fact| fact.map(|fact| fact.id));
    let [first, again] = [10 * MINUTE_MS, 20 * MINUTE_MS].map(|after| late(after).unwrap().unwrap());
    assert_eq!(first, again, "the inbox must take the second for a repetition");
    assert_eq!(first, "consent:late:shop:customer:c-1:j");
    let live = late(MINUTE_MS).unwrap().unwrap();
    assert!(!live.starts_with("consent:late"), "{live}");
    assert_eq!(late(25 * 60 * MINUTE_MS), Err(ErrorCode::TokenExpired));
    let grant = run("granted", "granted", anna(), 10 * MINUTE_MS);
    assert_eq!(grant, Err(ErrorCode::TokenExpired), "giving needs a live token");
}

#[test]
fn what_proves_nothing_is_refused() {
    assert_eq!(run("granted", "denied", Some("x".to_owned()), 0), Err(ErrorCode::TokenMalformed));
    let mut forged = token("customer:c-1", None);
    forged.push('A');
    assert!(run("granted", "denied", Some(forged), 0).is_err());
}
