//! Carts, orders, customers, stores.

use super::{BACKEND, Shop, code};
use serde_json::{Value, json};

async fn cart(shop: &Shop, extra: Value) -> Value {
    let mut draft =
        json!({ "currency": "EUR", "country": "DE", "store": { "typeId": "store", "key": "de" } });
    draft.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    let answer = shop.call("POST", "/carts", draft).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.body
}

fn line(sku: &str, quantity: i64) -> Value {
    json!({ "sku": sku, "quantity": quantity })
}

#[tokio::test]
async fn a_cart_adds_up() {
    let shop = Shop::demo().await;
    let cart = cart(&shop, json!({ "lineItems": [line("KC-KET-10", 1), line("KC-ESP-500", 2)] })).await;
    assert_eq!(cart["totalPrice"]["centAmount"], 7900 + 2 * 1490);
    assert_eq!(cart["totalLineItemQuantity"], 3);
    assert!(cart.get("taxedPrice").is_none(), "no taxes before there is an address");
    let actions = json!([
        { "action": "setShippingAddress", "address": { "country": "DE" } },
        { "action": "setShippingMethod", "shippingMethod": { "typeId": "shipping-method", "key": "express" } },
        { "action": "addDiscountCode", "code": "WELCOME10" },
    ]);
    let cart = shop.update("carts", &cart, actions).await;
    let (goods, shipping, discount) = (10_880, 990, 1_088);
    assert_eq!(cart["discountOnTotalPrice"]["discountedAmount"]["centAmount"], discount);
    assert_eq!(cart["totalPrice"]["centAmount"], goods + shipping - discount);
    assert_eq!(cart["taxedPrice"]["totalGross"]["centAmount"], goods + shipping - discount);
    assert_eq!(cart["taxedPrice"]["taxPortions"].as_array().unwrap().len(), 2);
    let taxes: i64 = cart["taxedPrice"]["taxPortions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tax| tax["amount"]["centAmount"].as_i64().unwrap())
        .sum();
    assert_eq!(cart["taxedPrice"]["totalTax"]["centAmount"], taxes);
    let actions = json!([{ "action": "changeLineItemQuantity", "lineItemId": cart["lineItems"][1]["id"], "quantity": 0 }]);
    let cart = shop.update("carts", &cart, actions).await;
    assert_eq!(cart["lineItems"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_american_pays_tax_on_top() {
    let shop = Shop::demo().await;
    let draft = json!({ "currency": "USD", "country": "US", "shippingAddress": { "country": "US" }, "lineItems": [line("KC-MOK-06", 1)] });
    let cart = shop.call("POST", "/carts", draft).await.body;
    assert_eq!(cart["totalPrice"]["centAmount"], 4490);
    assert_eq!(cart["taxedPrice"]["totalGross"]["centAmount"], 4849);
}

async fn refused(shop: &Shop, path: &str, body: Value, wanted: (u16, &str)) {
    let shown = body.to_string();
    let answer = shop.call("POST", path, body).await;
    assert_eq!((answer.status, code(&answer)), wanted, "{path} {shown}: {}", answer.body);
}

#[tokio::test]
async fn refused_updates() {
    let shop = Shop::demo().await;
    let cart = cart(&shop, json!({ "lineItems": [line("KC-KET-10", 1)] })).await;
    let version = cart["version"].as_i64().unwrap();
    let path = format!("/carts/{}", cart["id"].as_str().unwrap());
    let cases = [
        (json!({ "action": "fly" }), "InvalidJsonInput"),
        (json!({ "action": "addLineItem", "sku": "nothing" }), "InvalidOperation"),
        (json!({ "action": "addDiscountCode", "code": "nothing" }), "DiscountCodeNonApplicable"),
        (
            json!({ "action": "setShippingAddress", "address": { "country": "FR" } }),
            "MissingTaxRateForCountry",
        ),
        (json!({ "action": "setShippingAddress", "address": "Lindenallee" }), "RequiredField"),
        (json!({ "action": "setCustomerId", "customerId": "nobody" }), "ReferencedResourceNotFound"),
        (json!({ "action": "setCustomField", "name": "x", "value": 1 }), "InvalidOperation"),
    ];
    for (action, wanted) in cases {
        refused(&shop, &path, json!({ "version": version, "actions": [action] }), (400, wanted)).await;
    }
    let many = vec![json!({ "action": "recalculate" }); 501];
    refused(&shop, &path, json!({ "version": version, "actions": many }), (400, "InvalidInput")).await;
    refused(&shop, &path, json!({ "actions": [] }), (400, "InvalidJsonInput")).await;
    let stale = shop.call("POST", &path, json!({ "version": version + 5, "actions": [] })).await;
    assert_eq!((stale.status, code(&stale)), (409, "ConcurrentModification"));
    assert_eq!(stale.body["errors"][0]["currentVersion"], version);
    let same = shop.call("POST", &path, json!({ "version": version, "actions": [] })).await;
    assert_eq!(same.body["version"], version, "nothing changed, so the version stays");
}

#[tokio::test]
async fn refused_drafts() {
    let shop = Shop::demo().await;
    let cart = cart(&shop, json!({ "lineItems": [line("KC-KET-10", 1)] })).await;
    let version = cart["version"].as_i64().unwrap();
    let order = |version: i64| json!({ "cart": { "typeId": "cart", "id": cart["id"] }, "version": version });
    let changes = json!([{ "resourceTypeId": "order" }]);
    let cases = [
        ("/carts", json!({ "country": "DE" }), 400, "RequiredField"),
        ("/carts", json!("a cart, please"), 400, "InvalidJsonInput"),
        (
            "/carts",
            json!({ "currency": "CHF", "lineItems": [line("KC-KET-10", 1)] }),
            400,
            "MatchingPriceNotFound",
        ),
        ("/carts", json!({ "currency": "EUR", "key": "anna-cart" }), 400, "DuplicateField"),
        ("/orders", order(version), 400, "InvalidOperation"),
        ("/orders", order(version + 1), 409, "ConcurrentModification"),
        (
            "/customers",
            json!({ "email": "ANNA.schmidt@example.com", "password": "x" }),
            400,
            "DuplicateField",
        ),
        ("/customers", json!({ "email": "new@example.com" }), 400, "RequiredField"),
        (
            "/login",
            json!({ "email": "anna.schmidt@example.com", "password": "x" }),
            400,
            "InvalidCredentials",
        ),
        (
            "/subscriptions",
            json!({ "destination": { "type": "Pigeon" }, "changes": changes }),
            400,
            "InvalidField",
        ),
        ("/nothing", json!({}), 404, "ResourceNotFound"),
    ];
    for (path, body, status, wanted) in cases {
        refused(&shop, path, body, (status, wanted)).await;
    }
    assert_eq!(shop.call("GET", "/orders/order-number=none", Value::Null).await.status, 404);
}

#[tokio::test]
async fn stores_do_not_see_each_other() {
    let shop = Shop::demo().await;
    let anna =
        shop.find("customers", "customerNumber = \"C-1001\"").await[0]["id"].as_str().unwrap().to_owned();
    let cart = shop.get(&format!("/carts/customer-id={anna}")).await;
    let id = cart["id"].as_str().unwrap();
    let cases = [
        (format!("/in-store/key=de/carts/{id}"), 200),
        (format!("/in-store/key=uk/carts/{id}"), 404),
        (format!("/in-store/key=de/carts/customer-id={anna}"), 200),
        (format!("/in-store/key=uk/carts/customer-id={anna}"), 404),
        ("/in-store/key=de/carts/key=anna-cart".to_owned(), 200),
        ("/in-store/key=uk/carts/key=anna-cart".to_owned(), 404),
        ("/in-store/key=uk/orders/order-number=KC-10057".to_owned(), 200),
        ("/in-store/key=us/orders/order-number=KC-10057".to_owned(), 404),
        (format!("/in-store/key=uk/customers/{anna}"), 200),
        ("/in-store/key=mars/orders".to_owned(), 404),
        ("/in-store/key=us/product-projections/key=moka-pot".to_owned(), 200),
    ];
    for (path, status) in cases {
        assert_eq!(shop.call("GET", &path, Value::Null).await.status, status, "{path}");
    }
    assert_eq!(shop.get("/in-store/key=us/orders").await["count"], 0);
    assert_eq!(shop.get("/in-store/key=uk/orders").await["count"], 1);
    let made = shop.call("POST", "/in-store/key=us/carts", json!({ "currency": "USD" })).await;
    assert_eq!(made.body["store"]["key"], "us");
}

#[tokio::test]
async fn signing_in_merges_the_guests_cart() {
    let shop = Shop::demo().await;
    let password = json!({ "email": "anna.schmidt@example.com", "password": "anna-demo" });
    let guest = cart(
        &shop,
        json!({ "anonymousId": "g1", "lineItems": [line("KC-ESP-500", 5), line("KC-MOK-06", 1)] }),
    )
    .await;
    let mut body = password.clone();
    body["anonymousCart"] = json!({ "typeId": "cart", "id": guest["id"] });
    let answer = shop.call("POST", "/login", body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let quantities: Vec<i64> = answer.body["cart"]["lineItems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["quantity"].as_i64().unwrap())
        .collect();
    assert_eq!(quantities, [1, 5, 1], "the higher quantity wins, new lines are added");
    assert_eq!(answer.body["cart"]["key"], "anna-cart");
    let merged = shop.get(&format!("/carts/{}", guest["id"].as_str().unwrap())).await;
    assert_eq!(merged["cartState"], "Merged");

    let guest = cart(&shop, json!({ "anonymousId": "g2", "lineItems": [line("KC-MOK-06", 1)] })).await;
    let mut body = password;
    body["anonymousId"] = json!("g2");
    body["anonymousCartSignInMode"] = json!("UseAsNewActiveCustomerCart");
    let answer = shop.call("POST", "/login", body).await;
    assert_eq!(answer.body["cart"]["id"], guest["id"]);
    assert_eq!(answer.body["cart"]["customerId"], answer.body["customer"]["id"]);
    assert!(answer.body["cart"].get("anonymousId").is_none());
}

#[tokio::test]
async fn people_reach_only_their_own_things() {
    let shop = Shop::demo().await;
    let form = "grant_type=password&username=james.miller%40example.com&password=james-demo";
    let james = shop.token_of(BACKEND, "demo-shop/customers/token", form).await;
    let me = shop.call_as(&james, "GET", "/me", Value::Null).await.body;
    assert_eq!(me["customerNumber"], "C-1002");
    assert_eq!(shop.call_as(&james, "GET", "/me/active-cart", Value::Null).await.body["key"], "james-cart");
    assert_eq!(shop.call_as(&james, "GET", "/in-store/key=de/me/active-cart", Value::Null).await.status, 404);
    let orders = shop.call_as(&james, "GET", "/me/orders", Value::Null).await.body;
    assert_eq!((&orders["count"], &orders["results"][0]["orderNumber"]), (&json!(1), &json!("KC-10057")));
    let foreign = shop.get("/carts/key=anna-cart").await;
    let path = format!("/me/carts/{}", foreign["id"].as_str().unwrap());
    assert_eq!(shop.call_as(&james, "GET", &path, Value::Null).await.status, 404);
    let client = shop.token_of(BACKEND, "token", "grant_type=client_credentials").await;
    assert_eq!(shop.call_as(&client, "GET", "/me", Value::Null).await.status, 403);
}

#[tokio::test]
async fn custom_objects_keep_versions() {
    let shop = Shop::demo().await;
    let put = |value: Value, version: Option<i64>| {
        let mut draft = json!({ "container": "sync", "key": "cursor", "value": value });
        if let Some(version) = version {
            draft["version"] = json!(version);
        }
        shop.call("POST", "/custom-objects", draft)
    };
    assert_eq!(put(json!({ "at": 1, "gone": null }), None).await.status, 201);
    let second = put(json!({ "at": 2 }), Some(1)).await;
    assert_eq!((second.status, &second.body["version"]), (200, &json!(2)));
    assert_eq!(put(json!({ "at": 3 }), Some(1)).await.status, 409);
    assert_eq!(shop.get("/custom-objects/sync/cursor").await["value"], json!({ "at": 2 }));
    assert_eq!(shop.get("/custom-objects/sync").await["count"], 1);
    assert_eq!(shop.call("DELETE", "/custom-objects/sync/cursor?version=1", Value::Null).await.status, 409);
    assert_eq!(shop.call("DELETE", "/custom-objects/sync/cursor?version=2", Value::Null).await.status, 200);
    let bad = json!({ "container": "a b", "key": "k", "value": 1 });
    assert_eq!(shop.call("POST", "/custom-objects", bad).await.status, 400);
}
