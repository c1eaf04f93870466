//! One project: its documents, its messages, and what Subscriptions have to be told.
//!
//! Every document is JSON in the vendor's own shape. Whoever changes one goes through
//! [`Project::create`], [`Project::commit`] or [`Project::delete`], which keep version, times, actor,
//! messages and notifications right.

use super::error::{ApiError, Outcome};
use super::ids::{IdSource, SortId};
use super::kinds::{ALL, Kind};
use crate::shared::platform::rfc3339;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// A document, shared with whoever is still sending it.
pub type Doc = Arc<Value>;

/// Who does something, and when.
#[derive(Clone, Debug)]
pub struct Actor {
    pub now_ms: i64,
    pub client_id: String,
    pub customer_id: Option<String>,
    pub anonymous_id: Option<String>,
}

impl Actor {
    /// The moment in the form resources carry it.
    pub fn now(&self) -> String {
        rfc3339(self.now_ms)
    }

    fn stamp(&self) -> Value {
        let mut stamp = json!({ "clientId": self.client_id, "isPlatformClient": false });
        if let Some(id) = &self.customer_id {
            stamp["customer"] = json!({ "typeId": "customer", "id": id });
        }
        if let Some(id) = &self.anonymous_id {
            stamp["anonymousId"] = json!(id);
        }
        stamp
    }
}

/// A message before it has an id, a sequence number and a time.
pub type MessageDraft = Map<String, Value>;

