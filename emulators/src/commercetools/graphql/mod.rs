//! `POST /{projectKey}/graphql`: queries over the same documents as REST.
//!
//! In scope: the types of `types/*.graphql`, variables, fragments, `@skip` and `@include`, introspection.
//! Out of scope: mutations, and everything that REST does not have here either. A request that cannot be carried
//! out at all is answered with 400; a field that fails becomes null, with an error, in an answer of status 200.

mod error;
mod plan;
mod run;
mod schema;
mod source;

use super::call::{Call, Reply};
use super::error::{ApiError, Outcome};
use super::project::Project;
use apollo_compiler::executable::Operation;
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, introspection};
use plan::Step;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Documents kept; storefronts send a handful.
const KEPT_DOCUMENTS: usize = 200;

static KEPT: LazyLock<Mutex<HashMap<String, Arc<Prepared>>>> = LazyLock::new(Mutex::default);

/// A document that has been found valid.
struct Prepared {
    document: Valid<ExecutableDocument>,
    /// Plans by name of the operation; only where no variable decides what is selected.
    plans: HashMap<String, Vec<Step>>,
}

/// Answers `POST /{projectKey}/graphql`.
///
/// # Errors
/// 400 in REST's form for a body that is no GraphQL request. All other errors are in the reply.
pub fn handle(project: &Project, call: &Call<'_>) -> Outcome<Reply> {
    let text =
        call.body["query"].as_str().ok_or_else(|| ApiError::invalid_json("query: expected a string"))?;
    let name = match &call.body["operationName"] {
        Value::Null => None,
        Value::String(name) => Some(name.as_str()),
        _ => return Err(ApiError::invalid_json("operationName: expected a string")),
    };
    let variables = match &call.body["variables"] {
        Value::Null => JsonMap::new(),
        Value::Object(_) => match JsonValue::from(call.body["variables"].clone()) {
            JsonValue::Object(map) => map,
            _ => JsonMap::new(),
        },
        _ => return Err(ApiError::invalid_json("variables: expected an object")),
    };
    let answer = prepared(text).and_then(|prepared| execute(&prepared, name, &variables, project, call));
    Ok(match answer {
        Ok(json) => Reply::raw(200, json),
        Err(errors) => Reply::raw(400, json!({ "errors": errors }).to_string().into_bytes()),
    })
}

/// The valid document of this text.
fn prepared(text: &str) -> Result<Arc<Prepared>, Vec<Value>> {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = kept.get(text) {
        return Ok(Arc::clone(known));
    }
    let parsed = ExecutableDocument::parse_and_validate(schema::get(), text, "query");
    let document = parsed.map_err(|invalid| error::of_document(&invalid.errors))?;
    let mut plans = HashMap::new();
    if !text.contains("@skip") && !text.contains("@include") {
        for operation in document.operations.iter() {
            let name = operation.name.as_ref().map(ToString::to_string).unwrap_or_default();
            plans.insert(name, plan::of(&document, operation, &Value::Null)?);
        }
    }
    if kept.len() >= KEPT_DOCUMENTS {
        kept.clear();
    }
    let fresh = Arc::new(Prepared { document, plans });
    kept.insert(text.to_owned(), Arc::clone(&fresh));
    Ok(fresh)
}

/// The answer as JSON text, or what is wrong with the request.
fn execute(
    prepared: &Prepared,
    name: Option<&str>,
    variables: &JsonMap,
    project: &Project,
    call: &Call<'_>,
) -> Result<Vec<u8>, Vec<Value>> {
    let document = &prepared.document;
    let refused = |error| vec![error::of_request(&error, &document.sources)];
    let operation = document.operations.get(name).map_err(refused)?;
    let coerced = coerce_variable_values(schema::get(), operation, variables).map_err(refused)?;
    if operation.is_introspection(document) {
        return introspect(document, operation, &coerced).map_err(refused);
    }
    let variables = serde_json::to_value(&*coerced).unwrap_or_default();
    let own_plan;
    let key = operation.name.as_ref().map(|name| name.as_str()).unwrap_or_default();
    let steps = match prepared.plans.get(key) {
        Some(steps) => steps,
        None => {
            own_plan = plan::of(document, operation, &variables)?;
            &own_plan
        }
    };
    Ok(run::answer(steps, document, &variables, project, call))
}

fn introspect(
    document: &Valid<ExecutableDocument>,
    operation: &Operation,
    variables: &Valid<JsonMap>,
) -> Result<Vec<u8>, apollo_compiler::request::RequestError> {
    introspection::check_max_depth(document, operation)?;
    let implementers = schema::get().implementers_map();
    let response =
        introspection::partial_execute(schema::get(), &implementers, document, operation, variables)?;
    Ok(serde_json::to_vec(&response).unwrap_or_default())
}
