//! Customers: signing up.

use super::call::{Call, Reply, needed_text, resolve};
use super::custom;
use super::error::{ApiError, Outcome};
use super::kinds::Kind;
use super::login;
use super::project::{Actor, Doc, Project, id_of, message, text};
use serde_json::{Value, json};

/// Members of a draft that are taken as they are.
const FROM_DRAFT: [&str; 14] = [
    "key",
    "customerNumber",
    "externalId",
    "firstName",
    "lastName",
    "middleName",
    "title",
    "salutation",
    "companyName",
    "vatId",
    "dateOfBirth",
    "locale",
    "isEmailVerified",
    "authenticationMode",
];

/// `POST /customers`: answers with the customer and the cart he brought along.
///
/// # Errors
/// 400.
pub fn create(project: &mut Project, call: &Call<'_>) -> Outcome<Reply> {
    let actor = call.actor();
    let customer = register(project, &actor, call.body, call.store)?;
    let cart = login::bring_along(project, &actor, call.body, id_of(&customer))?;
    let mut body = json!({ "customer": call.present(project, &customer) });
    if let Some(cart) = cart {
        body["cart"] = Value::clone(&cart);
    }
    Ok(Reply::created(body))
}

/// Stores a new customer.
///
/// # Errors
/// 400 `DuplicateField` for a taken e-mail, 400 for a bad draft.
pub fn register(project: &mut Project, actor: &Actor, draft: &Value, store: Option<&str>) -> Outcome<Doc> {
    let email = needed_text(draft, "email")?;
    let lower = email.to_lowercase();
    if !email.contains('@') {
        return Err(ApiError::invalid_field("email", json!(email), &[]));
    }
    if !project.find(Kind::Customer, "lowercaseEmail", &lower).is_empty() {
        return Err(ApiError::duplicate("email", email));
    }
    let mut doc = json!({
        "email": email, "lowercaseEmail": lower, "isEmailVerified": false, "authenticationMode": "Password",
        "addresses": [], "shippingAddressIds": [], "billingAddressIds": [], "customerGroupAssignments": [], "stores": stores(project, draft, store)?,
    });
    for member in FROM_DRAFT {
        if let Some(value) = draft.get(member).filter(|value| !value.is_null()) {
            doc[member] = value.clone();
        }
    }
    if let Some(custom) = draft.get("custom").filter(|custom| !custom.is_null()) {
        doc["custom"] = custom::draft(project, custom)?;
    }
    add_addresses(project, draft, &mut doc);
    let secret = text(draft, "password").map(str::to_owned);
    if doc["authenticationMode"] == json!("Password") {
        if secret.is_none() {
            return Err(ApiError::required("password"));
        }
        doc["password"] = json!("****=");
    }
    let customer = project.create(actor, Kind::Customer, doc, vec![message("CustomerCreated", json!({}))])?;
    if let Some(secret) = secret {
        project.passwords.insert(id_of(&customer).to_owned(), secret);
    }
    Ok(customer)
}

fn stores(project: &Project, draft: &Value, store: Option<&str>) -> Outcome<Value> {
    let mut keys = Vec::new();
    for identifier in draft["stores"].as_array().into_iter().flatten() {
        keys.push(resolve(project, Kind::Store, identifier)?["key"].clone());
    }
    if let Some(store) = store.filter(|_| keys.is_empty()) {
        keys.push(json!(store));
    }
    Ok(keys.into_iter().map(|key| json!({ "typeId": "store", "key": key })).collect())
}

fn add_addresses(project: &mut Project, draft: &Value, doc: &mut Value) {
    let mut addresses = Vec::new();
    for address in draft["addresses"].as_array().into_iter().flatten().filter(|address| address.is_object()) {
        let mut address = address.clone();
        let id: String = project.ids.draw().chars().take(8).collect();
        address["id"] = json!(id);
        addresses.push(address);
    }
    for (index, id, list) in [
        ("defaultShippingAddress", "defaultShippingAddressId", "shippingAddressIds"),
        ("defaultBillingAddress", "defaultBillingAddressId", "billingAddressIds"),
    ] {
        let position = draft[index].as_u64().and_then(|index| usize::try_from(index).ok());
        if let Some(address) = position.and_then(|position| addresses.get(position)) {
            doc[id] = address["id"].clone();
            doc[list] = json!([address["id"]]);
        }
    }
    doc["addresses"] = json!(addresses);
}
