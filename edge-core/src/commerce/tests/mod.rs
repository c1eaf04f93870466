//! Ownership, and answers that are not what they should be.

use std::sync::LazyLock;

use pollster::block_on;
use serde_json::{Value, json};

use super::*;
use crate::testing::{FakeCommerce, cart as cart_json, order as order_json, query_answer};

mod queries;

/// Records under the paths of REST.
fn over_rest(customer: Option<&Value>, cart: Option<&Value>, orders: &[Value], total: u64) -> FakeCommerce {
    let page = json!({ "limit": 10, "offset": 0, "count": orders.len(), "total": total, "results": orders });
    let mut port = FakeCommerce::default().with("/in-store/key=de/orders", &page);
    if let Some(customer) = customer {
        port = port.with("/customers/", customer);
    }
    if let Some(cart) = cart {
        port = port.with("/in-store/key=de/carts/", cart);
    }
    port
}

/// The same records, once over REST and once by a query.
fn both(customer: Option<&Value>, cart: Option<&Value>, orders: &[Value], total: u64) -> [FakeCommerce; 2] {
    let queried = FakeCommerce::default().answering_queries(Ok(query_answer(customer, cart, orders, total)));
    [over_rest(customer, cart, orders, total), queried]
}

fn anna() -> Value {
    json!({ "id": "c-1", "customerNumber": null, "email": "anna@example.com", "firstName": "Anna", "lastName": null })
}

fn read(port: &FakeCommerce, proven: &ProvenSubject) -> Result<Belongings, CommerceError> {
    let store = store();
    block_on(belongings(port, proven, &project(), everything(&store)))
}

fn ids(history: &OrderHistory) -> Vec<&str> {
    history.orders.iter().map(|order| order.id.as_str()).collect()
}

fn proven(subject: &str, cart: Option<&str>) -> ProvenSubject {
    ProvenSubject::new(Subject::parse(subject).unwrap(), cart.map(str::to_owned))
}

fn store() -> StoreKey {
    StoreKey::parse("de").unwrap()
}

fn german() -> &'static LocaleTag {
    static TAG: LazyLock<LocaleTag> = LazyLock::new(|| LocaleTag::parse("de-DE").unwrap());
    &TAG
}

fn everything(store: &StoreKey) -> Extent<'_> {
    Extent { store, locale: german(), lines: true, orders: true }
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
        for port in both(Some(&anna()), Some(&cart_json(&changes)), &[], 0) {
            let found = read(&port, &proven(subject, claim)).unwrap();
            assert_eq!(found.cart.is_some(), want, "{name}");
            assert_eq!(found.customer.is_some(), subject.starts_with("customer"), "{name}");
        }
    }
}

#[test]
fn reads_ask_for_exactly_this() {
    let cases: &[(&str, Option<&str>, &[&str])] = &[
        ("guest", None, &[]),
        ("guest", Some("x/y"), &["prepare", "/in-store/key=de/carts/x%2Fy"]),
        (
            "customer:c-1",
            None,
            &[
                "prepare",
                "/customers/c-1",
                "/in-store/key=de/carts/customer-id=c-1",
                "/in-store/key=de/orders?where=customerId%20%3D%20%3Acustomer&var.customer=c-1&sort=createdAt%20desc&limit=10",
            ],
        ),
        (
            "anon:a\"b",
            None,
            &[
                "prepare",
                "/in-store/key=de/carts?where=anonymousId%20%3D%20%3Aanonymous%20and%20cartState%20%3D%20%22Active%22&var.anonymous=a%22b&sort=lastModifiedAt%20desc&limit=1&withTotal=false",
                "/in-store/key=de/orders?where=anonymousId%20%3D%20%3Aanonymous&var.anonymous=a%22b&sort=createdAt%20desc&limit=10",
            ],
        ),
    ];
    for (subject, claim, want) in cases {
        let port = FakeCommerce::default();
        let _nothing_is_there = read(&port, &proven(subject, *claim));
        assert_eq!(*port.asked.borrow(), *want, "{subject}");
    }
}

