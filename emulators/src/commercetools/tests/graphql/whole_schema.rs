//! Every field of the schema, as its introspection lists them, over all stored documents.

use super::super::Shop;
use super::data;
use serde_json::{Value, json};
use std::collections::HashMap;

const INTROSPECTION: &str = "{ __schema { types { name kind possibleTypes { name } fields { name
    args { name type { kind } } type { ...t } } } } }
    fragment t on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// Types by name.
type Types = HashMap<String, Value>;

fn inner(ty: &Value) -> &Value {
    if ty["ofType"].is_null() { ty } else { inner(&ty["ofType"]) }
}

/// All fields of a type, down to `levels` below it.
fn selection(types: &Types, name: &str, levels: usize) -> String {
    let mut text = "{ __typename ".to_owned();
    for field in types[name]["fields"].as_array().into_iter().flatten() {
        if field["args"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|argument| argument["type"]["kind"] == "NON_NULL")
        {
            continue;
        }
        let ty = inner(&field["type"]);
        let field = field["name"].as_str().unwrap();
        match ty["kind"].as_str().unwrap() {
            "SCALAR" | "ENUM" => text += &format!("{field} "),
            _ if levels > 0 => {
                text += &format!("{field} {}", selection(types, ty["name"].as_str().unwrap(), levels - 1));
            }
            _ => {}
        }
    }
    text + "} "
}

#[tokio::test]
async fn every_field_can_be_read_from_every_document() {
    let shop = Shop::demo().await;
    let plan = json!({ "orders": 40, "customers": 20, "seed": 7 }).to_string();
    let made =
        shop.send("POST", "/__emulator/generate", &[("content-type", "application/json")], &plan).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let schema = data(&shop, INTROSPECTION, Value::Null).await;
    let types: Types = schema["__schema"]["types"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| (found["name"].as_str().unwrap().to_owned(), found.clone()))
        .collect();
    for (field, name, at_least) in [
        ("orders", "OrderQueryResult", 42),
        ("carts", "CartQueryResult", 2),
        ("customers", "CustomerQueryResult", 22),
    ] {
        let query = format!("{{ {field}(limit: 500) {} }}", selection(&types, name, 5));
        let found = data(&shop, &query, Value::Null).await;
        assert!(found[field]["total"].as_u64().unwrap() >= at_least, "{field}");
        assert_eq!(found[field]["results"].as_array().unwrap().len() as u64, found[field]["total"]);
    }
}
