//! Sends webhooks when they are due.
//!
//! One task looks for due deliveries whenever the world changed or the next one comes due; each try
//! runs on its own, so a slow receiver delays nothing else.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, header};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

use super::{
    webhooks::{ANSWER_WITHIN_MS, settle, signature},
    world::{Shared, World},
};

/// Sleep between looks while something waits for its time, in wall milliseconds. The clock may be sped
/// up or moved at any moment, so the courier does not rely on how long the wait seems to be.
const LOOK_EVERY_MS: u64 = 50;
/// Sleep while nothing waits; the bell ends it.
const IDLE_MS: u64 = 3_600_000;

/// The client type.
pub type Http = Client<HttpConnector, Body>;

/// A client for plain HTTP addresses.
pub fn http() -> Http {
    Client::builder(TokioExecutor::new()).build_http()
}

/// One try that is due now.
struct Try {
    project: String,
    webhook_id: String,
    url: String,
    body: String,
    signature: String,
}

/// Runs until the process ends.
pub async fn run(tidio: Shared) {
    let http = http();
    loop {
        let (due, sleep_ms) = tidio.with(collect);
        for attempt in due {
            tokio::spawn(deliver(tidio.clone(), http.clone(), attempt));
        }
        let _ = tokio::time::timeout(Duration::from_millis(sleep_ms), tidio.bell.notified()).await;
    }
}

/// Marks what is due as under way, and says how long to sleep.
fn collect(world: &mut World) -> (Vec<Try>, u64) {
    let (vendor_ms, now_ms) = (world.vendor_ms, world.now_ms);
    let mut due = Vec::new();
    let mut is_waiting = false;
    for project in &mut world.projects {
        let Some(target) = &project.target else { continue };
        for delivery in &mut project.waiting {
            let Some(due_ms) = delivery.due_ms.filter(|_| !delivery.busy) else { continue };
            if due_ms > vendor_ms {
                is_waiting = true;
                continue;
            }
            delivery.busy = true;
            let signed_at = if target.renew_timestamp { now_ms / 1_000 } else { delivery.signed_at };
            due.push(Try {
                project: project.public_key.clone(),
                webhook_id: delivery.webhook_id.clone(),
                url: target.url.clone(),
                body: delivery.body.clone(),
                signature: signature(&delivery.body, signed_at, &target.secrets),
            });
        }
    }
    (due, if is_waiting { LOOK_EVERY_MS } else { IDLE_MS })
}

async fn deliver(tidio: Shared, http: Http, attempt: Try) {
    let status = post(&http, &attempt).await.unwrap_or(0);
    tidio.with(|world| {
        let vendor_ms = world.vendor_ms;
        if let Ok(project) = world.project(&attempt.project) {
            settle(project, &attempt.webhook_id, status, vendor_ms);
        }
        world.wake_courier();
    });
}

/// The status of the answer; nothing when there was none in time.
async fn post(http: &Http, attempt: &Try) -> Option<u16> {
    let request = Request::post(&attempt.url)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, "Tidio Webhook")
        .header("x-tidio-signature", &attempt.signature)
        .body(Body::from(attempt.body.clone()))
        .ok()?;
    let answer = tokio::time::timeout(Duration::from_millis(ANSWER_WITHIN_MS), http.request(request)).await;
    Some(answer.ok()?.ok()?.status().as_u16())
}
