//! `/__emulator/…` endpoints of delivery.

use super::super::http::Emulator;
use super::super::kinds::Kind;
use super::super::project::{Actor, Project};
use super::super::seed::PROJECT;
use super::super::subscriptions;
use super::keys::{CA_CERTIFICATE, SNS_CERTIFICATE};
use super::target::{Service, Target};
use super::{Lane, notification};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::{Arc, PoisonError};

/// Topic of an SNS destination that names none.
pub const DEFAULT_TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:commercetools";
/// Records listed unless asked otherwise.
const LISTED: usize = 1000;

/// All endpoints of delivery.
pub fn routes() -> Router<Arc<Emulator>> {
    Router::new()
        .route("/__emulator/delivery", get(targets).post(add_target).delete(remove_targets))
        .route("/__emulator/deliveries", get(deliveries).delete(clear_deliveries))
        .route("/__emulator/deliveries/summary", get(summary))
        .route("/__emulator/google/certs", get(google_certs))
        .route("/__emulator/google/rotate", post(google_rotate))
        .route("/__emulator/sns/cert.pem", get(|| pem(SNS_CERTIFICATE)))
        .route("/__emulator/sns/ca.pem", get(|| pem(CA_CERTIFICATE)))
        .route("/__emulator/sns/confirm", get(sns_confirm))
}

async fn targets(State(emulator): State<Arc<Emulator>>) -> Json<Value> {
    Json(emulator.courier.lanes().iter().map(|lane| json!(lane.target)).collect())
}

async fn remove_targets(State(emulator): State<Arc<Emulator>>) -> StatusCode {
    emulator.courier.clear();
    StatusCode::NO_CONTENT
}

async fn add_target(
    State(emulator): State<Arc<Emulator>>,
    headers: HeaderMap,
    Json(target): Json<Target>,
) -> Response {
    if !target.url.starts_with("http://") {
        return (StatusCode::BAD_REQUEST, "url must start with http://").into_response();
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost:8989");
    let origin = format!("http://{host}");
    let now_ms = emulator.harness.clock.now_ms();
    let mut world = emulator.world.lock().unwrap_or_else(PoisonError::into_inner);
    let Ok(project) = world.project_mut(PROJECT) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if let Err(error) = ensure_subscription(project, &target, now_ms) {
        return error.into_response();
    }
    project.events.clear();
    let Some(subscription) = project.find_one(Kind::Subscription, "key", &target.subscription) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let test = notification::test_of(PROJECT, &subscription, target.options.format.as_deref());
    let lane = Lane::new(target.clone(), project, origin);
    drop(world);
    emulator.courier.open_lane(lane, test);
    (StatusCode::CREATED, Json(json!(target))).into_response()
}

/// Creates the Subscription that the mapping names, unless it exists.
fn ensure_subscription(
    project: &mut Project,
    target: &Target,
    now_ms: i64,
) -> super::super::error::Outcome<()> {
    if project.find_one(Kind::Subscription, "key", &target.subscription).is_some() {
        return Ok(());
    }
    let (destination, format) = match target.kind {
        Service::EventBridge => (
            json!({ "type": "EventBridge", "accountId": "123456789012", "region": "eu-central-1" }),
            "Platform",
        ),
        Service::PubSub => (
            json!({ "type": "GoogleCloudPubSub", "projectId": "demo-shop", "topic": "commercetools" }),
            "Platform",
        ),
        Service::Sns => {
            let topic = target.options.topic_arn.as_deref().unwrap_or(DEFAULT_TOPIC);
            (json!({ "type": "SNS", "topicArn": topic, "authenticationMode": "IAM" }), "Platform")
        }
        Service::EventGrid => {
            (json!({ "type": "EventGrid", "uri": "https://example.com", "accessKey": "****" }), "CloudEvents")
        }
    };
    let nothing = target.messages.is_empty() && target.changes.is_empty();
    let messages = if nothing {
        vec![json!({ "resourceTypeId": "order", "types": [] })]
    } else {
        target.messages.clone()
    };
    let actor = Actor { now_ms, client_id: "emulator".to_owned(), customer_id: None, anonymous_id: None };
    let draft = json!({
        "key": target.subscription, "destination": destination, "messages": messages,
        "changes": target.changes, "format": { "type": format },
    });
    subscriptions::create(project, &actor, &draft).map(|_| ())
}

#[derive(Deserialize)]
struct Listing {
    subscription: Option<String>,
    limit: Option<usize>,
}

async fn deliveries(State(emulator): State<Arc<Emulator>>, Query(listing): Query<Listing>) -> Json<Value> {
    let records = emulator.courier.log.list(listing.subscription.as_deref(), listing.limit.unwrap_or(LISTED));
    Json(json!(records))
}

async fn clear_deliveries(State(emulator): State<Arc<Emulator>>) -> StatusCode {
    emulator.courier.log.clear();
    StatusCode::NO_CONTENT
}

async fn summary(State(emulator): State<Arc<Emulator>>) -> Json<Value> {
    Json(emulator.courier.log.summary())
}

async fn google_certs(State(emulator): State<Arc<Emulator>>) -> Response {
    let headers = [(header::CACHE_CONTROL, "public, max-age=300")];
    (headers, Json(emulator.courier.keys.jwks())).into_response()
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RotationRequest {
    #[serde(default)]
    old_key_stays: bool,
}

async fn google_rotate(
    State(emulator): State<Arc<Emulator>>,
    body: Option<Json<RotationRequest>>,
) -> StatusCode {
    emulator.courier.keys.rotate(body.map(|Json(request)| request.old_key_stays).unwrap_or_default());
    StatusCode::NO_CONTENT
}

async fn pem(text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, "application/x-pem-file")], text).into_response()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Confirmation {
    token: String,
}

async fn sns_confirm(State(emulator): State<Arc<Emulator>>, Query(query): Query<Confirmation>) -> Response {
    match emulator.courier.confirm(&query.token) {
        Some(topic) => {
            let body = format!(
                "<ConfirmSubscriptionResponse><ConfirmSubscriptionResult><SubscriptionArn>{topic}:confirmed\
                 </SubscriptionArn></ConfirmSubscriptionResult></ConfirmSubscriptionResponse>"
            );
            ([(header::CONTENT_TYPE, "text/xml")], body).into_response()
        }
        None => StatusCode::FORBIDDEN.into_response(),
    }
}
