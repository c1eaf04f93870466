//! Orders: from a cart, or imported.

use super::call::{Call, Reply, needed, reference, resolve};
use super::custom;
use super::error::{ApiError, Outcome};
use super::kinds::Kind;
use super::project::{Actor, Doc, Project, id_of, message, text, version_of};
use super::totals::without_cart_members;
use serde_json::{Map, Value, json};

/// Members of an order draft that are taken as they are.
const FROM_DRAFT: [&str; 6] =
    ["orderNumber", "purchaseOrderNumber", "paymentState", "shipmentState", "orderState", "state"];

/// Allowed order states.
pub const ORDER_STATES: [&str; 4] = ["Open", "Confirmed", "Complete", "Cancelled"];
/// Allowed payment states.
pub const PAYMENT_STATES: [&str; 5] = ["BalanceDue", "Failed", "Pending", "CreditOwed", "Paid"];
/// Allowed shipment states.
pub const SHIPMENT_STATES: [&str; 8] =
    ["Shipped", "Delivered", "Ready", "Pending", "Delayed", "Partial", "Backorder", "Canceled"];

/// Turns an active cart into an order.
///
/// # Errors
/// 400 (empty cart, no shipping address, taken order number), 409 (cart has another version).
pub fn create(project: &mut Project, actor: &Actor, draft: &Value, store: Option<&str>) -> Outcome<Doc> {
    let identifier = match draft.get("cart").filter(|cart| !cart.is_null()) {
        Some(cart) => cart.clone(),
        None => json!({ "typeId": "cart", "id": needed(draft, "id")? }),
    };
    let cart = resolve(project, Kind::Cart, &identifier)?;
    if store.is_some() && text(&cart["store"], "key") != store {
        return Err(ApiError::reference_not_found("cart", id_of(&cart)));
    }
    let expected = draft["version"].as_i64().ok_or_else(|| ApiError::invalid_json("version: missing"))?;
    if expected != version_of(&cart) {
        return Err(ApiError::conflict(id_of(&cart), expected, version_of(&cart)));
    }
    check_cart(&cart)?;
    check_states(draft)?;
    let mut order = without_cart_members(&cart);
    order.extend(order_members(project, draft)?);
    order.insert("cart".to_owned(), reference("cart", id_of(&cart)));
    if let Some(custom) = draft.get("custom").filter(|custom| !custom.is_null()) {
        order.insert("custom".to_owned(), custom::draft(project, custom)?);
    }
    let order = Value::Object(order);
    let created =
        project.create(actor, Kind::Order, order, vec![message("OrderCreated", json!({ "order": true }))])?;
    let mut ordered = Value::clone(&cart);
    ordered["cartState"] = json!("Ordered");
    project.commit(actor, Kind::Cart, ordered, 1, Vec::new())?;
    Ok(created)
}

fn check_cart(cart: &Value) -> Outcome<()> {
    if text(cart, "cartState") != Some("Active") {
        return Err(ApiError::invalid_operation("An order can only be made from an active cart."));
    }
    let has_lines = |member: &str| cart[member].as_array().is_some_and(|lines| !lines.is_empty());
    if !has_lines("lineItems") && !has_lines("customLineItems") {
        return Err(ApiError::invalid_operation("An order cannot be made from an empty cart."));
    }
    if cart.get("shippingAddress").is_none() {
        return Err(ApiError::invalid_operation("The cart has no shipping address."));
    }
    Ok(())
}

fn check_states(draft: &Value) -> Outcome<()> {
    let members: [(&str, &[&str]); 3] = [
        ("orderState", &ORDER_STATES),
        ("paymentState", &PAYMENT_STATES),
        ("shipmentState", &SHIPMENT_STATES),
    ];
    for (member, allowed) in members {
        check_state(draft, member, allowed)?;
    }
    Ok(())
}

/// 400 `InvalidField` unless the member is absent or one of the values.
///
/// # Errors
/// As said.
pub fn check_state(draft: &Value, member: &str, allowed: &[&str]) -> Outcome<()> {
    match draft.get(member).filter(|value| !value.is_null()) {
        Some(value) if !value.as_str().is_some_and(|value| allowed.contains(&value)) => {
            Err(ApiError::invalid_field(member, value.clone(), allowed))
        }
        _ => Ok(()),
    }
}

fn order_members(project: &Project, draft: &Value) -> Outcome<Map<String, Value>> {
    let mut members = Map::new();
    members.insert("orderState".to_owned(), json!("Open"));
    members.insert("syncInfo".to_owned(), json!([]));
    members.insert("returnInfo".to_owned(), json!([]));
    for name in FROM_DRAFT {
        if let Some(value) = draft.get(name).filter(|value| !value.is_null()) {
            members.insert(name.to_owned(), value.clone());
        }
    }
    if let Some(state) = members.get("state") {
        let state = resolve(project, Kind::State, state)?;
        members.insert("state".to_owned(), reference("state", id_of(&state)));
    }
    Ok(members)
}

/// `POST /orders/import`: an order without a cart, as a migration brings it.
///
/// # Errors
/// 400.
pub fn import(project: &mut Project, call: &Call<'_>) -> Outcome<Reply> {
    needed(call.body, "totalPrice")?;
    check_states(call.body)?;
    let mut order = Value::Object(order_members(project, call.body)?);
    let defaults = json!({
        "origin": "Customer", "lineItems": [], "customLineItems": [], "shippingMode": "Single", "shipping": [],
        "discountCodes": [], "directDiscounts": [], "refusedGifts": [], "inventoryMode": "None",
        "taxMode": "Platform", "taxRoundingMode": "HalfEven", "taxCalculationMode": "LineItemLevel",
    });
    for source in [call.body, &defaults] {
        for (name, value) in source.as_object().into_iter().flatten() {
            if order.get(name).is_none() {
                order[name.as_str()] = value.clone();
            }
        }
    }
    for line in order["lineItems"].as_array_mut().into_iter().flatten().filter(|line| line.is_object()) {
        if line.get("id").is_none() {
            line["id"] = json!(project.ids.draw());
        }
    }
    if let Some(store) = call.store {
        order["store"] = json!({ "typeId": "store", "key": store });
    }
    let order = project.create(
        &call.actor(),
        Kind::Order,
        order,
        vec![message("OrderImported", json!({ "order": true }))],
    )?;
    Ok(Reply::created(call.present(project, &order)))
}
