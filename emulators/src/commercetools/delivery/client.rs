//! Sends requests to targets.

use super::envelope::Outgoing;
use super::retry::Attempt;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::time::Duration;

/// Largest answer read.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// A pool of connections; plain HTTP only.
#[derive(Clone)]
pub struct Sender(Client<HttpConnector, Body>);

impl Sender {
    /// An empty pool.
    pub fn new() -> Self {
        Self(Client::builder(TokioExecutor::new()).build_http())
    }

    /// One attempt; the headers of the answer, if there was one.
    pub async fn send(&self, outgoing: &Outgoing, timeout_ms: u64) -> (Attempt, HeaderMap) {
        let mut request = Request::builder().method(outgoing.method).uri(&outgoing.url);
        for (name, value) in &outgoing.headers {
            request = request.header(name, value);
        }
        let request = match request.body(Body::from(outgoing.body.clone())) {
            Ok(request) => request,
            Err(error) => return (Attempt::Failed(error.to_string()), HeaderMap::new()),
        };
        let exchange = async {
            let response = self.0.request(request).await.map_err(|error| error.to_string())?;
            let (parts, body) = response.into_parts();
            // The connection is reused only if the answer has been read.
            axum::body::to_bytes(Body::new(body), MAX_ANSWER_BYTES)
                .await
                .map_err(|error| error.to_string())?;
            Ok::<_, String>(parts)
        };
        match tokio::time::timeout(Duration::from_millis(timeout_ms), exchange).await {
            Err(_) => (Attempt::Failed("no answer in time".to_owned()), HeaderMap::new()),
            Ok(Err(error)) => (Attempt::Failed(error), HeaderMap::new()),
            Ok(Ok(parts)) => {
                let retry_after =
                    parts.headers.get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
                (Attempt::Answered { status: parts.status.as_u16(), retry_after }, parts.headers)
            }
        }
    }
}
