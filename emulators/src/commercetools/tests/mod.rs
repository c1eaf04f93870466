//! Over HTTP, as a client sees it.

mod auth;
mod commerce;
mod delivery;
mod graphql;
mod messages;
mod queries;
mod robust;

use super::http;
use super::seed::Seed;
use crate::shared::Harness;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use base64::Engine;
use serde_json::{Value, json};
use tower::ServiceExt;

/// Credentials of the seed's API clients.
pub const BACKEND: &str = "demo-shop-backend:demo-shop-backend-secret";
pub const EDGE: &str = "demo-edge:demo-edge-secret";
pub const NARROW: &str = "demo-narrow:demo-narrow-secret";

/// A running emulator and a token of the shop's backend.
pub struct Shop {
    app: Router,
    token: String,
}

/// Status, headers, body (null if it is no JSON).
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Shop {
    /// With the demo's data.
    pub async fn demo() -> Self {
        let harness = Harness::new("commercetools").with_correlation_header("x-correlation-id");
        let mut shop = Self { app: http::app(harness, Seed::Demo).unwrap(), token: String::new() };
        shop.token = shop.token_of(BACKEND, "token", "grant_type=client_credentials").await;
        shop
    }

    /// Any request.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// A call of `/oauth/…` with Basic credentials.
    pub async fn oauth(&self, client: &str, path: &str, form: &str) -> Answer {
        let basic = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(client));
        self.send("POST", &format!("/oauth/{path}"), &[("authorization", &basic)], form).await
    }

    /// The access token that a token endpoint answers with.
    pub async fn token_of(&self, client: &str, path: &str, form: &str) -> String {
        let answer = self.oauth(client, path, form).await;
        assert_eq!(answer.status, 200, "{path} {form}: {}", answer.body);
        answer.body["access_token"].as_str().unwrap().to_owned()
    }

    /// An API call with this token.
    pub async fn call_as(&self, token: &str, method: &str, path: &str, body: Value) -> Answer {
        let bearer = format!("Bearer {token}");
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, &format!("/demo-shop{path}"), &[("authorization", &bearer)], &body).await
    }

    /// An API call of the shop's backend.
    pub async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        self.call_as(&self.token, method, path, body).await
    }

    /// A read that must succeed.
    pub async fn get(&self, path: &str) -> Value {
        let answer = self.call("GET", path, Value::Null).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }

    /// A query by a predicate that must succeed; the results.
    pub async fn find(&self, resource: &str, predicate: &str) -> Vec<Value> {
        let body = self.get(&format!("/{resource}?limit=500&where={}", encoded(predicate))).await;
        body["results"].as_array().unwrap().clone()
    }

    /// Update actions that must succeed; the new document.
    pub async fn update(&self, path: &str, doc: &Value, actions: Value) -> Value {
        let path = format!("/{path}/{}", doc["id"].as_str().unwrap());
        let answer = self.call("POST", &path, json!({ "version": doc["version"], "actions": actions })).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }
}

/// A value of a query parameter.
pub fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The code of the only error.
pub fn code(answer: &Answer) -> &str {
    answer.body["errors"][0]["code"].as_str().unwrap_or("none")
}
