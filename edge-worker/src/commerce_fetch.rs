//! One exchange with commercetools: requests, time-outs, repetitions.
//!
//! In scope: everything below "send this and tell me what it meant". Out of scope: tokens ([`crate::commerce_access`])
//! and what a body means ([`edge_core::commerce`]).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use contract::CORRELATION_HEADER;
use edge_core::commerce::{Answer, CommerceError, read_answer};
use edge_core::config::CommerceProject;
use futures_util::TryStreamExt as _;
use worker::{AbortController, Fetch, Headers, Method, Request, RequestInit, RequestRedirect, Response};

use crate::http::CorrelationId;
use crate::platform;

/// Longest wait for one answer, in milliseconds. A chat waits for it, so slow is as good as absent.
const ATTEMPT_MS: u64 = 2_500;
/// Attempts at one read.
const ATTEMPTS: u32 = 3;
/// Longest pause before the first repetition, in milliseconds; it doubles, and the pause is drawn below it.
const PAUSE_MS: u64 = 100;
/// Largest answer read, in bytes: a cart of 500 lines with all their attributes stays below it.
const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;

/// What this edge asks for, whatever else the API client may do.
const SCOPES: [&str; 2] = ["view_orders", "view_customers"];

/// Asks for an access token of ours.
pub fn token_request(project: &CommerceProject, correlation_id: &CorrelationId) -> worker::Result<Request> {
    let scopes = SCOPES.map(|scope| format!("{scope}:{}", project.project_key)).join(" ");
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("scope", &scopes)
        .finish();
    form_request(project, correlation_id, "token", &body)
}

/// Asks for an access token with every scope that our API client has; its answer lists them.
pub fn whole_token_request(
    project: &CommerceProject,
    correlation_id: &CorrelationId,
) -> worker::Result<Request> {
    form_request(project, correlation_id, "token", "grant_type=client_credentials")
}

/// Asks what a shopper's access token is.
pub fn introspection_request(
    project: &CommerceProject,
    correlation_id: &CorrelationId,
    access_token: &str,
) -> worker::Result<Request> {
    let body = form_urlencoded::Serializer::new(String::new()).append_pair("token", access_token).finish();
    form_request(project, correlation_id, "introspect", &body)
}

/// A form for the token service, with our client's credentials.
fn form_request(
    project: &CommerceProject,
    correlation_id: &CorrelationId,
    path: &str,
    body: &str,
) -> worker::Result<Request> {
    let credentials = format!("{}:{}", project.client_id.expose(), project.client_secret.expose());
    let headers = headers(correlation_id, &format!("Basic {}", STANDARD.encode(credentials)))?;
    headers.set("content-type", "application/x-www-form-urlencoded")?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_headers(headers).with_body(Some(body.into()));
    init.with_redirect(RequestRedirect::Manual);
    Request::new_with_init(&format!("{}/oauth/{path}", project.auth_url), &init)
}

/// Reads a path of the project.
pub fn read_request(
    project: &CommerceProject,
    correlation_id: &CorrelationId,
    path: &str,
    token: &str,
) -> worker::Result<Request> {
    let mut init = RequestInit::new();
    init.with_method(Method::Get).with_headers(headers(correlation_id, &format!("Bearer {token}"))?);
    init.with_redirect(RequestRedirect::Manual);
    Request::new_with_init(&format!("{}/{}{path}", project.api_url, project.project_key), &init)
}

fn headers(correlation_id: &CorrelationId, authorization: &str) -> worker::Result<Headers> {
    let headers = Headers::new();
    headers.set("authorization", authorization)?;
    headers.set("accept", "application/json")?;
    headers.set(CORRELATION_HEADER, correlation_id.as_str())?;
    Ok(headers)
}

/// Makes and sends a request until there is an answer worth having. Only "unavailable" is repeated: a vendor that was
/// too slow once has used up the time already. Repeatable: reads, and requests for a token.
///
/// # Errors
/// [`CommerceError::Rejected`] if the request itself cannot be made; what the vendor does is in the answer.
pub async fn repeated(make: impl Fn() -> worker::Result<Request>) -> Result<Answer, CommerceError> {
    let mut pause_ms = PAUSE_MS;
    let mut attempt = 1;
    loop {
        let request = make().map_err(|_not_a_request| CommerceError::Rejected)?;
        let answer = send(request).await;
        if attempt == ATTEMPTS || answer != Answer::Failed(CommerceError::Unavailable) {
            return Ok(answer);
        }
        platform::sleep_ms(platform::jitter_ms(pause_ms)).await;
        pause_ms *= 2;
        attempt += 1;
    }
}

/// Sends one request. What the network does to it becomes an [`Answer`] like any other.
async fn send(request: Request) -> Answer {
    let abort = AbortController::default();
    let signal = abort.signal();
    let exchange = async {
        let response = Fetch::Request(request).send_with_signal(&signal).await.ok()?;
        receive(response).await
    };
    match platform::within_ms(ATTEMPT_MS, exchange).await {
        Some(Some(answer)) => answer,
        Some(None) => Answer::Failed(CommerceError::Unavailable),
        None => {
            abort.abort();
            Answer::Failed(CommerceError::Timeout)
        }
    }
}

/// Reads an answer to its end; `None` if the connection broke.
async fn receive(mut response: Response) -> Option<Answer> {
    let status = response.status_code();
    let content_type = response.headers().get("content-type").ok().flatten();
    let mut body = Vec::new();
    if let Ok(mut stream) = response.stream() {
        while let Some(chunk) = stream.try_next().await.ok()? {
            if body.len() + chunk.len() > MAX_ANSWER_BYTES {
                return Some(Answer::Failed(CommerceError::Malformed));
            }
            body.extend_from_slice(&chunk);
        }
    }
    Some(match String::from_utf8(body) {
        Ok(body) => read_answer(status, content_type.as_deref(), body),
        Err(_not_text) => Answer::Failed(CommerceError::Malformed),
    })
}
