//! Starting data. Ids depend on names only; times lie a fixed distance before the start.

use super::error::ApiError;
use super::ids::{IdSource, seeded};
use super::kinds::Kind;
use super::oauth::{ApiClient, Authority};
use super::project::{Actor, Doc, Project, id_of, version_of};
use super::scopes::Scopes;
use super::world::World;
use super::{carts, customers, orders, products, routes};
use crate::shared::platform::rfc3339;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// The project key of the demo.
pub const PROJECT: &str = "demo-shop";
const DATA: &str = include_str!("../../seed/commercetools-demo.json");
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Default lifetime of access tokens in seconds.
const TOKEN_SECONDS: i64 = 172_800;

/// What to start with.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Seed {
    /// The shop "Kessel & Co." in three stores, with two customers.
    Demo,
    /// Stores and products of the demo, no customers, carts or orders.
    Catalogue,
    /// API clients and project settings only.
    Empty,
}

/// Builds the starting state; `now_ms` is the moment the shop opens its doors.
///
/// # Errors
/// A sentence; only if the data file contradicts the emulator.
pub fn world(seed: Seed, now_ms: i64) -> Result<World, String> {
    let data: Value = serde_json::from_str(DATA).map_err(|error| error.to_string())?;
    let mut project = Project::new(PROJECT, settings(&data, now_ms));
    project.ids = IdSource::named("demo");
    lay(&mut project, seed, &data, now_ms).map_err(|error| error.body().to_string())?;
    project.ids = IdSource::Random;
    project.events.clear();
    let authority = Authority::with_clients(clients(&data));
    Ok(World { projects: HashMap::from([(PROJECT.to_owned(), project)]), authority })
}

fn settings(data: &Value, now_ms: i64) -> Value {
    let mut settings = data["project"].clone();
    settings["key"] = json!(PROJECT);
    settings["version"] = json!(4);
    settings["createdAt"] = json!(rfc3339(now_ms - 400 * DAY_MS));
    settings
}

fn clients(data: &Value) -> HashMap<String, ApiClient> {
    let entries = data["clients"].as_object().into_iter().flatten();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    entries
        .map(|(id, client)| {
            let scopes: Vec<String> =
                text(&client["scopes"]).split_whitespace().map(|name| format!("{name}:{PROJECT}")).collect();
            let scopes = Scopes::read(&scopes.join(" "));
            (id.clone(), ApiClient { secret: text(&client["secret"]), scopes, token_seconds: TOKEN_SECONDS })
        })
        .collect()
}

fn actor(at_ms: i64) -> Actor {
    Actor { now_ms: at_ms, client_id: "merchant-center".to_owned(), customer_id: None, anonymous_id: None }
}

fn lay(project: &mut Project, seed: Seed, data: &Value, now_ms: i64) -> Result<(), ApiError> {
    if matches!(seed, Seed::Empty) {
        return Ok(());
    }
    let founded = actor(now_ms - 200 * DAY_MS);
    for (name, kind) in [
        ("states", Kind::State),
        ("taxCategories", Kind::TaxCategory),
        ("zones", Kind::Zone),
        ("shippingMethods", Kind::ShippingMethod),
        ("productTypes", Kind::ProductType),
        ("types", Kind::Type),
        ("channels", Kind::Channel),
        ("categories", Kind::Category),
        ("cartDiscounts", Kind::CartDiscount),
        ("discountCodes", Kind::DiscountCode),
        ("stores", Kind::Store),
    ] {
        for draft in data[name].as_array().into_iter().flatten() {
            let mut doc = linked(localized(draft.clone()));
            doc["id"] = json!(seeded(&format!(
                "{}/{}",
                kind.spec().type_id,
                draft["key"].as_str().unwrap_or_default()
            )));
            project.create(&founded, kind, doc, Vec::new())?;
        }
    }
    for draft in data["products"].as_array().into_iter().flatten() {
        products::create(project, &founded, &product(draft))?;
    }
    if matches!(seed, Seed::Demo) {
        people(project, data, now_ms)?;
    }
    Ok(())
}

