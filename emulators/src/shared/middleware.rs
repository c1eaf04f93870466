//! Wraps a vendor's routes: reads the body once, logs, applies faults, adds the correlation id.

use super::faults::{Fault, Kind};
use super::requests::{Entry, loggable};
use super::{Harness, platform};
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// Largest request body accepted.
const MAX_BODY_BYTES: usize = 32 * 1024 * 1024;

/// Put into a response's extensions by a handler that knows whose credentials were used.
#[derive(Clone)]
pub struct Client(pub String);

/// Put into a response's extensions to make the server drop the connection instead of answering.
#[derive(Clone)]
pub struct DropConnection;

/// The middleware itself.
pub async fn around(State(harness): State<Arc<Harness>>, request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/__emulator") {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, MAX_BODY_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let correlation = correlation_id(&harness, &mut parts.headers);
    let method = parts.method.as_str().to_owned();
    let path = parts.uri.path().to_owned();
    let seq = harness.requests.begin(
        Entry {
            seq: 0,
            at_ms: harness.clock.now_ms(),
            method: method.clone(),
            path: path.clone(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            status: None,
            correlation_id: correlation.as_ref().and_then(|value| value.to_str().ok()).map(str::to_owned),
            client: None,
            body: loggable(&bytes),
            fault: None,
        },
        bytes.len(),
    );
    let fault = harness.faults.take(&method, &path);
    let kind = fault.as_ref().map(|fault| fault.kind);
    let request = Request::from_parts(parts, Body::from(bytes));
    let mut response = answer(fault, request, next).await;
    if let (Some(name), Some(value)) = (harness.correlation_header, correlation) {
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
    if let Ok(date) = HeaderValue::from_str(&platform::http_date(harness.clock.now_ms())) {
        response.headers_mut().insert(header::DATE, date);
    }
    let dropped = response.extensions().get::<DropConnection>().is_some();
    let status = if dropped { 0 } else { response.status().as_u16() };
    let client = response.extensions().get::<Client>().map(|client| client.0.clone());
    harness.requests.finish(seq, status, client, kind.map(Kind::name));
    response
}

/// The request's correlation id; where the vendor generates one, it is added to the request too.
fn correlation_id(harness: &Harness, headers: &mut axum::http::HeaderMap) -> Option<HeaderValue> {
    let given = headers.get("x-correlation-id").cloned();
    let name = harness.correlation_header?;
    if let Some(value) = headers.get(name).cloned().or_else(|| given.clone()) {
        return Some(value);
    }
    let made = HeaderValue::from_str(&platform::new_uuid()).ok()?;
    headers.insert(HeaderName::from_static(name), made.clone());
    Some(made)
}

async fn answer(fault: Option<Fault>, request: Request, next: Next) -> Response {
    let Some(fault) = fault else {
        return next.run(request).await;
    };
    match fault.kind {
        Kind::LatencyMs => {
            tokio::time::sleep(Duration::from_millis(fault.value.unwrap_or(1000))).await;
            next.run(request).await
        }
        Kind::Status => error_status(&fault),
        Kind::Html => web_page(&fault),
        Kind::ResetBefore => dropped(),
        Kind::ResetAfter => {
            next.run(request).await;
            dropped()
        }
        Kind::Truncate => truncated(next.run(request).await).await,
        Kind::Empty => {
            next.run(request).await;
            StatusCode::OK.into_response()
        }
    }
}

fn dropped() -> Response {
    let mut response = StatusCode::BAD_GATEWAY.into_response();
    response.extensions_mut().insert(DropConnection);
    response
}

fn status_of(fault: &Fault, default: StatusCode) -> StatusCode {
    fault
        .value
        .and_then(|value| u16::try_from(value).ok())
        .and_then(|value| StatusCode::from_u16(value).ok())
        .unwrap_or(default)
}

fn error_status(fault: &Fault) -> Response {
    let status = status_of(fault, StatusCode::SERVICE_UNAVAILABLE);
    let mut response = match &fault.body {
        None => status.into_response(),
        Some(Value::String(text)) => (status, text.clone()).into_response(),
        Some(json) => (status, axum::Json(json.clone())).into_response(),
    };
    add_headers(fault, &mut response);
    response
}

fn web_page(fault: &Fault) -> Response {
    let status = status_of(fault, StatusCode::BAD_GATEWAY);
    let page = format!("<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>");
    let mut response = (status, axum::response::Html(page)).into_response();
    add_headers(fault, &mut response);
    response
}

fn add_headers(fault: &Fault, response: &mut Response) {
    for (name, value) in &fault.headers {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name.as_str()), HeaderValue::try_from(text)) {
            response.headers_mut().insert(name, value);
        }
    }
}

/// Announces the whole length, sends half of it and then fails, which makes hyper close the socket.
async fn truncated(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    let half = bytes.slice(..bytes.len() / 2);
    let pieces: [Result<Bytes, std::io::Error>; 2] = [Ok(half), Err(std::io::Error::other("truncated"))];
    Response::from_parts(parts, Body::from_stream(futures_util::stream::iter(pieces)))
}
