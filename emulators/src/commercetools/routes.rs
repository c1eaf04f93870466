//! From a path to what answers it. Resources that need no rules of their own are handled here.

use super::call::{Call, Edit, Reply, unknown_action};
use super::error::{ApiError, Outcome};
use super::kinds::Kind;
use super::project::{Doc, Project};
use super::query::{Query, fields_of};
use super::{carts, custom, custom_objects, customers, me, orders, products, settings, subscriptions};
use serde_json::{Value, json};

/// Answers a request of the HTTP API.
///
/// # Errors
/// The vendor's error for it.
pub fn handle(project: &mut Project, call: &Call<'_>) -> Outcome<Reply> {
    if let Some(store) = call.store
        && project.find_one(Kind::Store, "key", store).is_none()
    {
        return Err(ApiError::not_found(format_args!("key '{store}' (store)")));
    }
    match call.segments {
        [] => settings::handle(project, call),
        ["me", rest @ ..] => me::handle(project, call, rest),
        ["login"] if call.method == "POST" => {
            call.require(&["manage_customers"])?;
            super::login::login(project, call)
        }
        ["product-projections", rest @ ..] => products::projections(project, call, rest),
        ["graphql"] if call.method == "POST" && call.store.is_none() => super::graphql::handle(project, call),
        ["custom-objects", rest @ ..] => custom_objects::handle(project, call, rest),
        ["subscriptions", id, "health"] => subscriptions::health(project, id),
        ["carts", "replicate"] if call.method == "POST" => {
            call.require(&["manage_orders"])?;
            carts::replicate(project, call)
        }
        ["carts", customer, "merge"] if call.method == "POST" => {
            call.require(&["manage_orders"])?;
            carts::merge(project, call, customer.trim_start_matches("customer-id="))
        }
        ["orders", "import"] if call.method == "POST" => {
            call.require(&["manage_orders"])?;
            orders::import(project, call)
        }
        ["shipping-methods", "matching-cart"] => {
            call.require(Kind::ShippingMethod.spec().view)?;
            carts::matching_shipping_methods(project, call)
        }
        [path, rest @ ..] => match Kind::of_path(path) {
            Some(kind) => resource(project, call, kind, rest),
            None => Err(no_such_path()),
        },
    }
}

/// 404 for a path nobody knows.
pub fn no_such_path() -> ApiError {
    ApiError::not_found("this path")
}

fn resource(project: &mut Project, call: &Call<'_>, kind: Kind, rest: &[&str]) -> Outcome<Reply> {
    let spec = kind.spec();
    match (call.method, rest) {
        ("GET", []) => {
            call.require(spec.view)?;
            query(project, call, kind, &|doc| call.sees(kind, doc))
        }
        ("GET", [selector]) => {
            call.require(spec.view)?;
            let doc = select(project, call, kind, selector)?;
            Ok(Reply::ok(call.present(project, &doc)))
        }
        ("POST", []) if !spec.manage.is_empty() => {
            call.require(spec.manage)?;
            create(project, call, kind)
        }
        ("POST", [selector]) if !spec.manage.is_empty() => {
            call.require(spec.manage)?;
            let doc = select(project, call, kind, selector)?;
            update(project, call, kind, &doc)
        }
        ("DELETE", [selector]) if !spec.manage.is_empty() => {
            call.require(spec.manage)?;
            let doc = select(project, call, kind, selector)?;
            call.check_version_parameter(&doc)?;
            let messages = match kind {
                Kind::Order => vec![super::project::message("OrderDeleted", json!({ "order": true }))],
                Kind::Customer => vec![super::project::message("CustomerDeleted", json!({}))],
                _ => Vec::new(),
            };
            project.delete(&call.actor(), kind, &doc, messages);
            Ok(Reply::ok(call.present(project, &doc)))
        }
        _ => Err(no_such_path()),
    }
}

/// Answers a query for documents of a kind that `visible` accepts.
///
/// # Errors
/// 400 for bad parameters.
pub fn query(
    project: &Project,
    call: &Call<'_>,
    kind: Kind,
    visible: &dyn Fn(&Value) -> bool,
) -> Outcome<Reply> {
    let query = Query::read(call.parameters, fields_of(kind))?;
    let mut page = if kind == Kind::Message && !settings::messages_enabled(project) {
        query.run_over(Vec::new())
    } else {
        query.run(project, kind, visible)
    };
    call.expand(project, &mut page["results"]);
    Ok(Reply::ok(page))
}