#[test]
fn what_the_policy_keeps_back_is_not_read() {
    use crate::config::FieldPolicy::{Detailed, Minimal, Standard};
    use crate::property::{Policy, Property, PropertyName};
    let store = crate::testing::config().stores["de"].clone();
    let only_orders = vec![PropertyName(Property::Orders)];
    let all_of_orders: Vec<PropertyName> = Property::ALL
        .iter()
        .filter(|property| matches!(property.group(), Group::LastOrder | Group::History))
        .copied()
        .map(PropertyName)
        .collect();
    let cases = [
        (Policy::new(Minimal, vec![], vec![]), (false, false)),
        (Policy::new(Standard, vec![], vec![]), (false, true)),
        (Policy::new(Detailed, vec![], vec![]), (true, true)),
        (Policy::new(Minimal, only_orders, vec![]), (false, true)),
        (Policy::new(Minimal, vec![PropertyName(Property::CartLines)], vec![]), (true, false)),
        (Policy::new(Detailed, vec![], all_of_orders), (true, false)),
    ];
    for (policy, (lines, orders)) in cases {
        let store = Store { policy, ..store.clone() };
        let extent = Extent::of(&store, german());
        assert_eq!((extent.lines, extent.orders), (lines, orders), "{:?}", store.policy);
        let [rest, query] = both(Some(&anna()), Some(&cart_json(&json!({}))), &[order_json(&json!({}))], 1);
        for port in [&rest, &query] {
            let found =
                block_on(belongings(port, &proven("customer:c-1", None), &project(), extent)).unwrap();
            assert!(found.cart.is_some_and(|cart| cart.total_line_item_quantity.is_some()));
        }
        let asked = rest.asked.borrow();
        assert_eq!(asked.iter().any(|path| path.contains("/orders")), orders, "{asked:?}");
        let asked = query.asked.borrow().concat();
        assert_eq!(asked.contains("lineItems{name"), lines, "{asked}");
        assert_eq!(asked.contains("$orders"), orders, "{asked}");
        assert_eq!(asked.contains("fragment order"), orders, "{asked}");
    }
}

#[test]
fn strangers_orders_are_left_out_even_if_the_vendor_sends_them() {
    let orders = [
        order_json(&json!({"id": "o-1"})),
        order_json(&json!({"id": "o-2", "customerId": "c-2"})),
        order_json(&json!({"id": "o-3", "store": {"key": "uk"}})),
        order_json(&json!({"id": "o-4", "customerId": null, "customerEmail": "anna@example.com"})),
    ];
    for port in both(Some(&anna()), None, &orders, 4) {
        let found = read(&port, &proven("customer:c-1", None)).unwrap();
        assert_eq!((ids(&found.history), found.history.total), (vec!["o-1"], 4));
    }
    let orders = [
        order_json(&json!({"id": "o-1", "customerId": null, "anonymousId": "a-1"})),
        order_json(&json!({"id": "o-2", "customerId": null, "anonymousId": "a-2"})),
        order_json(&json!({"id": "o-3", "anonymousId": "a-1"})),
        order_json(&json!({"id": "o-4", "customerId": null})),
    ];
    for port in both(None, None, &orders, 0) {
        for (subject, want) in [("anon:a-1", &["o-1"][..]), ("anon:a-3", &[]), ("guest", &[])] {
            let found = read(&port, &proven(subject, Some("cart-1"))).unwrap();
            assert_eq!(
                (ids(&found.history), found.history.total),
                (want.to_vec(), want.len() as u64),
                "{subject}"
            );
        }
    }
}

#[test]
fn a_record_of_somebody_else_is_no_answer_and_none_is_not_found() {
    let subject = proven("customer:c-1", None);
    for port in both(Some(&json!({ "id": "c-2" })), None, &[], 0) {
        assert_eq!(read(&port, &subject).unwrap_err(), CommerceError::Malformed);
    }
    for port in both(None, Some(&cart_json(&json!({}))), &[], 0) {
        assert_eq!(read(&port, &subject).unwrap_err(), CommerceError::NotFound);
    }
}

#[test]
fn answers_that_cannot_be_read_are_malformed_and_faults_are_passed_on() {
    let subject = proven("customer:c-1", None);
    for body in ["", "{", "<html>", "[]", "null", "{}"] {
        for path in ["/customers/", "/in-store/key=de/carts/", "/in-store/key=de/orders"] {
            let port = over_rest(Some(&anna()), None, &[], 0).with_text(path, body);
            assert_eq!(read(&port, &subject).unwrap_err(), CommerceError::Malformed, "{path} {body}");
        }
    }
    for error in [CommerceError::Unavailable, CommerceError::Timeout, CommerceError::Rejected] {
        for path in ["/customers/", "/in-store/key=de/carts/", "/in-store/key=de/orders"] {
            let port = over_rest(Some(&anna()), None, &[], 0).failing(path, error);
            assert_eq!(read(&port, &subject).unwrap_err(), error, "{path}");
        }
    }
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
