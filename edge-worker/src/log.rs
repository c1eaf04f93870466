//! Structured logs: one JSON object a line.
//!
//! What can be logged is decided by type: [`Loggable`] is implemented for numbers, fixed words and our own names, and
//! for nothing that holds what a visitor or a vendor sent. So a token or an e-mail address cannot be logged by accident.

use contract::ErrorCode;
use edge_core::config::{Name, Problem, StoreKey};
use serde_json::{Map, Value};

use crate::http::CorrelationId;

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
    /// As JSON.
    fn to_value(&self) -> Value;
}

impl Loggable for u64 {
    fn to_value(&self) -> Value {
        (*self).into()
    }
}

impl Loggable for u16 {
    fn to_value(&self) -> Value {
        (*self).into()
    }
}

impl Loggable for &'static str {
    fn to_value(&self) -> Value {
        (*self).into()
    }
}

impl Loggable for ErrorCode {
    fn to_value(&self) -> Value {
        self.as_str().into()
    }
}

impl Loggable for Name {
    fn to_value(&self) -> Value {
        self.as_str().into()
    }
}

impl Loggable for StoreKey {
    fn to_value(&self) -> Value {
        self.as_str().into()
    }
}

impl Loggable for CorrelationId {
    fn to_value(&self) -> Value {
        self.as_str().into()
    }
}

impl Loggable for [Problem] {
    fn to_value(&self) -> Value {
        self.iter().map(ToString::to_string).collect()
    }
}

impl<T: Loggable> Loggable for Option<T> {
    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, Loggable::to_value)
    }
}

/// One line: the sentence stands alone, the fields are for searching. Units are in the field names.
pub fn line(level: Level, message: &'static str, fields: &[(&'static str, &dyn LoggableValue)]) -> String {
    let mut object = Map::new();
    let level = match level {
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
    };
    object.insert("level".to_owned(), level.into());
    object.insert("message".to_owned(), message.into());
    for (name, value) in fields {
        let value = value.json();
        if !value.is_null() {
            object.insert((*name).to_owned(), value);
        }
    }
    Value::Object(object).to_string()
}

/// [`Loggable`] behind a pointer.
pub trait LoggableValue {
    /// As JSON.
    fn json(&self) -> Value;
}

impl<T: Loggable + ?Sized> LoggableValue for &T {
    fn json(&self) -> Value {
        self.to_value()
    }
}

/// Writes a line to the Worker's console.
pub fn write(level: Level, message: &'static str, fields: &[(&'static str, &dyn LoggableValue)]) {
    let line = line(level, message, fields);
    match level {
        Level::Info => worker::console_log!("{line}"),
        Level::Warn => worker::console_warn!("{line}"),
        Level::Error => worker::console_error!("{line}"),
    }
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
            r#"{"code":"commerce_timeout","level":"warn","message":"Request answered.","status":503,"store":"de"}"#
        );
    }
}
