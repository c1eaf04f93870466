//! Notifications of commercetools: what they are about, once their sender is proven.
//!
//! In scope: the wrappers of EventBridge and CloudEvents, the Platform format, idempotency keys, what is none of our
//! business. Out of scope: who sent it.

use contract::FlatMap;
use serde::Deserialize;
use serde_json::Value;

use super::Refusal;
use crate::config::CommerceProject;
use crate::fact::{CustomerFact, Fact, OrderFact};
use crate::json;

/// Notifications of one request that are looked at; Event Grid sends at most 5,000 small ones.
const MAX_BATCH: usize = 5_000;

/// What a notification is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// An order, or a customer.
    Change(Change),
    /// The notification that a new Subscription begins with.
    Test,
    /// Something that we did not ask for or do not know.
    Unknown,
}

/// What kind of resource changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// An order.
    Order,
    /// A customer: name or address may have changed.
    Customer,
}

/// Something about an order or a customer changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What.
    pub resource: Resource,
    /// commercetools project key, as the notification says.
    pub project_key: String,
    /// `source` of EventBridge's wrapper, if there was one.
    pub source: Option<String>,
    /// API client that made the change, if the notification says.
    pub client: Option<String>,
    /// Id of the order or customer.
    pub id: String,
    /// Idempotency key: messages by sequence number, changes by version.
    pub key: String,
    /// Version of the resource after the change.
    pub version: Option<u64>,
    /// The resource was deleted.
    pub deleted: bool,
    /// Type of the message or change.
    pub what: String,
}

/// What is in a delivery: facts for the engine, and how many notifications were something else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sorted {
    /// Facts.
    pub facts: Vec<Fact>,
    /// By stable word: `test`, `unknown`, `own` (our API client's changes), `foreign` (of another project or source).
    pub others: FlatMap<&'static str, u64>,
}

/// Reads a request body in any of the forms: the notification alone, inside EventBridge's wrapper, as a CloudEvent,
/// or as a batch of those.
///
/// # Errors
/// No JSON, or a batch larger than any service sends: sending it again will not help.
pub fn read(body: &[u8]) -> Result<Vec<Notice>, Refusal> {
    let value: Value = json::read(body).map_err(|_not_json| Refusal::unreadable("not_json"))?;
    match value {
        Value::Array(list) if list.len() > MAX_BATCH => Err(Refusal::unreadable("batch_too_long")),
        Value::Array(list) => Ok(list.iter().map(notice).collect()),
        Value::Object(_) => Ok(vec![notice(&value)]),
        _ => Err(Refusal::unreadable("no_notification")),
    }
}

/// Separates what `project` has to hear from the rest. The proof of the sender speaks for one project: what claims to
/// be of another is none of it.
pub fn sort(project: &CommerceProject, notices: Vec<Notice>, correlation_id: &str, now_ms: u64) -> Sorted {
    let mut sorted = Sorted::default();
    for notice in notices {
        let other = match notice {
            Notice::Test => "test",
            Notice::Unknown => "unknown",
            Notice::Change(change) if !is_of(&change, project) => "foreign",
            Notice::Change(change) if change.client.as_deref() == Some(project.client_id.expose()) => "own",
            Notice::Change(change) => {
                sorted.facts.push(change.into_fact(project, correlation_id, now_ms));
                continue;
            }
        };
        *sorted.others.get_or_default(other) += 1;
    }
    sorted
}

fn is_of(change: &Change, project: &CommerceProject) -> bool {
    let configured = project.events.eventbridge.as_ref().and_then(|bridge| bridge.source.as_ref());
    let partner = format!("aws.partner/commercetools.com/{}/", project.project_key);
    let start = configured.map_or(partner.as_str(), |source| source.as_str());
    change.project_key == project.project_key.as_str()
        && change.source.as_deref().is_none_or(|source| source.starts_with(start))
}

