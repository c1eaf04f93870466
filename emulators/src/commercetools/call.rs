//! One API request, checked as far as all resources have it in common.

use super::error::{ApiError, Outcome};
use super::expand::expand;
use super::kinds::Kind;
use super::oauth::Grant;
use super::project::{Actor, Doc, Project, text, version_of};
use super::query::parameter;
use serde_json::{Value, json};

/// Most update actions in one request.
const MAX_ACTIONS: usize = 500;

/// A request of the HTTP API. `HEAD` arrives here as `GET`.
pub struct Call<'a> {
    pub method: &'a str,
    pub project: &'a str,
    /// Key of the store that an in-store path limits the request to.
    pub store: Option<&'a str>,
    /// Path below the project, or below the store.
    pub segments: &'a [&'a str],
    pub parameters: &'a [(String, String)],
    /// JSON body; null if there is none.
    pub body: &'a Value,
    pub grant: &'a Grant,
    pub now_ms: i64,
}

/// An answer of the HTTP API.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub body: Value,
    /// JSON text to be sent as it is, instead of `body`.
    pub raw: Option<Vec<u8>>,
}

impl Reply {
    /// 200.
    pub const fn ok(body: Value) -> Self {
        Self::with(200, body)
    }

    /// 201.
    pub const fn created(body: Value) -> Self {
        Self::with(201, body)
    }

    /// Any status.
    pub const fn with(status: u16, body: Value) -> Self {
        Self { status, body, raw: None }
    }

    /// JSON that has been written already.
    pub const fn raw(status: u16, json: Vec<u8>) -> Self {
        Self { status, body: Value::Null, raw: Some(json) }
    }
}

impl Call<'_> {
    /// Who is calling.
    pub fn actor(&self) -> Actor {
        Actor {
            now_ms: self.now_ms,
            client_id: self.grant.client_id.clone(),
            customer_id: self.grant.customer_id.clone(),
            anonymous_id: self.grant.anonymous_id.clone(),
        }
    }

    /// A query parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        parameter(self.parameters, name)
    }

    /// Checks that one of the scopes is granted.
    ///
    /// # Errors
    /// 403.
    pub fn require(&self, any_of: &[&str]) -> Outcome<()> {
        self.grant.scopes.require(any_of, self.project, self.store)
    }

    /// True if the call may see this document: in-store calls see only what belongs to the store.
    pub fn sees(&self, kind: Kind, doc: &Value) -> bool {
        let Some(store) = self.store else {
            return true;
        };
        match kind {
            Kind::Cart | Kind::Order => text(&doc["store"], "key") == Some(store),
            Kind::Customer => match doc["stores"].as_array().filter(|stores| !stores.is_empty()) {
                None => true,
                Some(stores) => stores.iter().any(|known| text(known, "key") == Some(store)),
            },
            _ => true,
        }
    }

    /// The document as it is sent: with the references asked for filled in.
    pub fn present(&self, project: &Project, doc: &Doc) -> Value {
        let mut body = Value::clone(doc);
        self.expand(project, &mut body);
        body
    }

    /// Fills the references that `expand` parameters name, in a document or in `results`. What the token may not read
    /// stays a bare reference: the strictest that the vendor is known to be.
    pub fn expand(&self, project: &Project, body: &mut Value) {
        let may_view = |kind: Kind| self.grant.scopes.allow(kind.spec().view, self.project, self.store);
        for (_, path) in self.parameters.iter().filter(|(name, _)| name == "expand") {
            expand(project, &may_view, body, path);
        }
    }

    /// The update actions of the body, after its version has been compared with the document's.
    ///
    /// # Errors
    /// 400 for a malformed body, 409 for another version.
    pub fn actions(&self, doc: &Value) -> Outcome<&[Value]> {
        let version =
            self.body["version"].as_i64().ok_or_else(|| ApiError::invalid_json("version: missing"))?;
        self.check_version(doc, version)?;
        let actions =
            self.body["actions"].as_array().ok_or_else(|| ApiError::invalid_json("actions: missing"))?;
        if actions.len() > MAX_ACTIONS {
            return Err(ApiError::invalid_input(format!("More than {MAX_ACTIONS} update actions.")));
        }
        Ok(actions)
    }

    /// Compares the `version` parameter of a deletion.
    ///
    /// # Errors
    /// 400 if missing, 409 for another version.
    pub fn check_version_parameter(&self, doc: &Value) -> Outcome<()> {
        let version = self.parameter("version").and_then(|text| text.parse().ok());
        let version =
            version.ok_or_else(|| ApiError::invalid_input("Malformed parameter: version: missing."))?;
        self.check_version(doc, version)
    }

    fn check_version(&self, doc: &Value, expected: i64) -> Outcome<()> {
        let current = version_of(doc);
        if expected == current {
            return Ok(());
        }
        Err(ApiError::conflict(text(doc, "id").unwrap_or_default(), expected, current))
    }
}

