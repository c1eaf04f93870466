//! Carries out a plan. The answer is written as text at once: a field that fails takes back what it wrote.

use super::super::call::Call;
use super::super::error::ApiError;
use super::super::project::Project;
use super::error;
use super::plan::{Content, Leaf, Step};
use super::schema::Source;
use super::source::{Object, Page};
use apollo_compiler::ast::{Type, Value as Literal};
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name, Node};
use serde_json::{Map, Value, json};
use std::rc::Rc;
use std::sync::Arc;

/// A value that may not be null is: whatever contains it becomes null instead.
pub struct Null;

/// The execution of one operation.
pub struct Run<'a> {
    pub project: &'a Project,
    call: &'a Call<'a>,
    document: &'a ExecutableDocument,
    variables: &'a Value,
    /// Key of the store that `inStore` limits the current field to.
    pub store: Option<Rc<str>>,
    pub out: Vec<u8>,
    path: Vec<Segment<'a>>,
    errors: Vec<Value>,
}

enum Segment<'a> {
    Key(&'a Name),
    Index(usize),
}

/// The answer to an operation as JSON text.
pub fn answer(
    steps: &[Step],
    document: &Valid<ExecutableDocument>,
    variables: &Value,
    project: &Project,
    call: &Call<'_>,
) -> Vec<u8> {
    let mut run = Run {
        project,
        call,
        document,
        variables,
        store: None,
        out: Vec::with_capacity(4096),
        path: Vec::new(),
        errors: Vec::new(),
    };
    run.out.extend_from_slice(b"{\"data\":");
    let start = run.out.len();
    if run.object(steps, &Object::Root).is_err() {
        run.out.truncate(start);
        run.out.extend_from_slice(b"null");
    }
    if !run.errors.is_empty() {
        run.out.extend_from_slice(b",\"errors\":");
        let errors = Value::Array(std::mem::take(&mut run.errors));
        run.json(&errors);
    }
    run.out.push(b'}');
    run.out
}

