//! Deliveries, parcels and returns of orders.

use super::call::{Edit, needed, needed_text};
use super::error::{ApiError, Outcome};
use super::orders::check_state;
use super::project::{id_of, text};
use serde_json::{Value, json};

const RETURN_SHIPMENT_STATES: [&str; 4] = ["Advised", "Returned", "BackInStock", "Unusable"];
const RETURN_PAYMENT_STATES: [&str; 4] = ["NonRefundable", "Initial", "Refunded", "NotRefunded"];

/// `addDelivery`. Parcels given with it are announced by messages of their own.
///
/// # Errors
/// 400.
pub fn add(edit: &mut Edit<'_>, action: &Value) -> Outcome<()> {
    let mut delivery = json!({
        "id": edit.new_id(), "createdAt": edit.actor.now(),
        "items": action.get("items").cloned().unwrap_or_else(|| json!([])), "parcels": [],
    });
    copy(action, &mut delivery, &["key", "address", "custom"]);
    if edit.doc.get("shippingInfo").is_none() {
        return Err(ApiError::invalid_operation("The order has no shipping info."));
    }
    if !edit.doc["shippingInfo"]["deliveries"].is_array() {
        edit.doc["shippingInfo"]["deliveries"] = json!([]);
    }
    edit.tell("DeliveryAdded", json!({ "delivery": delivery }));
    let id = delivery["id"].clone();
    if let Some(all) = edit.doc["shippingInfo"]["deliveries"].as_array_mut() {
        all.push(delivery);
    }
    for parcel in action["parcels"].as_array().into_iter().flatten().filter(|parcel| parcel.is_object()) {
        let mut parcel = parcel.clone();
        parcel["deliveryId"] = id.clone();
        add_parcel(edit, &parcel)?;
    }
    Ok(())
}

/// `removeDelivery`.
///
/// # Errors
/// 400.
pub fn remove(edit: &mut Edit<'_>, action: &Value) -> Outcome<()> {
    let delivery = find_delivery(edit, action)?.clone();
    let id = id_of(&delivery).to_owned();
    if let Some(all) = edit.doc["shippingInfo"]["deliveries"].as_array_mut() {
        all.retain(|known| id_of(known) != id);
    }
    edit.tell("DeliveryRemoved", json!({ "delivery": delivery }));
    Ok(())
}

/// `setDeliveryAddress`.
///
/// # Errors
/// 400.
pub fn set_address(edit: &mut Edit<'_>, action: &Value) -> Outcome<()> {
    let address = action.get("address").cloned().unwrap_or(Value::Null);
    let delivery = find_delivery(edit, action)?;
    let id = delivery["id"].clone();
    let old = delivery.get("address").cloned();
    delivery["address"] = address.clone();
    edit.tell("DeliveryAddressSet", json!({ "deliveryId": id, "address": address, "oldAddress": old }));
    Ok(())
}

/// `addParcelToDelivery`.
///
/// # Errors
/// 400.
pub fn add_parcel(edit: &mut Edit<'_>, action: &Value) -> Outcome<()> {
    let mut parcel = json!({ "id": edit.new_id(), "createdAt": edit.actor.now() });
    copy(action, &mut parcel, &["key", "measurements", "trackingData", "items", "custom"]);
    let delivery = find_delivery(edit, action)?;
    if let Some(parcels) = delivery["parcels"].as_array_mut() {
        parcels.push(parcel.clone());
    }
    let delivery = delivery.clone();
    edit.tell("ParcelAddedToDelivery", json!({ "delivery": delivery, "parcel": parcel }));
    Ok(())
}

/// `removeParcelFromDelivery`.
///
/// # Errors
/// 400.
pub fn remove_parcel(edit: &mut Edit<'_>, action: &Value) -> Outcome<()> {
    let (delivery_id, parcel) = find_parcel(edit, action)?;
    let parcel = parcel.clone();
    for delivery in deliveries(edit) {
        if let Some(parcels) = delivery["parcels"].as_array_mut() {
            parcels.retain(|known| id_of(known) != id_of(&parcel));
        }
    }
    edit.tell("ParcelRemovedFromDelivery", json!({ "deliveryId": delivery_id, "parcel": parcel }));
    Ok(())
}

/// `setParcelTrackingData`.
///
/// # Errors
/// 400.
pub fn set_tracking(edit: &mut Edit<'_>, action: &Value) -> Outcome<()> {
    let tracking = action.get("trackingData").cloned().unwrap_or(Value::Null);
    let (delivery_id, parcel) = find_parcel(edit, action)?;
    let parcel_id = parcel["id"].clone();
    if let Some(members) = parcel.as_object_mut() {
        members.remove("trackingData");
        if !tracking.is_null() {
            members.insert("trackingData".to_owned(), tracking.clone());
        }
    }
    edit.tell(
        "ParcelTrackingDataUpdated",
        json!({ "deliveryId": delivery_id, "parcelId": parcel_id, "trackingData": tracking }),
    );
    Ok(())
}

fn deliveries<'e>(edit: &'e mut Edit<'_>) -> impl Iterator<Item = &'e mut Value> {
    edit.doc["shippingInfo"]["deliveries"].as_array_mut().into_iter().flatten()
}

