//! Errors in the two shapes commercetools uses: the API's own, and OAuth's on top of it.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// What a handler fails with. Always one error object, which is what the vendor sends in practice.
#[derive(Clone, Debug)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
    extra: Map<String, Value>,
}

/// Result of everything that answers a request.
pub type Outcome<T> = Result<T, ApiError>;

impl ApiError {
    /// An error without extra members.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), extra: Map::new() }
    }

    /// Adds a member to the error object, such as `currentVersion`.
    pub fn with(mut self, member: &str, value: Value) -> Self {
        self.extra.insert(member.to_owned(), value);
        self
    }

    /// 400: a parameter or a combination of members that makes no sense.
    pub fn invalid_input(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "InvalidInput", message)
    }

    /// 400: the body is no JSON, or lacks a member, or has one of the wrong type.
    pub fn invalid_json(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "InvalidJsonInput", "Request body does not contain valid JSON.")
            .with("detailedErrorMessage", json!(message.into()))
    }

    /// 400: a required member is missing.
    pub fn required(field: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "RequiredField",
            format!("A value is required for field '{field}'."),
        )
        .with("field", json!(field))
    }

    /// 400: a member has a value that is not allowed.
    pub fn invalid_field(field: &str, value: Value, allowed: &[&str]) -> Self {
        let message = format!("The value '{value}' is not valid for field '{field}'.");
        let error = Self::new(StatusCode::BAD_REQUEST, "InvalidField", message)
            .with("field", json!(field))
            .with("invalidValue", value);
        if allowed.is_empty() { error } else { error.with("allowedValues", json!(allowed)) }
    }

    /// 400: the state of the resource does not allow this.
    pub fn invalid_operation(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "InvalidOperation", message)
    }

    /// 400: a unique value is taken.
    pub fn duplicate(field: &str, value: &str) -> Self {
        let message = format!(
            "There is already an existing resource with the value '\"{value}\"' for field '{field}'."
        );
        Self::new(StatusCode::BAD_REQUEST, "DuplicateField", message)
            .with("field", json!(field))
            .with("duplicateValue", json!(value))
    }

    /// 400: a reference names something that does not exist.
    pub fn reference_not_found(type_id: &str, id: &str) -> Self {
        let message =
            format!("The referenced object of type '{type_id}' with identifier '{id}' was not found.");
        Self::new(StatusCode::BAD_REQUEST, "ReferencedResourceNotFound", message)
            .with("typeId", json!(type_id))
            .with("id", json!(id))
    }

    /// 404.
    pub fn not_found(what: impl std::fmt::Display) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "ResourceNotFound",
            format!("The Resource with {what} was not found."),
        )
    }

    /// 409: the resource has changed since the version that was sent.
    pub fn conflict(id: &str, expected: i64, current: i64) -> Self {
        let message = format!(
            "Object '{id}' has a different version than expected. Expected: {expected} - Actual: {current}."
        );
        Self::new(StatusCode::CONFLICT, "ConcurrentModification", message)
            .with("currentVersion", json!(current))
    }

    /// 401 of the API: no token, an unknown one, or an expired one.
    pub fn invalid_token(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_token", message)
    }

    /// 403: the token is good for something else.
    pub fn insufficient_scope(needed: &[String]) -> Self {
        let message =
            format!("Insufficient scope. One of the following scopes is missing: {}.", needed.join(", "));
        Self::new(StatusCode::FORBIDDEN, "insufficient_scope", message)
    }

    fn is_oauth(&self) -> bool {
        self.code.chars().next().is_some_and(char::is_lowercase)
    }

    /// The body as the vendor sends it.
    pub fn body(&self) -> Value {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let Some(object) = error.as_object_mut() {
            object.extend(self.extra.clone());
        }
        let mut body =
            json!({ "statusCode": self.status.as_u16(), "message": self.message, "errors": [error] });
        if self.is_oauth() {
            body["error"] = json!(self.code);
            body["error_description"] = json!(self.message);
            if self.code == "invalid_token" {
                // The vendor repeats the code here and explains in the description only.
                body["message"] = json!(self.code);
                body["errors"] = json!([{ "code": self.code, "message": self.code }]);
            }
        }
        body
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, axum::Json(self.body())).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let scheme =
                if self.code == "invalid_client" { "Basic realm=\"auth\"" } else { "Bearer realm=\"api\"" };
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
        }
        response
    }
}
