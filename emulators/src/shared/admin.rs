//! `/__emulator/…`: how tests and people steer an emulator.

use super::faults::Fault;
use super::{Harness, Reset};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

#[derive(Clone)]
struct Context {
    harness: Arc<Harness>,
    reset: Reset,
}

/// All endpoints that both emulators share.
pub fn routes(harness: Arc<Harness>, reset: Reset) -> Router {
    Router::new()
        .route("/__emulator/health", get(health))
        .route("/__emulator/requests", get(requests).delete(clear_requests))
        .route("/__emulator/faults", get(faults).post(add_faults).delete(clear_faults))
        .route("/__emulator/reset", post(reset_all))
        .route("/__emulator/clock", get(clock).post(set_clock))
        .with_state(Context { harness, reset })
}

async fn health(State(context): State<Context>) -> Json<Value> {
    Json(json!({ "status": "ok", "emulator": context.harness.name }))
}

#[derive(Deserialize)]
struct RequestFilter {
    #[serde(default)]
    since: u64,
    #[serde(default)]
    path_prefix: String,
}

async fn requests(State(context): State<Context>, Query(filter): Query<RequestFilter>) -> Json<Value> {
    Json(json!(context.harness.requests.list(filter.since, &filter.path_prefix)))
}

async fn clear_requests(State(context): State<Context>) -> StatusCode {
    context.harness.requests.clear();
    StatusCode::NO_CONTENT
}

async fn faults(State(context): State<Context>) -> Json<Value> {
    let list = context.harness.faults.list();
    Json(list.into_iter().map(|(fault, applied)| json!({ "fault": fault, "applied": applied })).collect())
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    Many(Vec<Fault>),
    One(Box<Fault>),
}

async fn add_faults(State(context): State<Context>, Json(faults): Json<OneOrMany>) -> StatusCode {
    context.harness.faults.add(match faults {
        OneOrMany::Many(list) => list,
        OneOrMany::One(fault) => vec![*fault],
    });
    StatusCode::NO_CONTENT
}

async fn clear_faults(State(context): State<Context>) -> StatusCode {
    context.harness.faults.clear();
    StatusCode::NO_CONTENT
}

async fn reset_all(State(context): State<Context>) -> StatusCode {
    context.harness.faults.clear();
    (context.reset)();
    context.harness.requests.clear();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    #[serde(default)]
    advance_ms: i64,
    speed: Option<f64>,
}

async fn clock(State(context): State<Context>) -> Json<Value> {
    let clock = &context.harness.clock;
    Json(json!({ "now_ms": clock.now_ms(), "speed": clock.speed() }))
}

async fn set_clock(State(context): State<Context>, Json(change): Json<ClockChange>) -> Json<Value> {
    let clock = &context.harness.clock;
    clock.advance(change.advance_ms);
    if let Some(speed) = change.speed {
        clock.set_speed(speed);
    }
    Json(json!({ "now_ms": clock.now_ms(), "speed": clock.speed() }))
}
