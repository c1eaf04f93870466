//! Carts: creating, finding the active one, replicating, merging.

use super::call::{Call, Edit, Reply, needed, needed_text, reference, resolve};
use super::custom;
use super::error::{ApiError, Outcome};
use super::kinds::Kind;
use super::lines;
use super::money::money;
use super::project::{Actor, Doc, Project, id_of, text};
use super::totals;
use serde_json::{Value, json};

/// Days after its last change that a cart is deleted, unless the draft says otherwise.
const DELETE_AFTER_DAYS: i64 = 90;

/// Creates a cart. `store` is the store of an in-store path and wins over the draft's.
///
/// # Errors
/// 400 for a bad draft.
pub fn create(project: &mut Project, actor: &Actor, draft: &Value, store: Option<&str>) -> Outcome<Doc> {
    let currency = needed_text(draft, "currency")?;
    let mut doc = json!({
        "cartState": "Active", "origin": draft.get("origin").and_then(Value::as_str).unwrap_or("Customer"),
        "lineItems": [], "customLineItems": [], "totalPrice": money(currency, 0),
        "shippingMode": "Single", "shipping": [], "itemShippingAddresses": [],
        "discountCodes": [], "directDiscounts": [], "refusedGifts": [],
        "inventoryMode": draft.get("inventoryMode").and_then(Value::as_str).unwrap_or("None"),
        "taxMode": "Platform", "taxRoundingMode": "HalfEven", "taxCalculationMode": "LineItemLevel",
        "priceRoundingMode": "HalfEven",
        "deleteDaysAfterLastModification": draft["deleteDaysAfterLastModification"].as_i64().unwrap_or(DELETE_AFTER_DAYS),
    });
    for member in [
        "key",
        "country",
        "locale",
        "customerId",
        "customerEmail",
        "anonymousId",
        "shippingAddress",
        "billingAddress",
    ] {
        if let Some(value) = draft.get(member).filter(|value| !value.is_null()) {
            doc[member] = value.clone();
        }
    }
    if let Some(store) = store.or_else(|| text(&draft["store"], "key")) {
        resolve(project, Kind::Store, &json!({ "key": store }))?;
        doc["store"] = json!({ "typeId": "store", "key": store });
    }
    if let Some(id) = text(&doc, "customerId") {
        let customer =
            project.get(Kind::Customer, id).ok_or_else(|| ApiError::reference_not_found("customer", id))?;
        if doc.get("customerEmail").is_none() {
            doc["customerEmail"] = customer["email"].clone();
        }
    }
    if let Some(custom) = draft.get("custom").filter(|custom| !custom.is_null()) {
        doc["custom"] = custom::draft(project, custom)?;
    }
    let mut edit = Edit { project, actor, doc, messages: Vec::new() };
    for line in draft["lineItems"].as_array().into_iter().flatten() {
        lines::add(&mut edit, line)?;
    }
    for code in draft["discountCodes"].as_array().into_iter().flatten() {
        super::cart_actions::add_discount_code(&mut edit, code.as_str().unwrap_or_default())?;
    }
    if let Some(method) = draft.get("shippingMethod").filter(|method| !method.is_null()) {
        super::cart_actions::set_shipping_method(&mut edit, method)?;
    }
    totals::recalculate(edit.project, &mut edit.doc)?;
    let doc = edit.doc;
    project.create(actor, Kind::Cart, doc, Vec::new())
}

/// The most recently changed active cart of a customer or an anonymous id.
pub fn active_cart(
    project: &Project,
    member: &'static str,
    value: &str,
    visible: impl Fn(&Value) -> bool,
) -> Option<Doc> {
    project
        .find(Kind::Cart, member, value)
        .into_iter()
        .filter(|cart| {
            text(cart, "cartState") == Some("Active")
                && text(cart, "origin") == Some("Customer")
                && visible(cart)
        })
        .max_by(|left, right| left["lastModifiedAt"].as_str().cmp(&right["lastModifiedAt"].as_str()))
}

/// `POST /carts/replicate`: a new active cart with the lines of a cart or an order.
///
/// # Errors
/// 400.
pub fn replicate(project: &mut Project, call: &Call<'_>) -> Outcome<Reply> {
    let identifier = needed(call.body, "reference")?;
    let kind = if text(identifier, "typeId") == Some("order") { Kind::Order } else { Kind::Cart };
    let source = resolve(project, kind, identifier)?;
    if !call.sees(kind, &source) {
        return Err(ApiError::reference_not_found(kind.spec().type_id, id_of(&source)));
    }
    let mut draft = json!({
        "currency": source["totalPrice"]["currencyCode"], "country": source["country"], "locale": source["locale"],
        "store": source["store"], "customerId": source["customerId"], "customerEmail": source["customerEmail"],
        "anonymousId": source["anonymousId"], "shippingAddress": source["shippingAddress"],
        "billingAddress": source["billingAddress"], "key": call.body["key"],
    });
    draft["lineItems"] = source["lineItems"].as_array().into_iter().flatten().map(line_draft).collect();
    let cart = create(project, &call.actor(), &draft, call.store)?;
    Ok(Reply::created(call.present(project, &cart)))
}

