//! Tickets over REST and from the agent's inbox.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{DEMO_EU, Emulator};

impl Emulator {
    async fn ticket(&self, body: Value) -> u64 {
        self.post("/tickets/as-contact", body).await["id"].as_u64().unwrap()
    }
}

fn question() -> Value {
    json!({"contact_email": "ana@example.com", "subject": "Where is 1001?", "message_content": "Late."})
}

#[tokio::test]
async fn a_ticket_is_opened_for_the_contact_with_that_address() {
    let emulator = Emulator::start();
    let known = emulator.contact(json!({"email": "ana@example.com"})).await;
    let departments = emulator.get("/departments").await;
    let ids: Vec<&Value> =
        departments["departments"].as_array().unwrap().iter().map(|department| &department["id"]).collect();
    let first = emulator.ticket(question()).await;
    let mut routed = question();
    routed["assigned_department_id"] = ids[1].clone();
    routed["contact_email"] = json!("new@example.com");
    let second = emulator.ticket(routed).await;
    assert_eq!((first, second), (10_001, 10_002));
    let ticket = emulator.get("/tickets/10001").await;
    assert_eq!(ticket["contact_id"], known.as_str());
    assert_eq!((&ticket["status"], &ticket["priority"]), (&json!("open"), &json!("normal")));
    assert_eq!(&ticket["assigned_department_id"], ids[0]);
    assert_eq!(ticket["messages"][0]["author_type"], "contact");
    let list = emulator.get("/tickets").await;
    assert_eq!(list["tickets"].as_array().map(Vec::len), Some(2));
    assert!(list["tickets"][0].get("messages").is_none());
    assert_eq!(&list["tickets"][1]["assigned_department_id"], ids[1]);
    assert_eq!(emulator.stats().await["contacts"], 2);
}

#[tokio::test]
async fn a_ticket_is_changed_answered_and_deleted() {
    let emulator = Emulator::start();
    emulator.ticket(question()).await;
    let operator = emulator.get("/operators").await["operators"][0]["id"].clone();
    let assign =
        json!({"status": "pending", "priority": "urgent", "assigned": {"type": "operator", "id": operator}});
    assert_eq!(emulator.call("PATCH", "/tickets/10001", assign).await.status, StatusCode::NO_CONTENT);
    let note = json!({"author_type": "operator", "operator_id": operator, "message_type": "internal", "content": "Order 1001"});
    for _ in 0..2 {
        let id = emulator.post("/tickets/10001/reply", note.clone()).await;
        assert_eq!(id["id"].as_str().map(str::len), Some(26));
    }
    let ticket = emulator.get("/tickets/10001").await;
    assert_eq!((&ticket["status"], &ticket["priority"]), (&json!("pending"), &json!("urgent")));
    assert_eq!(
        (&ticket["assigned_operator_id"], &ticket["assigned_department_id"]),
        (&operator, &Value::Null)
    );
    assert_eq!(ticket["messages"][1]["message_type"], "internal");
    assert_eq!(emulator.stats().await["duplicate_notes"], 1);
    let free = emulator.call("PATCH", "/tickets/10001", json!({"assigned": null})).await;
    assert_eq!(free.status, StatusCode::NO_CONTENT);
    assert_eq!(emulator.get("/tickets/10001").await["assigned_operator_id"], Value::Null);
    assert_eq!(emulator.call("DELETE", "/tickets/10001", Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(emulator.call("GET", "/tickets/10001", Value::Null).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn invalid_ticket_bodies_are_refused() {
    let emulator = Emulator::start();
    emulator.ticket(question()).await;
    let operator = emulator.get("/operators").await["operators"][0]["id"].clone();
    let note = |changes: Value| {
        let mut body = json!({"author_type": "operator", "operator_id": operator, "message_type": "internal", "content": "x"});
        changes.as_object().unwrap().iter().for_each(|(name, value)| body[name] = value.clone());
        body
    };
    let cases = [
        ("POST", "/tickets/as-contact", json!({"subject": "s", "message_content": "m"}), 422),
        (
            "POST",
            "/tickets/as-contact",
            json!({"contact_email": "a@b.example", "subject": " ", "message_content": "m"}),
            422,
        ),
        (
            "POST",
            "/tickets/as-contact",
            json!({"contact_email": "a@b.example", "subject": "s", "message_content": "m", "assigned_department_id": "x"}),
            422,
        ),
        ("PATCH", "/tickets/10001", json!({"status": "closed"}), 422),
        ("PATCH", "/tickets/10001", json!({"assigned": {"type": "operator", "id": "x"}}), 422),
        ("PATCH", "/tickets/10002", json!({"status": "solved"}), 404),
        ("POST", "/tickets/10001/reply", note(json!({"operator_id": "x"})), 422),
        ("POST", "/tickets/10001/reply", note(json!({"content": ""})), 422),
        ("POST", "/tickets/10001/reply", note(json!({"author_type": "contact"})), 422),
        ("POST", "/tickets/10001/reply", note(json!({"message_type": "secret"})), 422),
        ("POST", "/tickets/10002/reply", note(json!({})), 404),
    ];
    for (method, path, body, expected) in cases {
        let answer = emulator.call(method, path, body.clone()).await;
        assert_eq!(answer.status.as_u16(), expected, "{method} {path} {body}");
    }
    assert_eq!(emulator.get("/tickets/10001").await["messages"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn agents_and_customers_write_into_tickets_from_the_inbox() {
    let emulator = Emulator::start();
    let ticket = emulator.ticket(question()).await;
    let entry =
        |kind: &str| json!({"project": DEMO_EU, "ticket": ticket, "message_type": kind, "content": "Hello"});
    emulator.post("/inbox/api/ticket-reply", entry("public")).await;
    let mut customer = entry("public");
    customer["author_type"] = json!("contact");
    emulator.post("/inbox/api/ticket-reply", customer).await;
    let messages = emulator.get("/tickets/10001").await["messages"].clone();
    let authors: Vec<&str> =
        messages.as_array().unwrap().iter().map(|m| m["author_type"].as_str().unwrap()).collect();
    assert_eq!(authors, ["contact", "operator", "contact"]);
}
