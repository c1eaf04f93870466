//! Subscriptions, as a target receives them.

use super::Shop;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How often is looked, and how many times: far longer than anything takes; only a failing test waits for it.
const LOOK_EVERY: Duration = Duration::from_millis(10);
const LOOKS: usize = 6_000;

struct Received {
    method: Method,
    headers: HeaderMap,
    body: String,
}

/// A target that answers with the statuses given, then with 200.
#[derive(Default)]
struct Receiver {
    requests: Mutex<Vec<Received>>,
    statuses: Mutex<Vec<u16>>,
}

async fn receive(
    State(receiver): State<Arc<Receiver>>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let options = method == Method::OPTIONS;
    let body = String::from_utf8(body.to_vec()).unwrap();
    receiver.requests.lock().unwrap().push(Received { method, headers, body });
    let status = if options { None } else { receiver.statuses.lock().unwrap().pop() };
    let status = StatusCode::from_u16(status.unwrap_or(200)).unwrap();
    (status, [("webhook-allowed-origin", "eventgrid.azure.net")]).into_response()
}

impl Receiver {
    async fn start() -> (Arc<Self>, String) {
        let receiver = Arc::new(Self::default());
        let app = Router::new().fallback(receive).with_state(Arc::clone(&receiver));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(crate::shared::server::serve(listener, app));
        (receiver, url)
    }

