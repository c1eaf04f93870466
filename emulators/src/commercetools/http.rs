//! From HTTP to the project and back.

use super::call::{Call, Reply};
use super::delivery::{self, Courier};
use super::error::{ApiError, Outcome};
use super::oauth::{self, AuthCall, Grant};
use super::routes;
use super::scopes::Scopes;
use super::seed::{self, Seed};
use super::workload;
use super::world::World;
use crate::shared::{Client, Harness};
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};

/// Largest JSON document accepted.
const MAX_DOCUMENT_BYTES: usize = 16 * 1024 * 1024;

/// The running emulator.
pub struct Emulator {
    pub harness: Arc<Harness>,
    pub world: Mutex<World>,
    pub courier: Arc<Courier>,
}

/// Builds the whole application with its starting data.
///
/// # Errors
/// A sentence about what is wrong with the seed.
pub fn app(harness: Harness, seed: Seed) -> Result<Router, String> {
    let harness = Arc::new(harness);
    let world = seed::world(seed, harness.clock.now_ms())?;
    let courier = Arc::new(Courier::new(Arc::clone(&harness))?);
    let emulator = Arc::new(Emulator { harness: Arc::clone(&harness), world: Mutex::new(world), courier });
    let resetting = Arc::clone(&emulator);
    let reset = Arc::new(move || {
        resetting.courier.clear();
        // The seed was laid once already, so it can be laid again.
        if let Ok(fresh) = seed::world(seed, resetting.harness.clock.now_ms()) {
            *resetting.world.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
        }
    });
    let vendor = Router::new()
        .merge(delivery::admin::routes())
        .merge(workload::routes())
        .fallback(answer)
        .with_state(emulator);
    Ok(harness.wrap(vendor, reset))
}

async fn answer(State(emulator): State<Arc<Emulator>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, MAX_DOCUMENT_BYTES).await else {
        return ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "ContentTooLarge", "The document is too large.")
            .into_response();
    };
    let segments: Vec<String> = parts
        .uri
        .path()
        .split('/')
        .filter(|part| !part.is_empty())
        .map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned())
        .collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let mut parameters = pairs(parts.uri.query().unwrap_or_default().as_bytes());
    let authorization = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let now_ms = emulator.harness.clock.now_ms();
    let mut world = emulator.world.lock().unwrap_or_else(PoisonError::into_inner);
    if let ["oauth", rest @ ..] = segments.as_slice() {
        if parts.method != Method::POST {
            return routes::no_such_path().into_response();
        }
        parameters.extend(pairs(&bytes));
        let call = AuthCall { segments: rest, parameters: &parameters, authorization, now_ms };
        let (outcome, client) = oauth::handle(&mut world, &call);
        return finish(outcome.map(Reply::ok), client, &parts.method);
    }
    let grant = match &segments[..] {
        // The one resource that tells its state to anyone.
        [_, "subscriptions", _, "health"] => Ok(nobody()),
        _ => world.authority.bearer(authorization, now_ms),
    };
    let client = grant.as_ref().ok().map(|grant| grant.client_id.clone()).filter(|id| !id.is_empty());
    let outcome = grant.and_then(|grant| {
        let (project, store, rest) = split(&segments)?;
        let method = if parts.method == Method::HEAD { "GET" } else { parts.method.as_str() };
        let body = json_body(&bytes)?;
        let call = Call {
            method,
            project,
            store,
            segments: rest,
            parameters: &parameters,
            body: &body,
            grant: &grant,
            now_ms,
        };
        api(&mut world, &call, &emulator.courier)
    });
    drop(world);
    finish(outcome, client, &parts.method)
}

fn api(world: &mut World, call: &Call<'_>, courier: &Arc<Courier>) -> Outcome<Reply> {
    let project = world.project_mut(call.project)?;
    let outcome = routes::handle(project, call);
    let events = std::mem::take(&mut project.events);
    courier.publish(project, &events);
    outcome
}

fn nobody() -> Grant {
    Grant {
        client_id: String::new(),
        scopes: Scopes::default(),
        expires_at_ms: i64::MAX,
        customer_id: None,
        anonymous_id: None,
    }
}

/// Project key, store key, rest of the path.
fn split<'a>(segments: &'a [&'a str]) -> Outcome<(&'a str, Option<&'a str>, &'a [&'a str])> {
    match segments {
        [project, "in-store", store, rest @ ..] => {
            let store = store.strip_prefix("key=").ok_or_else(routes::no_such_path)?;
            Ok((project, Some(store), rest))
        }
        [project, rest @ ..] => Ok((project, None, rest)),
        [] => Err(routes::no_such_path()),
    }
}

fn pairs(encoded: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(encoded).into_owned().collect()
}

fn json_body(bytes: &Bytes) -> Outcome<Value> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(bytes).map_err(|error| ApiError::invalid_json(error.to_string()))
}

fn finish(outcome: Outcome<Reply>, client: Option<String>, method: &Method) -> Response {
    let mut response = match outcome {
        // A query by HEAD asks whether there is anything.
        Ok(reply) if *method == Method::HEAD && reply.body["count"] == 0 => {
            StatusCode::NOT_FOUND.into_response()
        }
        Ok(reply) => {
            let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK);
            match reply.raw {
                Some(json) => (status, [(header::CONTENT_TYPE, "application/json")], json).into_response(),
                None => (status, Json(reply.body)).into_response(),
            }
        }
        Err(error) => error.into_response(),
    };
    if *method == Method::HEAD {
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
    if let Some(client) = client {
        response.extensions_mut().insert(Client(client));
    }
    response
}