impl<'a> Run<'a> {
    /// The call as it would be inside the current store.
    pub fn call_in<'s>(&self, store: Option<&'s str>) -> Call<'s>
    where
        'a: 's,
    {
        Call { store, ..*self.call }
    }

    /// Writes an object's selected members.
    pub fn object(&mut self, steps: &'a [Step], object: &Object<'_>) -> Result<(), Null> {
        self.out.push(b'{');
        for (index, step) in steps.iter().enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            self.out.extend_from_slice(&step.prefix);
            self.path.push(Segment::Key(&step.key));
            self.guarded(&step.ty, |run| run.field(step, object))?;
            self.path.pop();
        }
        self.out.push(b'}');
        Ok(())
    }

    /// Writes something of this type, or null where that fails and null is allowed.
    pub fn guarded(
        &mut self,
        ty: &Type,
        write: impl FnOnce(&mut Self) -> Result<(), Null>,
    ) -> Result<(), Null> {
        let (start, depth) = (self.out.len(), self.path.len());
        let result = write(self);
        if result.is_err() && !ty.is_non_null() {
            self.out.truncate(start);
            self.path.truncate(depth);
            self.out.extend_from_slice(b"null");
            return Ok(());
        }
        result
    }

    fn field(&mut self, step: &'a Step, object: &Object<'_>) -> Result<(), Null> {
        match &step.source {
            Source::TypeName(name) => {
                self.json(&Value::String(name.clone()));
                Ok(())
            }
            Source::Member { name, default } => {
                if let (Object::Page(page), "results") = (object, name.as_str()) {
                    return self.list(step.ty.item_type(), &page.docs, |run, doc| {
                        run.doc(step, Ok(Some(Arc::clone(doc))))
                    });
                }
                let value = object.member(name);
                self.complete(step, &step.ty, if value.is_null() { default } else { &value })
            }
            _ => {
                let arguments = self.arguments(step)?;
                self.special(step, object, &arguments)
            }
        }
    }

    /// Writes a value of this type.
    pub fn complete(&mut self, step: &'a Step, ty: &'a Type, value: &Value) -> Result<(), Null> {
        match ty {
            Type::NonNullNamed(_) if value.is_null() => {
                let missing =
                    ApiError::invalid_operation("Cannot return null for a field that is never null.");
                Err(self.fail(step, &missing))
            }
            Type::NonNullList(_) if value.is_null() => {
                self.out.extend_from_slice(b"[]");
                Ok(())
            }
            _ if value.is_null() => {
                self.out.extend_from_slice(b"null");
                Ok(())
            }
            Type::List(inner) | Type::NonNullList(inner) => {
                let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
                self.list(inner, items, |run, item| run.complete(step, inner, item))
            }
            Type::Named(_) | Type::NonNullNamed(_) => self.single(step, value),
        }
    }

    /// Writes a list.
    pub fn list<T>(
        &mut self,
        inner: &Type,
        items: impl IntoIterator<Item = T>,
        write: impl Fn(&mut Self, T) -> Result<(), Null>,
    ) -> Result<(), Null> {
        self.out.push(b'[');
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            self.path.push(Segment::Index(index));
            self.guarded(inner, |run| write(run, item))?;
            self.path.pop();
        }
        self.out.push(b']');
        Ok(())
    }

    fn single(&mut self, step: &'a Step, value: &Value) -> Result<(), Null> {
        match &step.content {
            Content::Object(steps) => self.object(steps, &Object::Json(value)),
            Content::Abstract(types) => {
                let wanted = concrete(value);
                match types.iter().find(|(name, _)| name == wanted) {
                    Some((_, steps)) => self.object(steps, &Object::Json(value)),
                    None => Err(self.fail(step, &ApiError::invalid_operation("A value of an unknown type."))),
                }
            }
            Content::Leaf(leaf) => {
                let fits = match leaf {
                    Leaf::Text => value.is_string(),
                    Leaf::Int => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
                    Leaf::Float => value.is_number(),
                    Leaf::Boolean => value.is_boolean(),
                    Leaf::Enum(names) => {
                        value.as_str().is_some_and(|text| names.iter().any(|name| name == text))
                    }
                    Leaf::Scalar => true,
                };
                if !fits {
                    let message = format!("The stored value does not fit the type {}.", step.ty);
                    return Err(self.fail(step, &ApiError::invalid_operation(message)));
                }
                self.json(value);
                Ok(())
            }
        }
    }

    /// Writes JSON as it is.
    pub fn json(&mut self, value: &Value) {
        // Writing to memory does not fail.
        let _ = serde_json::to_writer(&mut self.out, value);
    }

    /// Writes a page of resources.
    pub fn page(&mut self, step: &'a Step, page: &Page) -> Result<(), Null> {
        match &step.content {
            Content::Object(steps) => self.object(steps, &Object::Page(page)),
            _ => Err(Null),
        }
    }

    /// Notes an error at the current place.
    pub fn fail(&mut self, step: &Step, error: &ApiError) -> Null {
        let location = step.location.and_then(|span| span.line_column(&self.document.sources));
        let path = self.path.iter().map(|segment| match segment {
            Segment::Key(key) => json!(key.as_str()),
            Segment::Index(index) => json!(index),
        });
        let path = path.collect();
        self.errors.push(error::of_field(error, json!(location), path));
        Null
    }

    /// The arguments that have a value.
    fn arguments(&mut self, step: &'a Step) -> Result<Map<String, Value>, Null> {
        let mut given = Map::new();
        for argument in &step.arguments {
            let value = argument.value.as_ref().and_then(|value| self.value_of(value));
            match value.filter(|value| !value.is_null()) {
                Some(value) => {
                    given.insert(argument.name.to_string(), value);
                }
                None if argument.required => {
                    let message = format!("The argument '{}' must not be null.", argument.name);
                    return Err(self.fail(step, &ApiError::invalid_input(message)));
                }
                None => {}
            }
        }
        Ok(given)
    }

    /// A literal as JSON; none for a variable that was not given.
    fn value_of(&self, literal: &Node<Literal>) -> Option<Value> {
        Some(match literal.as_ref() {
            Literal::Null => Value::Null,
            Literal::Enum(name) => json!(name.as_str()),
            Literal::Variable(name) => self.variables.get(name.as_str())?.clone(),
            Literal::String(text) => json!(text),
            Literal::Float(number) => json!(number.try_to_f64().ok()),
            Literal::Int(number) => json!(number.try_to_i32().ok()),
            Literal::Boolean(value) => json!(value),
            Literal::List(items) => items.iter().filter_map(|item| self.value_of(item)).collect(),
            Literal::Object(members) => Value::Object(
                members
                    .iter()
                    .filter_map(|(name, value)| Some((name.to_string(), self.value_of(value)?)))
                    .collect(),
            ),
        })
    }
}

/// The type of a stored value where the schema has an interface.
fn concrete(value: &Value) -> &str {
    match value["type"].as_str() {
        Some("highPrecision") => "HighPrecisionMoney",
        Some("centPrecision") | None => "Money",
        Some(name) => name,
    }
}
