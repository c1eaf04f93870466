//! The declarative reader of settings: one description per section drives reading, the JSON Schema and the
//! printed documentation.
//!
//! In scope: walking a JSON value, collecting every problem with its path, refusing unknown keys. Out of scope:
//! what the settings mean, references between them, and secrets (see the parent module).

use std::fmt;

use contract::FlatMap;
use serde_json::Value;

/// What kind of mistake it is; stable words for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mistake {
    /// Something that is needed is not there.
    Missing,
    /// It has another form than it must have.
    Mistyped,
    /// It names something that does not exist.
    Unknown,
}

/// One thing that is wrong with the configuration: where, and what to do about it. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// Path into the configuration, for example `stores.de.locales[0].currency`.
    pub path: String,
    /// What kind of mistake.
    pub code: Mistake,
    /// One sentence.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.path, self.message)
    }
}

/// A place in the configuration.
#[derive(Clone, Debug, Default)]
pub struct Path(String);

impl Path {
    /// The root, printed as `BRIDGE`, the variable's name.
    pub fn root() -> Self {
        Path::default()
    }

    /// The member `name` of this place.
    pub fn member(&self, name: &str) -> Path {
        Path(if self.0.is_empty() { name.to_owned() } else { format!("{}.{name}", self.0) })
    }

    /// The item `index` of this list.
    pub fn item(&self, index: usize) -> Path {
        Path(format!("{}[{index}]", self.0))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(if self.0.is_empty() { "BRIDGE" } else { &self.0 })
    }
}

/// Every problem found so far.
#[derive(Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Notes that something has the wrong form, and goes on.
    pub fn add(&mut self, path: &Path, message: impl Into<String>) {
        self.note(Mistake::Mistyped, path, message.into());
    }

    /// Notes that something is not there, and goes on.
    pub fn missing(&mut self, path: &Path, message: impl Into<String>) {
        self.note(Mistake::Missing, path, message.into());
    }

    /// Notes that a name leads nowhere, and goes on.
    pub fn unknown(&mut self, path: &Path, message: impl Into<String>) {
        self.note(Mistake::Unknown, path, message.into());
    }

    fn note(&mut self, code: Mistake, path: &Path, message: String) {
        self.0.push(Problem { path: path.to_string(), code, message });
    }

    /// The problems in the order in which they were found; empty when all is well.
    pub fn into_vec(self) -> Vec<Problem> {
        self.0
    }
}

/// The form of a setting, for the schema and the documentation.
#[derive(Clone, Debug)]
pub enum Shape {
    /// Text in a described form.
    Text {
        /// What the text looks like, for people.
        form: &'static str,
        /// A regular expression for the schema.
        pattern: Option<&'static str>,
    },
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// A number greater than zero.
    PositiveNumber,
    /// A whole number of seconds, at most this many.
    Seconds(u32),
    /// A whole number of the smallest unit of a currency, greater than zero.
    MinorUnits,
    /// Several of the same.
    List(Box<Shape>),
    /// A table whose keys the user chooses.
    Table {
        /// What the keys are.
        keys: &'static str,
        /// Each value.
        of: Box<Shape>,
    },
    /// A section with fixed keys.
    Section(Vec<Member>),
}

/// One key of a section.
#[derive(Clone, Debug)]
pub struct Member {
    /// The key.
    pub name: &'static str,
    /// What it is for.
    pub doc: String,
    /// Must it be given?
    pub presence: Presence,
    /// Its form.
    pub shape: Shape,
}

/// Must a key be given?
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Yes.
    Required,
    /// No, and there is nothing in its place.
    Optional,
    /// No, and this takes its place (as it would be written).
    Default(&'static str),
}

/// A value that can be read from the configuration.
pub trait Setting: Sized {
    /// Reads it. On `None` at least one problem was added; reading goes on elsewhere.
    fn read(value: &Value, path: &Path, problems: &mut Problems) -> Option<Self>;

    /// Its form.
    fn shape() -> Shape;
}

impl<T: Setting> Setting for Vec<T> {
    fn read(value: &Value, path: &Path, problems: &mut Problems) -> Option<Self> {
        let Value::Array(items) = value else {
            problems.add(path, "must be a list.");
            return None;
        };
        let read: Vec<Option<T>> =
            items.iter().enumerate().map(|(n, item)| T::read(item, &path.item(n), problems)).collect();
        read.into_iter().collect()
    }

    fn shape() -> Shape {
        Shape::List(Box::new(T::shape()))
    }
}

/// Reads a table whose keys the user chooses. Entries with problems are left out, so that the others can still
/// be checked; the caller must look at the problems before it uses the result.
pub fn read_table<K, T>(value: &Value, path: &Path, problems: &mut Problems) -> FlatMap<K, T>
where
    K: Setting + Ord,
    T: Setting,
{
    let Value::Object(entries) = value else {
        problems.add(path, "must be a table.");
        return FlatMap::new();
    };
    entries
        .iter()
        .filter_map(|(name, entry)| {
            let path = path.member(name);
            let key = K::read(&Value::String(name.clone()), &path, problems);
            let entry = T::read(entry, &path, problems);
            key.zip(entry)
        })
        .collect()
}

