//! What queries find: the same as REST.

use super::super::Shop;
use super::{anna, data};
use serde_json::{Value, json};

const IDENTIFY: &str = r#"
query Identify($store: KeyReferenceInput!, $customer: String!, $orders: String!) {
  customer(id: $customer) { id customerNumber email firstName lastName }
  inStore(key: $store) {
    cart: customerActiveCart(customerId: $customer) { ...cart }
    orders(where: $orders, sort: ["createdAt desc"], limit: 10) { total count results { ...order } }
  }
}
fragment cart on Cart {
  id lastModifiedAt cartState customerId anonymousId store: storeRef { key } locale
  totalPrice { ...money }
  lineItems { name: nameAllLocales { locale value } variant { sku } quantity totalPrice { ...money } }
  shipping { shippingInfo { shippingMethodName } }
  discountCodes { state } businessUnit: businessUnitRef { key } totalLineItemQuantity
}
fragment order on Order {
  id version orderNumber createdAt orderState paymentState shipmentState customerId
  totalPrice { ...money } shippingInfo { ...sent }
  returnInfo { items { quantity shipmentState paymentState } }
}
fragment sent on ShippingInfo {
  shippingMethodName deliveries { parcels { trackingData { trackingId carrier isReturn } } }
}
fragment money on Money { currencyCode centAmount fractionDigits }"#;

#[tokio::test]
async fn a_customer_with_cart_and_orders_in_one_request() {
    let shop = Shop::demo().await;
    let anna = anna(&shop).await;
    let id = anna["id"].as_str().unwrap();
    let variables = json!({ "store": "de", "customer": id, "orders": format!("customerId = \"{id}\"") });
    let found = data(&shop, IDENTIFY, variables).await;
    for member in ["id", "customerNumber", "email", "firstName", "lastName"] {
        assert_eq!(found["customer"][member], anna[member], "{member}");
    }
    let rest = shop.get(&format!("/in-store/key=de/carts/customer-id={id}")).await;
    let cart = &found["inStore"]["cart"];
    for member in ["id", "lastModifiedAt", "cartState", "customerId", "locale", "totalLineItemQuantity"] {
        assert_eq!(cart[member], rest[member], "{member}");
    }
    assert_eq!(cart["store"], json!({ "key": "de" }));
    assert_eq!(cart["anonymousId"], Value::Null);
    let lines = rest["lineItems"].as_array().unwrap();
    assert!(!lines.is_empty());
    for (line, rest) in cart["lineItems"].as_array().unwrap().iter().zip(lines) {
        assert_eq!(line["variant"], json!({ "sku": rest["variant"]["sku"] }));
        let names = line["name"].as_array().unwrap();
        assert_eq!(names.len(), rest["name"].as_object().unwrap().len());
        for name in names {
            assert_eq!(name["value"], rest["name"][name["locale"].as_str().unwrap()]);
        }
        let money = &rest["totalPrice"];
        let expected = json!({
            "currencyCode": money["currencyCode"], "centAmount": money["centAmount"], "fractionDigits": 2,
        });
        assert_eq!(line["totalPrice"], expected);
    }
    let orders = &found["inStore"]["orders"];
    let rest = shop.find("in-store/key=de/orders", &format!("customerId = \"{id}\"")).await;
    assert_eq!((&orders["total"], &orders["count"]), (&json!(rest.len()), &json!(rest.len())));
    assert_eq!(orders["results"][0]["orderNumber"], "KC-10041");
    let parcel = &orders["results"][0]["shippingInfo"]["deliveries"][0]["parcels"][0];
    assert_eq!(
        (&parcel["trackingData"]["carrier"], &parcel["trackingData"]["isReturn"]),
        (&json!("DHL"), &json!(false))
    );
}

