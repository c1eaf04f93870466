//! The GraphQL query: what it asks, what its answers mean, and when REST takes over.

use super::*;
use crate::config::WorkflowStates;

/// What was asked by a query: document and variables.
fn asked(port: &FakeCommerce) -> Value {
    let asked = port.asked.borrow();
    let [one] = asked.as_slice() else { panic!("{asked:?}") };
    serde_json::from_str(one.strip_prefix("query ").unwrap()).unwrap()
}

#[test]
fn a_query_carries_its_ids_as_variables_and_declares_what_it_uses() {
    let cases: &[(&str, Option<&str>, Value)] = &[
        ("guest", Some("x\"}y"), json!({ "store": "de", "languages": ["de-DE", "de"], "cart": "x\"}y" })),
        (
            "customer:c-1",
            None,
            json!({ "store": "de", "languages": ["de-DE", "de"], "customer": "c-1", "orders": "customerId = \"c-1\"" }),
        ),
        (
            "customer:c-1",
            Some("cart-1"),
            json!({ "store": "de", "languages": ["de-DE", "de"], "customer": "c-1", "cart": "cart-1", "orders": "customerId = \"c-1\"" }),
        ),
        (
            "anon:a-1",
            None,
            json!({
                "store": "de", "languages": ["de-DE", "de"], "orders": "anonymousId = \"a-1\"",
                "carts": "anonymousId = \"a-1\" and cartState = \"Active\"",
            }),
        ),
        (
            "anon:a-1",
            Some("cart-1"),
            json!({ "store": "de", "languages": ["de-DE", "de"], "cart": "cart-1", "orders": "anonymousId = \"a-1\"" }),
        ),
    ];
    for (subject, claim, want) in cases {
        let port = FakeCommerce::default().answering_queries(Ok(query_answer(Some(&anna()), None, &[], 0)));
        read(&port, &proven(subject, *claim)).unwrap();
        let request = asked(&port);
        assert_eq!(request["variables"], *want, "{subject} {claim:?}");
        let document = request["query"].as_str().unwrap();
        let (head, body) = document.split_once("){").unwrap();
        for name in want.as_object().unwrap().keys() {
            assert!(
                head.contains(&format!("${name}:")) && body.contains(&format!(":${name}")),
                "{name} {document}"
            );
        }
        assert_eq!(head.matches('$').count(), want.as_object().unwrap().len(), "{document}");
        for fragment in ["cart", "money", "order", "sent"] {
            let is_defined = document.contains(&format!("fragment {fragment} on "));
            assert_eq!(is_defined, document.contains(&format!("...{fragment}}}")), "{fragment} {document}");
        }
        assert_eq!(document.matches('{').count(), document.matches('}').count());
        assert!(document.is_ascii() && !document.contains("  ") && !document.contains("c-1"), "{document}");
    }
}

#[test]
fn an_id_that_could_leave_its_quotation_is_read_over_rest_and_nothing_is_remembered() {
    for id in ["a\"b", "a\\", "\" or id is defined or id = \""] {
        let proven = ProvenSubject::new(Subject::Anonymous(id.to_owned()), None);
        let port = over_rest(None, None, &[], 0).answering_queries(Ok(query_answer(None, None, &[], 0)));
        read(&port, &proven).unwrap();
        assert!(port.asked.borrow().iter().all(|one| !one.starts_with("query")), "{id}");
        assert!(!port.has_refused.get(), "{id}");
    }
}

#[test]
fn one_query_and_nothing_else() {
    let lines = json!([{ "name": "Kanne", "quantity": 1 }, { "name": "Topf", "quantity": 2 }]);
    let cart = cart_json(&json!({ "lineItems": lines }));
    let order = order_json(&json!({}));
    let answer = query_answer(Some(&anna()), Some(&cart), &[order], 12);
    let port = FakeCommerce::default().answering_queries(Ok(answer));
    let found = read(&port, &proven("customer:c-1", None)).unwrap();
    assert_eq!(found.customer.unwrap().first_name.as_deref(), Some("Anna"));
    assert_eq!(found.cart.unwrap().line_items.count(), 2);
    assert_eq!((ids(&found.history).len(), found.history.total), (1, 12));
    assert_eq!(port.asked.borrow().len(), 1);
}

/// The query's answer about a cart with these items.
fn with_items(items: &Value, more: &Value) -> String {
    let mut cart = cart_json(more);
    cart["lineItems"] = items.clone();
    query_answer(Some(&anna()), Some(&cart), &[], 0)
}

fn names(found: &Belongings) -> Vec<Option<String>> {
    let german = crate::localized::Preferences::new(["de-DE"]);
    let items = found.cart.as_ref().unwrap().line_items.iter();
    items.map(|item| german.pick(&item.name).map(str::to_owned)).collect()
}

