//! `expand=state`, `expand=paymentInfo.payments[*]`: fills `obj` of references.

use super::kinds::Kind;
use super::project::{Project, text};
use serde_json::Value;

/// Levels of references followed; more are left as they are.
const MAX_LEVELS: usize = 3;

/// Fills every reference on the path to a kind that may be viewed. Paths that lead nowhere are ignored.
pub fn expand(project: &Project, may_view: &dyn Fn(Kind) -> bool, doc: &mut Value, path: &str) {
    let parts: Vec<&str> = path.split('.').collect();
    step(project, may_view, doc, &parts, 0);
}

fn step(project: &Project, may_view: &dyn Fn(Kind) -> bool, value: &mut Value, path: &[&str], level: usize) {
    if let Value::Array(items) = value {
        for item in items {
            step(project, may_view, item, path, level);
        }
        return;
    }
    let mut level = level;
    if fill(project, may_view, value) {
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
        step(project, may_view, child, rest, level);
    }
}

/// True if the value is a reference to something stored that may be viewed.
fn fill(project: &Project, may_view: &dyn Fn(Kind) -> bool, value: &mut Value) -> bool {
    let kind = text(value, "typeId").and_then(Kind::of_type_id).filter(|kind| may_view(*kind));
    let target = kind.zip(text(value, "id"));
    let Some(found) = target.and_then(|(kind, id)| project.get(kind, id)) else {
        return false;
    };
    if value.get("obj").is_none() {
        value["obj"] = Value::clone(&found);
    }
    true
}