fn names(known: &Value, action: &Value, id: &str, key: &str) -> bool {
    match (text(action, id), text(action, key)) {
        (Some(wanted), _) => id_of(known) == wanted,
        (None, Some(wanted)) => text(known, "key") == Some(wanted),
        (None, None) => false,
    }
}

fn find_delivery<'e>(edit: &'e mut Edit<'_>, action: &Value) -> Outcome<&'e mut Value> {
    let found = deliveries(edit).find(|known| names(known, action, "deliveryId", "deliveryKey"));
    found.ok_or_else(|| {
        ApiError::invalid_operation(format!("The delivery {} was not found.", action["deliveryId"]))
    })
}

/// The parcel, with the id of its delivery.
fn find_parcel<'e>(edit: &'e mut Edit<'_>, action: &Value) -> Outcome<(Value, &'e mut Value)> {
    let found = deliveries(edit).find_map(|delivery| {
        let id = delivery["id"].clone();
        let parcels = delivery["parcels"].as_array_mut()?;
        let parcel = parcels.iter_mut().find(|known| names(known, action, "parcelId", "parcelKey"))?;
        Some((id, parcel))
    });
    found.ok_or_else(|| {
        ApiError::invalid_operation(format!("The parcel {} was not found.", action["parcelId"]))
    })
}

fn copy(from: &Value, to: &mut Value, members: &[&str]) {
    for member in members {
        if let Some(value) = from.get(member).filter(|value| !value.is_null()) {
            to[*member] = value.clone();
        }
    }
}

/// `addReturnInfo`: one more return, with one or several items.
///
/// # Errors
/// 400.
pub fn add_return(edit: &mut Edit<'_>, action: &Value) -> Outcome<()> {
    needed(action, "items")?;
    let info = return_info(edit, action)?;
    if let Some(all) = edit.doc["returnInfo"].as_array_mut() {
        all.push(info.clone());
    }
    edit.tell("ReturnInfoAdded", json!({ "returnInfo": info }));
    Ok(())
}

/// `setReturnInfo`: replaces all returns.
///
/// # Errors
/// 400.
pub fn set_returns(edit: &mut Edit<'_>, action: &Value) -> Outcome<()> {
    let mut all = Vec::new();
    for draft in action["items"].as_array().into_iter().flatten() {
        all.push(return_info(edit, draft)?);
    }
    edit.replace("returnInfo", json!(all));
    edit.tell("ReturnInfoSet", json!({ "returnInfo": all }));
    Ok(())
}

fn return_info(edit: &mut Edit<'_>, draft: &Value) -> Outcome<Value> {
    let mut items = Vec::new();
    for item in draft["items"].as_array().into_iter().flatten() {
        items.push(return_item(edit, item)?);
    }
    let mut info = json!({ "items": items });
    copy(draft, &mut info, &["returnTrackingId", "returnDate"]);
    Ok(info)
}

fn return_item(edit: &mut Edit<'_>, draft: &Value) -> Outcome<Value> {
    needed(draft, "quantity")?;
    check_state(draft, "shipmentState", &RETURN_SHIPMENT_STATES)?;
    let shipment = needed_text(draft, "shipmentState")?;
    let custom = draft.get("customLineItemId").is_some();
    let payment = if shipment == "Unusable" { "NonRefundable" } else { "Initial" };
    let mut item = json!({
        "id": edit.new_id(), "type": if custom { "CustomLineItemReturnItem" } else { "LineItemReturnItem" },
        "shipmentState": shipment, "paymentState": payment,
        "createdAt": edit.actor.now(), "lastModifiedAt": edit.actor.now(),
    });
    copy(draft, &mut item, &["key", "lineItemId", "customLineItemId", "quantity", "comment", "custom"]);
    if custom {
        return Ok(item);
    }
    let line = needed_text(draft, "lineItemId")?;
    let known =
        edit.doc["lineItems"].as_array().is_some_and(|lines| lines.iter().any(|known| id_of(known) == line));
    if known {
        Ok(item)
    } else {
        Err(ApiError::invalid_operation(format!("The line item '{line}' was not found.")))
    }
}

/// `setReturnShipmentState` and `setReturnPaymentState`; only the first has a message.
///
/// # Errors
/// 400.
pub fn set_return_state(edit: &mut Edit<'_>, action: &Value, member: &str) -> Outcome<()> {
    let shipment = member == "shipmentState";
    let allowed = if shipment { &RETURN_SHIPMENT_STATES } else { &RETURN_PAYMENT_STATES };
    check_state(action, member, allowed)?;
    let state = needed_text(action, member)?;
    let now = edit.actor.now();
    let item = edit.doc["returnInfo"]
        .as_array_mut()
        .into_iter()
        .flatten()
        .flat_map(|info| info["items"].as_array_mut().into_iter().flatten())
        .find(|item| names(item, action, "returnItemId", "returnItemKey"));
    let item = item.ok_or_else(|| {
        ApiError::invalid_operation(format!("The return item {} was not found.", action["returnItemId"]))
    })?;
    item[member] = json!(state);
    item["lastModifiedAt"] = json!(now);
    let id = item["id"].clone();
    if shipment {
        edit.tell(
            "OrderReturnShipmentStateChanged",
            json!({ "returnItemId": id, "returnShipmentState": state }),
        );
    }
    Ok(())
}
