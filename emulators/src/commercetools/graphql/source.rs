//! Values that are more than a member of their object: lookups, references, texts by language.

use super::super::call::Call;
use super::super::carts;
use super::super::error::{ApiError, Outcome};
use super::super::kinds::Kind;
use super::super::project::{Doc, Project, text};
use super::super::query::{Query, fields_of};
use super::plan::{Content, Step};
use super::run::{Null, Run};
use super::schema::Source;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::rc::Rc;

/// A found page.
pub struct Page {
    pub docs: Vec<Doc>,
    offset: usize,
    /// None if nobody asked.
    total: Option<usize>,
}

/// What a selection is applied to.
pub enum Object<'o> {
    Root,
    Json(&'o Value),
    Page(&'o Page),
    /// `{"<first>": key, "value": value}`.
    Pair(&'static str, &'o str, &'o Value),
}

impl Object<'_> {
    /// A member; null if there is none.
    pub fn member(&self, name: &str) -> Cow<'_, Value> {
        match self {
            Self::Json(value) => value.get(name).map_or(Cow::Owned(Value::Null), Cow::Borrowed),
            Self::Pair(first, key, _) if name == *first => Cow::Owned(json!(key)),
            Self::Pair(_, _, value) if name == "value" => Cow::Borrowed(value),
            Self::Page(page) => Cow::Owned(match name {
                "offset" => json!(page.offset),
                "count" => json!(page.docs.len()),
                "total" => json!(page.total),
                "exists" => json!(page.total.map_or(!page.docs.is_empty(), |total| total > 0)),
                _ => Value::Null,
            }),
            _ => Cow::Owned(Value::Null),
        }
    }
}

impl<'a> Run<'a> {
    /// Writes a field whose source is no plain member.
    pub fn special(
        &mut self,
        step: &'a Step,
        object: &Object<'_>,
        arguments: &Map<String, Value>,
    ) -> Result<(), Null> {
        match &step.source {
            Source::Localized(of) => {
                let chosen = localized(&object.member(of), arguments, &self.project.settings);
                self.complete(step, &step.ty, &chosen)
            }
            Source::AllLocales(of) => self.pairs(step, &object.member(of), "locale", |_| true),
            Source::CustomFields => {
                let listed = |list: &str, name: &str| {
                    let names = arguments.get(list).and_then(Value::as_array);
                    names.map(|names| names.iter().any(|known| known.as_str() == Some(name)))
                };
                self.pairs(step, &object.member("fields"), "name", |name| {
                    listed("includeNames", name) != Some(false) && listed("excludeNames", name) != Some(true)
                })
            }
            Source::Elements(of) => {
                let all = object.member(of);
                let Some(id) = arguments.get("id") else {
                    return self.complete(step, &step.ty, &all);
                };
                let same = all.as_array().into_iter().flatten().filter(|item| item["id"] == *id);
                self.complete(step, &step.ty, &same.cloned().collect())
            }
            Source::Resource { kind, of } => self.resource(step, *kind, &object.member(of)),
            Source::One(kind) => {
                let found = self.in_store(|project, call| one(project, call, *kind, arguments));
                self.doc(step, found)
            }
            Source::ActiveCart => {
                let found = self.in_store(|project, call| active_cart(project, call, arguments));
                self.doc(step, found)
            }
            Source::Page(kind) => {
                let with_total = selects(&step.content, &["total", "exists"]);
                match self.in_store(|project, call| page(project, call, *kind, arguments, with_total)) {
                    Ok(found) => self.page(step, &found),
                    Err(error) => Err(self.fail(step, &error)),
                }
            }
            Source::Store => self.store(step, arguments),
            // Both are answered where they are met.
            Source::TypeName(_) | Source::Member { .. } => Err(Null),
        }
    }

