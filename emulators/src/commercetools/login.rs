//! Signing in, and what a guest brings along.

use super::call::{Call, Reply, needed_text, resolve};
use super::carts;
use super::error::{ApiError, Outcome};
use super::kinds::Kind;
use super::oauth::sign_in;
use super::project::{Actor, Doc, Project, text};
use axum::http::StatusCode;
use serde_json::{Value, json};

/// `POST /login`, `POST /me/login`: checks the password, merges the guest's cart.
///
/// # Errors
/// 400 `InvalidCredentials`, 400 for a bad cart.
pub fn login(project: &mut Project, call: &Call<'_>) -> Outcome<Reply> {
    let (email, secret) = (needed_text(call.body, "email")?, needed_text(call.body, "password")?);
    let id = sign_in(project, email, secret, call.store).ok_or_else(|| {
        ApiError::new(
            StatusCode::BAD_REQUEST,
            "InvalidCredentials",
            "Account with the given credentials not found.",
        )
    })?;
    let actor = call.actor();
    let brought = bring_along(project, &actor, call.body, &id)?;
    let visible = |cart: &Value| call.sees(Kind::Cart, cart);
    let cart = brought.or_else(|| carts::active_cart(project, "customerId", &id, visible));
    let customer =
        project.get(Kind::Customer, &id).ok_or_else(|| ApiError::not_found(format_args!("ID '{id}'")))?;
    let mut body = json!({ "customer": call.present(project, &customer) });
    if let Some(cart) = cart {
        body["cart"] = call.present(project, &cart);
    }
    Ok(Reply::ok(body))
}

/// Passes everything of the anonymous id, and the cart named, to the customer. Returns the cart that
/// is active afterwards, if a guest's cart was involved.
///
/// # Errors
/// 400.
pub fn bring_along(
    project: &mut Project,
    actor: &Actor,
    body: &Value,
    customer_id: &str,
) -> Outcome<Option<Doc>> {
    let adopt = ["anonymousCartSignInMode", "activeCartSignInMode"]
        .iter()
        .any(|member| text(body, member) == Some("UseAsNewActiveCustomerCart"));
    let anonymous_id = text(body, "anonymousId").map(str::to_owned).or_else(|| actor.anonymous_id.clone());
    let named =
        match (body.get("anonymousCart").filter(|cart| !cart.is_null()), text(body, "anonymousCartId")) {
            (Some(identifier), _) => Some(resolve(project, Kind::Cart, identifier)?),
            (None, Some(id)) => Some(resolve(project, Kind::Cart, &json!({ "id": id }))?),
            (None, None) => {
                let id = anonymous_id.as_deref();
                id.and_then(|id| carts::active_cart(project, "anonymousId", id, |_| true))
            }
        };
    let cart = match named {
        Some(guest) => Some(carts::take_over(project, actor, &guest, customer_id, adopt)?),
        None => None,
    };
    if let Some(id) = anonymous_id {
        for kind in [Kind::Cart, Kind::Order] {
            for doc in project.find(kind, "anonymousId", &id) {
                if text(&doc, "cartState") != Some("Merged") {
                    carts::assign(project, actor, kind, &doc, customer_id)?;
                }
            }
        }
    }
    Ok(cart)
}
