//! Where a subscription's notifications go: the merchant's own piece between commercetools and us.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The service in between, and so envelope, proof of origin and retry rules.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// EventBridge rule with an API destination.
    EventBridge,
    /// Pub/Sub push subscription with OIDC.
    PubSub,
    /// SNS topic with an HTTP(S) subscription.
    Sns,
    /// Event Grid topic with a webhook.
    EventGrid,
}

/// One mapping, as `POST /__emulator/delivery` takes it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Key of the Subscription.
    pub subscription: String,
    /// Where to deliver; `http://` only.
    pub url: String,
    pub kind: Service,
    /// Value of the secret header (EventBridge, Event Grid).
    #[serde(default)]
    pub secret: String,
    /// Used to create the Subscription if there is none with this key.
    #[serde(default)]
    pub messages: Vec<Value>,
    /// Used to create the Subscription if there is none with this key.
    #[serde(default)]
    pub changes: Vec<Value>,
    #[serde(default)]
    pub options: Options,
}

/// All have defaults.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Percentage of notifications that are delivered twice (0 to 100).
    pub duplicates: f64,
    /// Each delivery waits a random time up to this, so that order is lost. Milliseconds.
    pub shuffle_ms: u64,
    /// Seed of the dice for both.
    pub seed: u64,
    /// `Platform` or `CloudEvents`; absent takes the Subscription's own.
    pub format: Option<String>,
    /// Larger notifications lose their payload (`payloadNotIncluded`). Bytes.
    pub payload_limit_bytes: usize,
    /// Deliveries in flight at the same time.
    pub concurrency: usize,
    /// Divides the service's waiting times, on top of the clock's speed.
    pub speed: f64,
    /// False makes the service give up after one attempt.
    pub retry: bool,
    /// Header that carries `secret`. EventBridge: `x-api-key`, Event Grid: `x-eventgrid-secret`.
    pub secret_header: Option<String>,
    /// Event Grid: query parameter that carries `secret` instead of a header.
    pub secret_query: Option<String>,
    /// EventBridge: false sends `detail` alone, as an input transformer does.
    pub wrapped: bool,
    /// Pub/Sub: `aud` of the token; absent takes `url`.
    pub audience: Option<String>,
    /// Pub/Sub: the push service account.
    pub email: String,
    /// Pub/Sub: name of the push subscription.
    pub push_subscription: String,
    /// SNS: topic; absent takes the destination's.
    pub topic_arn: Option<String>,
    /// SNS: address of the certificate; absent is this emulator.
    pub signing_cert_url: Option<String>,
    /// SNS: start of the address that confirms; absent is this emulator.
    pub subscribe_url: Option<String>,
    /// Event Grid: notifications in one request; more than 1 sends a batch.
    pub batch: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            duplicates: 0.0,
            shuffle_ms: 0,
            seed: 0,
            format: None,
            // What most queues take.
            payload_limit_bytes: 256 * 1024,
            concurrency: 16,
            speed: 1.0,
            retry: true,
            secret_header: None,
            secret_query: None,
            wrapped: true,
            audience: None,
            email: "push@demo-shop.iam.gserviceaccount.com".to_owned(),
            push_subscription: "projects/demo-shop/subscriptions/commercetools".to_owned(),
            topic_arn: None,
            signing_cert_url: None,
            subscribe_url: None,
            batch: 1,
        }
    }
}
