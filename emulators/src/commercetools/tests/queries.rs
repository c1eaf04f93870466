//! Predicates, limits, order, expansion.

use super::{Shop, code, encoded};
use serde_json::{Value, json};

#[tokio::test]
async fn predicates() {
    let shop = Shop::demo().await;
    let cases: [(&str, &[&str]); 26] = [
        (r#"orderNumber = "KC-10041""#, &["KC-10041"]),
        (r#"orderNumber in ("KC-10041", "KC-10057")"#, &["KC-10041", "KC-10057"]),
        (r#"orderNumber not in ("KC-10041")"#, &["KC-10057"]),
        (r#"orderState <> "Open""#, &["KC-10041"]),
        (r#"orderState != "Open""#, &["KC-10041"]),
        (r#"not (orderState = "Open")"#, &["KC-10041"]),
        (r#"store(key = "uk")"#, &["KC-10057"]),
        (r#"store(key in ("uk", "de")) and paymentState = "Paid""#, &["KC-10041", "KC-10057"]),
        (r#"orderState = "Complete" or store(key = "uk")"#, &["KC-10041", "KC-10057"]),
        (r#"(orderState = "Complete" or store(key = "uk")) and country = "GB""#, &["KC-10057"]),
        (r#"totalPrice(centAmount >= 10000)"#, &["KC-10057"]),
        (r#"totalPrice(centAmount < 10000 and currencyCode = "EUR")"#, &["KC-10041"]),
        (r#"lineItems(variant(sku = "KC-GRD-01"))"#, &["KC-10057"]),
        (r#"lineItems(quantity > 1)"#, &["KC-10041"]),
        (r#"shippingInfo(deliveries(parcels(trackingData(carrier = "DHL"))))"#, &["KC-10041"]),
        ("custom is not defined", &["KC-10041", "KC-10057"]),
        ("custom is defined", &[]),
        ("returnInfo is empty", &["KC-10041", "KC-10057"]),
        ("lineItems is not empty", &["KC-10041", "KC-10057"]),
        (r#"createdAt > "2020-01-01T00:00:00.000Z""#, &["KC-10041", "KC-10057"]),
        (r#"createdAt > "2020-01-01""#, &["KC-10041", "KC-10057"]),
        (r#"lastModifiedAt < "2020-01-01T00:00:00+02:00""#, &[]),
        (r#"shippingAddress(city = "Köln")"#, &["KC-10041"]),
        (r#"customerEmail = "nobody \"x\" \\ @example.com""#, &[]),
        (r#"lineItems(name(`de-DE` = "Handmühle Stahlkegel"))"#, &["KC-10057"]),
        (r#"lineItems(name(en-GB = "Hand Grinder, Steel Burrs"))"#, &["KC-10057"]),
    ];
    for (predicate, expected) in cases {
        let found = shop.find("orders", predicate).await;
        let mut numbers: Vec<&str> =
            found.iter().map(|order| order["orderNumber"].as_str().unwrap()).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, expected, "{predicate}");
    }
}

#[tokio::test]
async fn predicates_that_make_no_sense() {
    let shop = Shop::demo().await;
    let deep = "(".repeat(100);
    let cases = [
        "",
        "colour = \"blue\"",
        "orderNumber = = 1",
        "orderNumber = \"open",
        "orderNumber",
        "orderNumber in ()",
        "orderNumber = 5",
        "totalPrice(centAmount = \"5\")",
        "createdAt > \"yesterday\"",
        "store(colour = \"x\")",
        "orderNumber(x = 1)",
        "orderNumber = :missing",
        "orderNumber = \"a\" and",
        "orderNumber is lost",
        "orderNumber = \"a\" orderState = \"b\"",
        "§ = 1",
        &deep,
    ];
    for predicate in cases {
        let answer = shop.call("GET", &format!("/orders?where={}", encoded(predicate)), Value::Null).await;
        assert_eq!((answer.status, code(&answer)), (400, "InvalidInput"), "{predicate}");
    }
}

#[tokio::test]
async fn input_variables() {
    let shop = Shop::demo().await;
    let cases = [
        ("orderNumber = :n", "var.n=KC-10041", 1),
        ("orderNumber in (:a, :b)", "var.a=KC-10041&var.b=KC-10057", 2),
        ("orderNumber in :list", "var.list=KC-10041&var.list=KC-10057", 2),
        ("totalPrice(centAmount > :cents)", "var.cents=10000", 1),
        ("orderNumber = :n", "var.n=%22%20or%20id%20is%20defined", 0),
    ];
    for (predicate, variables, count) in cases {
        let body = shop.get(&format!("/orders?where={}&{variables}", encoded(predicate))).await;
        assert_eq!(body["count"], count, "{predicate}");
    }
}

#[tokio::test]
async fn limits_and_totals() {
    let shop = Shop::demo().await;
    let cases = [
        ("limit=500", 200),
        ("limit=501", 400),
        ("limit=-1", 400),
        ("limit=x", 400),
        ("offset=10000", 200),
        ("offset=10001", 400),
        ("withTotal=maybe", 400),
        ("sort=createdAt+up", 400),
        ("sort=colour", 400),
        ("sort=totalPrice.centAmount+desc", 200),
    ];
    for (parameters, status) in cases {
        let answer = shop.call("GET", &format!("/orders?{parameters}"), Value::Null).await;
        assert_eq!(answer.status, status, "{parameters}");
    }
    let plain = shop.get("/orders?limit=1").await;
    assert_eq!(
        (&plain["limit"], &plain["offset"], &plain["count"], &plain["total"]),
        (&json!(1), &json!(0), &json!(1), &json!(2))
    );
    assert!(shop.get("/orders?withTotal=false").await.get("total").is_none());
    assert_eq!(shop.get("/orders").await["limit"], 20);
}

#[tokio::test]
async fn a_walk_by_id_finds_everything_once_and_not_in_the_order_of_the_text() {
    let shop = Shop::demo().await;
    for number in 0..30 {
        let draft = json!({ "orderNumber": format!("W-{number}"), "totalPrice": { "currencyCode": "EUR", "centAmount": 100 } });
        assert_eq!(shop.call("POST", "/orders/import", draft).await.status, 201);
    }
    let mut seen: Vec<String> = Vec::new();
    loop {
        let after = seen
            .last()
            .map(|id| format!("&where={}&var.last={id}", encoded("id > :last")))
            .unwrap_or_default();
        let page = shop.get(&format!("/orders?sort=id+asc&limit=7&withTotal=false{after}")).await;
        let ids =
            page["results"].as_array().unwrap().iter().map(|order| order["id"].as_str().unwrap().to_owned());
        let before = seen.len();
        seen.extend(ids);
        if seen.len() - before < 7 {
            break;
        }
    }
    assert_eq!(seen.len(), 32);
    let mut text = seen.clone();
    text.sort();
    assert_ne!(seen, text);
    text.dedup();
    assert_eq!(text.len(), 32);
    let descending = shop.get("/orders?sort=id+desc&limit=500").await;
    let descending: Vec<&str> =
        descending["results"].as_array().unwrap().iter().map(|order| order["id"].as_str().unwrap()).collect();
    assert!(descending.iter().rev().eq(seen.iter()));
}

#[tokio::test]
async fn references_are_expanded() {
    let shop = Shop::demo().await;
    let order = shop
        .get("/orders/order-number=KC-10041?expand=state&expand=lineItems[*].productType&expand=cart")
        .await;
    assert_eq!(order["state"]["obj"]["key"], "order-handed-over");
    assert_eq!(order["lineItems"][1]["productType"]["obj"]["key"], "goods");
    assert_eq!(order["cart"]["obj"]["cartState"], "Ordered");
    assert!(shop.get("/orders/order-number=KC-10041").await["state"].get("obj").is_none());
}