    /// Waits until there are this many requests.
    async fn wait_for(&self, count: usize) {
        for _ in 0..LOOKS {
            if self.requests.lock().unwrap().len() >= count {
                return;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        panic!("{} of {count} requests", self.requests.lock().unwrap().len());
    }

    fn bodies(&self) -> Vec<String> {
        self.requests.lock().unwrap().iter().map(|request| request.body.clone()).collect()
    }
}

impl Shop {
    async fn admin(&self, method: &str, path: &str, body: Value) -> Value {
        let headers = [("content-type", "application/json"), ("host", "localhost:8989")];
        let answer = self.send(method, &format!("/__emulator/{path}"), &headers, &body.to_string()).await;
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.status);
        answer.body
    }

    async fn target(&self, kind: &str, url: &str, options: Value) {
        let target = json!({ "subscription": "edge", "url": url, "kind": kind, "secret": "s3cret", "options": options });
        self.admin("POST", "delivery", target).await;
    }

    /// The summary once nothing is pending: a target has a request a moment before its answer is noted.
    async fn all_done(&self) -> Value {
        for _ in 0..LOOKS {
            let summary = self.admin("GET", "deliveries/summary", Value::Null).await;
            if summary["pending"] == 0 {
                return summary;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        panic!("something is pending for ever");
    }

    async fn confirm_order(&self) {
        let order = self.get("/orders/order-number=KC-10057").await;
        self.update("orders", &order, json!([{ "action": "changeOrderState", "orderState": "Confirmed" }]))
            .await;
    }
}

fn event(body: &str) -> Value {
    serde_json::from_str(body).unwrap()
}

#[tokio::test]
async fn event_bridge_sends_a_secret_header() {
    for (wrapped, place) in [(true, "/detail"), (false, "")] {
        let (shop, (receiver, url)) = (Shop::demo().await, Receiver::start().await);
        shop.target("eventbridge", &url, json!({ "wrapped": wrapped })).await;
        receiver.wait_for(1).await;
        shop.confirm_order().await;
        receiver.wait_for(2).await;
        let bodies = receiver.bodies();
        let test = event(&bodies[0]);
        assert_eq!(test.pointer(&format!("{place}/resource/typeId")).unwrap(), "subscription");
        let message = event(&bodies[1]);
        let detail = message.pointer(place).unwrap();
        assert_eq!(
            (&detail["type"], &detail["projectKey"]),
            (&json!("OrderStateChanged"), &json!("demo-shop"))
        );
        if wrapped {
            assert_eq!(message["detail-type"], "OrderStateChanged");
            assert_eq!(message["source"], "aws.partner/commercetools.com/demo-shop/edge");
        }
        assert_eq!(receiver.requests.lock().unwrap()[1].headers["x-api-key"], "s3cret");
    }
}

#[tokio::test]
async fn pub_sub_pushes_with_a_google_token() {
    let (shop, (receiver, url)) = (Shop::demo().await, Receiver::start().await);
    shop.target("pubsub", &url, json!({ "audience": "the edge" })).await;
    receiver.wait_for(1).await;
    let before = shop.admin("GET", "google/certs", Value::Null).await;
    shop.admin("POST", "google/rotate", json!({ "old_key_stays": true })).await;
    shop.confirm_order().await;
    receiver.wait_for(2).await;
    let after = shop.admin("GET", "google/certs", Value::Null).await;
    assert_eq!((before["keys"].as_array().unwrap().len(), after["keys"].as_array().unwrap().len()), (1, 2));
    let body = event(&receiver.bodies()[1]);
    let data = STANDARD.decode(body["message"]["data"].as_str().unwrap()).unwrap();
    assert_eq!(event(std::str::from_utf8(&data).unwrap())["type"], "OrderStateChanged");
    let header = receiver.requests.lock().unwrap()[1].headers["authorization"].to_str().unwrap().to_owned();
    let token = header.strip_prefix("Bearer ").unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (head, claims) = signed.split_once('.').unwrap();
    let decoded = |part: &str| event(std::str::from_utf8(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap());
    assert_eq!(decoded(claims)["aud"], "the edge");
    let keys = after["keys"].as_array().unwrap();
    let key = keys.iter().find(|key| key["kid"] == decoded(head)["kid"]).unwrap();
    let part = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
    let public = RsaPublicKeyComponents { n: part("n"), e: part("e") };
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    public.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature).unwrap();
}

#[tokio::test]
async fn sns_delivers_only_after_the_confirmation() {
    let (shop, (receiver, url)) = (Shop::demo().await, Receiver::start().await);
    shop.target("sns", &url, json!({})).await;
    receiver.wait_for(1).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(receiver.bodies().len(), 1, "the test notification waits for the confirmation");
    let confirmation = event(&receiver.bodies()[0]);
    assert_eq!(confirmation["Type"], "SubscriptionConfirmation");
    let visit = confirmation["SubscribeURL"].as_str().unwrap();
    let path = visit.strip_prefix("http://localhost:8989").unwrap();
    assert_eq!(shop.send("GET", path, &[], "").await.status, 200);
    receiver.wait_for(2).await;
    let request = &receiver.requests.lock().unwrap()[1];
    assert_eq!(request.headers["content-type"], "text/plain; charset=UTF-8");
    assert_eq!(request.headers["x-amz-sns-message-type"], "Notification");
    let message = event(&request.body);
    let names = ["Message", "MessageId", "Timestamp", "TopicArn", "Type"];
    let canonical: String =
        names.iter().map(|name| format!("{name}\n{}\n", message[*name].as_str().unwrap())).collect();
    let signature = STANDARD.decode(message["Signature"].as_str().unwrap()).unwrap();
    let pair = ring::rsa::KeyPair::from_der(include_bytes!("../../../keys/sns.der")).unwrap();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public().as_ref());
    public.verify(canonical.as_bytes(), &signature).unwrap();
    assert_eq!(message["SignatureVersion"], "2");
    assert!(message["Message"].is_string());
}

#[tokio::test]
async fn event_grid_asks_first_and_may_send_batches() {
    for (batch, content_type) in
        [(1, "application/cloudevents+json"), (10, "application/cloudevents-batch+json")]
    {
        let (shop, (receiver, url)) = (Shop::demo().await, Receiver::start().await);
        shop.target("eventgrid", &url, json!({ "batch": batch })).await;
        receiver.wait_for(2).await;
        shop.confirm_order().await;
        receiver.wait_for(3).await;
        let requests = receiver.requests.lock().unwrap();
        assert_eq!(requests[0].method, Method::OPTIONS);
        assert_eq!(requests[0].headers["webhook-request-origin"], "eventgrid.azure.net");
        assert!(requests[2].headers["content-type"].to_str().unwrap().starts_with(content_type));
        assert_eq!(requests[2].headers["x-eventgrid-secret"], "s3cret");
        let body = event(&requests[2].body);
        let body = if batch > 1 { &body[0] } else { &body };
        assert_eq!(body["type"], "com.commercetools.order.message.OrderStateChanged");
        assert_eq!(
            (&body["source"], &body["sequencetype"]),
            (&json!("/demo-shop/orders"), &json!("Integer"))
        );
        assert_eq!(body["data"]["notificationType"], "Message");
    }
}

#[tokio::test]
async fn failures_are_retried_and_duplicates_are_made() {
    let (shop, (receiver, url)) = (Shop::demo().await, Receiver::start().await);
    *receiver.statuses.lock().unwrap() = vec![429, 503, 500];
    shop.target("eventbridge", &url, json!({ "speed": 1000.0, "duplicates": 100.0 })).await;
    receiver.wait_for(2 + 3).await;
    assert_eq!(shop.all_done().await, json!({ "pending": 0, "delivered": 2, "dropped": 0, "attempts": 5 }));
    *receiver.statuses.lock().unwrap() = vec![400, 400];
    shop.confirm_order().await;
    receiver.wait_for(7).await;
    shop.all_done().await;
    let all = shop.admin("GET", "deliveries", Value::Null).await;
    assert_eq!(
        (&all[3]["state"], &all[3]["duplicate"], &all[3]["last"]),
        (&json!("dropped"), &json!(true), &json!("400"))
    );
}

#[tokio::test]
async fn large_payloads_are_left_out() {
    let (shop, (receiver, url)) = (Shop::demo().await, Receiver::start().await);
    shop.target("eventbridge", &url, json!({ "wrapped": false, "payload_limit_bytes": 700 })).await;
    receiver.wait_for(1).await;
    let order = shop.get("/orders/order-number=KC-10057").await;
    let email = format!("{}@example.com", "x".repeat(400));
    shop.update("orders", &order, json!([{ "action": "setCustomerEmail", "email": email }])).await;
    receiver.wait_for(2).await;
    let body = event(&receiver.bodies()[1]);
    assert_eq!(body["payloadNotIncluded"]["payloadType"], "OrderCustomerEmailSet");
    assert!(body.get("email").is_none());
    assert_eq!(body["resource"]["id"], order["id"]);
}

#[tokio::test]
async fn big_data_sets_and_random_lives() {
    let (shop, (receiver, url)) = (Shop::demo().await, Receiver::start().await);
    let made = shop.admin("POST", "generate", json!({ "orders": 300, "customers": 100, "seed": 3 })).await;
    assert_eq!(made["orders"], 300);
    assert_eq!(shop.get("/orders?limit=1").await["total"], 302);
    shop.target("eventbridge", &url, json!({ "wrapped": false })).await;
    let report = shop.admin("POST", "drive", json!({ "events": 200, "seed": 9 })).await;
    assert_eq!(report["refused"], 0);
    let messages = usize::try_from(report["messages"].as_u64().unwrap()).unwrap();
    receiver.wait_for(1 + messages).await;
    let again = Shop::demo().await;
    again.admin("POST", "generate", json!({ "orders": 300, "customers": 100, "seed": 3 })).await;
    assert_eq!(again.admin("POST", "drive", json!({ "events": 200, "seed": 9 })).await, report);
}
