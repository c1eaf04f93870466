//! Client of Tidio's REST interface: one request per call, with a time-out.
//!
//! In scope: HTTP, credentials, time-outs, one log line a call. Out of scope: retries, paging, the budget (the
//! engine), and how bodies look (`edge_core::engine::wire`). Nothing of a body, a name or a key is ever logged.

use edge_core::config::{OpenApiClient, TidioProject};
use edge_core::engine::tidio::{
    Answer, ContactDraft, ContactPage, ContactPatch, Department, PropertyDefinition, Rate, Tidio,
    TidioContact, TidioError,
};
use edge_core::engine::wire;
use futures_util::TryStreamExt as _;
use serde_json::Value;
use worker::{AbortController, Fetch, Headers, Method, Request, RequestInit, RequestRedirect, Response};

use crate::http::CorrelationId;
use crate::log::{self, Level};
use crate::platform;

/// Longest wait for a whole answer. Ten seconds: Tidio names no figure; a batch of 100 is its largest work.
const TIMEOUT_MS: u64 = 10_000;

/// Largest answer that is read: 100 contacts with 60 properties of 1,000 characters, some of four bytes.
const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// Client of one Tidio project.
pub struct TidioClient {
    api_url: String,
    keys: OpenApiClient,
}

struct Call<'a> {
    /// Name for the log.
    name: &'static str,
    method: Method,
    path: &'a str,
    body: Option<Value>,
}

impl TidioClient {
    /// A client, if the project has the REST interface (tier `full`).
    pub fn new(project: &TidioProject) -> Option<Self> {
        let keys = project.openapi.clone()?;
        Some(TidioClient { api_url: project.api_url.clone(), keys })
    }

    async fn call<T>(
        &self,
        correlation_id: &str,
        call: Call<'_>,
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Answer<T> {
        let started_ms = platform::now_ms();
        let name = call.name;
        let (status, rate, result) = self.exchange(call).await;
        let result = result.and_then(|body| match read(&body) {
            Some(value) => Ok(value),
            None => Err(TidioError::OutcomeUnknown { status }),
        });
        let cause = result.as_ref().err().map(TidioError::cause);
        log::write(
            if cause.is_some() { Level::Warn } else { Level::Info },
            "Tidio was called.",
            &[
                ("call", &&name),
                ("status", &&status),
                ("cause", &&cause),
                ("duration_ms", &&platform::now_ms().saturating_sub(started_ms)),
                (
                    "correlation_id",
                    &&CorrelationId::accept_or_make(Some(correlation_id), platform::random_bytes()),
                ),
            ],
        );
        Answer { rate, result }
    }

    /// Status, rate headers, and the body of a 2xx answer.
    async fn exchange(&self, call: Call<'_>) -> (Option<u16>, Option<Rate>, Result<Vec<u8>, TidioError>) {
        let unknown = |status| TidioError::OutcomeUnknown { status };
        let Ok(request) = self.request(call) else { return (None, None, Err(unknown(None))) };
        let controller = AbortController::default();
        let signal = controller.signal();
        let fetch = Fetch::Request(request);
        let work = async {
            let mut answer = fetch.send_with_signal(&signal).await.map_err(|_detail| (None, None))?;
            let (status, rate) = (answer.status_code(), rate_of(&answer));
            let retry_after = answer.headers().get("retry-after").ok().flatten();
            let body = read_body(&mut answer).await.map_err(|()| (Some(status), rate))?;
            Ok::<_, (Option<u16>, Option<Rate>)>((status, rate, retry_after, body))
        };
        match platform::within_ms(TIMEOUT_MS, work).await {
            None => {
                controller.abort();
                (None, None, Err(unknown(None)))
            }
            Some(Err((status, rate))) => (status, rate, Err(unknown(status))),
            Some(Ok((status, rate, _, body))) if (200..300).contains(&status) => {
                (Some(status), rate, Ok(body))
            }
            Some(Ok((status, rate, retry_after, body))) => {
                (Some(status), rate, Err(wire::read_error(status, retry_after.as_deref(), &body)))
            }
        }
    }

    fn request(&self, call: Call<'_>) -> worker::Result<Request> {
        let headers = Headers::new();
        headers.set("accept", wire::ACCEPT)?;
        headers.set(wire::CLIENT_ID_HEADER, self.keys.client_id.expose())?;
        headers.set(wire::CLIENT_SECRET_HEADER, self.keys.client_secret.expose())?;
        let mut init = RequestInit::new();
        // The keys must not follow a redirect to another host.
        init.with_method(call.method).with_redirect(RequestRedirect::Manual);
        if let Some(body) = call.body {
            headers.set("content-type", "application/json")?;
            init.with_body(Some(body.to_string().into()));
        }
        init.with_headers(headers);
        Request::new_with_init(&format!("{}{}", self.api_url, call.path), &init)
    }
}

fn rate_of(answer: &Response) -> Option<Rate> {
    let number = |name: &str| answer.headers().get(name).ok().flatten()?.trim().parse::<u32>().ok();
    Some(Rate { limit: number("x-ratelimit-limit")?, remaining: number("x-ratelimit-remaining")? })
}

async fn read_body(answer: &mut Response) -> Result<Vec<u8>, ()> {
    let mut body = Vec::new();
    let Ok(mut stream) = answer.stream() else { return Ok(body) };
    while let Some(chunk) = stream.try_next().await.map_err(|_broken_off| ())? {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

impl Tidio for TidioClient {
    async fn contacts(
        &self,
        correlation_id: &str,
        email: Option<&str>,
        cursor: Option<&str>,
    ) -> Answer<ContactPage> {
        let path = wire::contacts_path(email, cursor);
        let call = Call { name: "contacts", method: Method::Get, path: &path, body: None };
        self.call(correlation_id, call, wire::read_page).await
    }

    async fn create(&self, correlation_id: &str, draft: &ContactDraft) -> Answer<String> {
        let body = Some(wire::draft_body(draft));
        let call = Call { name: "create", method: Method::Post, path: "/contacts", body };
        self.call(correlation_id, call, wire::read_id).await
    }

    async fn create_batch(&self, correlation_id: &str, drafts: &[ContactDraft]) -> Answer<Vec<TidioContact>> {
        let body = Some(wire::draft_batch_body(drafts));
        let call = Call { name: "create_batch", method: Method::Post, path: "/contacts/batch", body };
        self.call(correlation_id, call, |body| wire::read_page(body).map(|page| page.contacts)).await
    }

    async fn patch(&self, correlation_id: &str, id: &str, patch: &ContactPatch) -> Answer<()> {
        let path = wire::contact_path(id);
        let body = Some(wire::patch_body(patch));
        let call = Call { name: "patch", method: Method::Patch, path: &path, body };
        self.call(correlation_id, call, |_empty| Some(())).await
    }

    async fn patch_batch(&self, correlation_id: &str, patches: &[(String, ContactPatch)]) -> Answer<()> {
        let body = Some(wire::patch_batch_body(patches));
        let call = Call { name: "patch_batch", method: Method::Patch, path: "/contacts/batch", body };
        self.call(correlation_id, call, |_empty| Some(())).await
    }

    async fn properties(&self, correlation_id: &str) -> Answer<Vec<PropertyDefinition>> {
        let call = Call { name: "properties", method: Method::Get, path: "/contact-properties", body: None };
        self.call(correlation_id, call, wire::read_properties).await
    }

    async fn departments(&self, correlation_id: &str) -> Answer<Vec<Department>> {
        let call = Call { name: "departments", method: Method::Get, path: "/departments", body: None };
        self.call(correlation_id, call, wire::read_departments).await
    }
}
