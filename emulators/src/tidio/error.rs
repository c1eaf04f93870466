//! What the REST interface answers when it refuses: `{"errors":[{"code","message"}]}`.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

/// One refused request: a status and at least one coded message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// HTTP status of the answer.
    pub status: StatusCode,
    /// Code and sentence, in the order they were found.
    pub problems: Vec<Problem>,
}

/// A coded sentence inside an [`ApiError`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Stable word for programs.
    pub code: &'static str,
    /// Sentence for people; names the field at fault.
    pub message: String,
}

impl ApiError {
    /// A refusal with one problem.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, problems: vec![Problem { code, message: message.into() }] }
    }

    /// 404: no such record in this project.
    pub fn missing(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("{what} was not found"))
    }

    /// 400: the body is not JSON of the expected outer shape.
    pub fn malformed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", message)
    }

    /// 422: the body is JSON, but its content breaks a rule.
    pub fn invalid(problems: Vec<Problem>) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, problems }
    }
}

/// Collects every broken rule of one request instead of stopping at the first.
#[derive(Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Notes a broken rule about a field.
    pub fn add(&mut self, field: &str, rule: &str) {
        self.0.push(Problem { code: "validation_error", message: format!("{field}: {rule}") });
    }

    /// The collected problems as a 422, or `value` when there are none.
    pub fn finish<T>(self, value: T) -> Result<T, ApiError> {
        if self.0.is_empty() { Ok(value) } else { Err(ApiError::invalid(self.0)) }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let errors: Vec<_> =
            self.problems.iter().map(|p| json!({"code": p.code, "message": p.message})).collect();
        (self.status, Json(json!({ "errors": errors }))).into_response()
    }
}