/// Builds a [`MessageDraft`]: `message("OrderStateChanged", json!({"orderState": "Open"}))`.
pub fn message(kind: &str, members: Value) -> MessageDraft {
    let mut draft = match members {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    draft.insert("type".to_owned(), json!(kind));
    draft.retain(|_, value| !value.is_null());
    draft
}

/// What happened to a resource, for Subscriptions.
#[derive(Clone, Debug)]
pub enum Event {
    Message(Doc),
    /// Notification body without `projectKey`: `ResourceCreated`, `ResourceUpdated`, `ResourceDeleted`.
    Change(Value),
}

/// Documents of one kind.
#[derive(Default)]
struct Collection {
    docs: BTreeMap<SortId, Doc>,
    /// (member, value) → ids.
    index: HashMap<(&'static str, String), BTreeSet<SortId>>,
}

/// All data of a project.
pub struct Project {
    pub key: String,
    /// Project settings as `GET /{projectKey}` shows them.
    pub settings: Value,
    /// Where new ids come from.
    pub ids: IdSource,
    /// Passwords by customer id, apart from what anyone can read.
    pub passwords: HashMap<String, String>,
    /// Events nobody has collected yet.
    pub events: Vec<Event>,
    /// False while big data sets are made: no messages, no events.
    pub record: bool,
    collections: HashMap<Kind, Collection>,
}

impl Project {
    /// An empty project.
    pub fn new(key: &str, settings: Value) -> Self {
        Self {
            key: key.to_owned(),
            settings,
            ids: IdSource::Random,
            passwords: HashMap::new(),
            events: Vec::new(),
            record: true,
            collections: ALL.iter().map(|kind| (*kind, Collection::default())).collect(),
        }
    }

    fn docs(&self, kind: Kind) -> Option<&BTreeMap<SortId, Doc>> {
        self.collections.get(&kind).map(|collection| &collection.docs)
    }

    /// The document with this id.
    pub fn get(&self, kind: Kind, id: &str) -> Option<Doc> {
        self.docs(kind)?.get(&SortId::of(id)).cloned()
    }

    /// All documents in the order of their ids, from just after `after`.
    pub fn walk(&self, kind: Kind, after: Option<&str>) -> Box<dyn Iterator<Item = &Doc> + '_> {
        use std::ops::Bound;
        let lower = after.map_or(Bound::Unbounded, |id| Bound::Excluded(SortId::of(id)));
        match self.docs(kind) {
            Some(docs) => Box::new(docs.range((lower, Bound::Unbounded)).map(|(_, doc)| doc)),
            None => Box::new(std::iter::empty()),
        }
    }

    /// Number of documents.
    pub fn count(&self, kind: Kind) -> usize {
        self.docs(kind).map_or(0, BTreeMap::len)
    }

    /// Documents whose indexed `member` has this value, in the order of their ids.
    pub fn find(&self, kind: Kind, member: &'static str, value: &str) -> Vec<Doc> {
        let Some(collection) = self.collections.get(&kind) else {
            return Vec::new();
        };
        let ids = collection.index.get(&(member, value.to_owned()));
        ids.into_iter().flatten().filter_map(|id| collection.docs.get(id)).cloned().collect()
    }

    /// The first document whose indexed `member` has this value.
    pub fn find_one(&self, kind: Kind, member: &'static str, value: &str) -> Option<Doc> {
        self.find(kind, member, value).into_iter().next()
    }

    /// Stores a document as it is.
    pub fn put(&mut self, kind: Kind, doc: Value) -> Doc {
        let doc = Arc::new(doc);
        let id = SortId::of(id_of(&doc));
        if let Some(collection) = self.collections.get_mut(&kind) {
            let old = collection.docs.insert(id.clone(), Arc::clone(&doc));
            for member in kind.spec().indexed {
                if let Some(value) = old.as_ref().and_then(|old| text(old, member)) {
                    forget(&mut collection.index, member, value, &id);
                }
                if let Some(value) = text(&doc, member) {
                    collection.index.entry((member, value.to_owned())).or_default().insert(id.clone());
                }
            }
        }
        doc
    }

    fn take_out(&mut self, kind: Kind, doc: &Value) {
        let id = SortId::of(id_of(doc));
        if let Some(collection) = self.collections.get_mut(&kind) {
            collection.docs.remove(&id);
            for member in kind.spec().indexed {
                if let Some(value) = text(doc, member) {
                    forget(&mut collection.index, member, value, &id);
                }
            }
        }
    }

    /// Refuses a document that repeats a unique value of another one.
    ///
    /// # Errors
    /// 400 `DuplicateField`.
    pub fn check_unique(&self, kind: Kind, doc: &Value) -> Outcome<()> {
        for member in kind.spec().unique {
            if let Some(value) = text(doc, member)
                && self.find(kind, member, value).iter().any(|other| id_of(other) != id_of(doc))
            {
                return Err(ApiError::duplicate(member, value));
            }
        }
        Ok(())
    }

    /// Stores a new document: adds id (unless given), version 1, times and actor.
    ///
    /// # Errors
    /// 400 `DuplicateField`.
    pub fn create(
        &mut self,
        actor: &Actor,
        kind: Kind,
        mut doc: Value,
        messages: Vec<MessageDraft>,
    ) -> Outcome<Doc> {
        if text(&doc, "id").is_none() {
            doc["id"] = json!(self.ids.draw());
        }
        let now = json!(actor.now());
        doc["version"] = json!(1);
        for member in ["createdAt", "lastModifiedAt", "versionModifiedAt"] {
            doc[member] = now.clone();
        }
        doc["createdBy"] = actor.stamp();
        doc["lastModifiedBy"] = actor.stamp();
        drop_nulls(&mut doc);
        self.check_unique(kind, &doc)?;
        self.emit(actor, kind, &mut doc, messages);
        let doc = self.put(kind, doc);
        self.notify(kind, "ResourceCreated", &doc, json!({ "modifiedAt": doc["lastModifiedAt"] }));
        Ok(doc)
    }

    /// Stores the next version of a document: `steps` is how many changes were made to it.
    /// A document that is equal to the stored one keeps its version.
    ///
    /// # Errors
    /// 400 `DuplicateField`.
    pub fn commit(
        &mut self,
        actor: &Actor,
        kind: Kind,
        mut doc: Value,
        steps: usize,
        messages: Vec<MessageDraft>,
    ) -> Outcome<Doc> {
        drop_nulls(&mut doc);
        let old = self.get(kind, id_of(&doc));
        if let Some(old) = old.filter(|old| **old == doc && messages.is_empty()) {
            return Ok(old);
        }
        self.check_unique(kind, &doc)?;
        let old_version = version_of(&doc);
        doc["version"] = json!(old_version + i64::try_from(steps.max(1)).unwrap_or(1));
        doc["lastModifiedAt"] = json!(actor.now());
        doc["versionModifiedAt"] = json!(actor.now());
        doc["lastModifiedBy"] = actor.stamp();
        self.emit(actor, kind, &mut doc, messages);
        let doc = self.put(kind, doc);
        let extra = json!({ "oldVersion": old_version, "modifiedAt": doc["lastModifiedAt"] });
        self.notify(kind, "ResourceUpdated", &doc, extra);
        Ok(doc)
    }

    /// Removes a document. The messages come after its last change.
    pub fn delete(&mut self, actor: &Actor, kind: Kind, doc: &Doc, messages: Vec<MessageDraft>) {
        let mut last = Value::clone(doc);
        self.emit(actor, kind, &mut last, messages);
        self.take_out(kind, doc);
        self.notify(kind, "ResourceDeleted", doc, json!({ "modifiedAt": actor.now() }));
    }

    fn emit(&mut self, actor: &Actor, kind: Kind, doc: &mut Value, drafts: Vec<MessageDraft>) {
        if !self.record {
            return;
        }
        for mut draft in drafts {
            let sequence = doc["lastMessageSequenceNumber"].as_i64().unwrap_or(0) + 1;
            doc["lastMessageSequenceNumber"] = json!(sequence);
            if draft.get("order").is_some_and(Value::is_boolean) {
                draft.insert("order".to_owned(), doc.clone());
            }
            let stored = json!({
                "id": self.ids.draw(), "version": 1, "sequenceNumber": sequence,
                "resource": { "typeId": kind.spec().type_id, "id": doc["id"] },
                "resourceVersion": doc["version"],
                "resourceUserProvidedIdentifiers": identifiers(kind, doc),
                "createdAt": actor.now(), "lastModifiedAt": actor.now(),
                "createdBy": actor.stamp(), "lastModifiedBy": actor.stamp(),
            });
            if let Value::Object(base) = stored {
                draft.extend(base);
            }
            draft.retain(|_, value| !value.is_null());
            let stored = self.put(Kind::Message, Value::Object(draft));
            self.events.push(Event::Message(stored));
        }
    }

    fn notify(&mut self, kind: Kind, notification: &str, doc: &Value, extra: Value) {
        if !self.record || matches!(kind, Kind::Message | Kind::Subscription) {
            return;
        }
        // A cart is only announced when it is new.
        if kind == Kind::Cart && notification != "ResourceCreated" {
            return;
        }
        let mut change = json!({
            "notificationType": notification,
            "resource": { "typeId": kind.spec().type_id, "id": doc["id"] },
            "version": doc["version"],
        });
        if let Some(known) = identifiers(kind, doc).as_object().filter(|known| !known.is_empty()) {
            change["resourceUserProvidedIdentifiers"] = json!(known);
        }
        if let (Some(change), Value::Object(extra)) = (change.as_object_mut(), extra) {
            change.extend(extra);
        }
        self.events.push(Event::Change(change));
    }
}

fn forget(
    index: &mut HashMap<(&'static str, String), BTreeSet<SortId>>,
    member: &'static str,
    value: &str,
    id: &SortId,
) {
    let entry = (member, value.to_owned());
    if let Some(ids) = index.get_mut(&entry) {
        ids.remove(id);
        if ids.is_empty() {
            index.remove(&entry);
        }
    }
}

fn identifiers(kind: Kind, doc: &Value) -> Value {
    let members: &[&str] = match kind {
        Kind::Order => &["orderNumber"],
        Kind::Customer => &["key", "externalId", "customerNumber"],
        _ => &["key"],
    };
    let found = members.iter().filter_map(|member| Some(((*member).to_owned(), json!(text(doc, member)?))));
    Value::Object(found.collect())
}

fn drop_nulls(doc: &mut Value) {
    if let Some(members) = doc.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
}

/// The text in this member.
pub fn text<'a>(doc: &'a Value, member: &str) -> Option<&'a str> {
    doc.get(member).and_then(Value::as_str)
}

/// The document's id; empty if it has none.
pub fn id_of(doc: &Value) -> &str {
    text(doc, "id").unwrap_or_default()
}

/// The document's version.
pub fn version_of(doc: &Value) -> i64 {
    doc.get("version").and_then(Value::as_i64).unwrap_or(0)
}