#[tokio::test]
async fn another_store_shows_nothing_of_this_one() {
    let shop = Shop::demo().await;
    let anna = anna(&shop).await;
    let id = anna["id"].as_str().unwrap();
    let cart = shop.get(&format!("/carts/customer-id={id}")).await["id"].clone();
    let query = "query ($id: String!, $cart: String!) { inStore(key: \"uk\") {
        customerActiveCart(customerId: $id) { id } cart(id: $cart) { id } order(orderNumber: \"KC-10041\") { id }
        orders(where: \"orderNumber = \\\"KC-10041\\\"\") { total exists results { id } } }
      inStoreDe: inStore(key: \"de\") { cart(id: $cart) { id } } cart(id: $cart) { id } }";
    let found = data(&shop, query, json!({ "id": id, "cart": cart })).await;
    let nothing = json!({ "total": 0, "exists": false, "results": [] });
    let expected = json!({ "customerActiveCart": null, "cart": null, "order": null, "orders": nothing });
    assert_eq!(found["inStore"], expected);
    assert_eq!((&found["inStoreDe"]["cart"]["id"], &found["cart"]["id"]), (&cart, &cart));
}

#[tokio::test]
async fn pages_are_sorted_and_cut_as_in_rest() {
    let shop = Shop::demo().await;
    let query = "query ($limit: Int, $offset: Int, $sort: [String!]) {
        orders(limit: $limit, offset: $offset, sort: $sort) { offset count total exists results { orderNumber } } }";
    let found = data(&shop, query, json!({ "limit": 1, "offset": 1, "sort": "orderNumber desc" })).await;
    let expected = json!({ "offset": 1, "count": 1, "total": 2, "exists": true, "results": [{ "orderNumber": "KC-10041" }] });
    assert_eq!(found["orders"], expected);
}

#[tokio::test]
async fn references_are_followed_with_the_scope_of_what_they_name() {
    let shop = Shop::demo().await;
    let query = "{ order(orderNumber: \"KC-10041\") { storeRef { typeId key } store { key languages }
        customer { email } cartRef { typeId } cart { cartState } stateRef { id } state { key } } }";
    let found = data(&shop, query, Value::Null).await;
    assert_eq!(found["order"]["storeRef"], json!({ "typeId": "store", "key": "de" }));
    assert_eq!(found["order"]["store"]["key"], "de");
    assert_eq!(found["order"]["customer"]["email"], "anna.schmidt@example.com");
    let scope = "grant_type=client_credentials&scope=view_orders:demo-shop";
    let token = shop.token_of(super::super::BACKEND, "token", scope).await;
    let body = json!({ "query": "{ order(orderNumber: \"KC-10041\") { id customer { email } } }" });
    let answer = shop.call_as(&token, "POST", "/graphql", body).await;
    assert_eq!(answer.body["data"]["order"]["customer"], Value::Null);
    assert!(answer.body["data"]["order"]["id"].is_string());
    assert_eq!(super::first_error(&answer), ("insufficient_scope", r#"["order","customer"]"#.to_owned()));
}

#[tokio::test]
async fn texts_by_language() {
    let shop = Shop::demo().await;
    let query = "{ order(orderNumber: \"KC-10057\") { lineItems {
        de: name(locale: \"de-DE\") en: name(acceptLanguage: [\"fr\", \"en\"]) none: name(locale: \"fr-FR\") name
        all: nameAllLocales { locale } } } }";
    let found = data(&shop, query, Value::Null).await;
    let grinder = |line: &&Value| line["de"] == "Handmühle Stahlkegel";
    let line = found["order"]["lineItems"].as_array().unwrap().iter().find(grinder).unwrap();
    assert_eq!((&line["en"], &line["none"]), (&json!("Hand Grinder, Steel Burrs"), &Value::Null));
    assert!(line["name"].is_string());
}

#[tokio::test]
async fn one_line_of_a_cart_and_chosen_custom_fields() {
    let shop = Shop::demo().await;
    let anna = anna(&shop).await;
    let cart = shop.get(&format!("/carts/customer-id={}", anna["id"].as_str().unwrap())).await;
    let (id, line) = (&cart["id"], &cart["lineItems"][0]["id"]);
    let query = "query ($id: String!, $line: String) { cart(id: $id) { lineItems(id: $line) { id } } }";
    let found = data(&shop, query, json!({ "id": id, "line": line })).await;
    assert_eq!(found["cart"]["lineItems"], json!([{ "id": line }]));
    let fields = json!([{ "name": "gift", "type": { "name": "Boolean" } }, { "name": "note", "type": { "name": "String" } }]);
    let draft = json!({ "key": "extra", "name": { "en-GB": "x" }, "resourceTypeIds": ["order"], "fieldDefinitions": fields });
    assert_eq!(shop.call("POST", "/types", draft).await.status, 201);
    let action = json!([{ "action": "setCustomType", "type": { "key": "extra" }, "fields": { "gift": true, "note": "x" } }]);
    shop.update("carts", &cart, action).await;
    let query = "query ($id: String!) { cart(id: $id) { custom { typeRef { typeId }
        all: customFieldsRaw { name value } one: customFieldsRaw(includeNames: [\"note\"]) { name }
        other: customFieldsRaw(excludeNames: [\"note\"]) { name } } } }";
    let custom = data(&shop, query, json!({ "id": id })).await["cart"]["custom"].clone();
    assert_eq!(custom["all"], json!([{ "name": "gift", "value": true }, { "name": "note", "value": "x" }]));
    assert_eq!(
        (&custom["one"], &custom["other"]),
        (&json!([{ "name": "note" }]), &json!([{ "name": "gift" }]))
    );
}