impl Change {
    fn into_fact(self, project: &CommerceProject, correlation_id: &str, now_ms: u64) -> Fact {
        let correlation_id = correlation_id.to_owned();
        match self.resource {
            Resource::Order => Fact::Order(OrderFact {
                id: self.key,
                project: project.name.to_string(),
                order: self.id,
                version: self.version,
                deleted: self.deleted,
                what: self.what,
                correlation_id,
                observed_at_ms: now_ms,
            }),
            Resource::Customer => Fact::Customer(CustomerFact {
                id: self.key,
                project: project.name.to_string(),
                contact: format!("{}:customer:{}", self.project_key, self.id),
                customer: self.id,
                correlation_id,
                observed_at_ms: now_ms,
            }),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Platform {
    notification_type: String,
    project_key: String,
    resource: ResourceReference,
    sequence_number: Option<u64>,
    resource_version: Option<u64>,
    version: Option<u64>,
    #[serde(rename = "type")]
    message_type: Option<String>,
    payload_not_included: Option<PayloadNotIncluded>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceReference {
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

/// One notification, in any of its wrappers.
pub(crate) fn notice(value: &Value) -> Notice {
    let wrapped = value.get("detail");
    let source = wrapped.and(value.get("source")).and_then(Value::as_str).map(cut);
    let inner = wrapped.unwrap_or(value);
    let inner = inner.get("data").filter(|_| inner.get("specversion").is_some()).unwrap_or(inner);
    let Ok(platform) = json::take::<Platform>(inner) else { return Notice::Unknown };
    let texts = [&platform.project_key, &platform.resource.id, &platform.notification_type];
    if texts.iter().any(|text| text.is_empty() || text.chars().nth(TEXT_CHARS).is_some()) {
        return Notice::Unknown;
    }
    let client = ["/lastModifiedBy/clientId", "/createdBy/clientId"]
        .iter()
        .find_map(|path| inner.pointer(path).and_then(Value::as_str))
        .map(cut);
    match platform.resource.type_id.as_str() {
        "subscription" => Notice::Test,
        "order" => change(Resource::Order, platform, source, client),
        "customer" => change(Resource::Customer, platform, source, client),
        _ => Notice::Unknown,
    }
}

fn cut(text: &str) -> String {
    text.chars().take(TEXT_CHARS).collect()
}

fn change(resource: Resource, platform: Platform, source: Option<String>, client: Option<String>) -> Notice {
    let (kind, number, version, what) = match platform.notification_type.as_str() {
        "Message" => {
            let payload = platform.payload_not_included.and_then(|left_out| left_out.payload_type);
            let what = platform.message_type.or(payload).unwrap_or_else(|| "Message".to_owned());
            let Some(number) = platform.sequence_number else { return Notice::Unknown };
            ("message", number, platform.resource_version, what)
        }
        "ResourceCreated" | "ResourceUpdated" | "ResourceDeleted" => {
            let Some(version) = platform.version else { return Notice::Unknown };
            ("change", version, platform.version, platform.notification_type)
        }
        _ => return Notice::Unknown,
    };
    let (project_key, id) = (platform.project_key, platform.resource.id);
    // A deletion makes no new version: it must not pass for the change that made the last one.
    let end = if what == "ResourceDeleted" { ":deleted" } else { "" };
    Notice::Change(Change {
        key: format!("{kind}:{project_key}:{id}:{number}{end}"),
        deleted: matches!(what.as_str(), "ResourceDeleted" | "OrderDeleted" | "CustomerDeleted"),
        what: cut(&what),
        resource,
        source,
        client,
        project_key,
        id,
        version,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::intake::Verdict;
    use crate::testing::config;

    fn message() -> Value {
        json!({
            "notificationType": "Message", "projectKey": "shop", "id": "m-1", "version": 1, "sequenceNumber": 57,
            "resource": { "typeId": "order", "id": "o-1" }, "resourceVersion": 12,
            "lastModifiedBy": { "clientId": "backoffice", "isPlatformClient": false },
            "type": "OrderShipmentStateChanged", "shipmentState": "Shipped", "somethingNew": [1],
        })
    }

    fn one(body: &Value) -> Notice {
        let mut notices = read(body.to_string().as_bytes()).unwrap();
        assert_eq!(notices.len(), 1, "{body}");
        notices.remove(0)
    }

    fn facts(bodies: &[Value]) -> Sorted {
        let notices = read(json!(bodies).to_string().as_bytes()).unwrap();
        sort(&config().commercetools["main"], notices, "corr", 5)
    }

    fn wanted(key: &str, version: u64, deleted: bool, what: &str) -> Fact {
        Fact::Order(OrderFact {
            id: key.to_owned(),
            project: "main".to_owned(),
            order: "o-1".to_owned(),
            version: Some(version),
            deleted,
            what: what.to_owned(),
            correlation_id: "corr".to_owned(),
            observed_at_ms: 5,
        })
    }

    #[test]
    fn every_envelope_and_format_says_the_same() {
        let shipped = wanted("message:shop:o-1:57", 12, false, "OrderShipmentStateChanged");
        let cloud = json!({ "specversion": "1.0", "id": "e", "type": "com.commercetools.order.message.X", "data": message() });
        let source = "aws.partner/commercetools.com/shop/orders";
        let wrapped =
            |detail: Value| json!({ "version": "0", "detail-type": "X", "source": source, "detail": detail });
        for body in [message(), wrapped(message()), cloud.clone(), wrapped(cloud.clone())] {
            let found = facts(std::slice::from_ref(&body)).facts;
            assert_eq!(found, std::slice::from_ref(&shipped), "{body}");
        }
        let batch = facts(&[cloud, json!({ "specversion": "1.0", "data": {} })]);
        assert_eq!((batch.facts, batch.others), (vec![shipped], FlatMap::from([("unknown", 1)])));
    }

    #[test]
    fn changes_payloads_left_out_and_deletions_are_told_apart() {
        let change = |kind: &str| {
            json!({
                "notificationType": kind, "projectKey": "shop", "resource": { "typeId": "order", "id": "o-1" },
                "version": 13, "oldVersion": 12, "modifiedAt": "2026-01-02T03:04:05.678Z",
            })
        };
        let mut cut = message();
        cut.as_object_mut().unwrap().remove("type");
        cut["payloadNotIncluded"] = json!({ "reason": "r", "payloadType": "OrderDeleted" });
        let cases = [
            (change("ResourceUpdated"), wanted("change:shop:o-1:13", 13, false, "ResourceUpdated")),
            (change("ResourceDeleted"), wanted("change:shop:o-1:13:deleted", 13, true, "ResourceDeleted")),
            (cut, wanted("message:shop:o-1:57", 12, true, "OrderDeleted")),
        ];
        for (body, expected) in cases {
            assert_eq!(facts(std::slice::from_ref(&body)).facts, [expected], "{body}");
        }
    }

    #[test]
    fn a_deletion_is_not_taken_for_the_change_that_made_the_last_version() {
        let change = |kind: &str| {
            json!({ "notificationType": kind, "projectKey": "shop", "version": 7,
                "resource": { "typeId": "order", "id": "o-1" } })
        };
        let sorted =
            facts(&[change("ResourceUpdated"), change("ResourceDeleted"), change("ResourceDeleted")]);
        let keys: Vec<&str> = sorted.facts.iter().map(Fact::id).collect();
        assert_eq!(keys, ["change:shop:o-1:7", "change:shop:o-1:7:deleted", "change:shop:o-1:7:deleted"]);
    }

    #[test]
    fn a_customer_that_changed_is_a_fact_about_its_contact() {
        let body = json!({
            "notificationType": "ResourceUpdated", "projectKey": "shop", "version": 3,
            "resource": { "typeId": "customer", "id": "c-1" },
        });
        let Fact::Customer(fact) = facts(&[body]).facts.remove(0) else { panic!("another fact") };
        assert_eq!((fact.id.as_str(), fact.contact.as_str()), ("change:shop:c-1:3", "shop:customer:c-1"));
    }

    #[test]
    fn what_is_not_for_us_is_counted() {
        let with = |pointer: &str, value: Value| {
            let mut body = message();
            *body.pointer_mut(pointer).unwrap() = value;
            body
        };
        let own = with("/lastModifiedBy/clientId", json!(crate::testing::KEY));
        let wrapped = |source: &str| json!({ "source": source, "detail": message() });
        let cases = [
            (
                "test",
                json!({ "notificationType": "ResourceCreated", "projectKey": "shop", "version": 1,
                "resource": { "typeId": "subscription", "id": "s" } }),
            ),
            ("unknown", with("/resource/typeId", json!("product"))),
            ("unknown", with("/notificationType", json!("Event"))),
            ("unknown", with("/sequenceNumber", Value::Null)),
            ("unknown", with("/sequenceNumber", json!("57"))),
            ("unknown", with("/resource/id", json!("x".repeat(2_000_000)))),
            ("unknown", json!({})),
            ("unknown", json!({ "detail": 7 })),
            ("own", own),
            ("foreign", with("/projectKey", json!("shop2"))),
            ("foreign", wrapped("aws.partner/commercetools.com/shop2/orders")),
            ("foreign", wrapped("aws.partner/commercetools.com/shop")),
            ("foreign", wrapped("my.app")),
        ];
        for (word, body) in cases {
            let sorted = facts(&[body]);
            assert_eq!((sorted.facts, sorted.others), (vec![], FlatMap::from([(word, 1)])));
        }
    }

    #[test]
    fn another_source_can_be_configured() {
        let mut project = config().commercetools["main"].clone();
        let source = crate::config::EventSource::parse("my.app").unwrap();
        project.events.eventbridge = Some(crate::config::EventBridgeSettings { source: Some(source) });
        let body = json!({ "source": "my.app.orders", "detail": message() });
        assert_eq!(sort(&project, vec![one(&body)], "corr", 5).facts.len(), 1);
    }

    #[test]
    fn long_texts_are_cut_and_what_is_no_notification_is_unreadable() {
        let mut long = message();
        long["type"] = json!("y".repeat(2_000_000));
        let Notice::Change(change) = one(&long) else { panic!("not a change") };
        assert_eq!(change.what.len(), TEXT_CHARS);
        for body in [&b""[..], b"<html>", b"7", b"\"text\"", b"{", b"\xff\xfe"] {
            assert_eq!(read(body).unwrap_err().verdict, Verdict::Unreadable);
        }
        let many = format!("[{}]", vec!["{}"; MAX_BATCH + 1].join(","));
        assert_eq!(read(many.as_bytes()).unwrap_err().verdict, Verdict::Unreadable);
    }
}
