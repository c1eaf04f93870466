//! What every REST call passes first: version header, keys, plan, budget.
//!
//! Order: wrong version 406, unknown keys 401, plan without this area 403, budget spent 429. A refused
//! key or plan costs no budget. Answers that passed the keys carry `x-ratelimit-*`.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header::ACCEPT},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{error::ApiError, model::Plan, rate::Budget, world::Shared, world::World};
use crate::shared::Client;

const CLIENT_ID: &str = "x-tidio-openapi-client-id";
const CLIENT_SECRET: &str = "x-tidio-openapi-client-secret";

/// Public key of the project whose keys the request carried, and the client id it used.
#[derive(Debug, Clone)]
pub struct Caller(pub String, String);

/// Middleware in front of the REST routes; puts a [`Caller`] into the request.
pub async fn gate(State(tidio): State<Shared>, mut request: Request, next: Next) -> Response {
    let products = request.uri().path().starts_with("/products");
    let admitted = tidio.with(|world| admit(world, request.headers(), products));
    let (caller, budget, terse) = match admitted {
        Ok(admitted) => admitted,
        Err(refusal) => return refusal.into_response(),
    };
    let client = Client(caller.1.clone());
    let mut response = if budget.allowed {
        request.extensions_mut().insert(caller);
        next.run(request).await
    } else {
        ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "Too many requests").into_response()
    };
    if terse && response.status() == StatusCode::UNPROCESSABLE_ENTITY {
        let refusal = ApiError::new(response.status(), "validation_error", "Validation failed");
        response = refusal.into_response();
    }
    response.extensions_mut().insert(client);
    let headers = response.headers_mut();
    headers.insert("x-ratelimit-limit", HeaderValue::from(budget.limit));
    headers.insert("x-ratelimit-remaining", HeaderValue::from(budget.remaining));
    response
}

fn admit(world: &mut World, headers: &HeaderMap, products: bool) -> Result<(Caller, Budget, bool), ApiError> {
    check_version(headers)?;
    let id = text(headers, CLIENT_ID);
    let secret = text(headers, CLIENT_SECRET);
    let vendor_ms = world.vendor_ms;
    let project = world
        .projects
        .iter_mut()
        .find(|project| !id.is_empty() && project.client_id == id && project.client_secret == secret)
        .ok_or_else(|| {
            ApiError::new(StatusCode::UNAUTHORIZED, "unauthorized", "Invalid client id or secret")
        })?;
    check_plan(project.plan, products)?;
    let budget = project.rate.admit(project.plan.per_minute(), vendor_ms);
    Ok((Caller(project.public_key.clone(), project.client_id.clone()), budget, project.terse_errors))
}

fn check_plan(plan: Plan, products: bool) -> Result<(), ApiError> {
    let refusal = match plan {
        Plan::Free => "OpenAPI is not available on the Free plan",
        _ if plan.is_full() || products => return Ok(()),
        _ => "This plan can use the products endpoints only",
    };
    Err(ApiError::new(StatusCode::FORBIDDEN, "forbidden", refusal))
}

/// A missing header means the newest version; a named one must be version 1.
fn check_version(headers: &HeaderMap) -> Result<(), ApiError> {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let named = accept.split([';', ',']).filter_map(|part| part.trim().strip_prefix("version=")).next();
    match named {
        None | Some("1") => Ok(()),
        Some(other) => Err(ApiError::new(
            StatusCode::NOT_ACCEPTABLE,
            "not_acceptable",
            format!("Version {other} does not exist"),
        )),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
