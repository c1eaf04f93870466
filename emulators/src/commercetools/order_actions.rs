//! Update actions of orders and the messages they produce.

use super::call::{Edit, needed, needed_text, reference, resolve, unknown_action};
use super::error::{ApiError, Outcome};
use super::kinds::Kind;
use super::order_delivery as delivery;
use super::orders::{ORDER_STATES, PAYMENT_STATES, SHIPMENT_STATES, check_state};
use super::project::id_of;
use serde_json::{Value, json};

/// Applies one action.
///
/// # Errors
/// 400.
pub fn apply(edit: &mut Edit<'_>, name: &str, action: &Value) -> Outcome<()> {
    match name {
        "changeOrderState" | "changePaymentState" | "changeShipmentState" => change_state(edit, name, action),
        "transitionState" => transition(edit, action),
        "transitionLineItemState" => transition_line(edit, action),
        "addDelivery" => delivery::add(edit, action),
        "removeDelivery" => delivery::remove(edit, action),
        "setDeliveryAddress" => delivery::set_address(edit, action),
        "addParcelToDelivery" => delivery::add_parcel(edit, action),
        "removeParcelFromDelivery" => delivery::remove_parcel(edit, action),
        "setParcelTrackingData" => delivery::set_tracking(edit, action),
        "addReturnInfo" => delivery::add_return(edit, action),
        "setReturnInfo" => delivery::set_returns(edit, action),
        "setReturnShipmentState" => delivery::set_return_state(edit, action, "shipmentState"),
        "setReturnPaymentState" => delivery::set_return_state(edit, action, "paymentState"),
        "setCustomerEmail" => set_email(edit, action),
        "setCustomerId" => set_customer(edit, action),
        "setShippingAddress" | "setBillingAddress" => set_address(edit, name, action),
        "addPayment" | "removePayment" => change_payments(edit, name, action),
        "updateSyncInfo" => update_sync_info(edit, action),
        "setStore" => set_store(edit, action),
        _ => set_quietly(edit, name, action),
    }
}

/// Actions that have no message.
fn set_quietly(edit: &mut Edit<'_>, name: &str, action: &Value) -> Outcome<()> {
    let member = match name {
        "setOrderNumber" => "orderNumber",
        "setPurchaseOrderNumber" => "purchaseOrderNumber",
        "setLocale" => "locale",
        _ => return Err(unknown_action(action)),
    };
    edit.replace(member, action.get(member).cloned().unwrap_or(Value::Null));
    Ok(())
}

fn change_state(edit: &mut Edit<'_>, name: &str, action: &Value) -> Outcome<()> {
    let (member, old_member, allowed, kind): (_, _, &[&str], _) = match name {
        "changeOrderState" => ("orderState", "oldOrderState", &ORDER_STATES, "OrderStateChanged"),
        "changePaymentState" => {
            ("paymentState", "oldPaymentState", &PAYMENT_STATES, "OrderPaymentStateChanged")
        }
        _ => ("shipmentState", "oldShipmentState", &SHIPMENT_STATES, "OrderShipmentStateChanged"),
    };
    check_state(action, member, allowed)?;
    let value = match (action.get(member), member) {
        (None | Some(Value::Null), "orderState") => return Err(ApiError::required(member)),
        (value, _) => value.cloned().unwrap_or(Value::Null),
    };
    let old = edit.replace(member, value.clone());
    if old != value {
        edit.tell(kind, json!({ member: value, old_member: old }));
    }
    Ok(())
}

fn transition(edit: &mut Edit<'_>, action: &Value) -> Outcome<()> {
    let state = resolve(edit.project, Kind::State, needed(action, "state")?)?;
    let force = action["force"] == json!(true);
    let old = edit.doc.get("state").cloned();
    let from = old.as_ref().and_then(|old| edit.project.get(Kind::State, id_of(old)));
    if let Some(allowed) = from.as_ref().and_then(|from| from["transitions"].as_array())
        && !force
        && !allowed.iter().any(|target| id_of(target) == id_of(&state))
    {
        return Err(ApiError::invalid_operation("The workflow does not allow this transition."));
    }
    let link = reference("state", id_of(&state));
    edit.replace("state", link.clone());
    edit.tell("OrderStateTransition", json!({ "state": link, "oldState": old, "force": force }));
    Ok(())
}

