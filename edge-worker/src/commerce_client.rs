//! commercetools over `fetch`: access token, time-outs, retries, correlation id.
//!
//! In scope: everything between a path and the text of a good answer. Out of scope: what the answers mean
//! ([`edge_core::commerce`]).
//!
//! Every call is a read, so each may be repeated. One token request may also happen twice; the older token stays
//! valid at commercetools, so nothing breaks.

use std::cell::RefCell;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use contract::CORRELATION_HEADER;
use edge_core::commerce::{Answer, Commerce, CommerceError, read_answer};
use edge_core::config::{CommerceProject, Name, Secret};
use futures_util::TryStreamExt as _;
use serde::Deserialize;
use worker::{AbortController, Fetch, Headers, Method, Request, RequestInit, RequestRedirect, Response};

use crate::http::CorrelationId;
use crate::log::{self, Level};
use crate::platform;

/// Longest wait for one answer, in milliseconds. A chat waits for it, so slow is as good as absent.
const ATTEMPT_MS: u64 = 2_500;
/// Attempts at one read.
const ATTEMPTS: u32 = 3;
/// Longest pause before the first repetition, in milliseconds; it doubles, and the pause is drawn below it.
const PAUSE_MS: u64 = 100;
/// Largest answer read, in bytes: a cart of 500 lines with all their attributes stays below it.
const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;
/// A token is renewed this long before it expires, in milliseconds.
const RENEW_EARLY_MS: u64 = 60_000;

/// What this edge asks for, whatever else the API client may do.
const SCOPES: [&str; 2] = ["view_orders", "view_customers"];

#[derive(Clone)]
struct AccessToken {
    value: Secret,
    expires_at_ms: u64,
}

thread_local! {
    static TOKENS: RefCell<BTreeMap<Name, AccessToken>> = const { RefCell::new(BTreeMap::new()) };
}

/// A commercetools project, for one request of ours.
#[derive(Debug)]
pub struct CommerceClient<'a> {
    project: &'a CommerceProject,
    correlation_id: &'a CorrelationId,
}

impl<'a> CommerceClient<'a> {
    /// All calls carry this correlation id.
    pub fn new(project: &'a CommerceProject, correlation_id: &'a CorrelationId) -> Self {
        CommerceClient { project, correlation_id }
    }

    /// An access token: the isolate's, or a new one.
    async fn token(&self) -> Result<AccessToken, CommerceError> {
        let known = TOKENS.with_borrow(|tokens| tokens.get(&self.project.name).cloned());
        match known.filter(|token| token.expires_at_ms > platform::now_ms()) {
            Some(token) => Ok(token),
            None => self.new_token().await,
        }
    }

    async fn new_token(&self) -> Result<AccessToken, CommerceError> {
        let now_ms = platform::now_ms();
        let body = match self.repeated(|| self.token_request()).await? {
            Answer::Body(body) => body,
            Answer::TokenRefused => return Err(self.refused()),
            Answer::Failed(CommerceError::Rejected | CommerceError::NotFound) => return Err(self.refused()),
            Answer::Failed(error) => return Err(error),
        };
        let token = read_token(&body, now_ms).ok_or(CommerceError::Malformed)?;
        TOKENS.with_borrow_mut(|tokens| tokens.insert(self.project.name.clone(), token.clone()));
        Ok(token)
    }

    /// Nobody but the operator can help here, so it is an error in the log.
    fn refused(&self) -> CommerceError {
        log::write(
            Level::Error,
            "commercetools refused the credentials or scopes of this API client.",
            &[("commercetools", &&self.project.name), ("correlation_id", &self.correlation_id)],
        );
        CommerceError::Rejected
    }

    fn token_request(&self) -> worker::Result<Request> {
        let scopes = SCOPES.map(|scope| format!("{scope}:{}", self.project.project_key)).join(" ");
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("scope", &scopes)
            .finish();
        self.form_request("token", &body)
    }

    fn introspection_request(&self, access_token: &str) -> worker::Result<Request> {
        let body =
            form_urlencoded::Serializer::new(String::new()).append_pair("token", access_token).finish();
        self.form_request("introspect", &body)
    }

