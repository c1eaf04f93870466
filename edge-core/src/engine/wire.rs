//! Tidio's REST interface as bytes: paths, bodies, answers, errors. Pure, so that it is tested without HTTP.
//!
//! Answers are read leniently: what is not understood is left out, and an answer of another shape is an unknown
//! outcome, never a guess.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::tidio::{
    ContactDraft, ContactPage, ContactPatch, Department, PropertyDefinition, TidioContact, TidioError,
};
use crate::link::percent_encode;

/// `Accept` header that selects the version of the interface.
pub const ACCEPT: &str = "application/json; version=1";
/// Header of the client id.
pub const CLIENT_ID_HEADER: &str = "x-tidio-openapi-client-id";
/// Header of the client secret.
pub const CLIENT_SECRET_HEADER: &str = "x-tidio-openapi-client-secret";

/// Longest error code that is kept.
const CODE_CHARS: usize = 64;

/// Query of `GET /contacts`.
pub fn contacts_path(email: Option<&str>, cursor: Option<&str>) -> String {
    let mut path = "/contacts".to_owned();
    let pairs = [("email", email), ("cursor", cursor)];
    for (name, value) in pairs.into_iter().filter_map(|(name, value)| Some((name, value?))) {
        path.push(if path.contains('?') { '&' } else { '?' });
        path.push_str(name);
        path.push('=');
        percent_encode(value, &mut path);
    }
    path
}

/// One path segment.
pub fn contact_path(id: &str) -> String {
    let mut path = "/contacts/".to_owned();
    percent_encode(id, &mut path);
    path
}

/// Body of `PATCH /contacts/{id}`.
pub fn patch_body(patch: &ContactPatch) -> Value {
    Value::Object(content(patch))
}

/// Body of `PATCH /contacts/batch`.
pub fn patch_batch_body(patches: &[(String, ContactPatch)]) -> Value {
    let contacts: Vec<Value> = patches
        .iter()
        .map(|(id, patch)| {
            let mut item = content(patch);
            item.insert("id".to_owned(), id.as_str().into());
            Value::Object(item)
        })
        .collect();
    json!({ "contacts": contacts })
}

/// Body of `POST /contacts`.
pub fn draft_body(draft: &ContactDraft) -> Value {
    let mut item = content(&draft.content);
    item.insert("distinct_id".to_owned(), draft.distinct_id.as_str().into());
    Value::Object(item)
}

/// Body of `POST /contacts/batch`.
pub fn draft_batch_body(drafts: &[ContactDraft]) -> Value {
    json!({ "contacts": drafts.iter().map(draft_body).collect::<Vec<_>>() })
}

fn content(patch: &ContactPatch) -> Map<String, Value> {
    let mut body: Map<String, Value> =
        patch.fields.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    if !patch.properties.is_empty() {
        let list: Vec<Value> =
            patch.properties.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        body.insert("properties".to_owned(), Value::Array(list));
    }
    body
}

#[derive(Deserialize)]
struct WireContact {
    id: String,
    distinct_id: Option<String>,
    email: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    #[serde(default)]
    properties: Vec<WireProperty>,
}

#[derive(Deserialize)]
struct WireProperty {
    name: String,
    value: Value,
}

impl From<WireContact> for TidioContact {
    fn from(wire: WireContact) -> Self {
        let text = |value: Value| match value {
            Value::String(text) => Some(text),
            Value::Null => None,
            other => Some(other.to_string()),
        };
        TidioContact {
            id: wire.id,
            distinct_id: wire.distinct_id,
            email: wire.email,
            first_name: wire.first_name,
            last_name: wire.last_name,
            properties: wire
                .properties
                .into_iter()
                .filter_map(|property| Some((property.name, text(property.value)?)))
                .collect(),
        }
    }
}

#[derive(Deserialize)]
struct WirePage {
    contacts: Vec<WireContact>,
    #[serde(default)]
    meta: WireMeta,
}

#[derive(Default, Deserialize)]
struct WireMeta {
    cursor: Option<Value>,
}

