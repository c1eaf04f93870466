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
use edge_core::retry_after;
use serde_json::Value;

use crate::exchange::{Exchange, Limits};
use crate::http::CorrelationId;
use crate::log::{self, Level};
use crate::platform;

/// Ten seconds: Tidio names no figure; a batch of 100 is its largest work. The largest answer is 100 contacts with 60
/// properties of 1,000 characters, some of four bytes.
const LIMITS: Limits = Limits { timeout_ms: 10_000, max_bytes: 16 * 1024 * 1024 };

/// Client of one Tidio project.
pub struct TidioClient {
    api_url: String,
    keys: OpenApiClient,
}

struct Call<'a> {
    /// Name for the log.
    name: &'static str,
    method: &'static str,
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
        Answer { status, rate, result }
    }

    /// Status, rate headers, and the body of a 2xx answer.
    async fn exchange(&self, call: Call<'_>) -> (Option<u16>, Option<Rate>, Result<Vec<u8>, TidioError>) {
        let body = call.body.map(|body| body.to_string());
        let mut headers = vec![
            ("accept", wire::ACCEPT),
            (wire::CLIENT_ID_HEADER, self.keys.client_id.expose()),
            (wire::CLIENT_SECRET_HEADER, self.keys.client_secret.expose()),
        ];
        if body.is_some() {
            headers.push(("content-type", "application/json"));
        }
        let request = Exchange {
            method: call.method,
            url: format!("{}{}", self.api_url, call.path),
            headers: &headers,
            body: body.as_deref(),
        };
        let wanted = ["x-ratelimit-limit", "x-ratelimit-remaining", "retry-after"];
        let Ok(received) = request.send(LIMITS, wanted).await else {
            return (None, None, Err(TidioError::OutcomeUnknown { status: None }));
        };
        let [limit, remaining, retry_after] = received.headers;
        let (status, rate) = (received.status, rate_of(limit.as_deref(), remaining.as_deref()));
        let result = if (200..300).contains(&status) {
            Ok(received.body)
        } else {
            let wait_ms = retry_after.and_then(|text| retry_after::wait_ms(&text, platform::now_ms()));
            Err(wire::read_error(status, wait_ms, &received.body))
        };
        (Some(status), rate, result)
    }
}

fn rate_of(limit: Option<&str>, remaining: Option<&str>) -> Option<Rate> {
    let number = |value: Option<&str>| value?.trim().parse::<u32>().ok();
    Some(Rate { limit: number(limit)?, remaining: number(remaining)? })
}

impl Tidio for TidioClient {
    async fn contacts(
        &self,
        correlation_id: &str,
        email: Option<&str>,
        cursor: Option<&str>,
    ) -> Answer<ContactPage> {
        let path = wire::contacts_path(email, cursor);
        let call = Call { name: "contacts", method: "GET", path: &path, body: None };
        self.call(correlation_id, call, wire::read_page).await
    }

    async fn create(&self, correlation_id: &str, draft: &ContactDraft) -> Answer<String> {
        let body = Some(wire::draft_body(draft));
        let call = Call { name: "create", method: "POST", path: "/contacts", body };
        self.call(correlation_id, call, wire::read_id).await
    }

    async fn create_batch(&self, correlation_id: &str, drafts: &[ContactDraft]) -> Answer<Vec<TidioContact>> {
        let body = Some(wire::draft_batch_body(drafts));
        let call = Call { name: "create_batch", method: "POST", path: "/contacts/batch", body };
        self.call(correlation_id, call, |body| wire::read_page(body).map(|page| page.contacts)).await
    }

    async fn patch(&self, correlation_id: &str, id: &str, patch: &ContactPatch) -> Answer<()> {
        let path = wire::contact_path(id);
        let body = Some(wire::patch_body(patch));
        let call = Call { name: "patch", method: "PATCH", path: &path, body };
        self.call(correlation_id, call, |_empty| Some(())).await
    }

    async fn patch_batch(&self, correlation_id: &str, patches: &[(String, ContactPatch)]) -> Answer<()> {
        let body = Some(wire::patch_batch_body(patches));
        let call = Call { name: "patch_batch", method: "PATCH", path: "/contacts/batch", body };
        self.call(correlation_id, call, |_empty| Some(())).await
    }

    async fn properties(&self, correlation_id: &str) -> Answer<Vec<PropertyDefinition>> {
        let call = Call { name: "properties", method: "GET", path: "/contact-properties", body: None };
        self.call(correlation_id, call, wire::read_properties).await
    }

    async fn departments(&self, correlation_id: &str) -> Answer<Vec<Department>> {
        let call = Call { name: "departments", method: "GET", path: "/departments", body: None };
        self.call(correlation_id, call, wire::read_departments).await
    }
}
