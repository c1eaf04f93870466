//! Custom objects: JSON under container and key.

use super::call::{Call, Reply, needed, needed_text};
use super::error::{ApiError, Outcome};
use super::kinds::Kind;
use super::project::{Doc, Project, text, version_of};
use super::routes;
use serde_json::{Value, json};

/// Longest container or key.
const MAX_NAME: usize = 256;

/// Answers `/custom-objects…`.
///
/// # Errors
/// 400, 403, 404, 409.
pub fn handle(project: &mut Project, call: &Call<'_>, rest: &[&str]) -> Outcome<Reply> {
    let spec = Kind::CustomObject.spec();
    match (call.method, rest) {
        ("GET", []) => {
            call.require(spec.view)?;
            routes::query(project, call, Kind::CustomObject, &|_| true)
        }
        ("GET", [container]) => {
            call.require(spec.view)?;
            routes::query(project, call, Kind::CustomObject, &|doc| text(doc, "container") == Some(container))
        }
        ("GET", [container, key]) => {
            call.require(spec.view)?;
            let found = find(project, container, key).ok_or_else(|| missing(container, key))?;
            Ok(Reply::ok(call.present(project, &found)))
        }
        ("POST", []) => {
            call.require(spec.manage)?;
            put(project, call)
        }
        ("DELETE", [container, key]) => {
            call.require(spec.manage)?;
            let found = find(project, container, key).ok_or_else(|| missing(container, key))?;
            if call.parameter("version").is_some() {
                call.check_version_parameter(&found)?;
            }
            project.delete(&call.actor(), Kind::CustomObject, &found, Vec::new());
            Ok(Reply::ok(Value::clone(&found)))
        }
        _ => Err(routes::no_such_path()),
    }
}

fn missing(container: &str, key: &str) -> ApiError {
    ApiError::not_found(format_args!("container '{container}' and key '{key}'"))
}

fn find(project: &Project, container: &str, key: &str) -> Option<Doc> {
    let all = project.find(Kind::CustomObject, "container", container);
    all.into_iter().find(|doc| text(doc, "key") == Some(key))
}

fn put(project: &mut Project, call: &Call<'_>) -> Outcome<Reply> {
    let container = name(call.body, "container")?;
    let key = name(call.body, "key")?;
    let value = without_nulls(needed(call.body, "value")?);
    let expected = call.body.get("version").and_then(Value::as_i64);
    let actor = call.actor();
    match find(project, container, key) {
        None if expected.is_some_and(|version| version != 0) => {
            Err(ApiError::conflict(key, expected.unwrap_or(0), 0))
        }
        None => {
            let draft = json!({ "container": container, "key": key, "value": value });
            let doc = project.create(&actor, Kind::CustomObject, draft, Vec::new())?;
            Ok(Reply::created(Value::clone(&doc)))
        }
        Some(old) => {
            let current = version_of(&old);
            if let Some(expected) = expected.filter(|version| *version != current) {
                return Err(ApiError::conflict(key, expected, current));
            }
            let mut doc = Value::clone(&old);
            doc["value"] = value;
            let doc = project.commit(&actor, Kind::CustomObject, doc, 1, Vec::new())?;
            Ok(Reply::ok(Value::clone(&doc)))
        }
    }
}

fn name<'a>(body: &'a Value, member: &str) -> Outcome<&'a str> {
    let text = needed_text(body, member)?;
    let allowed = |character: char| character.is_ascii_alphanumeric() || "-_~.".contains(character);
    if text.is_empty() || text.len() > MAX_NAME || !text.chars().all(allowed) {
        return Err(ApiError::invalid_field(member, json!(text), &[]));
    }
    Ok(text)
}

/// Null members of objects are not kept.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (name.clone(), without_nulls(value)))
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.iter().map(without_nulls).collect()),
        other => other.clone(),
    }
}
