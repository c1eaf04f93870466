//! Update actions of customers.

use super::call::{Edit, needed, needed_text, unknown_action};
use super::error::{ApiError, Outcome};
use super::kinds::Kind;
use super::project::{id_of, text};
use serde_json::{Value, json};

/// Action, member, message.
const SIMPLE: [(&str, &str, &str); 14] = [
    ("setFirstName", "firstName", "CustomerFirstNameSet"),
    ("setLastName", "lastName", "CustomerLastNameSet"),
    ("setMiddleName", "middleName", ""),
    ("setTitle", "title", "CustomerTitleSet"),
    ("setSalutation", "salutation", ""),
    ("setCompanyName", "companyName", "CustomerCompanyNameSet"),
    ("setVatId", "vatId", ""),
    ("setDateOfBirth", "dateOfBirth", "CustomerDateOfBirthSet"),
    ("setLocale", "locale", ""),
    ("setKey", "key", ""),
    ("setCustomerNumber", "customerNumber", ""),
    ("setExternalId", "externalId", ""),
    ("setDefaultShippingAddress", "defaultShippingAddressId", "CustomerDefaultShippingAddressSet"),
    ("setDefaultBillingAddress", "defaultBillingAddressId", "CustomerDefaultBillingAddressSet"),
];

/// Applies one action.
///
/// # Errors
/// 400.
pub fn apply(edit: &mut Edit<'_>, name: &str, action: &Value) -> Outcome<()> {
    match name {
        "changeEmail" => change_email(edit, action),
        "addAddress" => add_address(edit, action),
        "changeAddress" => change_address(edit, action),
        "removeAddress" => remove_address(edit, action),
        "addShippingAddressId" => add_id(edit, "shippingAddressIds", action),
        "addBillingAddressId" => add_id(edit, "billingAddressIds", action),
        "setStores" => set_stores(edit, action),
        _ => simple(edit, name, action),
    }
}

fn simple(edit: &mut Edit<'_>, name: &str, action: &Value) -> Outcome<()> {
    let known = SIMPLE.iter().find(|(known, _, _)| *known == name);
    let (_, member, message) = known.ok_or_else(|| unknown_action(action))?;
    let source = if name.starts_with("setDefault") { "addressId" } else { member };
    let value = action.get(source).cloned().unwrap_or(Value::Null);
    if source == "addressId" && !value.is_null() {
        find_address(edit, action)?;
    }
    let old = edit.replace(member, value.clone());
    if !message.is_empty() && old != value {
        let name = if source == "addressId" { "address" } else { member };
        edit.tell(message, json!({ name: value }));
    }
    Ok(())
}

fn change_email(edit: &mut Edit<'_>, action: &Value) -> Outcome<()> {
    let email = needed_text(action, "email")?;
    let lower = email.to_lowercase();
    let taken = edit.project.find(Kind::Customer, "lowercaseEmail", &lower);
    if taken.iter().any(|other| id_of(other) != id_of(&edit.doc)) {
        return Err(ApiError::duplicate("email", email));
    }
    edit.replace("email", json!(email));
    edit.replace("lowercaseEmail", json!(lower));
    edit.replace("isEmailVerified", json!(false));
    edit.tell("CustomerEmailChanged", json!({ "email": email }));
    Ok(())
}

fn add_address(edit: &mut Edit<'_>, action: &Value) -> Outcome<()> {
    let mut address = needed(action, "address")?.clone();
    needed_text(&address, "country")?;
    let id: String = edit.new_id().chars().take(8).collect();
    address["id"] = json!(id);
    edit.tell("CustomerAddressAdded", json!({ "address": address }));
    if let Some(all) = edit.doc["addresses"].as_array_mut() {
        all.push(address);
    }
    Ok(())
}

fn find_address(edit: &Edit<'_>, action: &Value) -> Outcome<usize> {
    let id = needed_text(action, "addressId")?;
    let all = edit.doc["addresses"].as_array();
    let found = all.and_then(|all| all.iter().position(|address| id_of(address) == id));
    found.ok_or_else(|| ApiError::invalid_operation(format!("The address '{id}' was not found.")))
}

fn change_address(edit: &mut Edit<'_>, action: &Value) -> Outcome<()> {
    let position = find_address(edit, action)?;
    let mut address = needed(action, "address")?.clone();
    needed_text(&address, "country")?;
    address["id"] = action["addressId"].clone();
    edit.tell("CustomerAddressChanged", json!({ "address": address }));
    if let Some(known) = edit.doc["addresses"].get_mut(position) {
        *known = address;
    }
    Ok(())
}

fn remove_address(edit: &mut Edit<'_>, action: &Value) -> Outcome<()> {
    let position = find_address(edit, action)?;
    let removed = edit.doc["addresses"].as_array_mut().map(|all| all.remove(position));
    for list in ["shippingAddressIds", "billingAddressIds"] {
        if let Some(all) = edit.doc[list].as_array_mut() {
            all.retain(|id| *id != action["addressId"]);
        }
    }
    for default in ["defaultShippingAddressId", "defaultBillingAddressId"] {
        if text(&edit.doc, default) == text(action, "addressId") {
            edit.replace(default, Value::Null);
        }
    }
    edit.tell("CustomerAddressRemoved", json!({ "address": removed }));
    Ok(())
}

fn add_id(edit: &mut Edit<'_>, list: &str, action: &Value) -> Outcome<()> {
    find_address(edit, action)?;
    if let Some(all) = edit.doc[list].as_array_mut()
        && !all.contains(&action["addressId"])
    {
        all.push(action["addressId"].clone());
    }
    Ok(())
}

fn set_stores(edit: &mut Edit<'_>, action: &Value) -> Outcome<()> {
    let mut stores = Vec::new();
    for identifier in action["stores"].as_array().into_iter().flatten() {
        let store = super::call::resolve(edit.project, Kind::Store, identifier)?;
        stores.push(json!({ "typeId": "store", "key": store["key"] }));
    }
    edit.replace("stores", json!(stores));
    Ok(())
}