#[test]
fn names_come_in_the_visitors_language_and_in_all_languages_once_one_is_missing() {
    let in_all = with_items(
        &json!([
            { "name": [{ "locale": "de", "value": "Kanne" }], "variant": { "sku": "P-1" }, "quantity": 1 },
            { "name": [{ "locale": "en-GB", "value": "Pot" }], "variant": { "sku": "P-2" }, "quantity": 2 },
        ]),
        &json!({}),
    );
    for (second, is_asked_again) in
        [(json!("Topf"), false), (json!(null), true), (json!(""), true), (json!("\u{200b} "), true)]
    {
        let in_one = json!([{ "name": "Kanne", "quantity": 1 }, { "name": second, "quantity": 2 }]);
        let port = FakeCommerce::default()
            .answering_queries(Ok(in_all.clone()))
            .answering_in_one_language(with_items(&in_one, &json!({})));
        let subject = proven("customer:c-1", None);
        let found = read(&port, &subject).unwrap();
        let second = if is_asked_again { "Pot" } else { "Topf" };
        assert_eq!(names(&found), [Some("Kanne".to_owned()), Some(second.to_owned())]);
        assert_eq!(port.asked.borrow().len(), if is_asked_again { 2 } else { 1 });
        // The next visitor's cart is asked for as this one's was at last.
        assert_eq!(*port.without_names.borrow(), if is_asked_again { vec!["de-DE"] } else { vec![] });
        port.asked.borrow_mut().clear();
        assert_eq!(names(&read(&port, &subject).unwrap()), names(&found));
        assert_eq!(asked(&port)["query"].as_str().unwrap().contains("nameAllLocales"), is_asked_again);
    }
}

#[test]
fn a_strangers_cart_is_not_asked_for_again_whatever_it_lacks() {
    let nameless = json!([{ "name": null, "quantity": 1 }]);
    let answer = with_items(&nameless, &json!({ "customerId": "c-2" }));
    let port = FakeCommerce::default().answering_queries(Ok(answer));
    assert!(read(&port, &proven("customer:c-1", None)).unwrap().cart.is_none());
    assert_eq!((port.asked.borrow().len(), port.without_names.borrow().len()), (1, 0));
}

#[test]
fn a_cart_without_any_name_is_asked_for_twice_and_no_more() {
    let nameless = with_items(&json!([{ "name": null, "quantity": 1 }]), &json!({}));
    let port = FakeCommerce::default().answering_queries(Ok(nameless));
    assert_eq!(names(&read(&port, &proven("customer:c-1", None)).unwrap()), [None]);
    assert_eq!(port.asked.borrow().len(), 2);
}

#[test]
fn where_no_lines_are_shown_no_names_are_asked_for() {
    let answer = with_items(&json!([{ "quantity": 1 }]), &json!({}));
    let port = FakeCommerce::default().answering_queries(Ok(answer));
    let store = store();
    let pieces = Extent { lines: false, ..everything(&store) };
    let found = block_on(belongings(&port, &proven("customer:c-1", None), &project(), pieces)).unwrap();
    assert_eq!(found.cart.unwrap().line_items.pieces(), 1);
    assert!(!asked(&port)["query"].as_str().unwrap().contains("name("));
    assert!(asked(&port)["variables"].get("languages").is_none());
}

#[test]
fn the_newest_cart_of_a_session_comes_as_a_page() {
    let own = cart_json(&json!({ "customerId": null, "anonymousId": "a-1" }));
    for (carts, want) in [(vec![own], true), (vec![], false)] {
        let answer: Value = serde_json::from_str(&query_answer(None, carts.first(), &[], 0)).unwrap();
        let page = json!({ "results": carts.first().map(|_| answer["data"]["inStore"]["cart"].clone()).into_iter().collect::<Vec<_>>() });
        let body =
            json!({ "data": { "inStore": { "carts": page, "orders": { "total": 0, "results": [] } } } });
        let port = FakeCommerce::default().answering_queries(Ok(body.to_string()));
        assert_eq!(read(&port, &proven("anon:a-1", None)).unwrap().cart.is_some(), want);
    }
}

/// An answer with errors and what stands in `data`.
fn refusal(data: &Value, code: &str) -> String {
    json!({ "data": data, "errors": [{ "message": "…", "path": ["inStore"], "extensions": { "code": code } }] }).to_string()
}

