//! Line items: from a product variant to a priced line.

use super::call::{Edit, needed_text, reference};
use super::custom;
use super::error::{ApiError, Outcome};
use super::kinds::Kind;
use super::project::{Actor, Doc, Project, id_of, text};
use serde_json::{Value, json};

/// Which product variant a draft means.
struct Chosen {
    product: Doc,
    variant: Value,
}

fn choose(project: &Project, draft: &Value) -> Outcome<Chosen> {
    if let Some(sku) = text(draft, "sku") {
        let found = project.walk(Kind::Product, None).find_map(|product| {
            let variant = variants(product).find(|variant| text(variant, "sku") == Some(sku))?.clone();
            Some(Chosen { product: Doc::clone(product), variant })
        });
        return found.ok_or_else(|| {
            ApiError::invalid_operation(format!("No published variant with SKU '{sku}' found."))
        });
    }
    let id = needed_text(draft, "productId")?;
    let product =
        project.get(Kind::Product, id).ok_or_else(|| ApiError::reference_not_found("product", id))?;
    let wanted = draft
        .get("variantId")
        .cloned()
        .unwrap_or_else(|| product["masterData"]["current"]["masterVariant"]["id"].clone());
    let variant = variants(&product).find(|variant| variant["id"] == wanted).cloned();
    let variant = variant.ok_or_else(|| {
        ApiError::invalid_operation(format!("The variant {wanted} of product '{id}' does not exist."))
    })?;
    Ok(Chosen { product, variant })
}

fn variants(product: &Value) -> impl Iterator<Item = &Value> {
    let current = &product["masterData"]["current"];
    std::iter::once(&current["masterVariant"]).chain(current["variants"].as_array().into_iter().flatten())
}

/// The price of a variant for a currency and a country: one for the country wins over one for all.
pub fn price<'a>(variant: &'a Value, currency: &str, country: Option<&str>) -> Option<&'a Value> {
    let prices = || {
        variant["prices"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|price| price["value"]["currencyCode"] == json!(currency))
    };
    let exact = prices().find(|price| country.is_some() && text(price, "country") == country);
    exact.or_else(|| prices().find(|price| price.get("country").is_none()))
}

/// The id of the state that line items start in.
pub fn initial_state(project: &Project) -> Value {
    let found = project.find_one(Kind::State, "key", "Initial");
    reference("state", found.as_deref().map(id_of).unwrap_or_default())
}

/// Adds what the draft describes to the cart; a line of the same variant grows instead.
///
/// # Errors
/// 400: unknown product or variant, no price for the cart's currency and country.
pub fn add(edit: &mut Edit<'_>, draft: &Value) -> Outcome<()> {
    let chosen = choose(edit.project, draft)?;
    let quantity = draft.get("quantity").map_or(Some(1), Value::as_i64).filter(|quantity| *quantity >= 0);
    let quantity =
        quantity.ok_or_else(|| ApiError::invalid_field("quantity", draft["quantity"].clone(), &[]))?;
    let custom = match draft.get("custom").filter(|custom| !custom.is_null()) {
        Some(custom) => Some(custom::draft(edit.project, custom)?),
        None => None,
    };
    let initial = initial_state(edit.project);
    let existing = edit.doc["lineItems"].as_array_mut().into_iter().flatten().find(|line| {
        line["productId"] == json!(id_of(&chosen.product))
            && line["variant"]["id"] == chosen.variant["id"]
            && line.get("custom") == custom.as_ref()
            && draft.get("key").is_none_or(|key| line.get("key") == Some(key))
    });
    if let Some(line) = existing {
        let total = line["quantity"].as_i64().unwrap_or(0) + quantity;
        set_quantity(line, total, &initial, edit.actor);
        return Ok(());
    }
    if quantity == 0 {
        return Ok(());
    }
    let line = build(edit, &chosen, draft, custom, quantity)?;
    if let Some(lines) = edit.doc["lineItems"].as_array_mut() {
        lines.push(line);
    }
    Ok(())
}

fn build(
    edit: &mut Edit<'_>,
    chosen: &Chosen,
    draft: &Value,
    custom: Option<Value>,
    quantity: i64,
) -> Outcome<Value> {
    let currency = edit.doc["totalPrice"]["currencyCode"].as_str().unwrap_or_default().to_owned();
    let country = text(&edit.doc, "country").map(str::to_owned);
    let price = price(&chosen.variant, &currency, country.as_deref()).ok_or_else(|| {
        let message = format!("There is no price of this variant for currency {currency}.");
        ApiError::new(axum::http::StatusCode::BAD_REQUEST, "MatchingPriceNotFound", message)
            .with("productId", json!(id_of(&chosen.product)))
            .with("variantId", chosen.variant["id"].clone())
            .with("currency", json!(currency))
    })?;
    let current = &chosen.product["masterData"]["current"];
    let now = json!(edit.actor.now());
    let mut line = json!({
        "id": edit.project.ids.draw(),
        "productId": chosen.product["id"], "name": current["name"], "productSlug": current["slug"],
        "productType": chosen.product["productType"], "variant": chosen.variant, "price": price,
        "quantity": quantity, "discountedPricePerQuantity": [], "perMethodTaxRate": [],
        "state": [{ "quantity": quantity, "state": initial_state(edit.project) }],
        "priceMode": "Platform", "lineItemMode": "Standard", "taxedPricePortions": [],
        "addedAt": draft.get("addedAt").unwrap_or(&now), "lastModifiedAt": now,
    });
    for (member, value) in
        [("productKey", chosen.product.get("key")), ("key", draft.get("key")), ("custom", custom.as_ref())]
    {
        if let Some(value) = value {
            line[member] = value.clone();
        }
    }
    Ok(line)
}

/// Gives a line another quantity.
pub fn set_quantity(line: &mut Value, quantity: i64, initial: &Value, actor: &Actor) {
    line["quantity"] = json!(quantity);
    line["state"] = json!([{ "quantity": quantity, "state": initial }]);
    line["lastModifiedAt"] = json!(actor.now());
}

/// The position of the line that `lineItemId` or `lineItemKey` names.
///
/// # Errors
/// 400 if there is none.
pub fn position(doc: &Value, action: &Value) -> Outcome<usize> {
    let lines = doc["lineItems"].as_array();
    let found = lines.and_then(|lines| {
        lines.iter().position(|line| match (text(action, "lineItemId"), text(action, "lineItemKey")) {
            (Some(id), _) => id_of(line) == id,
            (None, Some(key)) => text(line, "key") == Some(key),
            (None, None) => false,
        })
    });
    found.ok_or_else(|| {
        let name = text(action, "lineItemId").or_else(|| text(action, "lineItemKey")).unwrap_or_default();
        ApiError::invalid_operation(format!("The line item with ID '{name}' was not found."))
    })
}
