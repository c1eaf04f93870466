//! Update actions of carts.

use super::call::{Edit, needed, needed_text, reference, resolve, unknown_action};
use super::error::{ApiError, Outcome};
use super::kinds::Kind;
use super::lines;
use super::money::{currency, money};
use super::project::{id_of, text};
use super::totals;
use serde_json::{Value, json};

/// Applies one action. Totals are computed afterwards, once.
///
/// # Errors
/// 400.
pub fn apply(edit: &mut Edit<'_>, name: &str, action: &Value) -> Outcome<()> {
    if edit.doc["cartState"] != json!("Active") && name != "setKey" {
        return Err(ApiError::invalid_operation("Only an active cart can be changed."));
    }
    match name {
        "addLineItem" => lines::add(edit, action),
        "removeLineItem" => remove_line(edit, action),
        "changeLineItemQuantity" => change_quantity(edit, action),
        "addCustomLineItem" => add_custom_line(edit, action),
        "removeCustomLineItem" => {
            remove_by_id(edit, "customLineItems", needed_text(action, "customLineItemId")?)
        }
        "setShippingMethod" => set_shipping_method(edit, &action["shippingMethod"]),
        "addDiscountCode" => add_discount_code(edit, needed_text(action, "code")?),
        "removeDiscountCode" => remove_discount_code(edit, action),
        "setCustomerId" => set_customer(edit, action),
        "setShippingAddress" | "setBillingAddress" => set_address(edit, name, action),
        "addPayment" | "removePayment" => change_payments(edit, name, action),
        "setLineItemCustomType" | "setLineItemCustomField" => set_line_custom(edit, name, action),
        "freezeCart" => set(edit, "cartState", json!("Frozen")),
        "recalculate" => recalculate(edit),
        _ => set_simple(edit, name, action),
    }
}

/// Actions that replace one member of the same name.
fn set_simple(edit: &mut Edit<'_>, name: &str, action: &Value) -> Outcome<()> {
    let member = match name {
        "setCustomerEmail" => ("customerEmail", "email"),
        "setAnonymousId" => ("anonymousId", "anonymousId"),
        "setCountry" => ("country", "country"),
        "setLocale" => ("locale", "locale"),
        "setKey" => ("key", "key"),
        "setDeleteDaysAfterLastModification" => {
            ("deleteDaysAfterLastModification", "deleteDaysAfterLastModification")
        }
        "setPurchaseOrderNumber" => ("purchaseOrderNumber", "purchaseOrderNumber"),
        "changeTaxRoundingMode" => ("taxRoundingMode", "taxRoundingMode"),
        _ => return Err(unknown_action(action)),
    };
    set(edit, member.0, action.get(member.1).cloned().unwrap_or(Value::Null))?;
    if name == "setCountry" { recalculate(edit) } else { Ok(()) }
}

fn set(edit: &mut Edit<'_>, member: &str, value: Value) -> Outcome<()> {
    edit.replace(member, value);
    Ok(())
}

fn remove_line(edit: &mut Edit<'_>, action: &Value) -> Outcome<()> {
    let position = lines::position(&edit.doc, action)?;
    let left = match action.get("quantity").and_then(Value::as_i64) {
        Some(removed) => line_quantity(edit, position) - removed,
        None => 0,
    };
    set_line_quantity(edit, position, left);
    Ok(())
}

fn change_quantity(edit: &mut Edit<'_>, action: &Value) -> Outcome<()> {
    let position = lines::position(&edit.doc, action)?;
    let value = needed(action, "quantity")?;
    let quantity = value.as_i64().filter(|quantity| *quantity >= 0);
    let quantity = quantity.ok_or_else(|| ApiError::invalid_field("quantity", value.clone(), &[]))?;
    set_line_quantity(edit, position, quantity);
    Ok(())
}

