//! Whether a document satisfies a predicate.

use super::ids::SortId;
use super::predicate::{Operator, Predicate};
use serde_json::Value;
use std::cmp::Ordering;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A point in time written as RFC 3339, or as a date (its first moment in UTC); in nanoseconds.
pub fn moment(text: &str) -> Option<i128> {
    let parsed = OffsetDateTime::parse(text, &Rfc3339)
        .or_else(|_| OffsetDateTime::parse(&format!("{text}T00:00:00Z"), &Rfc3339));
    parsed.ok().map(OffsetDateTime::unix_timestamp_nanos)
}

/// True if `document` satisfies `predicate`. A list satisfies it if any element does.
pub fn holds(predicate: &Predicate, document: &Value) -> bool {
    if let Value::Array(items) = document {
        return items.iter().any(|item| holds(predicate, item));
    }
    match predicate {
        Predicate::All(parts) => parts.iter().all(|part| holds(part, document)),
        Predicate::Either(parts) => parts.iter().any(|part| holds(part, document)),
        Predicate::Not(inner) => !holds(inner, document),
        Predicate::Nested(field, inner) => document.get(field).is_some_and(|value| holds(inner, value)),
        Predicate::Defined { field, expected } => {
            document.get(field).is_some_and(|value| !value.is_null()) == *expected
        }
        Predicate::Empty { field, expected } => is_empty(document.get(field)) == *expected,
        Predicate::Compare { field, operator, values, time } => {
            let value = document.get(field).unwrap_or(&Value::Null);
            compare(field, value, *operator, values, *time)
        }
    }
}

fn is_empty(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::Array(items)) => items.is_empty(),
        Some(Value::Object(members)) => members.is_empty(),
        Some(Value::String(text)) => text.is_empty(),
        Some(_) => false,
    }
}

fn compare(field: &str, value: &Value, operator: Operator, wanted: &[Value], time: bool) -> bool {
    let found: &[Value] = match value {
        Value::Array(items) => items,
        Value::Null => &[],
        other => std::slice::from_ref(other),
    };
    let equal = |left: &Value, right: &Value| order(field, left, right, time) == Some(Ordering::Equal);
    let any = || found.iter().any(|left| wanted.iter().any(|right| equal(left, right)));
    let ordered = |accept: fn(Ordering) -> bool| {
        found
            .iter()
            .any(|left| wanted.iter().any(|right| order(field, left, right, time).is_some_and(accept)))
    };
    match operator {
        Operator::Equal | Operator::In | Operator::ContainsAny => any(),
        Operator::NotEqual | Operator::NotIn => !any(),
        Operator::ContainsAll => wanted.iter().all(|right| found.iter().any(|left| equal(left, right))),
        Operator::Less => ordered(Ordering::is_lt),
        Operator::LessOrEqual => ordered(Ordering::is_le),
        Operator::Greater => ordered(Ordering::is_gt),
        Operator::GreaterOrEqual => ordered(Ordering::is_ge),
    }
}

/// The order of two values; `None` if they cannot be compared.
pub fn order(field: &str, left: &Value, right: &Value, time: bool) -> Option<Ordering> {
    match (left, right) {
        (Value::String(left), Value::String(right)) if left == right => Some(Ordering::Equal),
        (Value::String(left), Value::String(right)) if field == "id" => {
            Some(SortId::of(left).cmp(&SortId::of(right)))
        }
        // Both in the form that resources carry: the text orders like the time.
        (Value::String(left), Value::String(right))
            if time
                && left.len() == 24
                && right.len() == 24
                && left.ends_with('Z')
                && right.ends_with('Z') =>
        {
            Some(left.cmp(right))
        }
        (Value::String(left), Value::String(right)) if time => Some(moment(left)?.cmp(&moment(right)?)),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        (Value::Number(left), Value::Number(right)) => match (left.as_i64(), right.as_i64()) {
            (Some(left), Some(right)) => Some(left.cmp(&right)),
            _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
        },
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        _ => None,
    }
}
