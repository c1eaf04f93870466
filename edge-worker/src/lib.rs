//! The Cloudflare Worker: events in, `edge_core` decides, answers out.
//!
//! In scope: the platform, that is `fetch`, variables, Durable Objects, time. Out of scope: every rule.
//! An error never leaves as a Rust error: the platform would turn it into a page of its own.

mod call;
mod commerce_access;
mod commerce_access_do;
mod commerce_client;
mod commerce_fetch;
mod config_var;
mod delivery;
mod exchange;
mod handlers;
mod http;
mod log;
mod numbers;
mod object_alarm;
mod object_call;
mod object_request;
mod object_shop;
mod platform;
mod platform_trust;
mod promise;
mod rate_limit;
mod sql;
mod sync_cron;
mod task;
mod tidio_client;
mod tidio_project_do;
mod web;

use contract::{ErrorCode, MAX_REQUEST_BODY_BYTES};
use edge_core::config::{Config, Secret};
use edge_core::intake::{MAX_EVENT_BYTES, MAX_WEBHOOK_BYTES, Service};
use js_sys::Promise;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::web_sys::Request;
use worker::{Env, worker_sys};

use crate::call::{Call, Outcome};
use crate::config_var::Loaded;
use crate::delivery::Delivery;
use crate::handlers::events::Arrival;
use crate::http::{CorrelationId, Endpoint, Incoming, Method, Outgoing};
use crate::log::Level;
use crate::web::Promised;

/// Entry point of every HTTP request: a promise of the answer.
#[wasm_bindgen]
pub fn fetch(request: Request, env: Env, ctx: worker_sys::Context) -> Promise {
    let started_ms = platform::now_ms();
    promise::kept_by(started_ms, async move |promised| {
        let (answer, delivery) = answer(&request, &env, started_ms).await;
        give(promised, &answer);
        if let Some(delivery) = delivery {
            let delivered = promise::done(async move {
                delivery.send(&env).await;
                Ok(())
            });
            // Where a request cannot outlast its answer, the delivery runs as far as it is let.
            let _ = ctx.wait_until(&delivered);
        }
    })
}

/// The answer, and what is to be delivered after it.
async fn answer(request: &Request, env: &Env, started_ms: u64) -> (Outgoing, Option<Delivery>) {
    let incoming = read_head(request);
    let config = config_var::load(env);
    let endpoint = http::find(&incoming.path, incoming.method);
    let (answer, delivery) = match endpoint {
        Ok(endpoint) if endpoint.is_for_machines() => {
            (machine(endpoint, &config, env, &incoming, request, started_ms).await, None)
        }
        Ok(endpoint) => dispatch(endpoint, &config, &incoming, request, env, started_ms).await,
        Err(code) => (http::unserved(&incoming, code), None),
    };
    let answer = answer.finished(&incoming.correlation_id);
    log_answer(endpoint.ok(), &incoming, &answer, platform::now_ms().saturating_sub(started_ms));
    (answer, delivery)
}

/// What other machines and operations ask: the answer says that something was kept or done, so it comes after that.
async fn machine(
    endpoint: Endpoint,
    loaded: &Loaded,
    env: &Env,
    incoming: &Incoming,
    request: &Request,
    now_ms: u64,
) -> Outgoing {
    let Ok(config) = loaded.as_ref() else {
        return Outgoing::problem(ErrorCode::ConfigInvalid, &incoming.correlation_id);
    };
    let header = |name: &str| request.headers().get(name).ok().flatten();
    let (service, proof) = match endpoint {
        Endpoint::EventBridge => (Service::EventBridge, header("x-api-key")),
        Endpoint::PubSub => (Service::PubSub, header("authorization")),
        Endpoint::Sns => (Service::Sns, header("x-amz-sns-rawdelivery")),
        Endpoint::EventGrid => {
            (Service::EventGrid, header("x-eventgrid-secret").or_else(|| incoming.parameter("secret")))
        }
        Endpoint::TidioWebhooks => {
            let signature = header("x-tidio-signature");
            let body = read_limited(request, MAX_WEBHOOK_BYTES).await;
            return handlers::webhooks::take(config, env, incoming, signature.as_deref(), body, now_ms).await;
        }
        _ => return handlers::operate(config, env, incoming).await,
    };
    if incoming.method == Method::Options {
        let origin = header("webhook-request-origin");
        return handlers::events::handshake(config, origin, proof.as_deref(), incoming);
    }
    let body = read_limited(request, MAX_EVENT_BYTES).await;
    let arrival = Arrival { service, proof: proof.as_deref(), body, now_ms };
    handlers::events::take(config, env, incoming, arrival).await
}

