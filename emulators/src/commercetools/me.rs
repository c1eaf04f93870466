//! `/me/…`: what the holder of a customer or anonymous token may do with his own things.

use super::call::{Call, Reply};
use super::carts;
use super::error::{ApiError, Outcome};
use super::kinds::Kind;
use super::project::{Doc, Project, id_of, text};
use super::routes::{no_such_path, query, update};
use super::{customers, login, orders};
use serde_json::{Value, json};

const PROFILE: &[&str] = &["manage_my_profile"];
const ORDERS: &[&str] = &["manage_my_orders"];

/// Answers `/me…`.
///
/// # Errors
/// 403 without the scope or with a token of no person; else as the project-wide endpoint.
pub fn handle(project: &mut Project, call: &Call<'_>, rest: &[&str]) -> Outcome<Reply> {
    let (scopes, person) = match rest {
        [] | ["login" | "signup" | "password"] => (PROFILE, matches!(rest, [])),
        _ => (ORDERS, true),
    };
    call.require(scopes)?;
    if person && call.grant.customer_id.is_none() && call.grant.anonymous_id.is_none() {
        let needed = ["customer_id:{id}".to_owned(), "anonymous_id:{id}".to_owned()];
        return Err(ApiError::insufficient_scope(&needed));
    }
    match (call.method, rest) {
        (_, []) => profile(project, call),
        ("POST", ["login"]) => login::login(project, call),
        ("POST", ["signup"]) => customers::create(project, call),
        ("GET", ["active-cart"]) => {
            let cart = own_active_cart(project, call).ok_or_else(|| ApiError::not_found("an active cart"))?;
            Ok(Reply::ok(call.present(project, &cart)))
        }
        (_, ["carts", tail @ ..]) => own(project, call, Kind::Cart, tail),
        (_, ["orders", tail @ ..]) => own(project, call, Kind::Order, tail),
        _ => Err(no_such_path()),
    }
}

fn profile(project: &mut Project, call: &Call<'_>) -> Outcome<Reply> {
    let id = call.grant.customer_id.as_deref().ok_or_else(|| ApiError::not_found("a customer"))?;
    let customer = project.get(Kind::Customer, id).filter(|customer| call.sees(Kind::Customer, customer));
    let customer = customer.ok_or_else(|| ApiError::not_found(format_args!("ID '{id}'")))?;
    match call.method {
        "GET" => Ok(Reply::ok(call.present(project, &customer))),
        "POST" => update(project, call, Kind::Customer, &customer),
        "DELETE" => {
            call.check_version_parameter(&customer)?;
            project.delete(&call.actor(), Kind::Customer, &customer, Vec::new());
            Ok(Reply::ok(call.present(project, &customer)))
        }
        _ => Err(no_such_path()),
    }
}

fn own_active_cart(project: &Project, call: &Call<'_>) -> Option<Doc> {
    let visible = |cart: &Value| call.sees(Kind::Cart, cart);
    match (&call.grant.customer_id, &call.grant.anonymous_id) {
        (Some(id), _) => carts::active_cart(project, "customerId", id, visible),
        (None, Some(id)) => carts::active_cart(project, "anonymousId", id, visible),
        (None, None) => None,
    }
}

fn is_mine(call: &Call<'_>, doc: &Value) -> bool {
    let same = |member: &str, id: &Option<String>| id.is_some() && text(doc, member) == id.as_deref();
    same("customerId", &call.grant.customer_id) || same("anonymousId", &call.grant.anonymous_id)
}

fn own(project: &mut Project, call: &Call<'_>, kind: Kind, tail: &[&str]) -> Outcome<Reply> {
    match (call.method, tail) {
        ("GET", []) => query(project, call, kind, &|doc| is_mine(call, doc) && call.sees(kind, doc)),
        ("POST", []) => create(project, call, kind),
        (method, [id]) => {
            let found = match id.strip_prefix("key=") {
                Some(key) => project.find_one(kind, "key", key),
                None => project.get(kind, id),
            };
            let found = found.filter(|doc| is_mine(call, doc) && call.sees(kind, doc));
            let doc = found.ok_or_else(|| ApiError::not_found(format_args!("ID '{id}'")))?;
            match method {
                "GET" => Ok(Reply::ok(call.present(project, &doc))),
                "POST" if kind == Kind::Cart => update(project, call, kind, &doc),
                "DELETE" if kind == Kind::Cart => {
                    call.check_version_parameter(&doc)?;
                    project.delete(&call.actor(), kind, &doc, Vec::new());
                    Ok(Reply::ok(call.present(project, &doc)))
                }
                _ => Err(no_such_path()),
            }
        }
        _ => Err(no_such_path()),
    }
}

fn create(project: &mut Project, call: &Call<'_>, kind: Kind) -> Outcome<Reply> {
    let actor = call.actor();
    let mut draft = call.body.clone();
    if !draft.is_object() {
        return Err(ApiError::invalid_json("expected an object"));
    }
    let doc = if kind == Kind::Cart {
        draft["customerId"] = json!(call.grant.customer_id);
        draft["anonymousId"] = json!(call.grant.anonymous_id);
        carts::create(project, &actor, &draft, call.store)?
    } else {
        let cart = text(&draft, "id").and_then(|id| project.get(Kind::Cart, id));
        if !cart.as_ref().is_some_and(|cart| is_mine(call, cart)) {
            return Err(ApiError::reference_not_found(
                "cart",
                cart.as_deref().map(id_of).unwrap_or_default(),
            ));
        }
        orders::create(project, &actor, &draft, call.store)?
    };
    Ok(Reply::created(call.present(project, &doc)))
}
