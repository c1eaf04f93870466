//! The read-only corners of the REST interface, and products.

use axum::{
    Extension, Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde_json::{Value, json};

use super::{
    contacts::BATCH,
    error::{ApiError, Problems},
    gate::Caller,
    input::{Input, meta},
    world::Shared,
};

/// Longest `url`, `image_url` and `title` of a product.
const LONG_CHARS: usize = 512;
/// Longest `vendor`, `product_type`, `sku`, `barcode`, feature key or value.
const SHORT_CHARS: usize = 255;

type Answer = Result<Json<Value>, ApiError>;

/// `GET /project`: a check of the keys.
pub async fn project(State(tidio): State<Shared>, Extension(caller): Extension<Caller>) -> Answer {
    tidio.with(|world| {
        let project = world.project(&caller.0)?;
        Ok(Json(json!({"public_key": project.public_key, "name": project.name})))
    })
}

/// `GET /contact-properties`
pub async fn contact_properties(State(tidio): State<Shared>, Extension(caller): Extension<Caller>) -> Answer {
    tidio.with(|world| Ok(Json(json!({"properties": world.project(&caller.0)?.properties}))))
}

/// `GET /operators`
pub async fn operators(State(tidio): State<Shared>, Extension(caller): Extension<Caller>) -> Answer {
    tidio
        .with(|world| Ok(Json(json!({"operators": world.project(&caller.0)?.operators, "meta": meta(None)}))))
}

/// `GET /departments`
pub async fn departments(State(tidio): State<Shared>, Extension(caller): Extension<Caller>) -> Answer {
    tidio.with(|world| Ok(Json(json!({"departments": world.project(&caller.0)?.departments}))))
}

/// `PUT /products/batch` → 204: 1 to 100 products, all or nothing.
pub async fn put_products(
    State(tidio): State<Shared>,
    Extension(caller): Extension<Caller>,
    Input(body): Input,
) -> Result<StatusCode, ApiError> {
    let list = body
        .get("products")
        .and_then(Value::as_array)
        .ok_or_else(|| ApiError::malformed("products: must be a list"))?;
    let mut problems = Problems::default();
    if !BATCH.contains(&list.len()) {
        problems.add("products", "1 to 100 entries");
    }
    let checked: Vec<(i64, &Value)> = list
        .iter()
        .enumerate()
        .filter_map(|(n, item)| Some((check_product(item, &format!("products[{n}]."), &mut problems)?, item)))
        .collect();
    let checked = problems.finish(checked)?;
    tidio.with(|world| {
        let products = &mut world.project(&caller.0)?.products;
        products.extend(checked.into_iter().map(|(id, item)| (id, item.clone())));
        Ok(StatusCode::NO_CONTENT)
    })
}

/// `DELETE /products/{id}` → 204
pub async fn delete_product(
    State(tidio): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<i64>,
) -> Result<StatusCode, ApiError> {
    tidio.with(|world| {
        let removed = world.project(&caller.0)?.products.remove(&id);
        removed.map(|_| StatusCode::NO_CONTENT).ok_or_else(|| ApiError::missing("product"))
    })
}

fn check_product(item: &Value, prefix: &str, problems: &mut Problems) -> Option<i64> {
    let id = item.get("id").and_then(Value::as_i64);
    if id.is_none() {
        problems.add(&format!("{prefix}id"), "must be an integer");
    }
    for name in ["url", "title", "description", "default_currency", "updated_at"] {
        if item.get(name).and_then(Value::as_str).is_none_or(str::is_empty) {
            problems.add(&format!("{prefix}{name}"), "is required");
        }
    }
    if !matches!(item.get("status").and_then(Value::as_str), Some("visible" | "hidden")) {
        problems.add(&format!("{prefix}status"), "visible or hidden");
    }
    if item.get("price").is_some_and(|price| !price.is_null() && !price.is_number()) {
        problems.add(&format!("{prefix}price"), "a number or null");
    }
    let long = ["url", "image_url", "title"].map(|name| (name, LONG_CHARS));
    let short = ["vendor", "product_type", "sku", "barcode"].map(|name| (name, SHORT_CHARS));
    for (name, limit) in long.into_iter().chain(short) {
        if item.get(name).and_then(Value::as_str).is_some_and(|text| text.chars().count() > limit) {
            problems.add(&format!("{prefix}{name}"), "is too long");
        }
    }
    let features = item.get("features").and_then(Value::as_object);
    let too_long = |text: &str| text.chars().count() > SHORT_CHARS;
    if features.is_some_and(|all| all.iter().any(|(k, v)| too_long(k) || v.as_str().is_some_and(too_long))) {
        problems.add(&format!("{prefix}features"), "key or value is too long");
    }
    id
}
