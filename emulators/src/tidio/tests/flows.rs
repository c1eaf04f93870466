//! Flows: what starts them, what they decide by, what they do.

use std::time::Duration;

use axum::{Json, Router, http::StatusCode, routing::post};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{DEMO_EU, Emulator};

/// Far longer than any flow takes; only a failing test waits for it.
const PATIENCE: Duration = Duration::from_mins(1);

impl Emulator {
    async fn visitor_with(&self, properties: Value) -> String {
        let id = self.register(json!({})).await["visitor"]["id"].as_str().unwrap().to_owned();
        self.tell(&id, json!({"type": "properties", "properties": properties})).await;
        id
    }

    async fn tell(&self, visitor: &str, report: Value) {
        self.post(&format!("/widget/{DEMO_EU}/{visitor}/send"), report).await;
    }

    /// The person once a check holds; flows run on their own.
    async fn once(&self, id: &str, check: impl Fn(&Value) -> bool) -> Value {
        let path = format!("/inbox/api/person?project={DEMO_EU}&id={id}");
        let found = async {
            loop {
                let person = self.get(&path).await;
                if check(&person) {
                    return person;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, found).await.expect("the flow did not get there")
    }
}

#[tokio::test]
async fn the_demo_routes_chats_by_the_route_property() {
    let emulator = Emulator::start();
    for (route, desk) in [("de-customer", "German desk"), ("de", "German desk"), ("uk", "English desk")] {
        let visitor = emulator.visitor_with(json!({"ct_route": route})).await;
        emulator.tell(&visitor, json!({"type": "message", "text": "Hello"})).await;
        emulator.once(&visitor, |person| person["department"] == desk).await;
    }
}

#[tokio::test]
async fn a_flow_calls_an_address_and_says_what_it_answers() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/status", listener.local_addr().unwrap());
    let status = |Json(body): Json<Value>| async move {
        match body["order"].as_str() {
            Some("1001") => Ok(Json(json!({"order": {"text": format!("{} is on its way", body["order"])}}))),
            _ => Err(StatusCode::NOT_FOUND),
        }
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/status", post(status))).await });
    let emulator = Emulator::start();
    let flow = json!({"name": "Order status", "when": {"says": ["ORDER"]}, "then": [
        {"tag": "asked"},
        {"call": {"method": "POST", "url": url, "body": {"order": "{{property.ct_order_number}}"}, "failed": "Please ask an agent."}},
        {"say": "{{reply.order.text}}."},
    ]});
    emulator.post("/__emulator/flows", json!({"project": DEMO_EU, "flows": [flow]})).await;
    for (order, said) in [("1001", "\"1001\" is on its way."), ("9", "Please ask an agent.")] {
        let visitor = emulator.visitor_with(json!({"ct_order_number": order})).await;
        emulator.tell(&visitor, json!({"type": "message", "text": "Hello"})).await;
        emulator.tell(&visitor, json!({"type": "message", "text": "Where is my order?"})).await;
        let person =
            emulator.once(&visitor, |person| person["messages"].as_array().unwrap().len() == 3).await;
        assert_eq!(
            (&person["messages"][2]["from"], &person["messages"][2]["text"]),
            (&json!("bot"), &json!(said))
        );
        assert_eq!(person["tags"], json!(["asked"]));
    }
}

#[tokio::test]
async fn events_and_conditions_choose_the_flow() {
    let emulator = Emulator::start();
    let flow = |name: &str, condition: Value| json!({"name": name, "when": {"event": "cart_idle"}, "if": [condition], "then": [{"say": name}]});
    let flows = json!([
        flow("equal", json!({"property": "ct_store", "equals": "de"})),
        flow("unequal", json!({"property": "ct_store", "equals": "uk"})),
        flow("absent", json!({"property": "ct_country"})),
    ]);
    emulator.post("/__emulator/flows", json!({"project": DEMO_EU, "flows": flows})).await;
    let visitor = emulator.visitor_with(json!({"ct_store": "de"})).await;
    emulator.tell(&visitor, json!({"type": "event", "name": "another"})).await;
    emulator.tell(&visitor, json!({"type": "event", "name": "cart_idle"})).await;
    let person = emulator.once(&visitor, |person| person["messages"][0].is_object()).await;
    assert_eq!(person["messages"][0]["text"], "equal");
    assert_eq!(person["messages"].as_array().map(Vec::len), Some(1));
    let wrong = json!({"project": DEMO_EU, "flows": [{"name": "x", "when": "never", "then": []}]});
    assert_eq!(emulator.call("POST", "/__emulator/flows", wrong).await.status, StatusCode::BAD_REQUEST);
}
