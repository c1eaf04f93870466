//! Notifications of commercetools as they arrive at our door: what they are about, once they are known to be real.
//!
//! In scope: the envelopes of EventBridge and Event Grid, the Platform and CloudEvents formats, idempotency keys, the
//! check of a shared secret. Out of scope: HTTP, and what becomes of an order (it is read fresh).
//!
//! commercetools promises no order, no speed, and delivers more than once. What we do not understand is
//! acknowledged and counted: a service that is told "no" sends the same again for a day.

use serde::Deserialize;
use serde_json::Value;
use subtle::ConstantTimeEq;

use crate::fact::OrderFact;
use crate::json;

/// Largest request: the services between cut at 256 KB, and Event Grid sends batches of up to 1 MB.
pub const MAX_EVENT_BYTES: usize = 1024 * 1024;

/// Notifications of one request that are looked at; Event Grid sends at most 5,000 small ones.
const MAX_BATCH: usize = 5_000;

/// What a notification is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// An order.
    Order(OrderNotice),
    /// The notification that a new Subscription begins with.
    Test,
    /// Something that we did not ask for or do not know.
    Unknown,
}

/// Something about an order changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderNotice {
    /// commercetools project key, as the notification says.
    pub project_key: String,
    /// Order id.
    pub order: String,
    /// Idempotency key: messages by sequence number, changes by version.
    pub key: String,
    /// Version of the order after the change.
    pub version: Option<u64>,
    /// The order was deleted.
    pub deleted: bool,
    /// Type of the message or change.
    pub what: String,
}

impl OrderNotice {
    /// The fact for the engine; `project` is the user's name of the commercetools project.
    pub fn into_fact(self, project: &str, correlation_id: &str, now_ms: u64) -> OrderFact {
        OrderFact {
            id: self.key,
            project: project.to_owned(),
            order: self.order,
            version: self.version,
            deleted: self.deleted,
            what: self.what,
            correlation_id: correlation_id.to_owned(),
            observed_at_ms: now_ms,
        }
    }
}

/// The body is not JSON, or a batch is larger than any service sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// Is this the secret that both sides know? In constant time; an empty secret opens nothing.
pub fn is_secret(presented: Option<&str>, expected: &str) -> bool {
    let presented = presented.unwrap_or_default();
    !expected.is_empty() && bool::from(presented.as_bytes().ct_eq(expected.as_bytes()))
}

