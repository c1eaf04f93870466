//! Ownership, and answers that are not what they should be.

use pollster::block_on;
use serde_json::{Value, json};

use super::*;
use crate::testing::{FakeCommerce, cart as cart_json, order as order_json};

fn proven(subject: &str, cart: Option<&str>) -> ProvenSubject {
    ProvenSubject::new(Subject::parse(subject).unwrap(), cart.map(str::to_owned))
}

fn store() -> StoreKey {
    StoreKey::parse("de").unwrap()
}

fn project() -> CommerceProject {
    crate::testing::config().commercetools["main"].clone()
}

#[test]
fn a_cart_opens_for_its_owner_in_its_store_only() {
    let anonymous = json!({ "customerId": null, "anonymousId": "a-1" });
    let unowned = json!({ "customerId": null });
    let cases: Vec<(&str, &str, Option<&str>, Value, bool)> = vec![
        ("own cart", "customer:c-1", None, json!({}), true),
        ("own cart, by its id", "customer:c-1", Some("cart-1"), json!({}), true),
        ("frozen", "customer:c-1", None, json!({"cartState": "Frozen"}), true),
        ("state not said", "customer:c-1", None, json!({"cartState": null}), true),
        ("stranger's cart", "customer:c-1", None, json!({"customerId": "c-2"}), false),
        ("stranger's cart, by its id", "customer:c-1", Some("cart-1"), json!({"customerId": "c-2"}), false),
        (
            "another cart than the proven one",
            "customer:c-1",
            Some("cart-1"),
            json!({"id": "cart-2", "customerId": null}),
            false,
        ),
        ("nobody's cart, not proven", "customer:c-1", None, unowned.clone(), false),
        ("guest cart just before the login", "customer:c-1", Some("cart-1"), anonymous.clone(), true),
        ("ordered", "customer:c-1", None, json!({"cartState": "Ordered"}), false),
        ("merged", "customer:c-1", None, json!({"cartState": "Merged"}), false),
        ("a state from the future", "customer:c-1", None, json!({"cartState": "Parked"}), false),
        ("other store", "customer:c-1", None, json!({"store": {"key": "uk"}}), false),
        ("no store", "customer:c-1", None, json!({"store": null}), false),
        ("anonymous, by its id", "anon:a-1", Some("cart-1"), anonymous.clone(), true),
        ("another session's cart", "anon:a-2", Some("cart-1"), anonymous.clone(), false),
        ("a customer's cart for a session", "anon:a-1", Some("cart-1"), json!({"anonymousId": "a-1"}), false),
        ("guest with a signed cart", "guest", Some("cart-1"), anonymous, true),
        ("guest with a customer's cart", "guest", Some("cart-1"), json!({}), false),
    ];
    for (name, subject, claim, changes, want) in cases {
        let port = FakeCommerce::default().with("/in-store/key=de/carts/", &cart_json(&changes));
        let found = block_on(cart(&port, &proven(subject, claim), &store())).unwrap();
        assert_eq!(found.is_some(), want, "{name}");
    }
}

#[test]
fn reads_ask_for_exactly_this() {
    let cases: &[(&str, Option<&str>, &[&str])] = &[
        ("guest", None, &[]),
        ("guest", Some("x/y"), &["/in-store/key=de/carts/x%2Fy"]),
        (
            "customer:c-1",
            None,
            &[
                "/customers/c-1",
                "/in-store/key=de/carts/customer-id=c-1",
                "/in-store/key=de/orders?where=customerId%20%3D%20%3Acustomer&var.customer=c-1&sort=createdAt%20desc&limit=10",
            ],
        ),
        (
            "anon:a\"b",
            None,
            &[
                "/in-store/key=de/carts?where=anonymousId%20%3D%20%3Aanonymous%20and%20cartState%20%3D%20%22Active%22&var.anonymous=a%22b&sort=lastModifiedAt%20desc&limit=1&withTotal=false",
                "/in-store/key=de/orders?where=anonymousId%20%3D%20%3Aanonymous&var.anonymous=a%22b&sort=createdAt%20desc&limit=10",
            ],
        ),
    ];
    for (subject, claim, want) in cases {
        let port = FakeCommerce::default();
        let proven = proven(subject, *claim);
        let _ = block_on(customer(&port, &proven));
        let _ = block_on(cart(&port, &proven, &store()));
        let _ = block_on(orders(&port, &proven, &project(), &store()));
        assert_eq!(*port.asked.borrow(), *want, "{subject}");
    }
}

