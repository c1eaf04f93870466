//! Structured logs: one JSON object a line.
//!
//! What can be logged is decided by type: [`Loggable`] is implemented for numbers, fixed words and our own names, and
//! for nothing that holds what a visitor or a vendor sent. So a token or an e-mail address cannot be logged by accident.

use contract::ErrorCode;
use edge_core::config::{LocaleTag, Name, Problem, StoreKey};

use crate::http::CorrelationId;
use crate::web;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// For counting.
    Info,
    /// Somebody else's fault, or one that heals.
    Warn,
    /// Somebody has to do something.
    Error,
}

/// A value that may stand in a log line.
pub trait Loggable {
    /// As JSON; nothing if it is absent.
    fn json(&self) -> Option<String>;
}

impl Loggable for u64 {
    fn json(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Loggable for u16 {
    fn json(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Loggable for &'static str {
    fn json(&self) -> Option<String> {
        quoted(self)
    }
}

impl Loggable for ErrorCode {
    fn json(&self) -> Option<String> {
        quoted(self.as_str())
    }
}

impl Loggable for Name {
    fn json(&self) -> Option<String> {
        quoted(self.as_str())
    }
}

impl Loggable for LocaleTag {
    fn json(&self) -> Option<String> {
        quoted(self.as_str())
    }
}

impl Loggable for StoreKey {
    fn json(&self) -> Option<String> {
        quoted(self.as_str())
    }
}

impl Loggable for CorrelationId {
    fn json(&self) -> Option<String> {
        quoted(self.as_str())
    }
}

impl Loggable for [Problem] {
    fn json(&self) -> Option<String> {
        let texts: Vec<String> = self.iter().filter_map(|problem| quoted(&problem.to_string())).collect();
        Some(format!("[{}]", texts.join(",")))
    }
}

impl<T: Loggable> Loggable for Option<T> {
    fn json(&self) -> Option<String> {
        self.as_ref().and_then(Loggable::json)
    }
}

fn quoted(text: &str) -> Option<String> {
    serde_json::to_string(text).ok()
}

/// One line: the sentence stands alone, the fields are for searching. Units are in the field names.
pub fn line(level: Level, message: &'static str, fields: &[(&'static str, &dyn LoggableValue)]) -> String {
    let level = match level {
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
    };
    let mut line = String::with_capacity(256);
    let head = [("level", &level as &dyn Loggable), ("message", &message)];
    let all = head.into_iter().map(|(name, value)| (name, value.json()));
    for (name, value) in all.chain(fields.iter().map(|(name, value)| (*name, value.json()))) {
        let Some(value) = value else { continue };
        for part in [if line.is_empty() { "{\"" } else { ",\"" }, name, "\":", &value] {
            line.push_str(part);
        }
    }
    line.push('}');
    line
}

/// [`Loggable`] behind a pointer.
pub trait LoggableValue {
    /// As JSON; nothing if it is absent.
    fn json(&self) -> Option<String>;
}

impl<T: Loggable + ?Sized> LoggableValue for &T {
    fn json(&self) -> Option<String> {
        (**self).json()
    }
}

/// Writes a line to the Worker's console.
pub fn write(level: Level, message: &'static str, fields: &[(&'static str, &dyn LoggableValue)]) {
    let method = match level {
        Level::Info => "log",
        Level::Warn => "warn",
        Level::Error => "error",
    };
    web::say(method, &line(level, message, fields));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_json_object_without_absent_fields() {
        let store = StoreKey::parse("de").unwrap();
        let absent: Option<ErrorCode> = None;
        let got = line(
            Level::Warn,
            "Request answered.",
            &[
                ("status", &&503_u16),
                ("code", &&ErrorCode::CommerceTimeout),
                ("store", &&store),
                ("none", &&absent),
            ],
        );
        assert_eq!(
            got,
            r#"{"level":"warn","message":"Request answered.","status":503,"code":"commerce_timeout","store":"de"}"#
        );
    }
}
