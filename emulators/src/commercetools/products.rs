//! Products and their projections.

use super::call::{Call, Reply, needed, reference, resolve};
use super::error::{ApiError, Outcome};
use super::kinds::Kind;
use super::lines;
use super::project::{Actor, Doc, Project, id_of, text};
use super::query::{Query, fields_of, flag};
use super::routes::no_such_path;
use serde_json::{Value, json};

const VIEW: &[&str] = &["view_products", "view_published_products", "manage_products"];

/// Stores a product from a draft: published unless the draft says `publish: false`.
///
/// # Errors
/// 400.
pub fn create(project: &mut Project, actor: &Actor, draft: &Value) -> Outcome<Doc> {
    let product_type = resolve(project, Kind::ProductType, needed(draft, "productType")?)?;
    let mut number = 0;
    let mut variant = |variant: &Value| {
        number += 1;
        build_variant(project, variant, number)
    };
    let master = variant(draft.get("masterVariant").unwrap_or(&json!({})));
    let others: Vec<Value> = draft["variants"].as_array().into_iter().flatten().map(&mut variant).collect();
    let mut categories = Vec::new();
    for identifier in draft["categories"].as_array().into_iter().flatten() {
        categories.push(reference("category", id_of(&*resolve(project, Kind::Category, identifier)?)));
    }
    let mut data = json!({
        "name": needed(draft, "name")?, "slug": needed(draft, "slug")?, "categories": categories,
        "categoryOrderHints": {}, "masterVariant": master, "variants": others, "searchKeywords": {}, "attributes": [],
    });
    for member in ["description", "metaTitle", "metaDescription"] {
        if let Some(value) = draft.get(member) {
            data[member] = value.clone();
        }
    }
    let published = draft.get("publish") != Some(&json!(false));
    let mut doc = json!({
        "key": draft["key"], "productType": reference("product-type", id_of(&product_type)), "priceMode": "Embedded",
        "masterData": { "current": data, "staged": data, "published": published, "hasStagedChanges": false },
    });
    if let Some(id) = text(draft, "id") {
        doc["id"] = json!(id);
    }
    if let Some(category) = draft.get("taxCategory").filter(|category| !category.is_null()) {
        doc["taxCategory"] =
            reference("tax-category", id_of(&*resolve(project, Kind::TaxCategory, category)?));
    }
    project.create(actor, Kind::Product, doc, Vec::new())
}

fn build_variant(project: &mut Project, draft: &Value, number: i64) -> Value {
    let mut variant = json!({ "id": number, "prices": [], "images": [], "attributes": [], "assets": [] });
    for member in ["sku", "key", "images", "attributes", "availability"] {
        if let Some(value) = draft.get(member) {
            variant[member] = value.clone();
        }
    }
    let mut prices = Vec::new();
    for price in draft["prices"].as_array().into_iter().flatten().filter(|price| price.is_object()) {
        let mut price = price.clone();
        price["id"] = json!(project.ids.draw());
        price["value"] = super::money::money(
            super::money::currency(&price["value"]),
            super::money::cents(&price["value"]),
        );
        prices.push(price);
    }
    variant["prices"] = json!(prices);
    variant
}

/// The variant of a product's current data with this number.
pub fn variant<'a>(product: &'a Value, number: &Value) -> Option<&'a Value> {
    let current = &product["masterData"]["current"];
    let others = current["variants"].as_array().into_iter().flatten();
    std::iter::once(&current["masterVariant"]).chain(others).find(|variant| variant["id"] == *number)
}

/// Answers `/product-projections…`.
///
/// # Errors
/// 400, 403, 404.
pub fn projections(project: &Project, call: &Call<'_>, rest: &[&str]) -> Outcome<Reply> {
    if call.method != "GET" {
        return Err(no_such_path());
    }
    call.require(VIEW)?;
    let staged = flag(call.parameters, "staged")?.unwrap_or(false);
    match rest {
        [] | ["search"] => {
            let query = Query::read(call.parameters, fields_of(Kind::Product))?;
            let words = search_words(call);
            let all =
                project.walk(Kind::Product, None).filter_map(|product| project_one(call, product, staged));
            let mut page = query.run_over(all.filter(|found| mentions(found, &words)).collect());
            call.expand(project, &mut page["results"]);
            Ok(Reply::ok(page))
        }
        [selector] => {
            let found = match selector.strip_prefix("key=") {
                Some(key) => project.find_one(Kind::Product, "key", key),
                None => project.get(Kind::Product, selector),
            };
            let projection = found.as_deref().and_then(|product| project_one(call, product, staged));
            let mut body = projection.ok_or_else(|| ApiError::not_found(format_args!("ID '{selector}'")))?;
            call.expand(project, &mut body);
            Ok(Reply::ok(body))
        }
        _ => Err(no_such_path()),
    }
}

/// Words of `text` and `text.<locale>` parameters, in lower case.
fn search_words(call: &Call<'_>) -> Vec<String> {
    call.parameters
        .iter()
        .filter(|(name, _)| name == "text" || name.starts_with("text."))
        .flat_map(|(_, text)| text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>())
        .collect()
}

fn mentions(projection: &Value, words: &[String]) -> bool {
    if words.is_empty() {
        return true;
    }
    let text = format!("{} {}", projection["name"], projection["description"]).to_lowercase();
    words.iter().all(|word| text.contains(word))
}

/// The flat form of a product; none if it is not published and `staged` was not asked for.
fn project_one(call: &Call<'_>, product: &Value, staged: bool) -> Option<Value> {
    let data = &product["masterData"];
    if !staged && data["published"] != json!(true) {
        return None;
    }
    let mut projection = data[if staged { "staged" } else { "current" }].clone();
    for member in
        ["id", "key", "version", "createdAt", "lastModifiedAt", "productType", "taxCategory", "priceMode"]
    {
        if let Some(value) = product.get(member) {
            projection[member] = value.clone();
        }
    }
    projection["published"] = data["published"].clone();
    projection["hasStagedChanges"] = data["hasStagedChanges"].clone();
    if let Some(currency) = call.parameter("priceCurrency") {
        let country = call.parameter("priceCountry");
        choose_price(&mut projection["masterVariant"], currency, country);
        for variant in projection["variants"].as_array_mut().into_iter().flatten() {
            choose_price(variant, currency, country);
        }
    }
    Some(projection)
}

fn choose_price(variant: &mut Value, currency: &str, country: Option<&str>) {
    if let Some(price) = lines::price(variant, currency, country).cloned() {
        variant["price"] = price;
    }
}