/// A document in the middle of an update.
pub struct Edit<'a> {
    pub project: &'a mut Project,
    pub actor: &'a Actor,
    pub doc: Value,
    pub messages: Vec<super::project::MessageDraft>,
}

impl<'a> Edit<'a> {
    /// Starts from the stored document.
    pub fn of(project: &'a mut Project, actor: &'a Actor, doc: &Value) -> Self {
        Self { project, actor, doc: doc.clone(), messages: Vec::new() }
    }

    /// Adds a message.
    pub fn tell(&mut self, kind: &str, members: Value) {
        self.messages.push(super::project::message(kind, members));
    }

    /// Replaces a member; null removes it. Returns what was there (null if nothing).
    pub fn replace(&mut self, member: &str, value: Value) -> Value {
        let old = self.doc.get(member).cloned().unwrap_or(Value::Null);
        if let Some(members) = self.doc.as_object_mut() {
            if value.is_null() {
                members.remove(member);
            } else {
                members.insert(member.to_owned(), value);
            }
        }
        old
    }

    /// A new id for something inside the document.
    pub fn new_id(&mut self) -> String {
        self.project.ids.draw()
    }

    /// Stores the result.
    ///
    /// # Errors
    /// 400 `DuplicateField`.
    pub fn commit(self, kind: Kind, steps: usize) -> Outcome<Doc> {
        self.project.commit(self.actor, kind, self.doc, steps, self.messages)
    }
}

/// The member of an action, or 400 `RequiredField`.
///
/// # Errors
/// When missing or null.
pub fn needed<'a>(action: &'a Value, member: &str) -> Outcome<&'a Value> {
    action.get(member).filter(|value| !value.is_null()).ok_or_else(|| ApiError::required(member))
}

/// The text member of an action, or 400.
///
/// # Errors
/// When missing or no text.
pub fn needed_text<'a>(action: &'a Value, member: &str) -> Outcome<&'a str> {
    let value = needed(action, member)?;
    value.as_str().ok_or_else(|| ApiError::invalid_json(format!("{member}: expected a string")))
}

/// 400 for an action nobody knows.
pub fn unknown_action(action: &Value) -> ApiError {
    ApiError::invalid_json(format!("actions: unknown action {}", action["action"]))
}

/// A reference.
pub fn reference(type_id: &str, id: &str) -> Value {
    json!({ "typeId": type_id, "id": id })
}

/// Resolves a resource identifier (`{typeId, id}` or `{typeId, key}`) to the document.
///
/// # Errors
/// 400 `ReferencedResourceNotFound`.
pub fn resolve(project: &Project, kind: Kind, identifier: &Value) -> Outcome<Doc> {
    let found = match (text(identifier, "id"), text(identifier, "key")) {
        (Some(id), _) => project.get(kind, id),
        (None, Some(key)) => project.find_one(kind, "key", key),
        (None, None) => return Err(ApiError::required("id")),
    };
    found.ok_or_else(|| {
        let name = text(identifier, "id").or_else(|| text(identifier, "key")).unwrap_or_default();
        ApiError::reference_not_found(kind.spec().type_id, name)
    })
}
