//! Which fields exist: the compiled form of the field lists in [`super::kinds`].

use super::kinds::{ALL, Kind};
use std::collections::HashMap;
use std::sync::LazyLock;

/// Type of a field, as far as comparing needs it.
#[derive(Clone, Debug)]
pub enum Field {
    Text,
    Number,
    Boolean,
    Time,
    /// Anything may follow below this name, of any type.
    Any,
    Nested(HashMap<String, Field>),
}

static SCHEMAS: LazyLock<HashMap<Kind, Field>> =
    LazyLock::new(|| ALL.iter().map(|kind| (*kind, Field::parse(kind.spec().fields))).collect());

/// The fields of a kind.
pub fn of(kind: Kind) -> &'static Field {
    SCHEMAS.get(&kind).unwrap_or(&Field::Any)
}

impl Field {
    /// The field of this name, if it exists.
    pub fn child(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Any => Some(self),
            Self::Nested(fields) => fields.get(name).or_else(|| fields.get("*")),
            _ => None,
        }
    }

    fn parse(text: &str) -> Self {
        let spaced = text.replace('(', " ( ").replace(')', " ) ");
        let mut words = spaced.split_whitespace().peekable();
        Self::parse_list(&mut words)
    }

    fn parse_list(words: &mut std::iter::Peekable<std::str::SplitWhitespace<'_>>) -> Self {
        let mut fields = HashMap::new();
        while let Some(word) = words.next() {
            if word == ")" {
                break;
            }
            let (name, kind) = word.split_once(':').unwrap_or((word, "s"));
            let field = if words.next_if_eq(&"(").is_some() {
                Self::parse_list(words)
            } else {
                match kind {
                    _ if name == "*" => Self::Any,
                    "t" => Self::Time,
                    "n" => Self::Number,
                    "b" => Self::Boolean,
                    _ => Self::Text,
                }
            };
            fields.insert(name.to_owned(), field);
        }
        Self::Nested(fields)
    }
}