/// Reads a request body in any of the forms: the notification alone, inside EventBridge's wrapper, as a CloudEvent,
/// or as a batch of those.
///
/// # Errors
/// [`Malformed`]: the sender's fault; sending it again will not help.
pub fn read(body: &[u8]) -> Result<Vec<Notice>, Malformed> {
    let value: Value = json::read(body).map_err(|_not_json| Malformed)?;
    match value {
        Value::Array(list) if list.len() > MAX_BATCH => Err(Malformed),
        Value::Array(list) => Ok(list.iter().map(notice).collect()),
        Value::Object(_) => Ok(vec![notice(&value)]),
        _ => Err(Malformed),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Platform {
    notification_type: String,
    project_key: String,
    resource: Resource,
    sequence_number: Option<u64>,
    resource_version: Option<u64>,
    version: Option<u64>,
    #[serde(rename = "type")]
    message_type: Option<String>,
    payload_not_included: Option<PayloadNotIncluded>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    type_id: String,
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PayloadNotIncluded {
    payload_type: Option<String>,
}

/// Longest text that is taken over from a notification.
const TEXT_CHARS: usize = 128;

fn notice(value: &Value) -> Notice {
    let inner = value
        .get("detail")
        .or_else(|| value.get("data").filter(|_| value.get("specversion").is_some()))
        .unwrap_or(value);
    let Ok(platform) = json::take::<Platform>(inner) else { return Notice::Unknown };
    let texts = [&platform.project_key, &platform.resource.id, &platform.notification_type];
    if texts.iter().any(|text| text.is_empty() || text.chars().count() > TEXT_CHARS) {
        return Notice::Unknown;
    }
    match platform.resource.type_id.as_str() {
        "subscription" => Notice::Test,
        "order" => order(platform).map_or(Notice::Unknown, Notice::Order),
        _ => Notice::Unknown,
    }
}

fn order(platform: Platform) -> Option<OrderNotice> {
    let (project_key, order) = (platform.project_key, platform.resource.id);
    let (kind, number, version, what) = match platform.notification_type.as_str() {
        "Message" => {
            let payload = platform.payload_not_included.and_then(|left_out| left_out.payload_type);
            let what = platform.message_type.or(payload).unwrap_or_else(|| "Message".to_owned());
            ("message", platform.sequence_number?, platform.resource_version, what)
        }
        "ResourceCreated" | "ResourceUpdated" | "ResourceDeleted" => {
            ("change", platform.version?, platform.version, platform.notification_type)
        }
        _ => return None,
    };
    Some(OrderNotice {
        key: format!("{kind}:{project_key}:{order}:{number}"),
        deleted: matches!(what.as_str(), "ResourceDeleted" | "OrderDeleted"),
        what: what.chars().take(TEXT_CHARS).collect(),
        project_key,
        order,
        version,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message() -> Value {
        json!({
            "notificationType": "Message", "projectKey": "p", "id": "m-1", "version": 1, "sequenceNumber": 57,
            "resource": { "typeId": "order", "id": "o-1" }, "resourceVersion": 12,
            "type": "OrderShipmentStateChanged", "shipmentState": "Shipped", "somethingNew": [1],
        })
    }

    fn wanted(key: &str, version: u64, deleted: bool, what: &str) -> Notice {
        Notice::Order(OrderNotice {
            project_key: "p".to_owned(),
            order: "o-1".to_owned(),
            key: key.to_owned(),
            version: Some(version),
            deleted,
            what: what.to_owned(),
        })
    }

    #[test]
    fn every_envelope_and_format_says_the_same() {
        let shipped = wanted("message:p:o-1:57", 12, false, "OrderShipmentStateChanged");
        let cloud = json!({ "specversion": "1.0", "id": "e", "type": "com.commercetools.order.message.X", "data": message() });
        let bodies = [
            message(),
            json!({ "version": "0", "detail-type": "OrderShipmentStateChanged", "detail": message() }),
            json!({ "detail": cloud.clone() })["detail"].clone(),
            cloud.clone(),
        ];
        for body in bodies {
            assert_eq!(read(body.to_string().as_bytes()), Ok(vec![shipped.clone()]), "{body}");
        }
        let batch = json!([cloud, { "specversion": "1.0", "data": {} }]);
        assert_eq!(read(batch.to_string().as_bytes()), Ok(vec![shipped, Notice::Unknown]));
    }

    #[test]
    fn changes_payloads_left_out_and_tests_are_told_apart() {
        let change = |kind: &str, of: &str| {
            json!({
                "notificationType": kind, "projectKey": "p", "resource": { "typeId": of, "id": "o-1" },
                "version": 13, "oldVersion": 12, "modifiedAt": "2026-01-02T03:04:05.678Z",
            })
        };
        let mut cut = message();
        cut.as_object_mut().unwrap().remove("type");
        cut["payloadNotIncluded"] = json!({ "reason": "r", "payloadType": "OrderDeleted" });
        let cases = [
            (change("ResourceUpdated", "order"), wanted("change:p:o-1:13", 13, false, "ResourceUpdated")),
            (change("ResourceDeleted", "order"), wanted("change:p:o-1:13", 13, true, "ResourceDeleted")),
            (cut, wanted("message:p:o-1:57", 12, true, "OrderDeleted")),
            (change("ResourceCreated", "subscription"), Notice::Test),
            (change("ResourceUpdated", "product"), Notice::Unknown),
            (change("Event", "order"), Notice::Unknown),
            (json!({}), Notice::Unknown),
            (json!({ "detail": 7 }), Notice::Unknown),
        ];
        for (body, expected) in cases {
            assert_eq!(read(body.to_string().as_bytes()), Ok(vec![expected]), "{body}");
        }
    }

    #[test]
    fn what_is_no_notification_is_malformed_and_nothing_breaks() {
        for body in [&b""[..], b"<html>", b"7", b"\"text\"", b"{", b"\xff\xfe"] {
            assert_eq!(read(body), Err(Malformed));
        }
        let many = format!("[{}]", vec!["{}"; MAX_BATCH + 1].join(","));
        assert_eq!(read(many.as_bytes()), Err(Malformed));
        let mut long = message();
        long["resource"]["id"] = json!("x".repeat(2_000_000));
        assert_eq!(read(long.to_string().as_bytes()), Ok(vec![Notice::Unknown]));
    }

    #[test]
    fn only_the_whole_secret_opens() {
        for (presented, expected, opens) in [
            (Some("secret"), "secret", true),
            (Some("secre"), "secret", false),
            (Some("secret "), "secret", false),
            (Some(""), "", false),
            (None, "", false),
            (None, "secret", false),
        ] {
            assert_eq!(is_secret(presented, expected), opens, "{presented:?}");
        }
    }
}
