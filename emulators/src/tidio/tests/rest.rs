//! Contacts, limits, plans and budget over HTTP.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::{Value, json};

use super::{DEMO_EU, Emulator};

#[tokio::test]
async fn keys_version_and_route_are_checked() {
    let emulator = Emulator::start();
    let cases = [
        ("ci_demo_eu", "cs_demo_eu", "application/json; version=1", 200),
        ("ci_demo_eu", "cs_demo_eu", "application/json", 200),
        ("ci_demo_eu", "cs_demo_us", "application/json; version=1", 401),
        ("", "", "application/json; version=1", 401),
        ("ci_demo_eu", "cs_demo_eu", "application/json; version=2", 406),
    ];
    for (id, secret, accept, expected) in cases {
        let request = Request::get("/project")
            .header("x-tidio-openapi-client-id", id)
            .header("x-tidio-openapi-client-secret", secret)
            .header("accept", accept)
            .body(Body::empty())
            .unwrap();
        assert_eq!(emulator.send(request).await.status.as_u16(), expected, "{id} {secret} {accept}");
    }
    let answer = emulator.call("GET", "/conversations", Value::Null).await;
    assert_eq!((answer.status.as_u16(), answer.body["errors"][0]["code"].as_str()), (404, Some("not_found")));
}

#[tokio::test]
async fn create_never_merges() {
    let emulator = Emulator::start();
    let body = json!({"email": "ana@example.com", "distinct_id": "d-1", "first_name": "Ana"});
    let (one, two) = (emulator.contact(body.clone()).await, emulator.contact(body).await);
    assert_ne!(one, two);
    let found = emulator.get("/contacts?email=ana@example.com").await;
    assert_eq!(found["contacts"].as_array().map(Vec::len), Some(2));
    let stats = emulator.stats().await;
    assert_eq!((&stats["duplicates_by_email"], &stats["duplicates_by_distinct_id"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn a_contact_is_read_changed_cleared_and_deleted() {
    let emulator = Emulator::start();
    let id = emulator
        .contact(json!({"email": "ana@example.com", "first_name": "Ana", "distinct_id": "d",
            "properties": [{"name": "ct_store", "value": "de"}, {"name": "ct_locale", "value": "de-DE"}]}))
        .await;
    let path = format!("/contacts/{id}");
    let change = json!({"first_name": null, "last_name": "Silva",
        "properties": [{"name": "ct_store", "value": null}, {"name": "ct_orders", "value": "3"}]});
    assert_eq!(emulator.call("PATCH", &path, change).await.status, StatusCode::NO_CONTENT);
    let contact = emulator.get(&path).await;
    assert_eq!((&contact["first_name"], &contact["last_name"]), (&Value::Null, &json!("Silva")));
    assert_eq!(contact["email"], "ana@example.com");
    assert_eq!(
        contact["properties"],
        json!([{"name": "ct_locale", "value": "de-DE"}, {"name": "ct_orders", "value": "3"}])
    );
    assert_eq!(emulator.call("DELETE", &path, Value::Null).await.status, StatusCode::NO_CONTENT);
    for method in ["GET", "DELETE"] {
        assert_eq!(emulator.call(method, &path, Value::Null).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn invalid_bodies_change_nothing() {
    let emulator = Emulator::start();
    let properties = |name: &str, value: Value| json!({"email": "a@b.example", "properties": [{"name": name, "value": value}]});
    let cases = [
        (json!({"distinct_id": "only"}), 422),
        (json!({"email": null}), 422),
        (json!({"email": "nonsense"}), 422),
        (json!({"email": "a@b.example", "distinct_id": "x".repeat(56)}), 422),
        (json!({"first_name": "x".repeat(128)}), 422),
        (json!({"phone": "1".repeat(156)}), 422),
        (properties("unknown", json!("x")), 422),
        (properties("ct_store", json!(5)), 422),
        (properties("ct_store", json!("x".repeat(1001))), 422),
        (properties("ct_order_link", json!("not a link")), 422),
        (json!([]), 422),
        (json!("text"), 422),
    ];
    for (body, expected) in cases {
        let answer = emulator.call("POST", "/contacts", body.clone()).await;
        assert_eq!(answer.status.as_u16(), expected, "{body}");
        assert!(answer.body["errors"][0]["code"].is_string(), "{body}: {}", answer.body);
    }
    let truncated = Request::post("/contacts")
        .header("x-tidio-openapi-client-id", "ci_demo_eu")
        .header("x-tidio-openapi-client-secret", "cs_demo_eu")
        .body(Body::from("{\"email\":"))
        .unwrap();
    assert_eq!(emulator.send(truncated).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(emulator.stats().await["contacts"], 0);
}

#[tokio::test]
async fn a_batch_is_all_or_nothing() {
    let emulator = Emulator::start();
    let people =
        |bad: &str| json!({"contacts": [{"email": "a@b.example"}, {"email": bad}, {"first_name": "C"}]});
    let refused = emulator.call("POST", "/contacts/batch", people("nobody")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body["errors"][0]["message"].as_str().unwrap().contains("contacts[1].email"));
    assert_eq!(emulator.stats().await["contacts"], 0);

    let made = emulator.post("/contacts/batch", people("b@b.example")).await;
    let ids: Vec<&str> =
        made["contacts"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 3);
    let change = |last: &str| {
        json!({"contacts": [
            {"id": ids[0], "properties": [{"name": "ct_store", "value": "de"}]},
            {"id": last, "properties": [{"name": "ct_store", "value": "uk"}]},
        ]})
    };
    for last in ["gone", ""] {
        let answer = emulator.call("PATCH", "/contacts/batch", change(last)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(emulator.get(&format!("/contacts/{}", ids[0])).await["properties"], json!([]));
    let answer = emulator.call("PATCH", "/contacts/batch", change(ids[1])).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(emulator.get(&format!("/contacts/{}", ids[1])).await["properties"][0]["value"], "uk");
}

#[tokio::test]
async fn a_batch_holds_1_to_100() {
    let emulator = Emulator::start();
    for (count, expected) in [(0, 422), (1, 201), (100, 201), (101, 422)] {
        let contacts: Vec<Value> = (0..count).map(|n| json!({"email": format!("p{n}@b.example")})).collect();
        let answer = emulator.call("POST", "/contacts/batch", json!({ "contacts": contacts })).await;
        assert_eq!(answer.status.as_u16(), expected, "{count} contacts");
    }
}

#[tokio::test]
async fn lists_are_walked_by_cursor() {
    let emulator = Emulator::start();
    for start in [0, 100, 200] {
        let contacts: Vec<Value> =
            (start..start + 100).map(|n| json!({"first_name": format!("p{n}")})).collect();
        emulator.post("/contacts/batch", json!({ "contacts": contacts })).await;
    }
    let mut names = Vec::new();
    let mut path = "/contacts".to_owned();
    loop {
        let page = emulator.get(&path).await;
        names.extend(page["contacts"].as_array().unwrap().iter().map(|c| c["first_name"].clone()));
        match page["meta"]["cursor"].as_str() {
            Some(cursor) => path = format!("/contacts?cursor={cursor}"),
            None => break,
        }
    }
    let expected: Vec<Value> = (0..300).map(|n| json!(format!("p{n}"))).collect();
    assert_eq!(names, expected);
    let foreign = emulator.call("GET", "/contacts?cursor=elsewhere", Value::Null).await;
    assert_eq!(foreign.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_budget_is_per_minute_and_said_in_headers() {
    let mut emulator = Emulator::start();
    emulator.keys = ("ci_demo_us", "cs_demo_us");
    for n in 0..60 {
        let answer = emulator.call("GET", "/project", Value::Null).await;
        assert_eq!(
            (answer.status, answer.rate("x-ratelimit-limit"), answer.rate("x-ratelimit-remaining")),
            (StatusCode::OK, Some(60), Some(59 - n))
        );
    }
    let refused = emulator.call("GET", "/project", Value::Null).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.body["errors"][0]["code"], "too_many_requests");
    assert_eq!(refused.rate("x-ratelimit-remaining"), Some(0));
    assert!(!refused.headers.contains_key("retry-after"));
    emulator.tidio.harness.clock.advance(60_000);
    assert_eq!(emulator.call("GET", "/project", Value::Null).await.status, StatusCode::OK);
    let stats = emulator.get("/__emulator/stats").await["projects"][1].clone();
    assert_eq!((&stats["breaches"], &stats["requests"]), (&json!(1), &json!(62)));
}

#[tokio::test]
async fn plans_decide_what_answers() {
    let emulator = Emulator::start();
    let product = json!({"products": [{"id": 1, "url": "https://s.example/p", "title": "Pot", "description": "d",
        "default_currency": "EUR", "status": "visible", "updated_at": "2026-01-02T03:04:05+00:00"}]});
    for (plan, contacts, products, limit) in [
        ("free", 403, 403, None),
        ("starter", 403, 204, Some(10)),
        ("plus", 200, 204, Some(60)),
        ("premium", 200, 204, Some(120)),
    ] {
        emulator.post("/__emulator/project", json!({"project": DEMO_EU, "plan": plan})).await;
        let list = emulator.call("GET", "/contacts", Value::Null).await;
        let put = emulator.call("PUT", "/products/batch", product.clone()).await;
        assert_eq!((list.status.as_u16(), put.status.as_u16()), (contacts, products), "{plan}");
        assert_eq!(put.rate("x-ratelimit-limit"), limit, "{plan}");
    }
}

#[tokio::test]
async fn the_property_catalogue_is_the_panels() {
    let emulator = Emulator::start();
    let listed = emulator.get("/contact-properties").await;
    let listed = listed["properties"].as_array().unwrap();
    assert_eq!(listed.len(), 30);
    assert!(listed.contains(&json!({"name": "ct_order_link", "type": "url"})));
    let panel = json!({"project": DEMO_EU, "remove_properties": ["ct_store"],
        "add_properties": [{"name": "score", "type": "number"}]});
    emulator.post("/__emulator/project", panel).await;
    for (name, value, expected) in [("ct_store", json!("de"), 422), ("score", json!(7), 201)] {
        let body = json!({"first_name": "A", "properties": [{"name": name, "value": value}]});
        assert_eq!(emulator.call("POST", "/contacts", body).await.status.as_u16(), expected, "{name}");
    }
}

#[tokio::test]
async fn refusals_can_be_terse() {
    let emulator = Emulator::start();
    emulator.post("/__emulator/project", json!({"project": DEMO_EU, "terse_errors": true})).await;
    let answer = emulator.call("POST", "/contacts", json!({"email": "nonsense"})).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        answer.body,
        json!({"errors": [{"code": "validation_error", "message": "Validation failed"}]})
    );
    assert_eq!(answer.rate("x-ratelimit-limit"), Some(120));
}

#[tokio::test]
async fn products_are_checked_and_kept_by_id() {
    let emulator = Emulator::start();
    let good = json!({"id": 7, "url": "https://s.example/p", "title": "Pot", "description": "d",
        "default_currency": "EUR", "price": null, "status": "visible", "updated_at": "2026-01-02T03:04:05+00:00"});
    let with = |name: &str, value: Value| {
        let mut product = good.clone();
        product[name] = value;
        json!({"products": [good, product]})
    };
    let cases = [
        ("id", json!("sku-7")),
        ("title", json!("")),
        ("url", json!("x".repeat(513))),
        ("sku", json!("x".repeat(256))),
        ("status", json!("sold")),
        ("price", json!("19.90")),
        ("features", json!({"colour": "x".repeat(256)})),
    ];
    for (name, value) in cases {
        let answer = emulator.call("PUT", "/products/batch", with(name, value)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
    }
    assert_eq!(emulator.stats().await["products"], 0);
    let put = emulator.call("PUT", "/products/batch", with("sku", json!("RS-M"))).await;
    assert_eq!(put.status, StatusCode::NO_CONTENT);
    assert_eq!(emulator.stats().await["products"], 1);
    for expected in [204, 404] {
        assert_eq!(emulator.call("DELETE", "/products/7", Value::Null).await.status.as_u16(), expected);
    }
}