async fn dispatch(
    endpoint: Endpoint,
    loaded: &Loaded,
    incoming: &Incoming,
    request: &Request,
    env: &Env,
    now_ms: u64,
) -> (Outgoing, Option<Delivery>) {
    let config = match (endpoint, loaded.as_ref()) {
        (Endpoint::Healthz, _) => return (handlers::healthz(), None),
        (Endpoint::Readyz, config) => return (handlers::readyz(env, config, incoming).await, None),
        (Endpoint::Doctor, config) => return (handlers::doctor(env, config, incoming).await, None),
        (_, Err(_problems)) => {
            return (Outgoing::problem(ErrorCode::ConfigInvalid, &incoming.correlation_id), None);
        }
        (_, Ok(config)) => config,
    };
    if incoming.method == Method::Options {
        return (http::preflight(config, incoming.origin.as_deref()), None);
    }
    configured(endpoint, config, incoming, request, env, now_ms).await
}

async fn configured(
    endpoint: Endpoint,
    config: &Config,
    incoming: &Incoming,
    request: &Request,
    env: &Env,
    now_ms: u64,
) -> (Outgoing, Option<Delivery>) {
    let address = incoming.address.as_ref().map(Secret::expose);
    if endpoint.is_for_browsers() && !rate_limit::visitor_may(env, address).await {
        let refusal = Outgoing::problem(ErrorCode::RateLimited, &incoming.correlation_id);
        return (http::allow_for_any_store(refusal, config, incoming.origin.as_deref()), None);
    }
    match endpoint {
        Endpoint::Bootstrap => (handlers::bootstrap(config, incoming), None),
        Endpoint::ExplainRoute => (handlers::explain_route(config, incoming), None),
        Endpoint::Identify | Endpoint::Cart => {
            let body = read_body(incoming, request).await;
            handlers::identify(env, config, incoming, body, now_ms).await
        }
        Endpoint::Consent => {
            let body = read_body(incoming, request).await;
            (handlers::consent(env, config, incoming, body, now_ms).await, None)
        }
        Endpoint::Healthz
        | Endpoint::Readyz
        | Endpoint::Doctor
        | Endpoint::EventBridge
        | Endpoint::EventGrid
        | Endpoint::PubSub
        | Endpoint::Sns
        | Endpoint::TidioWebhooks
        | Endpoint::Admin => (handlers::healthz(), None),
    }
}

/// Everything but the body. A header that cannot be read counts as absent.
fn read_head(request: &Request) -> Incoming {
    let head = web::head_of(request);
    let mut lines = head.split('\n');
    let method = match lines.next() {
        // The platform leaves the body of an answer to HEAD out.
        Some("GET" | "HEAD") => Method::Get,
        Some("POST") => Method::Post,
        Some("OPTIONS") => Method::Options,
        _ => Method::Other,
    };
    let (path, query) = http::path_and_query(lines.next().unwrap_or_default());
    let [origin, content_type, if_none_match, authorization, address, correlation_id] =
        [(); 6].map(|()| lines.next().filter(|value| !value.is_empty()));
    Incoming {
        method,
        path: path.to_owned(),
        query: query.to_owned(),
        origin: origin.map(ToOwned::to_owned),
        content_type: content_type.map(ToOwned::to_owned),
        if_none_match: if_none_match.map(ToOwned::to_owned),
        bearer: authorization.and_then(http::bearer),
        address: address.map(Secret::new),
        correlation_id: CorrelationId::accept_or_make(correlation_id, platform::random_bytes()),
    }
}

/// The body of a JSON request, read no further than the limit.
async fn read_body(incoming: &Incoming, request: &Request) -> Result<Vec<u8>, ErrorCode> {
    if !http::is_json(incoming.content_type.as_deref()) {
        return Err(ErrorCode::MediaTypeUnsupported);
    }
    read_limited(request, MAX_REQUEST_BODY_BYTES).await
}

/// The body, read no further than the limit.
pub async fn read_limited(request: &Request, limit_bytes: usize) -> Result<Vec<u8>, ErrorCode> {
    let limit_bytes = u32::try_from(limit_bytes).unwrap_or(u32::MAX);
    let Outcome { text, body } = Call::begin(|call| web::body_of(call, request, limit_bytes)).await;
    let is_too_large = text == "too_large";
    body.ok_or(if is_too_large { ErrorCode::BodyTooLarge } else { ErrorCode::BodyMalformed })
}

fn give(promised: &Promised, answer: &Outgoing) {
    let headers = answer.headers.iter().map(|(name, value)| (*name, &**value));
    let lines = web::header_lines(String::with_capacity(512), headers).unwrap_or_default();
    web::answer(
        promised,
        answer.status,
        &lines,
        Some(answer.body.as_bytes()).filter(|body| !body.is_empty()),
    );
}

fn log_answer(endpoint: Option<Endpoint>, incoming: &Incoming, answer: &Outgoing, duration_ms: u64) {
    let level = match answer.status {
        500.. => Level::Error,
        400.. => Level::Warn,
        _ => Level::Info,
    };
    let name = endpoint.map_or("none", Endpoint::name);
    log::write(
        level,
        "Request answered.",
        &[
            ("endpoint", &&name),
            ("status", &&answer.status),
            ("code", &&answer.code),
            ("duration_ms", &&duration_ms),
            ("correlation_id", &&incoming.correlation_id),
        ],
    );
}