    /// A form for the token service, with our client's credentials.
    fn form_request(&self, path: &str, body: &str) -> worker::Result<Request> {
        let credentials =
            format!("{}:{}", self.project.client_id.expose(), self.project.client_secret.expose());
        let headers = self.headers(&format!("Basic {}", STANDARD.encode(credentials)))?;
        headers.set("content-type", "application/x-www-form-urlencoded")?;
        let mut init = RequestInit::new();
        init.with_method(Method::Post).with_headers(headers).with_body(Some(body.into()));
        init.with_redirect(RequestRedirect::Manual);
        Request::new_with_init(&format!("{}/oauth/{path}", self.project.auth_url), &init)
    }

    fn read_request(&self, path: &str, token: &str) -> worker::Result<Request> {
        let mut init = RequestInit::new();
        init.with_method(Method::Get).with_headers(self.headers(&format!("Bearer {}", token))?);
        init.with_redirect(RequestRedirect::Manual);
        Request::new_with_init(&format!("{}/{}{path}", self.project.api_url, self.project.project_key), &init)
    }

    fn headers(&self, authorization: &str) -> worker::Result<Headers> {
        let headers = Headers::new();
        headers.set("authorization", authorization)?;
        headers.set("accept", "application/json")?;
        headers.set(CORRELATION_HEADER, self.correlation_id.as_str())?;
        Ok(headers)
    }

    /// Makes and sends a request until there is an answer worth having. Only "unavailable" is repeated: a vendor
    /// that was too slow once has used up the time already.
    async fn repeated(&self, make: impl Fn() -> worker::Result<Request>) -> Result<Answer, CommerceError> {
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
}

impl Commerce for CommerceClient<'_> {
    async fn prepare(&self) -> Result<(), CommerceError> {
        self.token().await.map(|_kept_in_the_isolate| ())
    }

    async fn get(&self, path: &str) -> Result<String, CommerceError> {
        let token = self.token().await?;
        let first = self.repeated(|| self.read_request(path, token.value.expose())).await?;
        let answer = match first {
            // Revoked before its time. Other reads may have found out too: whoever comes first renews it.
            Answer::TokenRefused => {
                forget(&self.project.name, &token);
                let token = self.token().await?;
                self.repeated(|| self.read_request(path, token.value.expose())).await?
            }
            answer => answer,
        };
        match answer {
            Answer::Body(body) => Ok(body),
            Answer::TokenRefused | Answer::Failed(CommerceError::Rejected) => Err(self.refused()),
            Answer::Failed(error) => Err(error),
        }
    }

    async fn introspect(&self, access_token: &str) -> Result<String, CommerceError> {
        match self.repeated(|| self.introspection_request(access_token)).await? {
            Answer::Body(body) => Ok(body),
            Answer::TokenRefused | Answer::Failed(CommerceError::Rejected) => Err(self.refused()),
            Answer::Failed(error) => Err(error),
        }
    }

    async fn get_as(&self, access_token: &str, path: &str) -> Result<String, CommerceError> {
        match self.repeated(|| self.read_request(path, access_token)).await? {
            Answer::Body(body) => Ok(body),
            Answer::TokenRefused => Err(CommerceError::Rejected),
            Answer::Failed(error) => Err(error),
        }
    }
}

fn forget(project: &Name, refused: &AccessToken) {
    TOKENS.with_borrow_mut(|tokens| {
        if tokens.get(project).is_some_and(|known| known.value.expose() == refused.value.expose()) {
            tokens.remove(project);
        }
    });
}

fn read_token(body: &str, now_ms: u64) -> Option<AccessToken> {
    #[derive(Deserialize)]
    struct TokenAnswer {
        access_token: String,
        expires_in: u64,
    }
    let answer: TokenAnswer = serde_json::from_str(body).ok()?;
    let lifetime_ms = answer.expires_in.checked_mul(1000)?;
    Some(AccessToken {
        value: Secret::new(answer.access_token),
        expires_at_ms: now_ms.checked_add(lifetime_ms.saturating_sub(RENEW_EARLY_MS))?,
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_end_a_minute_early_and_nonsense_is_no_token() {
        let token =
            read_token(r#"{"access_token":"t","expires_in":3600,"token_type":"Bearer"}"#, 1_000).unwrap();
        assert_eq!(token.value.expose(), "t");
        assert_eq!(token.expires_at_ms, 1_000 + 3_540_000);
        for body in ["", "{}", r#"{"access_token":"t"}"#, r#"{"access_token":"t","expires_in":-1}"#, "<html>"]
        {
            assert!(read_token(body, 0).is_none(), "{body}");
        }
    }
}
