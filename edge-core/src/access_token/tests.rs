//! Every answer about an access token that must not be believed, and those that must.

use std::cell::RefCell;

use contract::ErrorCode::{self, *};
use pollster::block_on;
use serde_json::{Value, json};

use super::*;
use crate::testing::{FakeCommerce, NOW_MS, config};

fn project(access_tokens: AccessTokens) -> CommerceProject {
    let config = config();
    CommerceProject { access_tokens, ..config.store("de").unwrap().1.clone() }
}

fn check(port: &FakeCommerce, mode: AccessTokens, token: &str) -> Result<Subject, ErrorCode> {
    let memory = RefCell::new(Memory::default());
    let store = StoreKey::parse("de").unwrap();
    block_on(prove(port, &memory, &project(mode), &store, token, NOW_MS))
        .map(|proven| proven.subject().clone())
}

fn introspected(answer: &Value) -> Result<Subject, ErrorCode> {
    let port = FakeCommerce::default().with("introspect", answer);
    check(&port, AccessTokens::Introspection, "opaque-token")
}

fn scope(scope: &str) -> Value {
    json!({ "active": true, "scope": scope, "exp": NOW_MS + 1000, "client_id": "storefront" })
}

#[test]
fn a_good_answer_names_its_subject() {
    let customer = Subject::Customer("c-1".to_owned());
    let cases = [
        (scope("manage_my_orders:shop manage_my_profile:shop customer_id:c-1"), customer.clone()),
        (scope("customer_id:c-1 manage_my_orders:shop:de"), customer.clone()),
        (scope("anonymous_id:a.1 manage_my_orders:shop"), Subject::Anonymous("a.1".to_owned())),
        (json!({"active": true, "scope": "view_products:shop customer_id:c-1"}), customer.clone()),
        (json!({"active": true, "scope": "x:shop customer_id:c-1", "exp": NOW_MS / 1000 + 1}), customer),
    ];
    for (answer, want) in cases {
        assert_eq!(introspected(&answer), Ok(want), "{answer}");
    }
}

#[test]
fn every_doubtful_answer_gets_its_code() {
    let cases = [
        (json!({"active": false}), TokenInactive),
        (json!({"active": false, "scope": "x:shop customer_id:c-1"}), TokenInactive),
        (json!({"active": true, "scope": "x:shop customer_id:c-1", "exp": NOW_MS}), TokenInactive),
        (json!({"active": true, "scope": "x:shop customer_id:c-1", "exp": NOW_MS / 1000}), TokenInactive),
        (json!({"active": "true", "scope": "x:shop customer_id:c-1"}), CommerceMalformed),
        (json!({"active": true, "scope": ["customer_id:c-1"]}), CommerceMalformed),
        (json!({"active": true, "scope": "x:shop customer_id:c-1", "exp": -1}), CommerceMalformed),
        (json!([]), CommerceMalformed),
        (json!({"active": true}), TokenSubject),
        (scope("manage_my_orders:shop"), TokenSubject),
        (scope("x:shop customer_id:"), TokenSubject),
        (scope("x:shop customer_id:c-1 customer_id:c-2"), TokenSubject),
        (scope("x:shop customer_id:c-1 customer_id:c-1"), TokenSubject),
        (scope("x:shop customer_id:c-1 anonymous_id:a-1"), TokenSubject),
        (scope("x:shop my_customer_id:c-1"), TokenSubject),
        (scope("x:shop Customer_id:c-1"), TokenSubject),
        (scope("x:shop customer_id:c-1:extra"), TokenSubject),
        (scope("x:shop customer_id:../c-1"), TokenSubject),
        (scope("customer_id:c-1"), TokenProject),
        (scope("manage_my_orders:shop2 customer_id:c-1"), TokenProject),
        (scope("manage_my_orders:shop:uk customer_id:c-1"), TokenProject),
        (scope("manage_my_orders:shop:de:x customer_id:c-1"), TokenProject),
        (scope("external_user_id:shop customer_id:c-1"), TokenProject),
        (scope("customer_id:shop"), TokenProject),
    ];
    for (answer, want) in cases {
        assert_eq!(introspected(&answer), Err(want), "{answer}");
    }
}

#[test]
fn tokens_that_cannot_be_are_not_asked_about() {
    let long = "a".repeat(MAX_TOKEN_BYTES + 1);
    let cases = [
        ("", TokenMalformed),
        ("a b", TokenMalformed),
        ("ä", TokenMalformed),
        (long.as_str(), TokenTooLarge),
    ];
    for (token, want) in cases {
        let port = FakeCommerce::default();
        assert_eq!(check(&port, AccessTokens::Introspection, token), Err(want));
        assert!(port.asked.borrow().is_empty());
    }
    assert_eq!(check(&FakeCommerce::default(), AccessTokens::Off, "t"), Err(TokenUnsupported));
}

#[test]
fn the_own_profile_is_the_other_way() {
    let me = |port: FakeCommerce| check(&port, AccessTokens::Me, "opaque-token");
    let fake = FakeCommerce::default;
    assert_eq!(
        me(fake().with("as opaque-token /me", &json!({"id": "c-1"}))),
        Ok(Subject::Customer("c-1".to_owned()))
    );
    assert_eq!(me(fake().with("as opaque-token /me", &json!({"id": "../x"}))), Err(CommerceMalformed));
    assert_eq!(me(fake().with_text("as opaque-token /me", "<html>")), Err(CommerceMalformed));
    assert_eq!(me(fake().failing("as ", CommerceError::Rejected)), Err(TokenInactive));
    assert_eq!(me(fake().failing("as ", CommerceError::Timeout)), Err(CommerceTimeout));
    assert_eq!(me(fake()), Err(TokenSubject));
}

#[test]
fn an_answer_is_remembered_for_a_while_and_for_its_store_only() {
    let port = FakeCommerce::default().with("introspect", &scope("x:shop customer_id:c-1"));
    let memory = RefCell::new(Memory::default());
    let project = project(AccessTokens::Introspection);
    let ask = |store: &str, token: &str, now_ms: u64| {
        let store = StoreKey::parse(store).unwrap();
        block_on(prove(&port, &memory, &project, &store, token, now_ms)).map(|_| port.asked.borrow().len())
    };
    assert_eq!(ask("de", "t", NOW_MS), Ok(1));
    assert_eq!(ask("de", "t", NOW_MS + 999), Ok(1));
    assert_eq!(ask("uk", "t", NOW_MS), Ok(2));
    assert_eq!(ask("de", "u", NOW_MS), Ok(3));
    // The token itself ends after a second, long before the memory would.
    assert_eq!(ask("de", "t", NOW_MS + 1000), Err(TokenInactive));
}

#[test]
fn the_memory_is_bounded() {
    let mut memory = Memory::default();
    let proven = ProvenSubject::new(Subject::Guest, None);
    for n in 0..MEMORY_ENTRIES + 10 {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&n.to_le_bytes());
        memory.put(key, 100, proven.clone(), 0);
    }
    assert_eq!(memory.0.len(), MEMORY_ENTRIES);
    memory.put([9; 32], 300, proven, 200);
    assert_eq!(memory.0.len(), 1);
}
