//! Webhooks: the signed envelope, the retry plan, and what is due. Sending itself is in `courier`.
//!
//! Only changes made by visitors and agents are reported; changes made through REST raise none.
//! Retries run in vendor time, so an accelerated clock reaches the last one quickly. Stamps and
//! signatures use wall time, so that a receiver with an ordinary clock can check them.

use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{project::Project, world::World};

/// Waits before the second, third … try, in milliseconds of vendor time: nine retries.
pub const RETRY_AFTER_MS: [u64; 9] =
    [5_000, 10_000, 30_000, 60_000, 180_000, 600_000, 1_800_000, 3_600_000, 10_800_000];

/// The receiver must answer within this wall time.
pub const ANSWER_WITHIN_MS: u64 = 4_000;

/// Finished deliveries kept for inspection.
const HISTORY: usize = 20_000;

/// Where a project's webhooks go.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Target {
    /// Address that takes the POST.
    pub url: String,
    /// One signature per secret, so that two secrets can overlap during rotation.
    pub secrets: Vec<String>,
    /// Topics to send; all when empty.
    #[serde(default)]
    pub topics: Vec<String>,
    /// Send every n-th webhook twice, under the same id. Zero sends none twice.
    #[serde(default)]
    pub duplicate_every: u64,
    /// Sign each retry anew. The vendor does not say whether it does; the harder case is that it does not.
    #[serde(default)]
    pub renew_timestamp: bool,
}

/// One webhook on its way.
#[derive(Debug, Clone, Serialize)]
pub struct Delivery {
    /// `webhook_id` of the envelope.
    pub webhook_id: String,
    /// Topic.
    pub topic: String,
    /// Exact body.
    pub body: String,
    /// Wall seconds of the first signature.
    pub signed_at: u64,
    /// Vendor time of the next try; absent when done.
    pub due_ms: Option<u64>,
    /// Status of each try; 0 means no answer.
    pub tries: Vec<u16>,
    /// A try is under way.
    #[serde(skip)]
    pub busy: bool,
}

/// Queues a webhook, if the project has a target that wants the topic.
pub fn raise(world: &mut World, project_key: &str, topic: &str, content: Value) {
    let (now_ms, vendor_ms) = (world.now_ms, world.vendor_ms);
    let Ok(project) = world.project(project_key) else { return };
    let Some(target) = &project.target else { return };
    if !target.topics.is_empty() && !target.topics.iter().any(|wanted| wanted == topic) {
        return;
    }
    let every = target.duplicate_every;
    let webhook_id = project.ids.uuid();
    let envelope = json!({
        "created_at": now_ms / 1_000,
        "project_public_key": project_key,
        "topic": topic,
        "version": 1,
        "webhook_id": webhook_id,
        "content": content,
    });
    let delivery = Delivery {
        webhook_id,
        topic: topic.to_owned(),
        body: envelope.to_string(),
        signed_at: now_ms / 1_000,
        due_ms: Some(vendor_ms),
        tries: Vec::new(),
        busy: false,
    };
    project.raised = project.raised.saturating_add(1);
    if every > 0 && project.raised.is_multiple_of(every) {
        project.waiting.push(delivery.clone());
    }
    project.waiting.push(delivery);
    world.wake_courier();
}

/// The `x-tidio-signature` header for a body: `t=<unix seconds>,s=<hex>[,s=<hex>]`.
pub fn signature(body: &str, signed_at: u64, secrets: &[String]) -> String {
    let mut header = format!("t={signed_at}");
    for secret in secrets {
        header.push_str(",s=");
        header.push_str(&digest(secret, body, signed_at));
    }
    header
}

fn digest(secret: &str, body: &str, signed_at: u64) -> String {
    // HMAC takes a key of any length, so the only error the type allows cannot occur.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(format!("{body}_{signed_at}").as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// Records the outcome of a try of one webhook and plans the next, or files it as done.
/// `status` 0 means no answer.
pub fn settle(project: &mut Project, webhook_id: &str, status: u16, vendor_ms: u64) {
    let Some(position) = project.waiting.iter().position(|one| one.busy && one.webhook_id == webhook_id)
    else {
        return;
    };
    let mut delivery = project.waiting.remove(position);
    let wait = RETRY_AFTER_MS.get(delivery.tries.len()).copied();
    delivery.tries.push(status);
    delivery.busy = false;
    let accepted = (200..300).contains(&status);
    delivery.due_ms = wait.filter(|_| !accepted).map(|ms| vendor_ms.saturating_add(ms));
    if delivery.due_ms.is_some() {
        project.waiting.push(delivery);
        return;
    }
    project.done.push_back(delivery);
    if project.done.len() > HISTORY {
        project.done.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_covers_body_underscore_time() {
        let header = signature("{}", 1_700_000_000, &["one".into(), "two".into()]);
        let parts: Vec<&str> = header.split(',').collect();
        assert_eq!(parts.len(), 3);
        assert_eq!(parts[0], "t=1700000000");
        // printf '{}_1700000000' | openssl dgst -sha256 -hmac one
        assert_eq!(parts[1], "s=a1e1c86fc5ed90412cdf9f74e70519265f5dccf87fe918417b74595f0e88f22f");
    }

    fn project_with_one() -> Project {
        let mut project = Project::new("k", "Test", "ci", "cs");
        project.waiting.push(Delivery {
            webhook_id: "w".into(),
            topic: "contact.updated".into(),
            body: "{}".into(),
            signed_at: 0,
            due_ms: Some(0),
            tries: Vec::new(),
            busy: true,
        });
        project
    }

    #[test]
    fn nine_retries_follow_the_vendors_plan() {
        let mut project = project_with_one();
        let mut waits = Vec::new();
        while let Some(delivery) = project.waiting.first_mut() {
            delivery.busy = true;
            let due = delivery.due_ms.unwrap();
            settle(&mut project, "w", 500, due);
            waits.extend(project.waiting.first().map(|next| (next.due_ms.unwrap() - due) / 1_000));
        }
        assert_eq!(waits, [5, 10, 30, 60, 180, 600, 1_800, 3_600, 10_800]);
        assert_eq!(project.done[0].tries.len(), 10);
    }

    #[test]
    fn an_accepted_webhook_is_done() {
        let mut project = project_with_one();
        settle(&mut project, "another", 204, 7);
        assert_eq!(project.waiting.len(), 1);
        settle(&mut project, "w", 204, 7);
        assert_eq!((project.waiting.len(), project.done[0].due_ms), (0, None));
    }
}