fn line_draft(line: &Value) -> Value {
    json!({ "productId": line["productId"], "variantId": line["variant"]["id"], "quantity": line["quantity"] })
}

/// `POST /carts/customer-id={id}/merge`: a guest's cart into the customer's.
///
/// # Errors
/// 400, 404.
pub fn merge(project: &mut Project, call: &Call<'_>, customer_id: &str) -> Outcome<Reply> {
    if project.get(Kind::Customer, customer_id).is_none() {
        return Err(ApiError::not_found(format_args!("ID '{customer_id}'")));
    }
    let guest = resolve(project, Kind::Cart, needed(call.body, "anonymousCart")?)?;
    let adopt = call.body["mergeMode"] == json!("UseAsNewActiveCustomerCart");
    let cart = take_over(project, &call.actor(), &guest, customer_id, adopt)?;
    Ok(Reply::ok(call.present(project, &cart)))
}

/// Gives a guest's cart to a customer: merged into the one he has (its state becomes `Merged`), or
/// adopted as his new one.
///
/// # Errors
/// 400 if the cart is not an active guest cart.
pub fn take_over(
    project: &mut Project,
    actor: &Actor,
    guest: &Doc,
    customer_id: &str,
    adopt: bool,
) -> Outcome<Doc> {
    if text(guest, "cartState") != Some("Active") || guest.get("customerId").is_some() {
        return Err(ApiError::invalid_operation("The cart is not an active cart of a guest."));
    }
    let same_store = |cart: &Value| cart.get("store") == guest.get("store");
    let own = active_cart(project, "customerId", customer_id, same_store).filter(|_| !adopt);
    let Some(own) = own else {
        return assign(project, actor, Kind::Cart, guest, customer_id);
    };
    let mut edit = Edit::of(project, actor, &own);
    for line in guest["lineItems"].as_array().into_iter().flatten() {
        merge_line(&mut edit, line)?;
    }
    totals::recalculate(edit.project, &mut edit.doc)?;
    let merged = edit.commit(Kind::Cart, 1)?;
    let mut old = Value::clone(guest);
    old["cartState"] = json!("Merged");
    project.commit(actor, Kind::Cart, old, 1, Vec::new())?;
    Ok(merged)
}

/// The higher quantity wins for a variant that is in both carts.
fn merge_line(edit: &mut Edit<'_>, line: &Value) -> Outcome<()> {
    let wanted = line["quantity"].as_i64().unwrap_or(0);
    let initial = lines::initial_state(edit.project);
    let same = edit.doc["lineItems"].as_array_mut().into_iter().flatten().find(|own| {
        own["productId"] == line["productId"]
            && own["variant"]["id"] == line["variant"]["id"]
            && own.get("custom") == line.get("custom")
    });
    match same {
        Some(own) if own["quantity"].as_i64().unwrap_or(0) >= wanted => Ok(()),
        Some(own) => {
            lines::set_quantity(own, wanted, &initial, edit.actor);
            Ok(())
        }
        None => lines::add(edit, &line_draft(line)),
    }
}

/// Makes a guest's cart or order the customer's.
///
/// # Errors
/// 400.
pub fn assign(
    project: &mut Project,
    actor: &Actor,
    kind: Kind,
    doc: &Doc,
    customer_id: &str,
) -> Outcome<Doc> {
    let mut owned = Value::clone(doc);
    owned["customerId"] = json!(customer_id);
    owned["anonymousId"] = Value::Null;
    if owned.get("customerEmail").is_none()
        && let Some(customer) = project.get(Kind::Customer, customer_id)
    {
        owned["customerEmail"] = customer["email"].clone();
    }
    let messages = match kind {
        Kind::Order => {
            let members = json!({ "customer": reference("customer", customer_id) });
            vec![super::project::message("OrderCustomerSet", members)]
        }
        _ => Vec::new(),
    };
    project.commit(actor, kind, owned, 1, messages)
}

/// `GET /shipping-methods/matching-cart?cartId=…`.
///
/// # Errors
/// 400 without a cart or a shipping address.
pub fn matching_shipping_methods(project: &Project, call: &Call<'_>) -> Outcome<Reply> {
    let id = call
        .parameter("cartId")
        .ok_or_else(|| ApiError::invalid_input("Malformed parameter: cartId: missing."))?;
    let cart = project.get(Kind::Cart, id).filter(|cart| call.sees(Kind::Cart, cart));
    let cart = cart.ok_or_else(|| ApiError::reference_not_found("cart", id))?;
    let country = text(&cart["shippingAddress"], "country")
        .ok_or_else(|| ApiError::invalid_operation("The cart has no shipping address."))?;
    let currency = cart["totalPrice"]["currencyCode"].as_str().unwrap_or_default();
    let found: Vec<Value> = project
        .walk(Kind::ShippingMethod, None)
        .filter(|method| totals::shipping_rate(project, method, currency, country).is_some())
        .map(|method| Value::clone(method))
        .collect();
    Ok(Reply::ok(
        json!({ "limit": found.len(), "offset": 0, "count": found.len(), "total": found.len(), "results": found }),
    ))
}