#[test]
fn a_refused_query_is_read_over_rest_with_the_same_answer() {
    let cart = cart_json(&json!({}));
    let without_cart: Value = serde_json::from_str(&query_answer(Some(&anna()), None, &[], 0)).unwrap();
    let nothing = Value::Null;
    // The answer, and whether the project is asked by queries again at once.
    let cases = [
        (Err(CommerceError::Rejected), false),
        (Err(CommerceError::NotFound), false),
        (Ok(refusal(&nothing, "QueryComplexityLimitExceeded")), false),
        (Ok(refusal(&without_cart["data"], "insufficient_scope")), false),
        (Ok(refusal(&nothing, "SomethingNew")), false),
        (Ok(refusal(&without_cart["data"], "ResourceNotFound")), true),
        (Ok(json!({ "errors": [{ "message": "Cannot query field" }] }).to_string()), false),
        (Ok(json!({ "data": without_cart["data"], "errors": [{}] }).to_string()), false),
    ];
    for (answer, is_asked_again) in cases {
        let name = format!("{answer:?}");
        let port = over_rest(Some(&anna()), Some(&cart), &[], 0).answering_queries(answer);
        let found = read(&port, &proven("customer:c-1", None)).unwrap();
        assert!(found.cart.is_some(), "{name}");
        assert_eq!(port.has_refused.get(), !is_asked_again, "{name}");
        port.asked.borrow_mut().clear();
        read(&port, &proven("customer:c-1", None)).unwrap();
        let asked = port.asked.borrow();
        assert_eq!(asked.first().is_some_and(|one| one.starts_with("query")), is_asked_again, "{name}");
    }
}

#[test]
fn what_rest_says_after_a_refusal_counts() {
    let answer = refusal(&json!({ "customer": null, "inStore": null }), "insufficient_scope");
    let port = FakeCommerce::default().failing("/", CommerceError::Rejected).answering_queries(Ok(answer));
    assert_eq!(read(&port, &proven("customer:c-1", None)).unwrap_err(), CommerceError::Rejected);
}

#[test]
fn faults_of_a_query_are_passed_on_and_what_cannot_be_read_is_malformed() {
    let subject = proven("customer:c-1", None);
    for error in [CommerceError::Unavailable, CommerceError::Timeout, CommerceError::Malformed] {
        let port = over_rest(Some(&anna()), None, &[], 0).answering_queries(Err(error));
        assert_eq!(read(&port, &subject).unwrap_err(), error);
        assert_eq!(port.asked.borrow().len(), 1, "no second read while the vendor has trouble");
    }
    let whole = query_answer(Some(&anna()), Some(&cart_json(&json!({}))), &[], 0);
    let cut = whole.get(..whole.len() - 9).unwrap();
    for body in [
        "",
        "<html>",
        "[]",
        "null",
        "{}",
        r#"{"data":null}"#,
        r#"{"data":{}}"#,
        r#"{"data":{"customer":null}}"#,
        cut,
    ] {
        let port = over_rest(Some(&anna()), None, &[], 0).answering_queries(Ok(body.to_owned()));
        assert_eq!(read(&port, &subject).unwrap_err(), CommerceError::Malformed, "{body}");
    }
}

#[test]
fn an_http_answer_to_a_query_means_that_or_no_graphql() {
    use Answer::{Body, Failed, TokenRefused};
    use CommerceError::{Malformed, Rejected, Unavailable};
    const JSON: Option<&str> = Some("application/json");
    const HTML: Option<&str> = Some("text/html");
    let cases = [
        (200, JSON, "{}", Body("{}".to_owned())),
        (200, HTML, "<html>", Failed(Malformed)),
        (302, None, "", Failed(Malformed)),
        (400, JSON, r#"{"errors":[{"message":"no such field"}]}"#, Failed(Rejected)),
        (401, JSON, "{}", TokenRefused),
        (403, JSON, "{}", Failed(Rejected)),
        (404, JSON, r#"{"statusCode":404}"#, Failed(Rejected)),
        (404, HTML, "<html>", Failed(Rejected)),
        (405, HTML, "", Failed(Rejected)),
        (429, JSON, "{}", Failed(Unavailable)),
        (500, JSON, "{}", Failed(Unavailable)),
        (501, None, "", Failed(Rejected)),
        (502, HTML, "<html>", Failed(Unavailable)),
    ];
    for (status, kind, body, want) in cases {
        assert_eq!(read_query_answer(status, kind, body.to_owned()), want, "{status} {kind:?} {body}");
    }
}

#[test]
fn a_workflow_state_is_asked_for_where_the_operator_wants_it() {
    for (workflow_states, is_asked) in [(WorkflowStates::Off, false), (WorkflowStates::Names, true)] {
        let project = CommerceProject { workflow_states, ..project() };
        let order = order_json(
            &json!({ "state": { "key": "picked", "name": [{ "locale": "de-DE", "value": "Gepackt" }] } }),
        );
        let port =
            FakeCommerce::default().answering_queries(Ok(query_answer(Some(&anna()), None, &[order], 1)));
        let proven = proven("customer:c-1", None);
        let store = store();
        let found = block_on(belongings(&port, &proven, &project, everything(&store))).unwrap();
        assert_eq!(asked(&port)["query"].as_str().unwrap().contains("state{key"), is_asked);
        let state = found.history.orders[0].state.as_ref().unwrap();
        assert_eq!(state.name(&crate::localized::Preferences::new(["de-DE"])), Some("Gepackt"));
    }
}