    fn in_store<T>(&self, look: impl FnOnce(&Project, &Call<'_>) -> Outcome<T>) -> Outcome<T> {
        let store = self.store.clone();
        look(self.project, &self.call_in(store.as_deref()))
    }

    /// Writes a list of `{"<first>": …, "value": …}` from an object's members.
    fn pairs(
        &mut self,
        step: &'a Step,
        members: &Value,
        first: &'static str,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<(), Null> {
        let (Some(members), Content::Object(steps)) = (members.as_object(), &step.content) else {
            return self.complete(step, &step.ty, &Value::Null);
        };
        let items = members.iter().filter(|(name, _)| wanted(name));
        self.list(step.ty.item_type(), items, |run, (name, value)| {
            run.object(steps, &Object::Pair(first, name, value))
        })
    }

    /// Writes what a reference, an id or a list of references points to.
    fn resource(&mut self, step: &'a Step, kind: Kind, references: &Value) -> Result<(), Null> {
        if references.is_null() {
            return self.complete(step, &step.ty, &Value::Null);
        }
        if let Err(error) = self.in_store(|_, call| call.require(kind.spec().view)) {
            return Err(self.fail(step, &error));
        }
        match references.as_array() {
            None => {
                let found = follow(self.project, kind, references);
                self.doc(step, Ok(found))
            }
            Some(references) => {
                let found: Vec<Doc> =
                    references.iter().filter_map(|reference| follow(self.project, kind, reference)).collect();
                self.list(step.ty.item_type(), found, |run, doc| run.doc(step, Ok(Some(doc))))
            }
        }
    }

    /// Writes a resource that was looked up.
    pub fn doc(&mut self, step: &'a Step, found: Outcome<Option<Doc>>) -> Result<(), Null> {
        match (found, &step.content) {
            (Ok(Some(doc)), Content::Object(steps)) => self.object(steps, &Object::Json(&doc)),
            (Ok(_), _) => self.complete(step, &step.ty, &Value::Null),
            (Err(error), _) => Err(self.fail(step, &error)),
        }
    }

    fn store(&mut self, step: &'a Step, arguments: &Map<String, Value>) -> Result<(), Null> {
        let Content::Object(steps) = &step.content else {
            return Err(Null);
        };
        let Some(key) = arguments.get("key").and_then(Value::as_str) else {
            let error = ApiError::invalid_input("The key of a store is a string.");
            return Err(self.fail(step, &error));
        };
        if self.project.find_one(Kind::Store, "key", key).is_none() {
            let error = ApiError::not_found(format_args!("key '{key}' (store)"));
            return Err(self.fail(step, &error));
        }
        let outer = self.store.replace(Rc::from(key));
        let result = self.object(steps, &Object::Root);
        self.store = outer;
        result
    }
}

fn one(
    project: &Project,
    call: &Call<'_>,
    kind: Kind,
    arguments: &Map<String, Value>,
) -> Outcome<Option<Doc>> {
    call.require(kind.spec().view)?;
    let mut given = arguments.iter();
    let (Some((name, value)), None) = (given.next(), given.next()) else {
        return Err(ApiError::invalid_input("Exactly one of the arguments must be given."));
    };
    let value = value.as_str().unwrap_or_default();
    let found = match kind.spec().indexed.iter().find(|member| *member == name) {
        Some(member) => project.find_one(kind, member, value),
        None => project.get(kind, value),
    };
    Ok(found.filter(|doc| call.sees(kind, doc)))
}

fn active_cart(project: &Project, call: &Call<'_>, arguments: &Map<String, Value>) -> Outcome<Option<Doc>> {
    call.require(Kind::Cart.spec().view)?;
    let customer = arguments.get("customerId").and_then(Value::as_str).unwrap_or_default();
    Ok(carts::active_cart(project, "customerId", customer, |cart| call.sees(Kind::Cart, cart)))
}

fn page(
    project: &Project,
    call: &Call<'_>,
    kind: Kind,
    arguments: &Map<String, Value>,
    with_total: bool,
) -> Outcome<Page> {
    call.require(kind.spec().view)?;
    let mut parameters = vec![("withTotal".to_owned(), with_total.to_string())];
    for (name, value) in arguments {
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        let texts =
            values.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        parameters.extend(texts.map(|text| (name.clone(), text)));
    }
    let query = Query::read(&parameters, fields_of(kind))?;
    let (docs, total) = query.find(project, kind, &|doc| call.sees(kind, doc));
    Ok(Page { docs, offset: query.offset(), total })
}

/// True if one of these members of a page is asked for.
fn selects(content: &Content, names: &[&str]) -> bool {
    let Content::Object(steps) = content else {
        return false;
    };
    steps
        .iter()
        .any(|step| matches!(&step.source, Source::Member { name, .. } if names.contains(&name.as_str())))
}

/// The resource of a reference, which may be an id alone.
fn follow(project: &Project, kind: Kind, reference: &Value) -> Option<Doc> {
    if let Some(id) = reference.as_str().or_else(|| text(reference, "id")) {
        return project.get(kind, id);
    }
    project.find_one(kind, "key", text(reference, "key")?)
}

/// One text of a localized string: of the locale, or of the first that is accepted, or of the project's first language.
fn localized(texts: &Value, arguments: &Map<String, Value>, settings: &Value) -> Value {
    let Some(texts) = texts.as_object() else {
        return Value::Null;
    };
    if let Some(locale) = arguments.get("locale").and_then(Value::as_str) {
        return texts.get(locale).cloned().unwrap_or_default();
    }
    let wanted = arguments.get("acceptLanguage").unwrap_or(&settings["languages"]);
    let wanted = wanted.as_array().into_iter().flatten().filter_map(Value::as_str);
    let language = |tag: &str| tag.split('-').next().map(str::to_lowercase);
    let mut found = wanted.filter_map(|tag| {
        let same = texts.get(tag);
        same.or_else(|| {
            texts.iter().find(|(known, _)| language(known) == language(tag)).map(|(_, text)| text)
        })
    });
    found.next().cloned().unwrap_or_default()
}