fn line_quantity(edit: &Edit<'_>, position: usize) -> i64 {
    edit.doc["lineItems"].get(position).and_then(|line| line["quantity"].as_i64()).unwrap_or(0)
}

fn set_line_quantity(edit: &mut Edit<'_>, position: usize, quantity: i64) {
    let initial = lines::initial_state(edit.project);
    let Some(all) = edit.doc["lineItems"].as_array_mut() else {
        return;
    };
    if quantity <= 0 {
        all.remove(position);
    } else if let Some(line) = all.get_mut(position) {
        lines::set_quantity(line, quantity, &initial, edit.actor);
    }
}

fn add_custom_line(edit: &mut Edit<'_>, action: &Value) -> Outcome<()> {
    let amount = needed(action, "money")?;
    let line = json!({
        "id": edit.new_id(), "name": needed(action, "name")?, "slug": needed(action, "slug")?,
        "quantity": action["quantity"].as_i64().unwrap_or(1),
        "money": money(currency(amount), super::money::cents(amount)),
        "totalPrice": Value::Null, "state": [], "discountedPricePerQuantity": [], "priceMode": "Standard",
    });
    if let Some(all) = edit.doc["customLineItems"].as_array_mut() {
        all.push(line);
    }
    Ok(())
}

fn remove_by_id(edit: &mut Edit<'_>, member: &str, id: &str) -> Outcome<()> {
    let all = edit.doc[member].as_array_mut();
    let position = all.as_ref().and_then(|all| all.iter().position(|entry| id_of(entry) == id));
    match (all, position) {
        (Some(all), Some(position)) => {
            all.remove(position);
            Ok(())
        }
        _ => Err(ApiError::invalid_operation(format!("'{id}' was not found in {member}."))),
    }
}

/// Chooses a shipping method; null takes it away.
///
/// # Errors
/// 400 without a shipping address, or if the method does not deliver there.
pub fn set_shipping_method(edit: &mut Edit<'_>, identifier: &Value) -> Outcome<()> {
    if identifier.is_null() {
        edit.replace("shippingInfo", Value::Null);
        edit.replace("taxedShippingPrice", Value::Null);
        return Ok(());
    }
    let method = resolve(edit.project, Kind::ShippingMethod, identifier)?;
    let country = text(&edit.doc["shippingAddress"], "country");
    let country = country.ok_or_else(|| ApiError::invalid_operation("The cart has no shipping address."))?;
    let code = currency(&edit.doc["totalPrice"]);
    if totals::shipping_rate(edit.project, &method, code, country).is_none() {
        let message = format!("The shipping method has no rate for {code} and {country}.");
        return Err(ApiError::invalid_operation(message));
    }
    let info = json!({
        "shippingMethodName": method["name"], "shippingMethod": reference("shipping-method", id_of(&method)),
        "price": money(code, 0), "deliveries": [], "shippingMethodState": "MatchesCart",
    });
    edit.replace("shippingInfo", info);
    Ok(())
}

/// Adds a discount code that exists and is active.
///
/// # Errors
/// 400 `DiscountCodeNonApplicable`.
pub fn add_discount_code(edit: &mut Edit<'_>, code: &str) -> Outcome<()> {
    let found = edit
        .project
        .find_one(Kind::DiscountCode, "code", code)
        .filter(|found| found["isActive"] == json!(true));
    let found = found.ok_or_else(|| {
        let message = format!("The discount code '{code}' was not found.");
        ApiError::new(axum::http::StatusCode::BAD_REQUEST, "DiscountCodeNonApplicable", message)
            .with("discountCode", json!(code))
            .with("reason", json!("DoesNotExist"))
    })?;
    let entry = json!({ "discountCode": reference("discount-code", id_of(&found)), "state": "MatchesCart" });
    if let Some(all) = edit.doc["discountCodes"].as_array_mut()
        && !all.contains(&entry)
    {
        all.push(entry);
    }
    Ok(())
}

