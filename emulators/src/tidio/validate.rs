//! Contact bodies: which fields may be written, how long they are, and what a property may hold.
//!
//! Limits are counted in characters. Their source is the vendor's contact reference; the two name
//! lengths and the phone length come from a derived description of it.

use serde_json::{Map, Value};

use super::{
    error::Problems,
    model::{Person, PropertyDefinition, PropertyType},
};

/// Longest `distinct_id`.
pub const DISTINCT_ID_CHARS: usize = 55;
/// Longest first or last name.
pub const NAME_CHARS: usize = 127;
/// Longest phone number.
pub const PHONE_CHARS: usize = 155;
/// Longest e-mail address.
pub const EMAIL_CHARS: usize = 254;
/// Longest property value.
pub const VALUE_CHARS: usize = 1_000;

/// A field of an update: absent fields stay, `null` clears, a value replaces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Field {
    /// Not in the body.
    #[default]
    Absent,
    /// `null`.
    Clear,
    /// A valid value.
    Set(String),
}

impl Field {
    /// Writes the field into a record.
    pub fn apply(self, slot: &mut Option<String>) {
        match self {
            Self::Absent => {}
            Self::Clear => *slot = None,
            Self::Set(value) => *slot = Some(value),
        }
    }
}

/// A checked contact body.
#[derive(Debug, Clone, Default)]
pub struct ContactPatch {
    distinct_id: Field,
    first_name: Field,
    last_name: Field,
    email: Field,
    phone: Field,
    email_consent: Field,
    properties: Vec<(String, Option<Value>)>,
}

impl ContactPatch {
    /// Checks a body against the limits and the property catalogue. Broken rules go to `problems`,
    /// each field named with `prefix` before it.
    pub fn parse(
        body: &Map<String, Value>,
        catalogue: &[PropertyDefinition],
        prefix: &str,
        problems: &mut Problems,
    ) -> Self {
        let mut read = |name: &str, rule: fn(&str) -> Option<&'static str>| {
            field(body.get(name), &format!("{prefix}{name}"), rule, problems)
        };
        let mut patch = Self {
            distinct_id: read("distinct_id", |v| too_long(v, DISTINCT_ID_CHARS, "at most 55 characters")),
            first_name: read("first_name", |v| too_long(v, NAME_CHARS, "at most 127 characters")),
            last_name: read("last_name", |v| too_long(v, NAME_CHARS, "at most 127 characters")),
            email: read("email", |v| (!is_email(v)).then_some("not an e-mail address")),
            phone: read("phone", |v| too_long(v, PHONE_CHARS, "at most 155 characters")),
            email_consent: read("email_consent", |v| {
                (!matches!(v, "subscribed" | "unsubscribed")).then_some("subscribed or unsubscribed")
            }),
            properties: Vec::new(),
        };
        patch.properties = properties(body.get("properties"), catalogue, prefix, problems);
        patch
    }

    /// True when the body names a person: a contact cannot be created without that.
    pub fn names_someone(&self) -> bool {
        [&self.first_name, &self.last_name, &self.email, &self.phone]
            .iter()
            .any(|field| matches!(field, Field::Set(_)))
    }

    /// Writes the patch into a record.
    pub fn apply(self, person: &mut Person) {
        self.distinct_id.apply(&mut person.distinct_id);
        self.first_name.apply(&mut person.first_name);
        self.last_name.apply(&mut person.last_name);
        self.email.apply(&mut person.email);
        self.phone.apply(&mut person.phone);
        self.email_consent.apply(&mut person.email_consent);
        for (name, value) in self.properties {
            match value {
                Some(value) => person.properties.insert(name, value),
                None => person.properties.remove(&name),
            };
        }
    }
}

fn field(
    value: Option<&Value>,
    name: &str,
    rule: fn(&str) -> Option<&'static str>,
    problems: &mut Problems,
) -> Field {
    match value {
        None => Field::Absent,
        Some(Value::Null) => Field::Clear,
        Some(Value::String(text)) => match rule(text) {
            None => Field::Set(text.clone()),
            Some(broken) => {
                problems.add(name, broken);
                Field::Absent
            }
        },
        Some(_) => {
            problems.add(name, "must be a string or null");
            Field::Absent
        }
    }
}

fn properties(
    value: Option<&Value>,
    catalogue: &[PropertyDefinition],
    prefix: &str,
    problems: &mut Problems,
) -> Vec<(String, Option<Value>)> {
    let list = match value {
        None => return Vec::new(),
        Some(Value::Array(list)) => list,
        Some(_) => {
            problems.add(&format!("{prefix}properties"), "must be a list of {name, value}");
            return Vec::new();
        }
    };
    let mut checked = Vec::with_capacity(list.len());
    for (position, item) in list.iter().enumerate() {
        let at = format!("{prefix}properties[{position}]");
        let (Some(name), Some(value)) = (item.get("name").and_then(Value::as_str), item.get("value")) else {
            problems.add(&at, "needs name and value");
            continue;
        };
        match check_property(catalogue, name, value) {
            Ok(()) => checked.push((name.to_owned(), (!value.is_null()).then(|| value.clone()))),
            Err(rule) => problems.add(&format!("{at} \"{name}\""), rule),
        }
    }
    checked
}