/// `{"de": …, "en": …}` anywhere becomes a localized string in the project's languages.
fn localized(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            if let (2, Some(german), Some(english)) = (members.len(), members.get("de"), members.get("en")) {
                return json!({ "de-DE": german, "en-GB": english, "en-US": english });
            }
            Value::Object(members.into_iter().map(|(name, value)| (name, localized(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(localized).collect()),
        other => other,
    }
}

/// References by key become references by id: `{"typeId": "zone", "key": "eu"}`. Stores keep keys.
fn linked(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let type_id = members.get("typeId").and_then(Value::as_str);
            if let (Some(type_id), Some(key)) =
                (type_id.filter(|name| *name != "store"), members.get("key").and_then(Value::as_str))
            {
                return json!({ "typeId": type_id, "id": seeded(&format!("{type_id}/{key}")) });
            }
            Value::Object(members.into_iter().map(|(name, value)| (name, linked(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(linked).collect()),
        other => other,
    }
}

/// The draft of a product from its short form.
fn product(short: &Value) -> Value {
    let key = short["key"].as_str().unwrap_or_default();
    let variants: Vec<Value> = short["variants"].as_array().into_iter().flatten().map(|variant| {
        let prices = [("EUR", "eur"), ("GBP", "gbp"), ("USD", "usd")];
        let prices = prices.map(|(currency, member)| {
            json!({ "value": { "currencyCode": currency, "centAmount": variant[member] } })
        });
        let mut attributes: Vec<Value> = Vec::new();
        if let Some(option) = variant.get("option") {
            attributes.push(json!({ "name": "option", "value": localized(option.clone()) }));
        }
        let label = json!({ "url": format!("/products/{key}.svg"), "label": short["name"]["en"], "dimensions": { "w": 800, "h": 800 } });
        json!({
            "sku": variant["sku"], "prices": prices, "attributes": attributes, "images": [label],
            "availability": { "isOnStock": true, "availableQuantity": 40 },
        })
    }).collect();
    let (master, others) = variants
        .split_first()
        .map_or((json!({}), Vec::new()), |(first, rest)| (first.clone(), rest.to_vec()));
    json!({
        "id": seeded(&format!("product/{key}")), "key": key, "masterVariant": master, "variants": others,
        "productType": { "typeId": "product-type", "key": "goods" }, "taxCategory": { "typeId": "tax-category", "key": short["tax"] },
        "name": localized(short["name"].clone()), "slug": localized(short["slug"].clone()),
        "description": localized(short["description"].clone()),
        "categories": [{ "typeId": "category", "key": short["category"] }],
    })
}

fn people(project: &mut Project, data: &Value, now_ms: i64) -> Result<(), ApiError> {
    for person in data["customers"].as_array().into_iter().flatten() {
        let key = person["key"].as_str().unwrap_or_default();
        project.ids = IdSource::named(&format!("person/{key}"));
        let customer = customers::register(project, &actor(now_ms - 90 * DAY_MS), &person["draft"], None)?;
        let acting = |at_ms: i64| Actor {
            customer_id: Some(id_of(&customer).to_owned()),
            client_id: "demo-shop-backend".to_owned(),
            ..actor(at_ms)
        };
        for order in person["orders"].as_array().into_iter().flatten() {
            past_order(project, &acting(now_ms - hours(order) * HOUR_MS), order, person, &customer)?;
        }
        if let Some(cart) = person.get("cart") {
            let when = acting(now_ms - hours(cart) * HOUR_MS);
            let draft = cart_draft(cart, person, &customer);
            carts::create(project, &when, &draft, None)?;
        }
    }
    Ok(())
}

fn hours(entry: &Value) -> i64 {
    entry["hoursAgo"].as_i64().unwrap_or(1)
}

fn cart_draft(entry: &Value, person: &Value, customer: &Doc) -> Value {
    let mut draft: Map<String, Value> = person["market"].as_object().cloned().unwrap_or_default();
    draft.insert("customerId".to_owned(), customer["id"].clone());
    draft.insert("lineItems".to_owned(), entry["lines"].clone());
    if let Some(key) = entry.get("key") {
        draft.insert("key".to_owned(), key.clone());
    }
    if let Some(method) = entry.get("shippingMethod") {
        let mut address = customer["addresses"].get(0).cloned().unwrap_or(Value::Null);
        address["email"] = customer["email"].clone();
        draft.insert("shippingAddress".to_owned(), address.clone());
        draft.insert("billingAddress".to_owned(), address);
        draft.insert("shippingMethod".to_owned(), json!({ "typeId": "shipping-method", "key": method }));
    }
    Value::Object(draft)
}

fn past_order(
    project: &mut Project,
    when: &Actor,
    entry: &Value,
    person: &Value,
    customer: &Doc,
) -> Result<(), ApiError> {
    let cart = carts::create(project, when, &cart_draft(entry, person, customer), None)?;
    let mut draft = entry["draft"].clone();
    draft["cart"] = json!({ "typeId": "cart", "id": cart["id"] });
    draft["version"] = json!(version_of(&cart));
    let mut order = orders::create(project, when, &draft, None)?;
    for step in entry["steps"].as_array().into_iter().flatten() {
        let later =
            Actor { now_ms: when.now_ms + step["hoursLater"].as_i64().unwrap_or(1) * HOUR_MS, ..actor(0) };
        let actions: Vec<Value> =
            step["actions"].as_array().into_iter().flatten().map(|action| filled(action, &order)).collect();
        order = routes::update_with(project, &later, Kind::Order, &order, &actions)?;
    }
    Ok(())
}

/// `"$delivery"` and `"$line"` in an action stand for the first delivery and the first line.
fn filled(action: &Value, order: &Value) -> Value {
    match action {
        Value::String(text) if text == "$delivery" => {
            order["shippingInfo"]["deliveries"].get(0).map_or(Value::Null, |delivery| delivery["id"].clone())
        }
        Value::String(text) if text == "$line" => {
            order["lineItems"].get(0).map_or(Value::Null, |line| line["id"].clone())
        }
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone(), filled(value, order))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| filled(item, order)).collect()),
        other => other.clone(),
    }
}