#[test]
fn strangers_orders_are_left_out_even_if_the_vendor_sends_them() {
    let page = json!({ "limit": 10, "offset": 0, "count": 4, "total": 4, "results": [
        order_json(&json!({"id": "o-1"})),
        order_json(&json!({"id": "o-2", "customerId": "c-2"})),
        order_json(&json!({"id": "o-3", "store": {"key": "uk"}})),
        order_json(&json!({"id": "o-4", "customerId": null, "customerEmail": "anna@example.com"})),
    ] });
    let port = FakeCommerce::default().with("/in-store/key=de/orders", &page);
    let history = block_on(orders(&port, &proven("customer:c-1", None), &project(), &store())).unwrap();
    assert_eq!(history.orders.iter().map(|order| order.id.as_str()).collect::<Vec<_>>(), ["o-1"]);
    let page = json!({ "results": [
        order_json(&json!({"id": "o-1", "customerId": null, "anonymousId": "a-1"})),
        order_json(&json!({"id": "o-2", "customerId": null, "anonymousId": "a-2"})),
        order_json(&json!({"id": "o-3", "anonymousId": "a-1"})),
        order_json(&json!({"id": "o-4", "customerId": null})),
    ] });
    let port = FakeCommerce::default().with("/in-store/key=de/orders", &page);
    for (subject, want) in [("anon:a-1", &["o-1"][..]), ("anon:a-3", &[]), ("guest", &[])] {
        let history =
            block_on(orders(&port, &proven(subject, Some("cart-1")), &project(), &store())).unwrap();
        let ids: Vec<&str> = history.orders.iter().map(|order| order.id.as_str()).collect();
        assert_eq!(ids, want, "{subject}");
        assert_eq!(history.total, want.len() as u64, "{subject}");
    }
}

#[test]
fn answers_that_cannot_be_read_are_malformed_and_faults_are_passed_on() {
    let subject = proven("customer:c-1", None);
    for body in ["", "{", "<html>", "[]", "null", r#"{"id":"c-2"}"#] {
        let port = FakeCommerce::default().with_text("/customers/", body);
        assert_eq!(block_on(customer(&port, &subject)).unwrap_err(), CommerceError::Malformed, "{body}");
    }
    for error in [CommerceError::Unavailable, CommerceError::Timeout, CommerceError::Rejected] {
        let port = FakeCommerce::default().failing("/", error);
        assert_eq!(block_on(cart(&port, &subject, &store())).unwrap_err(), error);
        assert_eq!(block_on(orders(&port, &subject, &project(), &store())).unwrap_err(), error);
        assert_eq!(block_on(customer(&port, &subject)).unwrap_err(), error);
    }
    let nobody = FakeCommerce::default();
    assert_eq!(block_on(customer(&nobody, &subject)).unwrap_err(), CommerceError::NotFound);
    assert!(block_on(cart(&nobody, &subject, &store())).unwrap().is_none());
}

#[test]
fn an_http_answer_means_what_its_sender_meant() {
    use Answer::{Body, Failed, TokenRefused};
    use CommerceError::{Malformed, NotFound, Rejected, Unavailable};
    const JSON: Option<&str> = Some("application/json; charset=utf-8");
    const HTML: Option<&str> = Some("text/html");
    let cases = [
        (200, JSON, "{}", Body("{}".to_owned())),
        (200, HTML, "<html>", Failed(Malformed)),
        (200, None, "{}", Failed(Malformed)),
        (204, None, "", Failed(Malformed)),
        (302, None, "", Failed(Malformed)),
        (400, JSON, r#"{"statusCode":400}"#, Failed(Rejected)),
        (401, JSON, r#"{"statusCode":401}"#, TokenRefused),
        (403, JSON, r#"{"statusCode":403}"#, Failed(Rejected)),
        (404, JSON, r#"{"statusCode":404,"errors":[{"code":"ResourceNotFound"}]}"#, Failed(NotFound)),
        (404, HTML, "<html>", Failed(Malformed)),
        (404, JSON, "{}", Failed(Malformed)),
        (404, JSON, r#"{"statusCode":40"#, Failed(Malformed)),
        (409, JSON, "{}", Failed(Rejected)),
        (429, JSON, "{}", Failed(Unavailable)),
        (500, JSON, "{}", Failed(Unavailable)),
        (502, HTML, "<html>", Failed(Unavailable)),
        (503, None, "", Failed(Unavailable)),
        (504, HTML, "", Failed(Unavailable)),
    ];
    for (status, kind, body, want) in cases {
        assert_eq!(read_answer(status, kind, body.to_owned()), want, "{status} {kind:?} {body}");
    }
}
