//! Orders and customers as no test writes them: members missing, members without end.

use super::*;

/// Members that real orders or customers may lack, each alone and all at once.
const MAY_LACK: [&str; 12] = [
    "orderNumber",
    "customerId",
    "customerEmail",
    "anonymousId",
    "store",
    "locale",
    "state",
    "shippingInfo",
    "lineItems",
    "paymentState",
    "shipmentState",
    "returnInfo",
];

#[test]
fn orders_that_lack_something_stop_nobody() {
    let config = config();
    let numbers = numbers();
    let scope = Scope::find(&config, "main", "eu", &numbers).unwrap();
    let whole = order(&json!({ "id": "o-whole" }));
    let lacking = |missing: &[&str]| {
        let mut one = order(&json!({ "id": "o-less", "customerId": "c-1" }));
        one.as_object_mut().unwrap().retain(|name, _| !missing.contains(&name.as_str()));
        one
    };
    let mut cases: Vec<Vec<&str>> = MAY_LACK.iter().map(|name| vec![*name]).collect();
    cases.push(MAY_LACK.to_vec());
    for missing in cases {
        let less = lacking(&missing);
        let commerce = FakeCommerce::default()
            .with("/customers?", &json!({ "results": [{ "id": "c-1" }] }))
            .with("/orders?", &json!({ "results": [less, whole] }));
        let ids = ["o-less".to_owned(), "o-whole".to_owned()];
        let heads = pollster::block_on(orders(&commerce, scope, &ids)).unwrap();
        assert_eq!(heads.len(), 2, "{missing:?}");
        assert_eq!(heads[0].number.is_some(), !missing.contains(&"orderNumber"), "{missing:?}");
        assert_eq!(heads[0].customer.is_some(), !missing.contains(&"customerId"), "{missing:?}");
        let views =
            pollster::block_on(customers(&commerce, scope, "corr", &["c-1".to_owned()])).unwrap().views;
        assert_eq!(views.len(), 1, "{missing:?}");
        assert!(views[0].email.is_none() && views[0].first_name.is_none());
        // An order of nobody, or of no store, is not this customer's in this store.
        let counted = if missing.contains(&"customerId") || missing.contains(&"store") { "1" } else { "2" };
        assert_eq!(views[0].properties["ct_orders"], counted, "{missing:?}");
    }
}

#[test]
fn members_of_two_million_characters_become_properties_that_tidio_takes() {
    let config = config();
    let numbers = numbers();
    let scope = Scope::find(&config, "main", "eu", &numbers).unwrap();
    let vast = "ä".repeat(2_000_000);
    // Four of these still fit on a page.
    let long = "a".repeat(2_000_000);
    let whole = order(&json!({}));
    let mut names: Vec<String> = Vec::new();
    texts(&whole, "", &mut names);
    assert!(names.len() > 8, "{names:?}");
    for name in names.iter().filter(|name| !["/id", "/customerId", "/store/key"].contains(&name.as_str())) {
        let mut one = whole.clone();
        *one.pointer_mut(name).unwrap() = json!(vast);
        let customer = json!({ "id": "c-1", "email": long, "firstName": long, "lastName": long, "customerNumber": long });
        let commerce = FakeCommerce::default()
            .with("/customers?", &json!({ "results": [customer] }))
            .with("/orders?", &json!({ "results": [one] }));
        let views =
            pollster::block_on(customers(&commerce, scope, "corr", &["c-1".to_owned()])).unwrap().views;
        assert_eq!(views.len(), 1, "{name}");
        for (property, value) in &views[0].properties {
            assert!(value.chars().count() <= contract::MAX_PROPERTY_CHARS, "{name}: {property} is too long");
        }
        assert!(views[0].first_name.as_deref().is_some_and(|name| name.chars().count() <= 100));
        let heads = pollster::block_on(orders(&commerce, scope, &["o-1".to_owned()])).unwrap();
        assert!(heads.len() <= 1);
        let number = heads.first().and_then(|head| head.number.as_ref());
        assert!(number.is_none_or(|number| number.chars().count() <= 256), "{name}");
    }
}

/// Pointers to all texts.
fn texts(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(at.to_owned()),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                texts(item, &format!("{at}/{index}"), found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                texts(member, &format!("{at}/{name}"), found);
            }
        }
        _ => {}
    }
}
