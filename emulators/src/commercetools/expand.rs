//! `expand=state`, `expand=paymentInfo.payments[*]`: fills `obj` of references.

use super::kinds::Kind;
use super::project::{Project, text};
use serde_json::Value;

/// Levels of references followed; more are left as they are.
const MAX_LEVELS: usize = 3;

/// Fills every reference on the path. Paths that lead nowhere are ignored.
pub fn expand(project: &Project, doc: &mut Value, path: &str) {
    let parts: Vec<&str> = path.split('.').collect();
    step(project, doc, &parts, 0);
}

fn step(project: &Project, value: &mut Value, path: &[&str], level: usize) {
    if let Value::Array(items) = value {
        for item in items {
            step(project, item, path, level);
        }
        return;
    }
    let mut level = level;
    if fill(project, value) {
        level += 1;
    }
    let Some((part, rest)) = path.split_first() else {
        return;
    };
    if level >= MAX_LEVELS {
        return;
    }
    let name = part.trim_end_matches("[*]");
    let inside = if value.get(name).is_none() && value.get("obj").is_some() {
        value.get_mut("obj")
    } else {
        Some(value)
    };
    if let Some(child) = inside.and_then(|inside| inside.get_mut(name)) {
        step(project, child, rest, level);
    }
}

/// True if the value is a reference to something stored.
fn fill(project: &Project, value: &mut Value) -> bool {
    let target = text(value, "typeId").and_then(Kind::of_type_id).zip(text(value, "id"));
    let Some(found) = target.and_then(|(kind, id)| project.get(kind, id)) else {
        return false;
    };
    if value.get("obj").is_none() {
        value["obj"] = Value::clone(&found);
    }
    true
}
