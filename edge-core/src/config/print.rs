//! The description of the settings, printed: as a JSON Schema for editors, and as a table for people.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::section::{Member, Presence, Shape};
use super::{Config, secret};

/// JSON Schema (2020-12) of the variable `BRIDGE`.
pub fn json_schema() -> Value {
    let mut schema = schema(&Config::shape());
    if let Value::Object(entries) = &mut schema {
        entries.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        entries
            .insert("title".to_owned(), json!("Configuration of the commercetools × Tidio bridge (BRIDGE)"));
    }
    schema
}

fn schema(shape: &Shape) -> Value {
    match shape {
        Shape::Text { form, pattern: Some(pattern) } => {
            json!({ "type": "string", "description": form, "pattern": pattern })
        }
        Shape::Text { form, pattern: None } => json!({ "type": "string", "description": form }),
        Shape::Choice(words) => json!({ "enum": words }),
        Shape::PositiveNumber => json!({ "type": "number", "exclusiveMinimum": 0 }),
        Shape::Seconds(most) => json!({ "type": "integer", "minimum": 0, "maximum": most }),
        Shape::MinorUnits => json!({ "type": "integer", "minimum": 1 }),
        Shape::List(item) => json!({ "type": "array", "items": schema(item) }),
        Shape::Table { keys, of } => json!({
            "type": "object", "description": format!("Key: {keys}."), "minProperties": 1,
            "additionalProperties": schema(of),
        }),
        Shape::Section(members) => section(members),
    }
}

fn section(members: &[Member]) -> Value {
    let mut properties = Map::new();
    for member in members {
        let mut inner = schema(&member.shape);
        if let Value::Object(entries) = &mut inner {
            let form =
                entries.get("description").and_then(Value::as_str).map(|form| format!(" Form: {form}."));
            let text = format!("{}{}", member.doc, form.unwrap_or_default());
            entries.insert("description".to_owned(), text.into());
            if let Presence::Default(written) = member.presence {
                let value = serde_json::from_str(written).unwrap_or_else(|_word| written.into());
                entries.insert("default".to_owned(), value);
            }
        }
        properties.insert(member.name.to_owned(), inner);
    }
    let is_required = |member: &&Member| member.presence == Presence::Required;
    let required: Vec<&str> = members.iter().filter(is_required).map(|member| member.name).collect();
    json!({
        "type": "object", "properties": properties, "required": required, "additionalProperties": false,
    })
}

/// One line a setting, with its path; then the secrets.
pub fn markdown() -> String {
    let mut text = String::from(
        "# Settings\n\nGenerated from the code that reads them; a test keeps it so. All of them stand in the variable \
         `BRIDGE` of `wrangler.toml`.\n\n| setting | form | without it | what it is for |\n| --- | --- | --- | --- |\n",
    );
    rows(&Config::shape(), "", &mut text);
    text.push_str(
        "\n## Secrets\n\nBy `wrangler secret put`; `<NAME>` is the project's name above in capitals, with `_` for \
         everything that is no letter or digit.\n\n| secret | for |\n| --- | --- |\n",
    );
    for (name, purpose) in secret::DESCRIBED {
        let _infallible = writeln!(text, "| `{name}` | {purpose} |");
    }
    text
}

fn rows(shape: &Shape, path: &str, text: &mut String) {
    match shape {
        Shape::Section(members) => {
            for member in members {
                let path =
                    if path.is_empty() { member.name.to_owned() } else { format!("{path}.{}", member.name) };
                row(member, &path, text);
                rows(&member.shape, &path, text);
            }
        }
        Shape::List(item) => rows(item, &format!("{path}[]"), text),
        Shape::Table { of, .. } => rows(of, &format!("{path}.<name>"), text),
        Shape::Text { .. }
        | Shape::Choice(_)
        | Shape::PositiveNumber
        | Shape::Seconds(_)
        | Shape::MinorUnits => {}
    }
}

fn row(member: &Member, path: &str, text: &mut String) {
    let without = match member.presence {
        Presence::Required => "refused".to_owned(),
        Presence::Optional => "none".to_owned(),
        Presence::Default(written) => format!("`{written}`"),
    };
    let _infallible = writeln!(text, "| `{path}` | {} | {without} | {} |", form(&member.shape), member.doc);
}

fn form(shape: &Shape) -> String {
    match shape {
        Shape::Text { form, .. } => (*form).to_owned(),
        Shape::Choice(words) if words.len() > 8 => "name of a contact property".to_owned(),
        Shape::Choice(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        Shape::PositiveNumber => "number greater than zero".to_owned(),
        Shape::Seconds(most) => format!("whole seconds from 0 to {most}"),
        Shape::MinorUnits => "whole minor units greater than zero".to_owned(),
        Shape::List(item) => match item.as_ref() {
            Shape::Section(_) => "list of tables".to_owned(),
            item => format!("list: {}", form(item)),
        },
        Shape::Table { keys, .. } => format!("table; key: {keys}"),
        Shape::Section(_) => "table".to_owned(),
    }
}
