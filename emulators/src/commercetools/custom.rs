//! Custom fields: `setCustomType`, `setCustomField`, on every resource that may have them.

use super::call::{Edit, needed_text, reference, resolve};
use super::error::{ApiError, Outcome};
use super::kinds::Kind;
use super::project::{id_of, text};
use serde_json::{Value, json};

/// Applies the action if it is about custom fields; false if it is not.
///
/// # Errors
/// 400: unknown type, unknown field, no type assigned.
pub fn apply(edit: &mut Edit<'_>, kind: Kind, action: &Value) -> Outcome<bool> {
    match action["action"].as_str() {
        Some("setCustomType") => set_type(edit, kind, action)?,
        Some("setCustomField") => set_field(edit, kind, action)?,
        _ => return Ok(false),
    }
    Ok(true)
}

fn set_type(edit: &mut Edit<'_>, kind: Kind, action: &Value) -> Outcome<()> {
    let had = edit.doc.get("custom").is_some();
    let Some(identifier) = action.get("type").filter(|value| !value.is_null()) else {
        let old = edit.replace("custom", Value::Null);
        if kind == Kind::Order && had {
            edit.tell("OrderCustomTypeRemoved", json!({ "oldTypeId": old["type"]["id"] }));
        }
        return Ok(());
    };
    let custom = draft(edit.project, &json!({ "type": identifier, "fields": action["fields"] }))?;
    let old = edit.replace("custom", custom.clone());
    if kind == Kind::Order {
        edit.tell("OrderCustomTypeSet", json!({ "customFields": custom, "oldTypeId": old["type"]["id"] }));
    }
    Ok(())
}

/// The stored form of a `custom` member of a draft.
///
/// # Errors
/// 400 for an unknown type or field.
pub fn draft(project: &super::project::Project, custom: &Value) -> Outcome<Value> {
    let found = resolve(project, Kind::Type, &custom["type"])?;
    let fields =
        custom.get("fields").filter(|fields| fields.is_object()).cloned().unwrap_or_else(|| json!({}));
    for name in fields.as_object().into_iter().flatten().map(|(name, _)| name) {
        check_field(&found, name)?;
    }
    Ok(json!({ "type": reference("type", id_of(&found)), "fields": fields }))
}

fn check_field(definition: &Value, name: &str) -> Outcome<()> {
    let known = definition["fieldDefinitions"].as_array();
    if known.is_some_and(|known| known.iter().any(|field| text(field, "name") == Some(name))) {
        return Ok(());
    }
    Err(ApiError::invalid_operation(format!("The field '{name}' is not defined by the resource's type.")))
}

fn set_field(edit: &mut Edit<'_>, kind: Kind, action: &Value) -> Outcome<()> {
    let name = needed_text(action, "name")?;
    let type_id = edit.doc["custom"]["type"]["id"].as_str().map(str::to_owned);
    let type_id = type_id.ok_or_else(|| ApiError::invalid_operation("The resource has no custom type."))?;
    let definition = edit.project.get(Kind::Type, &type_id);
    let definition = definition.ok_or_else(|| ApiError::reference_not_found("type", &type_id))?;
    check_field(&definition, name)?;
    let value = action.get("value").filter(|value| !value.is_null()).cloned();
    let fields = edit.doc["custom"]["fields"].as_object_mut();
    let old = fields.and_then(|fields| match &value {
        Some(value) => fields.insert(name.to_owned(), value.clone()),
        None => fields.remove(name),
    });
    if kind == Kind::Order && old != value {
        match (&old, &value) {
            (None, Some(value)) => {
                edit.tell("OrderCustomFieldAdded", json!({ "name": name, "value": value }))
            }
            (Some(old), Some(value)) => {
                edit.tell(
                    "OrderCustomFieldChanged",
                    json!({ "name": name, "value": value, "oldValue": old }),
                );
            }
            (_, None) => edit.tell("OrderCustomFieldRemoved", json!({ "name": name })),
        }
    }
    Ok(())
}
