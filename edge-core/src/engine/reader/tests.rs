//! What is asked of commercetools, and what is made of the answers.

mod large;
mod strange;

use serde_json::{Value, json};

use super::*;
use crate::testing::{FakeCommerce, config, config_with, numbers, order};

#[test]
fn a_customer_is_seen_as_an_identify_call_in_the_store_of_the_newest_order_sees_it() {
    let config = config();
    let numbers = numbers();
    let scope = Scope::find(&config, "main", "eu", &numbers).unwrap();
    let strange = json!({ "id": 7 });
    let older = order(&json!({ "id": "o-0", "store": { "typeId": "store", "key": "uk" } }));
    let commerce = FakeCommerce::default()
        .with(
            "/customers?",
            &json!({ "results": [
                { "id": "c-1", "email": "a@example.com", "firstName": "Anna", "customerNumber": "C-1" },
                strange,
            ] }),
        )
        .with("/orders?", &json!({ "results": [order(&json!({})), strange, older] }));
    let ids = ["c-1".to_owned(), "c-2".to_owned()];
    let views = pollster::block_on(customers(&commerce, scope, "corr", &ids)).unwrap().views;
    assert_eq!(views.len(), 1);
    assert_eq!(views[0].contact, "shop:customer:c-1");
    assert!(views[0].has_orders);
    assert_eq!(views[0].properties["ct_orders"], "1", "the other store's order is not counted");
    assert_eq!(views[0].properties["ct_customer_number"], "C-1");
    let asked = commerce.asked.borrow().join("\n");
    assert!(asked.contains("customerId%20in%20%28%22c-1%22%29"), "{asked}");
    assert!(asked.contains("store%28key%20in%20%28%22de%22%2C%20%22uk%22%29%29"), "{asked}");
}

#[test]
fn names_of_workflow_states_are_asked_for_where_the_project_says_so() {
    let states =
        json!({ "state": { "id": "s-1", "obj": { "key": "packed", "name": { "de": "Verpackt" } } } });
    for (setting, asked) in [("off", false), ("names", true)] {
        let config = config_with(&|value| value["commercetools"]["main"]["workflow_states"] = json!(setting));
        let numbers = numbers();
        let scope = Scope::find(&config, "main", "eu", &numbers).unwrap();
        let commerce = FakeCommerce::default()
            .with("/customers?", &json!({ "results": [{ "id": "c-1" }] }))
            .with("/orders?", &json!({ "results": [order(&states)] }));
        let views =
            pollster::block_on(customers(&commerce, scope, "corr", &["c-1".to_owned()])).unwrap().views;
        assert!(views[0].properties["ct_timeline"].contains("zugestellt, Verpackt"));
        let seen = commerce.asked.borrow().join("\n");
        assert_eq!(seen.contains("&expand=state"), asked, "{seen}");
        assert_eq!(scope.project.scopes().any(|scope| scope == "view_states"), asked);
    }
}

#[test]
fn the_timeline_is_the_same_whoever_reads_the_orders() {
    use crate::commerce::OrderHistory;
    let config = config_with(&|value| {
        let locales = value["stores"]["de"]["locales"].as_array_mut().unwrap();
        let mut english = locales[0].clone();
        english["tag"] = json!("en-GB");
        locales.push(english);
    });
    let numbers = numbers();
    let scope = Scope::find(&config, "main", "eu", &numbers).unwrap();
    for (order_locale, customer_locale, now) in [
        (Some("de-DE"), Some("en-GB"), "jetzt"),
        (None, Some("EN-gb"), "now"),
        (Some("xx"), Some("de-DE"), "jetzt"),
    ] {
        let order = order(&json!({ "locale": order_locale }));
        let record = json!({ "id": "c-1", "locale": customer_locale });
        let commerce = FakeCommerce::default()
            .with("/customers?", &json!({ "results": [record] }))
            .with("/orders?", &json!({ "results": [order] }));
        let views =
            pollster::block_on(customers(&commerce, scope, "corr", &["c-1".to_owned()])).unwrap().views;
        let read = &views[0].properties["ct_timeline"];
        assert!(read.contains(now), "{read}");
        // The shopper's page is in the other language: the same text all the same.
        for page in ["de-DE", "en-GB"] {
            let store = &config.stores["de"];
            let place = HistoryPlace { store, project: scope.project, locale: page, numbers: &numbers };
            let history = OrderHistory { orders: vec![json::take(&order).unwrap()], total: 1 };
            let shown = project::history(place, Some(&json::take(&record).unwrap()), &history);
            assert_eq!(shown.get(Property::Timeline), Some(read.as_str()));
            assert_eq!(shown.get(Property::OrderTotal), Some(views[0].properties["ct_order_total"].as_str()));
        }
    }
}

