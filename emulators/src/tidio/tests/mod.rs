//! The emulator as its clients meet it: requests go through the whole router.

mod flows;
mod hooks;
mod rest;
mod tickets;
mod widget;

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode},
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{
    router,
    seed::{DEMO_EU, seed_demo},
    world::{Shared, Tidio},
};
use crate::shared::Harness;

/// One answer, its body read as JSON; null when empty.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    /// A rate header as a number.
    fn rate(&self, name: &str) -> Option<u32> {
        self.headers.get(name)?.to_str().ok()?.parse().ok()
    }
}

/// A running emulator with the demo seed, called as the first demo project.
struct Emulator {
    app: Router,
    tidio: Shared,
    keys: (&'static str, &'static str),
}

impl Emulator {
    fn start() -> Self {
        let tidio = Tidio::new(seed_demo, Arc::new(Harness::new("tidio")));
        Self { app: router(tidio.clone()), tidio, keys: ("ci_demo_eu", "cs_demo_eu") }
    }

    /// Sends a request with the project's keys.
    async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("x-tidio-openapi-client-id", self.keys.0)
            .header("x-tidio-openapi-client-secret", self.keys.1)
            .header("accept", "application/json; version=1");
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        self.send(request.body(body).unwrap()).await
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| json!(String::from_utf8_lossy(&bytes).into_owned()));
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: if bytes.is_empty() { Value::Null } else { body },
        }
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.call("GET", path, Value::Null).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        answer.body
    }

    /// A POST that must succeed.
    async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.call("POST", path, body).await;
        assert!(answer.status.is_success(), "{path}: {} {}", answer.status, answer.body);
        answer.body
    }

    /// Creates a contact and gives its id.
    async fn contact(&self, body: Value) -> String {
        self.post("/contacts", body).await["id"].as_str().unwrap().to_owned()
    }

    /// Registers a page load with the widget's server.
    async fn register(&self, report: Value) -> Value {
        self.post(&format!("/widget/{DEMO_EU}/register"), report).await
    }

    /// Statistics of the first demo project.
    async fn stats(&self) -> Value {
        self.get("/__emulator/stats").await["projects"][0].clone()
    }
}