/// The document that the last part of a path names.
///
/// # Errors
/// 404, also for a document of another store.
pub fn select(project: &Project, call: &Call<'_>, kind: Kind, selector: &str) -> Outcome<Doc> {
    let (what, found) = match selector.split_once('=') {
        Some(("key", key)) => (format!("key '{key}'"), project.find_one(kind, "key", key)),
        Some(("order-number", number)) if kind == Kind::Order => {
            (format!("orderNumber '{number}'"), project.find_one(kind, "orderNumber", number))
        }
        Some(("customer-id", id)) if kind == Kind::Cart => {
            let cart = carts::active_cart(project, "customerId", id, |cart| call.sees(kind, cart));
            (format!("customerId '{id}'"), cart)
        }
        _ => (format!("ID '{selector}'"), project.get(kind, selector)),
    };
    found.filter(|doc| call.sees(kind, doc)).ok_or_else(|| ApiError::not_found(what))
}

fn create(project: &mut Project, call: &Call<'_>, kind: Kind) -> Outcome<Reply> {
    if !call.body.is_object() {
        return Err(ApiError::invalid_json("expected an object"));
    }
    let actor = call.actor();
    let doc = match kind {
        Kind::Cart => carts::create(project, &actor, call.body, call.store)?,
        Kind::Order => orders::create(project, &actor, call.body, call.store)?,
        Kind::Customer => return customers::create(project, call),
        Kind::Product => products::create(project, &actor, call.body)?,
        Kind::Subscription => subscriptions::create(project, &actor, call.body)?,
        _ => {
            let mut doc = call.body.clone();
            if kind == Kind::Type && doc.get("fieldDefinitions").is_none() {
                doc["fieldDefinitions"] = json!([]);
            }
            project.create(&actor, kind, doc, Vec::new())?
        }
    };
    Ok(Reply::created(call.present(project, &doc)))
}

/// Applies the update actions of the body.
///
/// # Errors
/// 400 or 409; nothing is changed then.
pub fn update(project: &mut Project, call: &Call<'_>, kind: Kind, doc: &Doc) -> Outcome<Reply> {
    let actions = call.actions(doc)?;
    let actor = call.actor();
    let stored = update_with(project, &actor, kind, doc, actions)?;
    Ok(Reply::ok(call.present(project, &stored)))
}

/// Applies update actions to a document and stores it.
///
/// # Errors
/// 400; nothing is changed then.
pub fn update_with(
    project: &mut Project,
    actor: &super::project::Actor,
    kind: Kind,
    doc: &Doc,
    actions: &[Value],
) -> Outcome<Doc> {
    let mut edit = Edit::of(project, actor, doc);
    for action in actions {
        let name =
            action["action"].as_str().ok_or_else(|| ApiError::invalid_json("actions: action is missing"))?;
        match kind {
            _ if custom::apply(&mut edit, kind, action)? => {}
            Kind::Cart => super::cart_actions::apply(&mut edit, name, action)?,
            Kind::Order => super::order_actions::apply(&mut edit, name, action)?,
            Kind::Customer => super::customer_actions::apply(&mut edit, name, action)?,
            Kind::Subscription => subscriptions::apply(&mut edit, name, action)?,
            _ => assign(&mut edit, name, action)?,
        }
    }
    if kind == Kind::Cart {
        super::totals::recalculate(edit.project, &mut edit.doc)?;
    }
    edit.commit(kind, actions.len())
}

/// `setX` and `changeX` of resources that have no rules of their own: the member `x` is replaced.
fn assign(edit: &mut Edit<'_>, name: &str, action: &Value) -> Outcome<()> {
    let member = name.strip_prefix("set").or_else(|| name.strip_prefix("change"));
    let member = member.map(lower_first).ok_or_else(|| unknown_action(action))?;
    edit.replace(&member, action.get(&member).cloned().unwrap_or(Value::Null));
    Ok(())
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_lowercase().chain(characters).collect()).unwrap_or_default()
}