/// The members of a section after a check for unknown keys; `None` if the value is no table.
pub fn members<'v>(
    value: &'v Value,
    known: &[&str],
    path: &Path,
    problems: &mut Problems,
) -> Option<&'v serde_json::Map<String, Value>> {
    let Value::Object(entries) = value else {
        problems.add(path, "must be a table.");
        return None;
    };
    for name in entries.keys().filter(|name| !known.contains(&name.as_str())) {
        problems.unknown(&path.member(name), format!("unknown key; known here: {}.", known.join(", ")));
    }
    Some(entries)
}

/// Reads a member that must be there.
pub fn required<T: Setting>(
    entries: &serde_json::Map<String, Value>,
    name: &str,
    path: &Path,
    problems: &mut Problems,
) -> Option<T> {
    let path = path.member(name);
    match entries.get(name) {
        Some(value) => T::read(value, &path, problems),
        None => {
            problems.missing(&path, "is missing.");
            None
        }
    }
}

/// Reads a member that may be absent. The outer option is `None` after a problem.
#[expect(clippy::option_option, reason = "absent and wrong are two different answers")]
pub fn optional<T: Setting>(
    entries: &serde_json::Map<String, Value>,
    name: &str,
    path: &Path,
    problems: &mut Problems,
) -> Option<Option<T>> {
    match entries.get(name) {
        Some(value) => T::read(value, &path.member(name), problems).map(Some),
        None => Some(None),
    }
}

/// Declares a section: a struct, its reader and its description, from one list of
/// `required name: Type`, `optional name: Type` and `default("text", value) name: Type`.
macro_rules! section {
    (
        $(#[doc = $section_doc:expr])*
        $section:ident {
            $( $(#[doc = $doc:expr])* $presence:ident $(($text:literal, $default:expr))? $name:ident: $kind:ty, )*
        }
    ) => {
        $(#[doc = $section_doc])*
        #[derive(Clone, Debug)]
        pub struct $section {
            $( $(#[doc = $doc])* pub $name: section!(@type $presence $kind), )*
        }

        impl $crate::config::section::Setting for $section {
            fn read(
                value: &serde_json::Value,
                path: &$crate::config::section::Path,
                problems: &mut $crate::config::section::Problems,
            ) -> Option<Self> {
                let known = [$(stringify!($name)),*];
                let entries = $crate::config::section::members(value, &known, path, problems)?;
                $( let $name = section!(
                    @read $presence $(($default))? $kind, entries, stringify!($name), path, problems
                ); )*
                Some($section { $($name: $name?,)* })
            }

            fn shape() -> $crate::config::section::Shape {
                use $crate::config::section::{Member, Presence, Setting, Shape};
                Shape::Section(vec![$(
                    Member {
                        name: stringify!($name),
                        doc: [$($doc),*].concat().trim().to_owned(),
                        presence: section!(@presence $presence $(($text))?),
                        shape: <$kind as Setting>::shape(),
                    },
                )*])
            }
        }
    };
    (@type required $kind:ty) => { $kind };
    (@type optional $kind:ty) => { Option<$kind> };
    (@type default $kind:ty) => { $kind };
    (@read required $kind:ty, $entries:expr, $name:expr, $path:expr, $problems:expr) => {
        $crate::config::section::required::<$kind>($entries, $name, $path, $problems)
    };
    (@read optional $kind:ty, $entries:expr, $name:expr, $path:expr, $problems:expr) => {
        $crate::config::section::optional::<$kind>($entries, $name, $path, $problems)
    };
    (@read default($default:expr) $kind:ty, $entries:expr, $name:expr, $path:expr, $problems:expr) => {
        $crate::config::section::optional::<$kind>($entries, $name, $path, $problems)
            .map(|given| given.unwrap_or_else(|| $default))
    };
    (@presence required) => { Presence::Required };
    (@presence optional) => { Presence::Optional };
    (@presence default($text:literal)) => { Presence::Default($text) };
}

/// Declares a setting that is one of a few words.
macro_rules! choice {
    ($kind:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        impl $crate::config::section::Setting for $kind {
            fn read(
                value: &serde_json::Value,
                path: &$crate::config::section::Path,
                problems: &mut $crate::config::section::Problems,
            ) -> Option<Self> {
                match value.as_str() {
                    $(Some($text) => Some($kind::$variant),)*
                    _ => {
                        problems.add(path, format!("must be one of {}.", [$($text),*].join(", ")));
                        None
                    }
                }
            }

            fn shape() -> $crate::config::section::Shape {
                $crate::config::section::Shape::Choice(&[$($text),*])
            }
        }
    };
}

/// Declares a setting that is text in a checked form: a newtype around `String`.
macro_rules! text {
    ($(#[doc = $doc:expr])* $kind:ident, $form:literal, $pattern:expr, $check:expr) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $kind(String);

        impl $kind {
            /// Checks the form; `None` if the text has another one.
            pub fn parse(text: &str) -> Option<Self> {
                let check: fn(&str) -> bool = $check;
                check(text).then(|| $kind(text.to_owned()))
            }

            /// The text as configured.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $kind {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl std::borrow::Borrow<str> for $kind {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl $crate::config::section::Setting for $kind {
            fn read(
                value: &serde_json::Value,
                path: &$crate::config::section::Path,
                problems: &mut $crate::config::section::Problems,
            ) -> Option<Self> {
                let read = value.as_str().and_then(Self::parse);
                if read.is_none() {
                    problems.add(path, concat!("must be ", $form, "."));
                }
                read
            }

            fn shape() -> $crate::config::section::Shape {
                $crate::config::section::Shape::Text { form: $form, pattern: $pattern }
            }
        }
    };
}

pub(crate) use {choice, section, text};
