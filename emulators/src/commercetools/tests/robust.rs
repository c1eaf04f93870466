//! No body, however strange, makes a handler panic or answer 5xx.

use super::{Shop, encoded};
use crate::shared::platform::Rng;
use serde_json::{Value, json};

/// What is put in the place of every member in turn.
fn strange() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(1e300),
        json!(i64::MAX),
        json!(""),
        json!("x"),
        json!([]),
        json!([1, "x", null, {}]),
        json!({}),
        json!({ "id": 5, "key": [], "typeId": {} }),
    ]
}

/// Every way to replace one value somewhere in `body`.
fn variations(body: &Value) -> Vec<Value> {
    let mut found = strange();
    match body {
        Value::Object(members) => {
            for (name, inner) in members {
                found.extend(variations(inner).into_iter().map(|value| {
                    let mut copy = body.clone();
                    copy[name] = value;
                    copy
                }));
            }
        }
        Value::Array(items) => {
            for (position, inner) in items.iter().enumerate() {
                found.extend(variations(inner).into_iter().map(|value| {
                    let mut copy = body.clone();
                    copy[position] = value;
                    copy
                }));
            }
        }
        _ => {}
    }
    found
}

async fn survives(shop: &Shop, path: &str, body: &Value) {
    for variation in variations(body) {
        let shown = variation.to_string();
        let answer = shop.call("POST", path, variation).await;
        assert!(answer.status < 500, "{path} {shown}: {}", answer.status);
    }
}

#[tokio::test]
async fn strange_drafts() {
    let shop = Shop::demo().await;
    let line = json!({ "sku": "KC-KET-10", "quantity": 1, "custom": { "type": { "key": "order-extras" }, "fields": { "giftMessage": "x" } } });
    let address = json!({ "country": "DE", "city": "Köln" });
    let money = json!({ "currencyCode": "EUR", "centAmount": 5 });
    let cases = [
        (
            "/carts",
            json!({
                "currency": "EUR", "country": "DE", "store": { "key": "de" }, "lineItems": [line], "shippingAddress": address,
                "shippingMethod": { "key": "standard" }, "discountCodes": ["WELCOME10"], "customerId": "x",
            }),
        ),
        (
            "/orders",
            json!({ "cart": { "key": "anna-cart" }, "version": 1, "orderNumber": "X-1", "orderState": "Open" }),
        ),
        (
            "/orders/import",
            json!({ "totalPrice": money, "lineItems": [line], "state": { "key": "order-packed" }, "shippingInfo": { "deliveries": [] } }),
        ),
        (
            "/customers",
            json!({
                "email": "a@example.com", "password": "p", "addresses": [address], "defaultShippingAddress": 0,
                "stores": [{ "key": "de" }], "anonymousCart": { "key": "none" },
            }),
        ),
        (
            "/login",
            json!({ "email": "anna.schmidt@example.com", "password": "anna-demo", "anonymousCart": { "id": "x" } }),
        ),
        (
            "/products",
            json!({
                "productType": { "key": "goods" }, "name": { "en": "x" }, "slug": { "en": "x" }, "categories": [{ "key": "beans" }],
                "masterVariant": { "sku": "S", "prices": [{ "value": money }] }, "variants": [{ "sku": "T" }],
            }),
        ),
        ("/custom-objects", json!({ "container": "c", "key": "k", "value": { "a": [1] }, "version": 0 })),
        (
            "/subscriptions",
            json!({
                "key": "s", "destination": { "type": "SNS", "topicArn": "a" }, "format": { "type": "Platform" },
                "messages": [{ "resourceTypeId": "order", "types": ["OrderCreated"] }],
            }),
        ),
        ("/carts/replicate", json!({ "reference": { "typeId": "order", "id": "x" } })),
        ("/states", json!({ "key": "x", "type": "OrderState", "transitions": [{ "key": "x" }] })),
    ];
    for (path, body) in cases {
        survives(&shop, path, &body).await;
    }
}