/// Answer of `GET /contacts` and of `POST /contacts/batch`.
pub fn read_page(body: &[u8]) -> Option<ContactPage> {
    let page: WirePage = crate::json::read(body).ok()?;
    let cursor = page.meta.cursor.and_then(|cursor| match cursor {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    Some(ContactPage { contacts: page.contacts.into_iter().map(TidioContact::from).collect(), cursor })
}

/// Answer of `POST /contacts`.
pub fn read_id(body: &[u8]) -> Option<String> {
    let answer: Value = crate::json::read(body).ok()?;
    answer.get("id")?.as_str().filter(|id| !id.is_empty()).map(str::to_owned)
}

/// Answer of `GET /contact-properties`.
pub fn read_properties(body: &[u8]) -> Option<Vec<PropertyDefinition>> {
    let answer: Value = crate::json::read(body).ok()?;
    let list = answer.get("properties")?.as_array()?;
    let word = |item: &Value, name: &str| item.get(name).and_then(Value::as_str).map(str::to_owned);
    Some(
        list.iter()
            .filter_map(|item| {
                Some(PropertyDefinition { name: word(item, "name")?, kind: word(item, "type")? })
            })
            .collect(),
    )
}

/// Answer of `GET /departments`.
pub fn read_departments(body: &[u8]) -> Option<Vec<Department>> {
    #[derive(Deserialize)]
    struct Wire {
        departments: Vec<Department>,
    }
    crate::json::read::<Wire>(body).ok().map(|wire| wire.departments)
}

/// What a status outside 200–299 means.
/// `retry_after_ms` is the wait that the answer asks for.
pub fn read_error(status: u16, retry_after_ms: Option<u64>, body: &[u8]) -> TidioError {
    match (status, retry_after_ms) {
        (429, _) | (503, Some(_)) => return TidioError::RateLimited { retry_after_ms },
        _ => {}
    }
    match status {
        401 | 403 | 406 => TidioError::Unauthorised,
        404 | 410 => TidioError::NotFound,
        408 => TidioError::OutcomeUnknown { status: Some(status) },
        400..=499 => rejected(body),
        503 => TidioError::Unavailable,
        _ => TidioError::OutcomeUnknown { status: Some(status) },
    }
}

fn rejected(body: &[u8]) -> TidioError {
    let answer: Value = crate::json::read(body).unwrap_or(Value::Null);
    let problem = answer.get("errors").and_then(|errors| errors.get(0));
    let text = |name: &str| problem.and_then(|problem| problem.get(name)).and_then(Value::as_str);
    let code: String = text("code").unwrap_or("unreadable").chars().take(CODE_CHARS).collect();
    TidioError::Rejected { code, field: text("message").and_then(field_of) }
}

/// The field or property that an error message names: a quoted word, else the word before the first colon.
fn field_of(message: &str) -> Option<String> {
    let quoted = message.split('"').nth(1);
    let leading = message.split_once(':').map(|(head, _)| head.rsplit('.').next().unwrap_or(head));
    quoted
        .or(leading)
        .map(str::trim)
        .filter(|name| !name.is_empty() && name.len() <= 128 && !name.contains(' '))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_whose_fault_and_what_next() {
        let rejected = |code: &str, field: Option<&str>| TidioError::Rejected {
            code: code.to_owned(),
            field: field.map(str::to_owned),
        };
        let unknown = |status| TidioError::OutcomeUnknown { status: Some(status) };
        let cases: &[(u16, Option<u64>, &str, TidioError)] = &[
            (429, None, "", TidioError::RateLimited { retry_after_ms: None }),
            (429, Some(7_000), "", TidioError::RateLimited { retry_after_ms: Some(7_000) }),
            (503, Some(7_000), "", TidioError::RateLimited { retry_after_ms: Some(7_000) }),
            (500, Some(7_000), "", unknown(500)),
            (401, None, "", TidioError::Unauthorised),
            (403, None, "{}", TidioError::Unauthorised),
            (404, None, "{}", TidioError::NotFound),
            (500, None, "<html>", unknown(500)),
            (502, None, "", unknown(502)),
            (503, None, "", TidioError::Unavailable),
            (422, None, "<html>", rejected("unreadable", None)),
            (
                422,
                None,
                r#"{"errors":[{"code":"validation_error","message":"properties[0] \"ct_x\": no such"}]}"#,
                rejected("validation_error", Some("ct_x")),
            ),
            (
                422,
                None,
                r#"{"errors":[{"code":"validation_error","message":"contacts[3].email: bad"}]}"#,
                rejected("validation_error", Some("email")),
            ),
        ];
        for (status, retry_after_ms, body, expected) in cases {
            assert_eq!(&read_error(*status, *retry_after_ms, body.as_bytes()), expected, "{status} {body}");
        }
    }

    #[test]
    fn answers_of_another_shape_are_not_guessed() {
        for body in ["", "<html>", "[]", "{}", r#"{"id":7}"#, r#"{"contacts":{}}"#, r#"{"id":""}"#] {
            assert!(read_page(body.as_bytes()).is_none(), "{body}");
            assert!(read_id(body.as_bytes()).is_none(), "{body}");
            assert!(read_properties(body.as_bytes()).is_none(), "{body}");
            assert!(read_departments(body.as_bytes()).is_none(), "{body}");
        }
    }

    #[test]
    fn bodies_and_paths_are_pinned() {
        let mut patch = ContactPatch::default();
        patch.fields.insert("email".to_owned(), Some("a@b.example".to_owned()));
        patch.properties.insert("ct_store".to_owned(), Some("de".to_owned()));
        patch.properties.insert("ct_cart_total".to_owned(), None);
        assert_eq!(
            patch_batch_body(&[("t1".to_owned(), patch.clone())]).to_string(),
            r#"{"contacts":[{"email":"a@b.example","id":"t1","properties":[{"name":"ct_cart_total","value":null},{"name":"ct_store","value":"de"}]}]}"#
        );
        let draft = ContactDraft { distinct_id: "d1".to_owned(), content: ContactPatch::default() };
        assert_eq!(draft_body(&draft).to_string(), r#"{"distinct_id":"d1"}"#);
        assert_eq!(contacts_path(Some("a+b@c.de"), Some("10")), "/contacts?email=a%2Bb%40c.de&cursor=10");
        assert_eq!(contact_path("../x"), "/contacts/..%2Fx");
    }
}
