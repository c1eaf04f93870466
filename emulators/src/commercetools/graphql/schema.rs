//! The schema, and where the values of its fields come from.

use super::super::kinds::Kind;
use apollo_compiler::Schema;
use apollo_compiler::ast::FieldDefinition;
use apollo_compiler::validation::Valid;
use serde_json::Value;
use std::sync::LazyLock;

const TYPES: &str = concat!(
    include_str!("types/queries.graphql"),
    include_str!("types/people.graphql"),
    include_str!("types/carts.graphql"),
    include_str!("types/orders.graphql"),
);

static SCHEMA: LazyLock<Valid<Schema>> = LazyLock::new(|| {
    // Tests read the types too; without them every query is answered with an error.
    Schema::parse_and_validate(TYPES, "types").unwrap_or_else(|_| Valid::assume_valid(Schema::new()))
});

/// The schema of `types/*.graphql`.
pub fn get() -> &'static Valid<Schema> {
    &SCHEMA
}

/// Where a value comes from. Names are members of the documents in REST's shape.
#[derive(Debug)]
pub enum Source {
    /// `__typename`.
    TypeName(String),
    /// A member; `default` where it is missing.
    Member {
        name: String,
        default: Value,
    },
    Localized(String),
    AllLocales(String),
    Resource {
        kind: Kind,
        of: String,
    },
    Elements(String),
    CustomFields,
    One(Kind),
    Page(Kind),
    ActiveCart,
    Store,
}

/// The source of a field, by its directive. A directive whose kind does not exist counts as none.
pub fn source_of(field: &FieldDefinition) -> Source {
    let text = |directive: &str, argument: &str| {
        let value = field.directives.get(directive)?.specified_argument_by_name(argument)?;
        value.as_str().map(str::to_owned)
    };
    let kind = |directive: &str| text(directive, "kind").and_then(|kind| Kind::of_type_id(&kind));
    if let Some(of) = text("localized", "of") {
        return Source::Localized(of);
    }
    if let Some(of) = text("allLocales", "of") {
        return Source::AllLocales(of);
    }
    if let Some((kind, of)) = kind("resource").zip(text("resource", "of")) {
        return Source::Resource { kind, of };
    }
    if let Some(kind) = kind("one") {
        return Source::One(kind);
    }
    if let Some(kind) = kind("page") {
        return Source::Page(kind);
    }
    if field.directives.has("elements") {
        return Source::Elements(field.name.to_string());
    }
    if field.directives.has("customFields") {
        return Source::CustomFields;
    }
    if field.directives.has("activeCart") {
        return Source::ActiveCart;
    }
    if field.directives.has("store") {
        return Source::Store;
    }
    let name = text("member", "of").unwrap_or_else(|| field.name.to_string());
    let default = text("default", "value").and_then(|json| serde_json::from_str(&json).ok());
    Source::Member { name, default: default.unwrap_or_default() }
}