fn transition_line(edit: &mut Edit<'_>, action: &Value) -> Outcome<()> {
    let position = super::lines::position(&edit.doc, action)?;
    let from = resolve(edit.project, Kind::State, needed(action, "fromState")?)?;
    let to = resolve(edit.project, Kind::State, needed(action, "toState")?)?;
    let (from, to) = (reference("state", id_of(&from)), reference("state", id_of(&to)));
    let quantity = needed(action, "quantity")?.as_i64().unwrap_or(0);
    let line = edit.doc["lineItems"].get_mut(position);
    let states = line.and_then(|line| line["state"].as_array_mut());
    let states = states.ok_or_else(|| ApiError::invalid_operation("The line item has no state."))?;
    let source = states.iter_mut().find(|entry| entry["state"] == from);
    let source = source.filter(|entry| entry["quantity"].as_i64().unwrap_or(0) >= quantity && quantity > 0);
    let source =
        source.ok_or_else(|| ApiError::invalid_operation("Not that many items are in this state."))?;
    source["quantity"] = json!(source["quantity"].as_i64().unwrap_or(0) - quantity);
    match states.iter_mut().find(|entry| entry["state"] == to) {
        Some(target) => target["quantity"] = json!(target["quantity"].as_i64().unwrap_or(0) + quantity),
        None => states.push(json!({ "quantity": quantity, "state": to })),
    }
    states.retain(|entry| entry["quantity"] != json!(0));
    let date = action.get("actualTransitionDate").cloned().unwrap_or_else(|| json!(edit.actor.now()));
    let id = edit.doc["lineItems"].get(position).map(|line| line["id"].clone());
    edit.tell(
        "LineItemStateTransition",
        json!({ "lineItemId": id, "quantity": quantity, "fromState": from, "toState": to, "transitionDate": date }),
    );
    Ok(())
}

fn set_email(edit: &mut Edit<'_>, action: &Value) -> Outcome<()> {
    let email = action.get("email").cloned().unwrap_or(Value::Null);
    let old = edit.replace("customerEmail", email.clone());
    if old != email {
        edit.tell("OrderCustomerEmailSet", json!({ "email": email, "oldEmail": old }));
    }
    Ok(())
}

fn set_customer(edit: &mut Edit<'_>, action: &Value) -> Outcome<()> {
    let id = action.get("customerId").and_then(Value::as_str);
    if let Some(id) = id
        && edit.project.get(Kind::Customer, id).is_none()
    {
        return Err(ApiError::reference_not_found("customer", id));
    }
    let link = |id: &str| reference("customer", id);
    let old = edit.replace("customerId", json!(id));
    if old.as_str() != id {
        edit.tell(
            "OrderCustomerSet",
            json!({ "customer": id.map(link), "oldCustomer": old.as_str().map(link) }),
        );
    }
    Ok(())
}

fn set_address(edit: &mut Edit<'_>, name: &str, action: &Value) -> Outcome<()> {
    let (member, kind) = if name == "setShippingAddress" {
        ("shippingAddress", "OrderShippingAddressSet")
    } else {
        ("billingAddress", "OrderBillingAddressSet")
    };
    let address = action.get("address").cloned().unwrap_or(Value::Null);
    let old = edit.replace(member, address.clone());
    edit.tell(kind, json!({ "address": address, "oldAddress": old }));
    Ok(())
}

fn change_payments(edit: &mut Edit<'_>, name: &str, action: &Value) -> Outcome<()> {
    let payment = resolve(edit.project, Kind::Payment, needed(action, "payment")?)?;
    let link = reference("payment", id_of(&payment));
    let mut payments = edit.doc["paymentInfo"]["payments"].as_array().cloned().unwrap_or_default();
    payments.retain(|known| *known != link);
    let kind = if name == "addPayment" { "OrderPaymentAdded" } else { "OrderPaymentRemoved" };
    if name == "addPayment" {
        payments.push(link.clone());
    }
    edit.replace("paymentInfo", json!({ "payments": payments }));
    edit.tell(kind, json!({ "paymentRef": link }));
    Ok(())
}

fn update_sync_info(edit: &mut Edit<'_>, action: &Value) -> Outcome<()> {
    let channel = resolve(edit.project, Kind::Channel, needed(action, "channel")?)?;
    let may = |role: &str| channel["roles"].as_array().is_some_and(|roles| roles.contains(&json!(role)));
    if !may("OrderExport") && !may("OrderImport") {
        return Err(ApiError::invalid_operation("The channel has neither role OrderExport nor OrderImport."));
    }
    let link = reference("channel", id_of(&channel));
    let synced = action.get("syncedAt").cloned().unwrap_or_else(|| json!(edit.actor.now()));
    let mut entry = json!({ "channel": link, "syncedAt": synced });
    if action.get("externalId").is_some() {
        entry["externalId"] = json!(needed_text(action, "externalId")?);
    }
    if let Some(all) = edit.doc["syncInfo"].as_array_mut() {
        all.retain(|known| known["channel"] != link);
        all.push(entry);
    }
    Ok(())
}

fn set_store(edit: &mut Edit<'_>, action: &Value) -> Outcome<()> {
    let store = match action.get("store").filter(|store| !store.is_null()) {
        Some(identifier) => {
            let store = resolve(edit.project, Kind::Store, identifier)?;
            json!({ "typeId": "store", "key": store["key"] })
        }
        None => Value::Null,
    };
    let old = edit.replace("store", store.clone());
    if old != store {
        edit.tell("OrderStoreSet", json!({ "store": store, "oldStore": old }));
    }
    Ok(())
}
