//! Errors in GraphQL's form: message, places, path, and commercetools' code among the extensions.

use super::super::error::ApiError;
use apollo_compiler::parser::SourceMap;
use apollo_compiler::request::RequestError;
use apollo_compiler::response::GraphQLError;
use apollo_compiler::validation::DiagnosticList;
use serde_json::{Value, json};

/// Everything that is wrong with a document.
pub fn of_document(found: &DiagnosticList) -> Vec<Value> {
    found.iter().map(|diagnostic| invalid(&diagnostic.to_json())).collect()
}

/// A wrong variable, or an operation that does not exist.
pub fn of_request(error: &RequestError, sources: &SourceMap) -> Value {
    invalid(&error.to_graphql_error(sources))
}

fn invalid(error: &GraphQLError) -> Value {
    json!({
        "message": error.message,
        "locations": error.locations,
        "extensions": { "code": "InvalidInput" },
    })
}

/// A document that selects too much.
pub fn too_complex(limit: usize) -> Value {
    json!({
        "message": format!("The query is too complex: more than {limit} fields."),
        "locations": [],
        "extensions": { "code": "QueryComplexityLimitExceeded" },
    })
}

/// A field that failed: what REST would have answered.
pub fn of_field(error: &ApiError, location: Value, path: Vec<Value>) -> Value {
    let mut extensions = error.body()["errors"][0].take();
    let message = extensions.as_object_mut().and_then(|members| members.remove("message"));
    json!({ "message": message, "locations": [location], "path": path, "extensions": extensions })
}
