//! What an order's life leaves in the Messages API.

use super::{Shop, code, encoded};
use serde_json::{Value, json};

/// Actions on the open order of the seed, each with the messages it leaves.
fn life(order: &Value) -> Vec<(Value, Vec<&'static str>)> {
    let delivery = &order["shippingInfo"]["deliveries"][0];
    let (delivery, parcel) = (&delivery["id"], &delivery["parcels"][0]["id"]);
    let line = &order["lineItems"][0]["id"];
    let state = |key: &str| json!({ "typeId": "state", "key": key });
    let returned = json!([{ "quantity": 1, "lineItemId": line, "shipmentState": "Advised" }]);
    vec![
        (json!({ "action": "changeOrderState", "orderState": "Confirmed" }), vec!["OrderStateChanged"]),
        (json!({ "action": "changeOrderState", "orderState": "Confirmed" }), vec![]),
        (
            json!({ "action": "changePaymentState", "paymentState": "CreditOwed" }),
            vec!["OrderPaymentStateChanged"],
        ),
        (
            json!({ "action": "changeShipmentState", "shipmentState": "Partial" }),
            vec!["OrderShipmentStateChanged"],
        ),
        (
            json!({ "action": "transitionState", "force": true, "state": state("order-on-hold") }),
            vec!["OrderStateTransition"],
        ),
        (
            json!({ "action": "addDelivery", "items": [], "parcels": [{ "trackingData": { "trackingId": "T1" } }] }),
            vec!["DeliveryAdded", "ParcelAddedToDelivery"],
        ),
        (json!({ "action": "addParcelToDelivery", "deliveryId": delivery }), vec!["ParcelAddedToDelivery"]),
        (
            json!({ "action": "setParcelTrackingData", "parcelId": parcel, "trackingData": { "carrier": "X" } }),
            vec!["ParcelTrackingDataUpdated"],
        ),
        (json!({ "action": "addReturnInfo", "items": returned }), vec!["ReturnInfoAdded"]),
        (json!({ "action": "setCustomerEmail", "email": "jm@example.com" }), vec!["OrderCustomerEmailSet"]),
        (json!({ "action": "setOrderNumber", "orderNumber": "KC-1" }), vec![]),
        (
            json!({ "action": "setCustomType", "type": { "typeId": "type", "key": "order-extras" } }),
            vec!["OrderCustomTypeSet"],
        ),
        (
            json!({ "action": "setCustomField", "name": "giftMessage", "value": "Hi" }),
            vec!["OrderCustomFieldAdded"],
        ),
        (
            json!({ "action": "updateSyncInfo", "channel": { "typeId": "channel", "key": "erp" }, "externalId": "E1" }),
            vec![],
        ),
    ]
}

#[tokio::test]
async fn each_change_leaves_its_message() {
    let shop = Shop::demo().await;
    let mut order = shop.get("/orders/order-number=KC-10057").await;
    let start = order["lastMessageSequenceNumber"].as_i64().unwrap();
    let mut expected = Vec::new();
    for (action, messages) in life(&order) {
        order = shop.update("orders", &order, json!([action])).await;
        expected.extend(messages);
    }
    let item = &order["returnInfo"][0]["items"][0]["id"];
    let actions = json!([
        { "action": "setReturnShipmentState", "returnItemId": item, "shipmentState": "Returned" },
        { "action": "setReturnPaymentState", "returnItemId": item, "paymentState": "Refunded" },
    ]);
    let last = shop.update("orders", &order, actions).await;
    assert_eq!(last["version"].as_i64().unwrap(), order["version"].as_i64().unwrap() + 2);
    expected.push("OrderReturnShipmentStateChanged");

    let id = last["id"].as_str().unwrap();
    let mine = format!("resource(typeId = \"order\" and id = \"{id}\") and sequenceNumber > {start}");
    let found =
        shop.get(&format!("/messages?limit=500&sort=sequenceNumber+asc&where={}", encoded(&mine))).await;
    let found = found["results"].as_array().unwrap();
    let types: Vec<&str> = found.iter().map(|message| message["type"].as_str().unwrap()).collect();
    assert_eq!(types, expected);
    for (position, message) in found.iter().enumerate() {
        assert_eq!(message["sequenceNumber"], start + 1 + i64::try_from(position).unwrap());
        assert_eq!(message["version"], 1);
    }
    assert_eq!(found[0]["oldOrderState"], "Open");
    assert_eq!(found[0]["resourceUserProvidedIdentifiers"]["orderNumber"], "KC-10057");
    assert_eq!(found[4]["delivery"]["parcels"], json!([]), "parcels are announced apart");
}

#[tokio::test]
async fn workflows_are_kept() {
    let shop = Shop::demo().await;
    let order = shop.get("/orders/order-number=KC-10057").await;
    let action =
        json!([{ "action": "transitionState", "state": { "typeId": "state", "key": "order-received" } }]);
    let path = format!("/orders/{}", order["id"].as_str().unwrap());
    let answer = shop.call("POST", &path, json!({ "version": order["version"], "actions": action })).await;
    assert_eq!((answer.status, code(&answer)), (400, "InvalidOperation"));
}

#[tokio::test]
async fn the_messages_api_can_be_off() {
    let shop = Shop::demo().await;
    assert!(shop.get("/messages").await["total"].as_i64().unwrap() > 5);
    let project = shop.get("").await;
    let configuration = json!({ "enabled": false, "deleteDaysAfterCreation": 15 });
    let actions =
        json!([{ "action": "changeMessagesConfiguration", "messagesConfiguration": configuration }]);
    let answer = shop.call("POST", "", json!({ "version": project["version"], "actions": actions })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(shop.get("/messages").await["total"], 0);
}

#[tokio::test]
async fn seeds_and_resets_are_repeatable() {
    let (one, two) = (Shop::demo().await, Shop::demo().await);
    let ids = |body: Value| {
        body["results"].as_array().unwrap().iter().map(|doc| doc["id"].clone()).collect::<Vec<_>>()
    };
    for resource in ["customers", "carts", "orders", "products", "stores", "messages"] {
        assert_eq!(
            ids(one.get(&format!("/{resource}")).await),
            ids(two.get(&format!("/{resource}")).await),
            "{resource}"
        );
    }
    let before = ids(one.get("/carts").await);
    one.call("POST", "/carts", json!({ "currency": "EUR" })).await;
    assert_eq!(one.send("POST", "/__emulator/reset", &[], "").await.status, 204);
    let again =
        Shop { token: one.token_of(super::BACKEND, "token", "grant_type=client_credentials").await, ..one };
    assert_eq!(ids(again.get("/carts").await), before);
}