#[test]
fn a_full_page_goes_on_after_its_last_row_and_a_short_one_ends() {
    let config = config();
    let numbers = numbers();
    let scope = Scope::find(&config, "main", "eu", &numbers).unwrap();
    let page = |count: usize| {
        let rows: Vec<Value> = (0..count).map(|n| json!({ "id": format!("o-{n}"), "version": 1 })).collect();
        json!({ "results": rows })
    };
    let window = Window { from_ms: 0, until_ms: 1_000, store: None };
    for (count, after) in [(PAGE_LIMIT, Some("o-499")), (PAGE_LIMIT - 1, None), (0, None)] {
        let commerce = FakeCommerce::default().with("/orders?", &page(count));
        let read = pollster::block_on(changed(&commerce, scope, &window, Some("o-x"))).unwrap();
        assert_eq!((read.heads.len(), read.after.as_deref()), (count, after));
        assert!(commerce.asked.borrow()[0].contains("%20and%20id%20%3E%20%22o-x%22"));
    }
}

#[test]
fn a_walk_of_one_store_asks_for_that_store_only() {
    let config = config();
    let numbers = numbers();
    let scope = Scope::find(&config, "main", "eu", &numbers).unwrap();
    for (store, asked) in [("de", Some("store%28key%20%3D%20%22de%22%29")), ("of-another-project", None)] {
        let commerce = FakeCommerce::default().with("/orders?", &json!({ "results": [] }));
        let window = Window { from_ms: 0, until_ms: 1_000, store: Some(store.to_owned()) };
        let read = pollster::block_on(changed(&commerce, scope, &window, None)).unwrap();
        assert_eq!((read.heads.len(), read.after), (0, None));
        let seen = commerce.asked.borrow();
        assert_eq!(seen.len(), usize::from(asked.is_some()), "{store}");
        assert!(asked.is_none_or(|asked| seen[0].contains(asked)), "{seen:?}");
    }
}

#[test]
fn a_failure_says_whether_waiting_helps() {
    let config = config();
    let numbers = numbers();
    let scope = Scope::find(&config, "main", "eu", &numbers).unwrap();
    for (error, expected) in [
        (CommerceError::Unavailable, ShopError::Unavailable),
        (CommerceError::Timeout, ShopError::Unavailable),
        (CommerceError::Malformed, ShopError::Unavailable),
        (CommerceError::Rejected, ShopError::Rejected),
    ] {
        let commerce = FakeCommerce::default().failing("/orders?", error);
        let read = pollster::block_on(orders(&commerce, scope, &["o-1".to_owned()]));
        assert_eq!(read, Err(expected));
    }
    let html = FakeCommerce::default().with_text("/orders?", "<html>");
    let read = pollster::block_on(orders(&html, scope, &["o-1".to_owned()]));
    assert_eq!(read, Err(ShopError::Unavailable));
}

#[test]
fn a_customer_is_gone_only_if_the_answer_says_nothing_of_the_id() {
    let config = config();
    let numbers = numbers();
    let scope = Scope::find(&config, "main", "eu", &numbers).unwrap();
    let commerce = FakeCommerce::default()
        .with("/customers?", &json!({ "results": [{ "id": "c-1" }, { "id": "strange", "email": 7 }] }))
        .with("/orders?", &json!({ "results": [] }));
    let ids = ["c-1", "strange", "c-2", "no id \""].map(str::to_owned);
    let read = pollster::block_on(customers(&commerce, scope, "corr", &ids)).unwrap();
    assert_eq!(read.views.len(), 1);
    let gone: Vec<(&str, &str)> =
        read.gone.iter().map(|gone| (gone.customer.as_str(), gone.contact.as_str())).collect();
    assert_eq!(gone, [("c-2", "shop:customer:c-2")]);
}
