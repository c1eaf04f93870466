//! Webhooks as a receiver gets them.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

use super::{DEMO_EU, Emulator};
use crate::tidio::webhooks::signature;

/// Far longer than any delivery takes; only a failing test waits for it.
const PATIENCE: Duration = Duration::from_mins(1);

/// One received webhook: signature header, body.
type Received = (String, String);

#[derive(Clone)]
struct Receiver {
    seen: UnboundedSender<Received>,
    answers: Arc<Mutex<Vec<u16>>>,
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: String) -> StatusCode {
    assert_eq!(headers["user-agent"], "Tidio Webhook");
    assert_eq!(headers["content-type"], "application/json");
    let signature = headers["x-tidio-signature"].to_str().unwrap().to_owned();
    receiver.seen.send((signature, body)).unwrap();
    let answer = receiver.answers.lock().unwrap().pop().unwrap_or(204);
    StatusCode::from_u16(answer).unwrap()
}

/// A receiver that gives these answers in turn, then 204.
async fn receiver(mut answers: Vec<u16>) -> (String, UnboundedReceiver<Received>) {
    answers.reverse();
    let (seen, received) = unbounded_channel();
    let app = Router::new()
        .route("/hook", post(take))
        .with_state(Receiver { seen, answers: Arc::new(Mutex::new(answers)) });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, received)
}

async fn next(received: &mut UnboundedReceiver<Received>) -> (String, Value, String) {
    let (signature, body) = tokio::time::timeout(PATIENCE, received.recv()).await.unwrap().unwrap();
    (signature, serde_json::from_str(&body).unwrap(), body)
}

#[tokio::test]
async fn changes_by_visitors_and_agents_are_reported_and_signed() {
    let (url, mut received) = receiver(Vec::new()).await;
    let emulator = Emulator::start();
    let secrets = vec!["one".to_owned(), "two".to_owned()];
    emulator.post("/__emulator/webhooks", json!({"project": DEMO_EU, "url": url, "secrets": secrets})).await;

    let report = json!({"identify": {"distinct_id": "d-1", "name": "Ana Silva"}, "identify_changed": true});
    let visitor = emulator.register(report).await["visitor"]["id"].as_str().unwrap().to_owned();
    let (signed, envelope, body) = next(&mut received).await;
    assert_eq!((&envelope["topic"], &envelope["version"]), (&json!("contact.created"), &json!(1)));
    assert_eq!(envelope["project_public_key"], DEMO_EU);
    assert_eq!(
        (&envelope["content"]["id"], &envelope["content"]["distinct_id"]),
        (&json!(visitor), &json!("d-1"))
    );
    assert_eq!(signed, signature(&body, envelope["created_at"].as_u64().unwrap(), &secrets));

    emulator
        .post(
            &format!("/widget/{DEMO_EU}/{visitor}/send"),
            json!({"type": "properties", "properties": {"ct_store": "de"}}),
        )
        .await;
    assert_eq!(next(&mut received).await.1["topic"], "contact.updated");
    emulator.post("/inbox/api/reply", json!({"project": DEMO_EU, "id": visitor, "text": "Hi"})).await;
    assert_eq!(next(&mut received).await.1["topic"], "conversation.operator_replied");
    emulator.post("/inbox/api/solve", json!({"project": DEMO_EU, "id": visitor})).await;
    assert_eq!(next(&mut received).await.1["topic"], "conversation.solved_by_operator");
}

#[tokio::test]
async fn changes_by_rest_are_not_reported() {
    let (url, mut received) = receiver(Vec::new()).await;
    let emulator = Emulator::start();
    emulator.post("/__emulator/webhooks", json!({"project": DEMO_EU, "url": url, "secrets": ["s"]})).await;
    let id = emulator.contact(json!({"email": "ana@example.com"})).await;
    emulator.call("PATCH", &format!("/contacts/{id}"), json!({"first_name": "Ana"})).await;
    emulator
        .post(
            "/tickets/as-contact",
            json!({"contact_email": "ana@example.com", "subject": "s", "message_content": "m"}),
        )
        .await;
    // Whatever had been raised before would arrive before this one.
    emulator.post("/inbox/api/solve", json!({"project": DEMO_EU, "id": id})).await;
    assert_eq!(next(&mut received).await.1["topic"], "conversation.solved_by_operator");
}

#[tokio::test]
async fn a_refused_webhook_is_tried_again_in_vendor_time() {
    let (url, mut received) = receiver(vec![500, 302, 200]).await;
    let emulator = Emulator::start();
    emulator.post("/__emulator/webhooks", json!({"project": DEMO_EU, "url": url, "secrets": ["s"]})).await;
    let id = emulator.contact(json!({"email": "ana@example.com"})).await;
    emulator.post("/inbox/api/solve", json!({"project": DEMO_EU, "id": id})).await;
    let (first, envelope, _) = next(&mut received).await;
    for wait in [5_000, 10_000] {
        settled(&emulator).await;
        emulator.tidio.harness.clock.advance(wait);
        let (signed, again, _) = next(&mut received).await;
        assert_eq!((&signed, &again["webhook_id"]), (&first, &envelope["webhook_id"]));
    }
    settled(&emulator).await;
    let project = emulator.get("/__emulator/webhooks").await["projects"][0].clone();
    assert_eq!(project["waiting"], json!([]));
    assert_eq!(project["done"][0]["tries"], json!([500, 302, 200]));
}

/// Waits until no try is under way.
async fn settled(emulator: &Emulator) {
    let done = async {
        loop {
            let busy = emulator.tidio.with(|world| {
                world.projects.iter().flat_map(|project| &project.waiting).any(|delivery| delivery.busy)
            });
            if !busy {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, done).await.unwrap();
}

#[tokio::test]
async fn every_nth_webhook_can_come_twice() {
    let (url, mut received) = receiver(Vec::new()).await;
    let emulator = Emulator::start();
    let target = json!({"project": DEMO_EU, "url": url, "secrets": ["s"], "duplicate_every": 1});
    emulator.post("/__emulator/webhooks", target).await;
    let id = emulator.contact(json!({"email": "ana@example.com"})).await;
    emulator.post("/inbox/api/solve", json!({"project": DEMO_EU, "id": id})).await;
    let (one, two) = (next(&mut received).await.1, next(&mut received).await.1);
    assert_eq!(one["webhook_id"], two["webhook_id"]);
}
