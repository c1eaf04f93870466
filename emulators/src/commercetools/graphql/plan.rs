//! From a valid document to what has to be done, in order: fragments are spread, equal fields merged.

use super::error;
use super::schema::{self, Source, source_of};
use apollo_compiler::ast::{Type, Value as Literal};
use apollo_compiler::collections::{HashSet, IndexMap};
use apollo_compiler::executable::{Field, Operation, Selection, SelectionSet};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{ExecutableDocument, Name, Node};
use serde_json::Value;

/// Most fields that a query may select, every use of a fragment counted. The types contain one another without
/// circles, so nothing else bounds the depth.
const MAX_FIELDS: usize = 20_000;

/// A field to be answered.
pub struct Step {
    /// Its name in the answer.
    pub key: Name,
    /// `"key":` as it is written.
    pub prefix: Vec<u8>,
    pub location: Option<SourceSpan>,
    pub ty: Type,
    pub source: Source,
    pub arguments: Vec<Argument>,
    pub content: Content,
}

/// An argument that the schema knows.
pub struct Argument {
    pub name: Name,
    /// As the document or the schema's default says; none if neither does.
    pub value: Option<Node<Literal>>,
    pub required: bool,
}

/// What is inside a field's value.
pub enum Content {
    Leaf(Leaf),
    /// Members of an object of the only possible type.
    Object(Vec<Step>),
    /// Members by the name of the object's type.
    Abstract(Vec<(Name, Vec<Step>)>),
}

/// What a value without members has to be.
pub enum Leaf {
    Text,
    Int,
    Float,
    Boolean,
    Enum(Vec<Name>),
    /// Any JSON.
    Scalar,
}

/// The plan of an operation. `variables` are needed where `@skip` or `@include` ask for them.
///
/// # Errors
/// One error if the operation selects too much.
pub fn of(
    document: &ExecutableDocument,
    operation: &Operation,
    variables: &Value,
) -> Result<Vec<Step>, Vec<Value>> {
    let mut planner = Planner { document, variables, left: MAX_FIELDS };
    planner
        .object(operation.object_type(), &[&operation.selection_set])
        .map_err(|TooComplex| vec![error::too_complex(MAX_FIELDS)])
}

struct TooComplex;

struct Planner<'a> {
    document: &'a ExecutableDocument,
    variables: &'a Value,
    left: usize,
}

type Fields<'a> = IndexMap<&'a Name, Vec<&'a Field>>;

impl<'a> Planner<'a> {
    fn object(&mut self, type_name: &Name, selected: &[&'a SelectionSet]) -> Result<Vec<Step>, TooComplex> {
        let mut fields = Fields::default();
        let mut spread = HashSet::default();
        for set in selected {
            self.collect(type_name, set, &mut spread, &mut fields);
        }
        let mut steps = Vec::with_capacity(fields.len());
        for (key, same) in fields {
            self.left = self.left.checked_sub(same.len()).ok_or(TooComplex)?;
            steps.extend(self.step(type_name, key, &same)?);
        }
        Ok(steps)
    }

    fn collect(
        &self,
        type_name: &Name,
        set: &'a SelectionSet,
        spread: &mut HashSet<&'a Name>,
        fields: &mut Fields<'a>,
    ) {
        for selection in set.selections.iter().filter(|selection| self.wanted(selection)) {
            match selection {
                Selection::Field(field) => fields.entry(field.response_key()).or_default().push(field),
                Selection::InlineFragment(inline) => {
                    if inline.type_condition.as_ref().is_none_or(|wanted| is_a(type_name, wanted)) {
                        self.collect(type_name, &inline.selection_set, spread, fields);
                    }
                }
                Selection::FragmentSpread(named) => {
                    let Some(fragment) = self.document.fragments.get(&named.fragment_name) else {
                        continue;
                    };
                    if spread.insert(&named.fragment_name) && is_a(type_name, fragment.type_condition()) {
                        self.collect(type_name, &fragment.selection_set, spread, fields);
                    }
                }
            }
        }
    }

    /// False if `@skip` or `@include` say so.
    fn wanted(&self, selection: &Selection) -> bool {
        let condition = |directive: &str| {
            let value = selection.directives().get(directive)?.specified_argument_by_name("if")?;
            match value.as_ref() {
                Literal::Boolean(value) => Some(*value),
                Literal::Variable(name) => self.variables.get(name.as_str())?.as_bool(),
                _ => None,
            }
        };
        condition("skip") != Some(true) && condition("include") != Some(false)
    }

    /// None for a field that the type does not have, which a valid document cannot ask for.
    fn step(&mut self, type_name: &Name, key: &Name, same: &[&'a Field]) -> Result<Option<Step>, TooComplex> {
        let Some(field) = same.first() else {
            return Ok(None);
        };
        let Ok(definition) = schema::get().type_field(type_name, &field.name) else {
            return Ok(None);
        };
        let arguments = definition.arguments.iter().map(|known| Argument {
            name: known.name.clone(),
            value: field.specified_argument_by_name(&known.name).or(known.default_value.as_ref()).cloned(),
            required: known.ty.is_non_null(),
        });
        let source = match field.name.as_str() {
            "__typename" => Source::TypeName(type_name.to_string()),
            _ => source_of(definition),
        };
        let inner: Vec<&SelectionSet> = same.iter().map(|field| &field.selection_set).collect();
        Ok(Some(Step {
            key: key.clone(),
            prefix: format!("\"{key}\":").into_bytes(),
            location: field.name.location(),
            ty: definition.ty.clone(),
            source,
            arguments: arguments.collect(),
            content: self.content(definition.ty.inner_named_type(), &inner)?,
        }))
    }

    fn content(&mut self, type_name: &Name, selected: &[&'a SelectionSet]) -> Result<Content, TooComplex> {
        Ok(match schema::get().types.get(type_name) {
            Some(ExtendedType::Object(_)) => Content::Object(self.object(type_name, selected)?),
            Some(ExtendedType::Interface(_)) => {
                let mut types = Vec::new();
                for (name, found) in &schema::get().types {
                    if matches!(found, ExtendedType::Object(_)) && is_a(name, type_name) {
                        types.push((name.clone(), self.object(name, selected)?));
                    }
                }
                Content::Abstract(types)
            }
            Some(ExtendedType::Enum(found)) => {
                Content::Leaf(Leaf::Enum(found.values.keys().cloned().collect()))
            }
            _ => Content::Leaf(match type_name.as_str() {
                "String" => Leaf::Text,
                "Int" => Leaf::Int,
                "Float" => Leaf::Float,
                "Boolean" => Leaf::Boolean,
                _ => Leaf::Scalar,
            }),
        })
    }
}

/// True if an object of this type is one of `wanted` too.
fn is_a(type_name: &Name, wanted: &Name) -> bool {
    type_name == wanted
        || schema::get().get_object(type_name).is_some_and(|known| {
            known.implements_interfaces.iter().any(|interface| interface.name == *wanted)
        })
}
