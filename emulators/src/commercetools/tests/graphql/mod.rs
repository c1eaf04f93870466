//! GraphQL: over HTTP, compared with what REST says.

mod documents;
mod reading;
mod refusals;
mod whole_schema;

use super::{Answer, Shop};
use serde_json::{Value, json};

/// Sends a query as the shop's backend.
async fn ask(shop: &Shop, query: &str, variables: Value) -> Answer {
    shop.call("POST", "/graphql", json!({ "query": query, "variables": variables })).await
}

/// The `data` of a query that must succeed without errors.
async fn data(shop: &Shop, query: &str, variables: Value) -> Value {
    let answer = ask(shop, query, variables).await;
    let errors = answer.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    assert!(
        answer.status == 200 && errors.is_empty(),
        "{}: {:?} and {} more",
        answer.status,
        errors.first(),
        errors.len()
    );
    answer.body["data"].clone()
}

/// Code and path of the first error.
fn first_error(answer: &Answer) -> (&str, String) {
    let error = &answer.body["errors"][0];
    (error["extensions"]["code"].as_str().unwrap_or("none"), error["path"].to_string())
}

/// Anna, who has an order and a cart in the store `de`.
async fn anna(shop: &Shop) -> Value {
    shop.find("customers", r#"email = "anna.schmidt@example.com""#).await.remove(0)
}
