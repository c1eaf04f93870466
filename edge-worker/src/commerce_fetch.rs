//! One exchange with commercetools: requests, time-outs, repetitions.
//!
//! In scope: everything below "send this and tell me what it meant". Out of scope: tokens ([`crate::commerce_access`])
//! and what a body means ([`edge_core::commerce`]).

use contract::CORRELATION_HEADER;
use edge_core::base64;
use edge_core::commerce::{Answer, CommerceError, busy, read_answer, read_query_answer};
use edge_core::config::CommerceProject;
use edge_core::link::percent_encode;

use crate::exchange::{Exchange, Limits, Lost};
use crate::http::CorrelationId;
use crate::platform;

/// Attempts at one read.
const ATTEMPTS: u32 = 3;
/// Longest pause before the first repetition, in milliseconds; it doubles, and the pause is drawn below it.
const PAUSE_MS: u64 = 100;
/// Longest pause that the vendor can ask for here; whoever wants more time is not asked again by this request.
const PATIENCE_MS: u64 = 1_000;
/// A chat waits for an answer, so slow is as good as absent. A document may have 16 MB (commercetools' limits: "JSON
/// document size"), and an answer holds more than the document.
const LIMITS: Limits = Limits { timeout_ms: 2_500, max_bytes: 24 * 1024 * 1024 };

/// A request to commercetools, for one correlation id.
pub struct CommerceRequest<'a> {
    method: &'static str,
    url: String,
    authorization: String,
    correlation_id: &'a CorrelationId,
    body: Body<'a>,
}

/// What a request carries.
enum Body<'a> {
    Nothing,
    Form(String),
    /// A GraphQL request; its answer is read as one.
    Query(&'a str),
}

/// Asks for an access token of ours: for the scopes that we need, whatever else the API client may do.
pub fn token_request<'a>(
    project: &CommerceProject,
    correlation_id: &'a CorrelationId,
) -> CommerceRequest<'a> {
    let scopes: Vec<String> =
        project.scopes().map(|scope| format!("{scope}:{}", project.project_key)).collect();
    let mut form = "grant_type=client_credentials&scope=".to_owned();
    percent_encode(&scopes.join(" "), &mut form);
    form_request(project, correlation_id, "token", form)
}

/// Asks for an access token with every scope that our API client has; its answer lists them.
pub fn whole_token_request<'a>(
    project: &CommerceProject,
    correlation_id: &'a CorrelationId,
) -> CommerceRequest<'a> {
    form_request(project, correlation_id, "token", "grant_type=client_credentials".to_owned())
}

/// Asks what a shopper's access token is.
pub fn introspection_request<'a>(
    project: &CommerceProject,
    correlation_id: &'a CorrelationId,
    access_token: &str,
) -> CommerceRequest<'a> {
    let mut form = "token=".to_owned();
    percent_encode(access_token, &mut form);
    form_request(project, correlation_id, "introspect", form)
}

/// A form for the token service, with our client's credentials.
fn form_request<'a>(
    project: &CommerceProject,
    correlation_id: &'a CorrelationId,
    path: &str,
    form: String,
) -> CommerceRequest<'a> {
    let credentials = format!("{}:{}", project.client_id.expose(), project.client_secret.expose());
    CommerceRequest {
        method: "POST",
        url: format!("{}/oauth/{path}", project.auth_url),
        authorization: format!("Basic {}", base64::encode(credentials.as_bytes())),
        correlation_id,
        body: Body::Form(form),
    }
}

/// Asks the project's GraphQL endpoint.
pub fn query_request<'a>(
    project: &CommerceProject,
    correlation_id: &'a CorrelationId,
    query: &'a str,
    token: &str,
) -> CommerceRequest<'a> {
    CommerceRequest {
        method: "POST",
        url: format!("{}/{}/graphql", project.api_url, project.project_key),
        authorization: format!("Bearer {token}"),
        correlation_id,
        body: Body::Query(query),
    }
}

/// Reads a path of the project.
pub fn read_request<'a>(
    project: &CommerceProject,
    correlation_id: &'a CorrelationId,
    path: &str,
    token: &str,
) -> CommerceRequest<'a> {
    CommerceRequest {
        method: "GET",
        url: format!("{}/{}{path}", project.api_url, project.project_key),
        authorization: format!("Bearer {token}"),
        correlation_id,
        body: Body::Nothing,
    }
}

impl CommerceRequest<'_> {
    /// Sends the request until there is an answer worth having. Only "unavailable" is repeated, after the time that
    /// the vendor asks for: one that was too slow once has used up the time already. Repeatable: reads, and requests for a token.
    pub async fn send(&self) -> Answer {
        let mut pause_ms = PAUSE_MS;
        let mut attempt = 1;
        loop {
            let answer = self.attempt().await;
            let wait_ms = match answer {
                _ if attempt == ATTEMPTS => return answer,
                Answer::Failed(CommerceError::Unavailable) => platform::jitter_ms(pause_ms),
                Answer::Failed(CommerceError::Busy { retry_after_ms }) if retry_after_ms <= PATIENCE_MS => {
                    retry_after_ms + platform::jitter_ms(pause_ms)
                }
                _ => return answer,
            };
            platform::sleep_ms(wait_ms).await;
            pause_ms *= 2;
            attempt += 1;
        }
    }

    /// Sends it once. What the network does to it becomes an [`Answer`] like any other.
    async fn attempt(&self) -> Answer {
        let mut headers = vec![
            ("authorization", self.authorization.as_str()),
            ("accept", "application/json"),
            (CORRELATION_HEADER, self.correlation_id.as_str()),
        ];
        let body = match &self.body {
            Body::Nothing => None,
            Body::Form(form) => {
                headers.push(("content-type", "application/x-www-form-urlencoded"));
                Some(form.as_str())
            }
            Body::Query(query) => {
                headers.push(("content-type", "application/json"));
                Some(*query)
            }
        };
        let exchange = Exchange { method: self.method, url: self.url.clone(), headers: &headers, body };
        let received = match exchange.send(LIMITS, ["content-type", "retry-after"]).await {
            Ok(received) => received,
            Err(Lost::Broken) => return Answer::Failed(CommerceError::Unavailable),
            Err(Lost::Timeout) => return Answer::Failed(CommerceError::Timeout),
            Err(Lost::TooLarge) => return Answer::Failed(CommerceError::TooLarge),
            Err(Lost::Unsendable) => return Answer::Failed(CommerceError::Rejected),
        };
        let [content_type, retry_after] = received.headers;
        let busy = |after: &str| busy(received.status, after, platform::now_ms());
        if let Some(error) = retry_after.as_deref().and_then(busy) {
            return Answer::Failed(error);
        }
        let meaning = if matches!(self.body, Body::Query(_)) { read_query_answer } else { read_answer };
        match String::from_utf8(received.body) {
            Ok(body) => meaning(received.status, content_type.as_deref(), body),
            Err(_not_text) => Answer::Failed(CommerceError::Malformed),
        }
    }
}