fn remove_discount_code(edit: &mut Edit<'_>, action: &Value) -> Outcome<()> {
    let wanted = needed_text(needed(action, "discountCode")?, "id")?;
    if let Some(all) = edit.doc["discountCodes"].as_array_mut() {
        all.retain(|entry| text(&entry["discountCode"], "id") != Some(wanted));
    }
    Ok(())
}

fn set_customer(edit: &mut Edit<'_>, action: &Value) -> Outcome<()> {
    let Some(id) = text(action, "customerId") else {
        edit.replace("customerId", Value::Null);
        return Ok(());
    };
    let customer = edit.project.get(Kind::Customer, id);
    let customer = customer.ok_or_else(|| ApiError::reference_not_found("customer", id))?;
    edit.replace("customerId", json!(id));
    edit.replace("customerEmail", customer["email"].clone());
    edit.replace("anonymousId", Value::Null);
    Ok(())
}

fn set_address(edit: &mut Edit<'_>, name: &str, action: &Value) -> Outcome<()> {
    let address = action.get("address").cloned().unwrap_or(Value::Null);
    if !address.is_null() {
        needed_text(&address, "country")?;
    }
    let member = if name == "setShippingAddress" { "shippingAddress" } else { "billingAddress" };
    if member == "shippingAddress" && address.is_null() {
        set_shipping_method(edit, &Value::Null)?;
    }
    set(edit, member, address)
}

fn change_payments(edit: &mut Edit<'_>, name: &str, action: &Value) -> Outcome<()> {
    let payment = resolve(edit.project, Kind::Payment, needed(action, "payment")?)?;
    let link = reference("payment", id_of(&payment));
    let mut payments = edit.doc["paymentInfo"]["payments"].as_array().cloned().unwrap_or_default();
    payments.retain(|known| *known != link);
    if name == "addPayment" {
        payments.push(link);
    }
    let info = if payments.is_empty() { Value::Null } else { json!({ "payments": payments }) };
    set(edit, "paymentInfo", info)
}

fn set_line_custom(edit: &mut Edit<'_>, name: &str, action: &Value) -> Outcome<()> {
    let position = lines::position(&edit.doc, action)?;
    let custom = match name {
        "setLineItemCustomType" if action.get("type").is_some_and(|value| !value.is_null()) => {
            super::custom::draft(edit.project, action)?
        }
        "setLineItemCustomType" => Value::Null,
        _ => {
            let line = edit.doc["lineItems"].get(position).cloned().unwrap_or(Value::Null);
            let mut custom = line.get("custom").cloned();
            let fields = custom.as_mut().and_then(|custom| custom["fields"].as_object_mut());
            let fields =
                fields.ok_or_else(|| ApiError::invalid_operation("The line item has no custom type."))?;
            fields.insert(needed_text(action, "name")?.to_owned(), action["value"].clone());
            custom.unwrap_or(Value::Null)
        }
    };
    if let Some(line) = edit.doc["lineItems"].get_mut(position).and_then(Value::as_object_mut) {
        line.remove("custom");
        if !custom.is_null() {
            line.insert("custom".to_owned(), custom);
        }
    }
    Ok(())
}

/// Takes unit prices and product data from the products as they are now.
fn recalculate(edit: &mut Edit<'_>) -> Outcome<()> {
    let code = currency(&edit.doc["totalPrice"]).to_owned();
    let country = text(&edit.doc, "country").map(str::to_owned);
    for line in edit.doc["lineItems"].as_array_mut().into_iter().flatten() {
        let product = text(line, "productId").and_then(|id| edit.project.get(Kind::Product, id));
        let variant =
            product.as_ref().and_then(|product| super::products::variant(product, &line["variant"]["id"]));
        if let Some(price) = variant.and_then(|variant| lines::price(variant, &code, country.as_deref())) {
            line["price"] = price.clone();
        }
    }
    Ok(())
}
