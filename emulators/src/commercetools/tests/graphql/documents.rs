//! The language: aliases, fragments, interfaces, variables, conditions.

use super::super::Shop;
use super::{ask, data, first_error};
use serde_json::{Value, json};

/// Imports an order `G-1` with a line, a custom line, and a discount of high precision.
async fn imported(shop: &Shop, line: Value) -> Value {
    let draft = json!({
        "orderNumber": "G-1", "totalPrice": { "currencyCode": "EUR", "centAmount": 100 }, "lineItems": [line],
        "customLineItems": [{ "id": "c1", "slug": "c", "quantity": 2 }],
        "discountOnTotalPrice": { "discountedAmount": { "type": "highPrecision", "currencyCode": "EUR",
            "centAmount": 5, "preciseAmount": 4567, "fractionDigits": 5 }, "includedDiscounts": [] },
    });
    let answer = shop.call("POST", "/orders/import", draft).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.body
}

#[tokio::test]
async fn interfaces_show_what_is_behind_them() {
    let shop = Shop::demo().await;
    let order = imported(&shop, json!({ "id": "l1", "quantity": 1 })).await;
    let items = json!([{ "lineItemId": "l1", "quantity": 1, "shipmentState": "Returned" },
        { "customLineItemId": "c1", "quantity": 2, "shipmentState": "Advised" }]);
    shop.update("orders", &order, json!([{ "action": "addReturnInfo", "items": items }])).await;
    let query = "{ order(orderNumber: \"G-1\") {
        totalPrice { type ...money }
        discountOnTotalPrice { discountedAmount { __typename ...money ... on HighPrecisionMoney { preciseAmount }
            ... on Money { never: centAmount } } }
        returnInfo { items { __typename quantity ... on LineItemReturnItem { lineItemId } ...custom } } } }
      fragment money on BaseMoney { currencyCode centAmount fractionDigits }
      fragment custom on CustomLineItemReturnItem { customLineItemId }";
    let order = data(&shop, query, Value::Null).await["order"].clone();
    let expected =
        json!({ "type": "centPrecision", "currencyCode": "EUR", "centAmount": 100, "fractionDigits": 2 });
    assert_eq!(order["totalPrice"], expected);
    let expected = json!({ "__typename": "HighPrecisionMoney", "currencyCode": "EUR", "centAmount": 5,
        "fractionDigits": 5, "preciseAmount": 4567 });
    assert_eq!(order["discountOnTotalPrice"]["discountedAmount"], expected);
    let expected = json!([
        { "__typename": "LineItemReturnItem", "quantity": 1, "lineItemId": "l1" },
        { "__typename": "CustomLineItemReturnItem", "quantity": 2, "customLineItemId": "c1" },
    ]);
    assert_eq!(order["returnInfo"][0]["items"], expected);
}

#[tokio::test]
async fn equal_fields_are_merged_and_aliases_kept_apart() {
    let shop = Shop::demo().await;
    let query = "query { a: order(orderNumber: \"KC-10041\") { storeRef { typeId } ...more storeRef { key } }
        b: order(orderNumber: \"KC-10057\") { ... { orderNumber } } }
      fragment more on Order { storeRef { key } number: orderNumber }";
    let found = data(&shop, query, Value::Null).await;
    let a = json!({ "storeRef": { "typeId": "store", "key": "de" }, "number": "KC-10041" });
    assert_eq!(found, json!({ "a": a, "b": { "orderNumber": "KC-10057" } }));
}

#[tokio::test]
async fn variables_and_their_defaults() {
    let shop = Shop::demo().await;
    let query = "query ($number: String = \"KC-10041\", $unused: Int) {
        order(orderNumber: $number) { orderNumber } orders(limit: $unused) { count } }";
    for (variables, expected) in [
        (Value::Null, "KC-10041"),
        (json!({ "number": "KC-10057" }), "KC-10057"),
        (json!({ "number": "KC-10057", "nobody": { "asked": [1] } }), "KC-10057"),
    ] {
        let found = data(&shop, query, variables).await;
        assert_eq!(found["order"]["orderNumber"], expected);
        assert_eq!(found["orders"]["count"], 2);
    }
}

#[tokio::test]
async fn skip_and_include() {
    let shop = Shop::demo().await;
    let query = "query ($yes: Boolean!, $no: Boolean!) { order(orderNumber: \"KC-10041\") {
        a: id @include(if: $yes) b: id @include(if: $no) c: id @skip(if: $yes) d: id @skip(if: $no)
        ...f @include(if: $no) ... @skip(if: $yes) { g: id } orderNumber } }
      fragment f on Order { e: id }";
    for _ in 0..2 {
        let found = data(&shop, query, json!({ "yes": true, "no": false })).await;
        let keys: Vec<&String> = found["order"].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["a", "d", "orderNumber"]);
        let found = data(&shop, query, json!({ "yes": false, "no": true })).await;
        let mut keys: Vec<&String> = found["order"].as_object().unwrap().keys().collect();
        keys.sort_unstable();
        assert_eq!(keys, ["b", "c", "e", "g", "orderNumber"]);
    }
}

#[tokio::test]
async fn one_of_several_operations() {
    let shop = Shop::demo().await;
    let query = "query A { order(orderNumber: \"KC-10041\") { id } } query B { orders { count } }";
    let answer = shop.call("POST", "/graphql", json!({ "query": query, "operationName": "B" })).await;
    assert_eq!(answer.body, json!({ "data": { "orders": { "count": 2 } } }));
    for name in [Value::Null, json!("C")] {
        let answer = shop.call("POST", "/graphql", json!({ "query": query, "operationName": name })).await;
        assert_eq!((answer.status, first_error(&answer).0), (400, "InvalidInput"), "{name}");
    }
}

#[tokio::test]
async fn a_missing_value_empties_what_may_be_null_and_no_more() {
    let shop = Shop::demo().await;
    imported(&shop, json!({ "id": "l1", "quantity": 1 })).await;
    let query = "{ order(orderNumber: \"G-1\") { id lineItems { id productId } } other: orders { count } }";
    let answer = ask(&shop, query, Value::Null).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["data"], json!({ "order": null, "other": { "count": 3 } }));
    let path = r#"["order","lineItems",0,"productId"]"#.to_owned();
    assert_eq!(first_error(&answer), ("InvalidOperation", path));
}