#[tokio::test]
async fn strange_updates() {
    let shop = Shop::demo().await;
    let address = json!({ "country": "DE", "city": "Köln" });
    let resource = json!({ "typeId": "x", "id": "x", "key": "standard" });
    let everything = json!({
        "address": address, "addressId": "x", "amount": 1, "cart": resource, "channel": resource, "code": "WELCOME10",
        "comment": "x", "customerId": "x", "deliveryId": "x", "discountCode": resource, "email": "x@example.com",
        "fields": { "giftMessage": "x" }, "fromState": resource, "items": [{ "id": "x", "quantity": 1, "lineItemId": "x", "shipmentState": "Advised" }],
        "lineItemId": "x", "money": { "currencyCode": "EUR", "centAmount": 1 }, "name": "giftMessage", "orderNumber": "x",
        "parcelId": "x", "parcels": [{ "trackingData": { "trackingId": "x" } }], "payment": resource, "quantity": 1,
        "shippingMethod": resource, "sku": "KC-KET-10", "slug": "x", "state": resource, "store": resource, "stores": [resource],
        "toState": resource, "trackingData": { "carrier": "x" }, "type": { "key": "order-extras" }, "value": 1,
    });
    let mut dice = Rng::seeded(5);
    let all = [
        (
            "orders",
            "orders/order-number=KC-10057",
            "changeOrderState changePaymentState changeShipmentState transitionState transitionLineItemState \
          addDelivery removeDelivery setDeliveryAddress addParcelToDelivery removeParcelFromDelivery setParcelTrackingData \
          addReturnInfo setReturnInfo setReturnShipmentState setReturnPaymentState setCustomerEmail setCustomerId \
          setShippingAddress setBillingAddress addPayment removePayment updateSyncInfo setStore setOrderNumber setLocale \
          setCustomType setCustomField",
        ),
        (
            "carts",
            "carts/key=anna-cart",
            "addLineItem removeLineItem changeLineItemQuantity addCustomLineItem removeCustomLineItem \
          setShippingMethod addDiscountCode removeDiscountCode setCustomerId setShippingAddress setBillingAddress addPayment \
          removePayment setLineItemCustomType setLineItemCustomField recalculate setCustomerEmail setAnonymousId setCountry setLocale",
        ),
        (
            "customers",
            "customers/key=anna-schmidt",
            "changeEmail addAddress changeAddress removeAddress addShippingAddressId \
          addBillingAddressId setStores setFirstName setDefaultShippingAddress",
        ),
        ("stores", "stores/key=uk", "setName setLanguages changeName"),
    ];
    for (resource, path, actions) in all {
        for name in actions.split_whitespace() {
            for round in 0..12 {
                let members = everything.as_object().unwrap().iter();
                let mut action: Value =
                    members.map(|(name, value)| (name.clone(), spoiled(value, &mut dice, round))).collect();
                action["action"] = json!(name);
                let doc = shop.get(&format!("/{path}")).await;
                let body = json!({ "version": doc["version"], "actions": [action] });
                let answer =
                    shop.call("POST", &format!("/{resource}/{}", doc["id"].as_str().unwrap()), body).await;
                assert!(answer.status < 500, "{name} {action}: {}", answer.status);
                if name == "setOrderNumber" && answer.status == 200 {
                    let back = json!([{ "action": "setOrderNumber", "orderNumber": "KC-10057" }]);
                    shop.update(resource, &answer.body, back).await;
                }
            }
        }
    }
}

/// Each member stays, or becomes strange; the later the round, the more of them.
fn spoiled(valid: &Value, dice: &mut Rng, round: u64) -> Value {
    if dice.below(24) < round {
        let all = strange();
        return all[usize::try_from(dice.below(11)).unwrap()].clone();
    }
    match valid {
        Value::Object(members) => Value::Object(
            members.iter().map(|(name, value)| (name.clone(), spoiled(value, dice, round))).collect(),
        ),
        Value::Array(items) => items.iter().map(|item| spoiled(item, dice, round)).collect(),
        other => other.clone(),
    }
}

#[tokio::test]
async fn strange_predicates() {
    let shop = Shop::demo().await;
    let pieces = [
        "orderState",
        "store",
        "(",
        ")",
        "=",
        "<>",
        "\"x\"",
        "5",
        "in",
        "not",
        "is",
        "defined",
        ":v",
        ",",
        "and",
        "contains",
        "any",
        "`",
        "-",
        "é",
    ];
    let mut dice = Rng::seeded(11);
    for _ in 0..500 {
        let words: Vec<&str> =
            (0..=dice.below(9)).map(|_| pieces[usize::try_from(dice.below(20)).unwrap()]).collect();
        let predicate = words.join(" ");
        let answer =
            shop.call("GET", &format!("/orders?var.v=1&where={}", encoded(&predicate)), Value::Null).await;
        assert!(answer.status < 500, "{predicate}");
    }
}
