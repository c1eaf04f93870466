//! What commercetools tells a Subscription about an event, in its two formats.

use super::super::kinds::Kind;
use super::super::project::{Event, text};
use serde_json::{Value, json};

/// One notification, ready to be wrapped.
#[derive(Clone, Debug)]
pub struct Notification {
    /// In the Subscription's format.
    pub body: Value,
    /// The message's type, or the notification type of a change.
    pub kind: String,
    pub resource_id: String,
    /// Sequence number of a message, version of a change.
    pub number: i64,
}

/// Members that every message has; the others are its payload.
const COMMON: [&str; 12] = [
    "notificationType",
    "projectKey",
    "id",
    "version",
    "sequenceNumber",
    "resource",
    "resourceVersion",
    "resourceUserProvidedIdentifiers",
    "createdAt",
    "lastModifiedAt",
    "createdBy",
    "lastModifiedBy",
];

/// True if the Subscription asks for this event.
fn wanted(subscription: &Value, event: &Event) -> bool {
    let (list, doc) = match event {
        Event::Message(message) => ("messages", &**message),
        Event::Change(change) => ("changes", change),
    };
    let type_id = text(&doc["resource"], "typeId");
    subscription[list].as_array().into_iter().flatten().any(|entry| {
        let types = entry["types"].as_array().filter(|types| !types.is_empty() && list == "messages");
        text(entry, "resourceTypeId") == type_id && types.is_none_or(|types| types.contains(&doc["type"]))
    })
}

/// The notification for an event, if the Subscription asks for it.
pub fn of_event(
    project: &str,
    subscription: &Value,
    event: &Event,
    format: Option<&str>,
    limit_bytes: usize,
) -> Option<Notification> {
    if !wanted(subscription, event) {
        return None;
    }
    let (mut platform, kind, number) = match event {
        Event::Message(message) => {
            let mut body = Value::clone(message);
            body["notificationType"] = json!("Message");
            let kind = text(message, "type").unwrap_or_default().to_owned();
            (body, kind, message["sequenceNumber"].as_i64().unwrap_or(0))
        }
        Event::Change(change) => {
            let kind = text(change, "notificationType").unwrap_or_default().to_owned();
            (change.clone(), kind, change["version"].as_i64().unwrap_or(0))
        }
    };
    platform["projectKey"] = json!(project);
    if platform.to_string().len() > limit_bytes {
        leave_out_payload(&mut platform, &kind);
    }
    let format = format.or_else(|| text(&subscription["format"], "type"));
    let body = if format == Some("CloudEvents") {
        cloud_event(project, &platform, &kind, number)
    } else {
        platform.clone()
    };
    Some(Notification {
        body,
        kind,
        resource_id: text(&platform["resource"], "id").unwrap_or_default().to_owned(),
        number,
    })
}

/// The notification that a new Subscription begins with.
pub fn test_of(project: &str, subscription: &Value, format: Option<&str>) -> Notification {
    let change = json!({
        "notificationType": "ResourceCreated",
        "resource": { "typeId": "subscription", "id": subscription["id"] },
        "version": subscription["version"], "modifiedAt": subscription["createdAt"],
    });
    let asking =
        json!({ "changes": [{ "resourceTypeId": "subscription" }], "format": subscription["format"] });
    let all = usize::MAX;
    of_event(project, &asking, &Event::Change(change.clone()), format, all).unwrap_or(Notification {
        body: change,
        kind: "ResourceCreated".to_owned(),
        resource_id: text(subscription, "id").unwrap_or_default().to_owned(),
        number: 1,
    })
}

fn leave_out_payload(platform: &mut Value, kind: &str) {
    if let Some(members) = platform.as_object_mut() {
        members.retain(|name, _| COMMON.contains(&name.as_str()));
        let reason = "The payload is too large for the destination.";
        members.insert("payloadNotIncluded".to_owned(), json!({ "reason": reason, "payloadType": kind }));
    }
}

fn cloud_event(project: &str, platform: &Value, kind: &str, number: i64) -> Value {
    let type_id = text(&platform["resource"], "typeId").unwrap_or_default();
    let id = text(&platform["resource"], "id").unwrap_or_default();
    let path = Kind::of_type_id(type_id).map_or(type_id, |kind| kind.spec().path);
    let category = if platform["notificationType"] == json!("Message") { "message" } else { "change" };
    let time = platform.get("createdAt").or_else(|| platform.get("modifiedAt"));
    let event_id = text(platform, "id").map_or_else(|| format!("{id}-{number}"), str::to_owned);
    json!({
        "specversion": "1.0", "id": event_id, "type": format!("com.commercetools.{type_id}.{category}.{kind}"),
        "source": format!("/{project}/{path}"), "subject": id, "time": time,
        "sequence": number.to_string(), "sequencetype": "Integer",
        "dataref": format!("/{project}/{path}/{id}"), "datacontenttype": "application/json", "data": platform,
    })
}
