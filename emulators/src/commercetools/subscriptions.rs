//! The Subscription resource. Delivering is another module's work.

use super::call::{Edit, Reply, needed, unknown_action};
use super::error::{ApiError, Outcome};
use super::kinds::Kind;
use super::project::{Actor, Doc, Project, text};
use serde_json::{Value, json};

/// Most subscriptions in a project.
const MAX_SUBSCRIPTIONS: usize = 50;
const DESTINATIONS: [&str; 7] =
    ["SQS", "SNS", "EventBridge", "EventGrid", "AzureServiceBus", "GoogleCloudPubSub", "ConfluentCloud"];

/// Stores a new subscription.
///
/// # Errors
/// 400 for a destination or a list that makes no sense.
pub fn create(project: &mut Project, actor: &Actor, draft: &Value) -> Outcome<Doc> {
    if project.count(Kind::Subscription) >= MAX_SUBSCRIPTIONS {
        return Err(ApiError::invalid_operation("The maximum number of subscriptions is reached."));
    }
    let mut doc = json!({
        "key": draft["key"],
        "destination": checked_destination(project, draft)?,
        "messages": list(draft, "messages")?,
        "changes": list(draft, "changes")?,
        "events": list(draft, "events")?,
        "format": draft.get("format").cloned().unwrap_or_else(|| json!({ "type": "Platform" })),
        "status": "Healthy",
    });
    check_lists(&doc)?;
    check_format(&doc)?;
    if let Some(source) = event_source(project, &doc) {
        doc["destination"]["source"] = json!(source);
    }
    project.create(actor, Kind::Subscription, doc, Vec::new())
}

/// Name of the partner event source of an EventBridge destination.
pub fn event_source(project: &Project, subscription: &Value) -> Option<String> {
    let name = text(subscription, "key").or_else(|| text(subscription, "id")).unwrap_or("subscription");
    (subscription["destination"]["type"] == json!("EventBridge"))
        .then(|| format!("aws.partner/commercetools.com/{}/{name}", project.key))
}

fn list(draft: &Value, member: &str) -> Outcome<Value> {
    match draft.get(member) {
        None | Some(Value::Null) => Ok(json!([])),
        Some(Value::Array(items)) => {
            for item in items {
                needed(item, "resourceTypeId")?;
            }
            Ok(json!(items))
        }
        Some(_) => Err(ApiError::invalid_json(format!("{member}: expected a list"))),
    }
}

fn check_lists(doc: &Value) -> Outcome<()> {
    let filled = ["messages", "changes", "events"].iter().any(|name| doc[*name] != json!([]));
    if filled {
        return Ok(());
    }
    Err(ApiError::invalid_operation("One of messages, changes and events must not be empty."))
}

fn check_format(doc: &Value) -> Outcome<()> {
    let format = text(&doc["format"], "type").unwrap_or_default();
    let grid = doc["destination"]["type"] == json!("EventGrid");
    match format {
        "CloudEvents" => Ok(()),
        "Platform" if !grid => Ok(()),
        _ => Err(ApiError::invalid_field("format", doc["format"].clone(), &["Platform", "CloudEvents"])),
    }
}

fn checked_destination(project: &Project, draft: &Value) -> Outcome<Value> {
    let destination = needed(draft, "destination")?;
    let kind = needed(destination, "type")?;
    if !kind.as_str().is_some_and(|kind| DESTINATIONS.contains(&kind)) {
        return Err(ApiError::invalid_field("destination", kind.clone(), &DESTINATIONS));
    }
    let required: &[&str] = match kind.as_str() {
        Some("SNS") => &["topicArn"],
        Some("SQS") => &["queueUrl", "region"],
        Some("EventBridge") => &["accountId", "region"],
        Some("EventGrid") => &["uri", "accessKey"],
        Some("GoogleCloudPubSub") => &["projectId", "topic"],
        _ => &[],
    };
    for member in required {
        needed(destination, member)?;
    }
    let mut destination = masked(destination.clone());
    let named = json!({ "key": draft["key"], "destination": destination });
    if let Some(source) = event_source(project, &named) {
        destination["source"] = json!(source);
    }
    Ok(destination)
}

/// Secrets are taken and never given back: the vendor shows a mask in their place. Nothing here uses them.
fn masked(mut destination: Value) -> Value {
    let secrets: &[&str] = match destination["type"].as_str() {
        Some("EventGrid") => &["accessKey"],
        _ => &["accessSecret"],
    };
    for name in secrets {
        if destination.get(name).is_some() {
            destination[*name] = json!("****");
        }
    }
    destination
}

/// Applies an update action.
///
/// # Errors
/// 400.
pub fn apply(edit: &mut Edit<'_>, name: &str, action: &Value) -> Outcome<()> {
    match name {
        "setKey" => {
            edit.replace("key", action["key"].clone());
        }
        "changeDestination" => {
            let draft = json!({ "key": edit.doc["key"], "destination": action["destination"] });
            let destination = checked_destination(edit.project, &draft)?;
            edit.replace("destination", destination);
            edit.replace("status", json!("Healthy"));
        }
        "setMessages" | "setChanges" | "setEvents" => {
            let member = name.trim_start_matches("set").to_lowercase();
            let value = list(action, &member)?;
            edit.replace(&member, value);
        }
        _ => return Err(unknown_action(action)),
    }
    check_lists(&edit.doc)
}

/// `GET /subscriptions/{id}/health`: the status as an HTTP status.
///
/// # Errors
/// 404.
pub fn health(project: &Project, selector: &str) -> Outcome<Reply> {
    let found = match selector.strip_prefix("key=") {
        Some(key) => project.find_one(Kind::Subscription, "key", key),
        None => project.get(Kind::Subscription, selector),
    };
    let found = found.ok_or_else(|| ApiError::not_found(format_args!("ID '{selector}'")))?;
    let status = match text(&found, "status") {
        Some("Healthy") => 200,
        Some("TemporaryError") => 503,
        _ => 400,
    };
    Ok(Reply::with(status, json!({ "status": found["status"] })))
}