/// Whether a value may be stored under a property name; the broken rule otherwise.
pub fn check_property(
    catalogue: &[PropertyDefinition],
    name: &str,
    value: &Value,
) -> Result<(), &'static str> {
    let Some(definition) = catalogue.iter().find(|definition| definition.name == name) else {
        return Err("no such contact property");
    };
    let text = match value {
        Value::Null => return Ok(()),
        Value::Number(_) if definition.kind == PropertyType::Number => return Ok(()),
        Value::String(text) => text,
        _ => return Err("value has the wrong type"),
    };
    if text.chars().count() > VALUE_CHARS {
        return Err("value: at most 1000 characters");
    }
    let fits = match definition.kind {
        PropertyType::Text => true,
        PropertyType::Email => is_email(text),
        PropertyType::Number => text.trim().parse::<f64>().is_ok_and(f64::is_finite),
        PropertyType::Phone => is_phone(text),
        PropertyType::Url => is_url(text),
    };
    if fits { Ok(()) } else { Err("value has the wrong type") }
}

fn too_long(text: &str, limit: usize, rule: &'static str) -> Option<&'static str> {
    (text.chars().count() > limit).then_some(rule)
}

/// One `@`, something before it, a dotted host after it, no spaces.
pub fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.split_once('@') else { return false };
    text.chars().count() <= EMAIL_CHARS
        && !local.is_empty()
        && !text.contains(char::is_whitespace)
        && !host.contains('@')
        && host.split('.').count() > 1
        && host.split('.').all(|label| !label.is_empty())
}

fn is_phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    !digits.is_empty()
        && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')' | '/'))
}

fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && !text.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn catalogue() -> Vec<PropertyDefinition> {
        let define = |name: &str, kind| PropertyDefinition {
            name: name.into(),
            kind,
            label: String::new(),
            group: String::new(),
        };
        vec![
            define("text", PropertyType::Text),
            define("count", PropertyType::Number),
            define("mail", PropertyType::Email),
            define("call", PropertyType::Phone),
            define("link", PropertyType::Url),
        ]
    }

    /// Checks one body: `None` means accepted, otherwise the message must contain the text.
    fn check(body: &Value, expected: Option<&str>) {
        let mut problems = Problems::default();
        ContactPatch::parse(body.as_object().unwrap(), &catalogue(), "", &mut problems);
        match (problems.finish(()), expected) {
            (Ok(()), None) => {}
            (Err(error), Some(part)) => {
                let all: Vec<_> = error.problems.iter().map(|p| p.message.as_str()).collect();
                assert!(all.iter().any(|m| m.contains(part)), "{body}: {all:?} lacks {part}");
            }
            (outcome, _) => panic!("{body}: {outcome:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn the_limits_hold_at_their_edges() {
        let long = |n: usize| "ü".repeat(n);
        check(&json!({"distinct_id": long(55)}), None);
        check(&json!({"distinct_id": long(56)}), Some("55"));
        check(&json!({"first_name": long(127), "last_name": long(127)}), None);
        check(&json!({"first_name": long(128)}), Some("127"));
        check(&json!({"last_name": long(128)}), Some("127"));
        check(&json!({"phone": long(156)}), Some("155"));
        check(&json!({"email": "ana@example.com"}), None);
        check(&json!({"email": "ana@example"}), Some("e-mail"));
        check(&json!({"email": 5}), Some("string or null"));
        check(&json!({"email_consent": "maybe"}), Some("subscribed"));
        check(&json!({"properties": {"text": "x"}}), Some("list"));
        check(&json!({"properties": [{"name": "text"}]}), Some("name and value"));
        check(&json!({"unheard": 1, "language": "de"}), None);
    }

    #[test]
    fn property_values_must_fit_their_type() {
        let one = |name: &str, value: Value| json!({"properties": [{"name": name, "value": value}]});
        let cases = [
            ("text", json!("x".repeat(1000)), None),
            ("text", json!("x".repeat(1001)), Some("1000")),
            ("text", json!(5), Some("wrong type")),
            ("text", json!(true), Some("wrong type")),
            ("text", json!(null), None),
            ("count", json!(5), None),
            ("count", json!("5.5"), None),
            ("count", json!("five"), Some("wrong type")),
            ("mail", json!("a@b.example"), None),
            ("mail", json!("a"), Some("wrong type")),
            ("call", json!("+49 30 1234"), None),
            ("call", json!("call me"), Some("wrong type")),
            ("link", json!("https://shop.example/x"), None),
            ("link", json!("javascript:alert(1)"), Some("wrong type")),
            ("link", json!(""), Some("wrong type")),
            ("other", json!("x"), Some("no such contact property")),
            ("other", json!(null), Some("no such contact property")),
        ];
        for (name, value, expected) in cases {
            check(&one(name, value), expected);
        }
    }

    #[test]
    fn null_clears_and_absence_keeps() {
        let mut person = Person { email: Some("a@b.example".into()), ..Person::default() };
        person.first_name = Some("Ana".into());
        person.properties.insert("text".into(), json!("old"));
        let body = json!({"email": null, "properties": [{"name": "text", "value": null}]});
        let mut problems = Problems::default();
        ContactPatch::parse(body.as_object().unwrap(), &catalogue(), "", &mut problems).apply(&mut person);
        assert_eq!(person.email, None);
        assert_eq!(person.first_name.as_deref(), Some("Ana"));
        assert!(person.properties.is_empty());
    }
}
