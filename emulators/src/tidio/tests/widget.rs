//! The widget's server: who a visitor is, and what becomes of what the page sends.

use serde_json::{Value, json};

use super::{DEMO_EU, Emulator};

impl Emulator {
    async fn report(&self, visitor: &str, report: Value) -> Value {
        self.post(&format!("/widget/{DEMO_EU}/{visitor}/send"), report).await
    }

    async fn person(&self, id: &str) -> Value {
        self.get(&format!("/inbox/api/person?project={DEMO_EU}&id={id}")).await
    }
}

fn id_of(reply: &Value) -> String {
    reply["visitor"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_anonymous_visitor_is_not_a_contact_until_named() {
    let emulator = Emulator::start();
    let visitor = id_of(&emulator.register(json!({"url": "http://shop.example/", "language": "de"})).await);
    assert_eq!(emulator.call("GET", &format!("/contacts/{visitor}"), Value::Null).await.status, 404);
    emulator.report(&visitor, json!({"type": "data", "data": {"distinct_id": "d-1"}})).await;
    assert_eq!(emulator.stats().await["contacts"], 0);
    emulator.report(&visitor, json!({"type": "data", "data": {"name": "Ana Silva"}})).await;
    let contact = emulator.get(&format!("/contacts/{visitor}")).await;
    assert_eq!((&contact["first_name"], &contact["last_name"]), (&json!("Ana"), &json!("Silva")));
    assert_eq!((&contact["distinct_id"], &contact["language"]), (&json!("d-1"), &json!("de")));
}

#[tokio::test]
async fn identify_decides_which_visitor_a_page_load_is() {
    let emulator = Emulator::start();
    let by_rest = emulator.contact(json!({"email": "ana@example.com", "distinct_id": "d-ana"})).await;
    let guest = id_of(&emulator.register(json!({})).await);
    // saved visitor, identify, changed, and who the page load turns out to be: None means somebody new.
    let cases = [
        (Some(&guest), json!(null), false, Some(&guest)),
        (Some(&guest), json!({"distinct_id": "d-ana"}), true, Some(&by_rest)),
        (None, json!({"distinct_id": "d-ana"}), true, Some(&by_rest)),
        (Some(&by_rest), json!({"distinct_id": "d-ana"}), false, Some(&by_rest)),
        (Some(&by_rest), json!({"distinct_id": "d-bob"}), true, None),
        (Some(&guest), json!({"name": "Only a name"}), true, Some(&guest)),
        (Some(&guest), json!({"email": "ana@example.com"}), true, Some(&by_rest)),
        (None, json!(null), false, None),
    ];
    for (saved, identify, changed, expected) in cases {
        let report = json!({"visitor": saved, "identify": identify, "identify_changed": changed});
        let visitor = id_of(&emulator.register(report.clone()).await);
        match expected {
            Some(expected) => assert_eq!(&visitor, expected, "{report}"),
            None => assert!(visitor != guest && visitor != by_rest, "{report}"),
        }
    }
    // A visitor the server no longer knows is identified again, although nothing changed in the browser.
    let forgotten =
        json!({"visitor": "gone", "identify": {"distinct_id": "d-ana"}, "identify_changed": false});
    assert_eq!(id_of(&emulator.register(forgotten).await), by_rest);
}

#[tokio::test]
async fn properties_that_do_not_fit_are_dropped_and_counted() {
    let emulator = Emulator::start();
    let visitor = id_of(&emulator.register(json!({})).await);
    let properties = json!({"ct_store": "de", "ct_cart_items": 3, "ct_consent": true, "nope": "x",
        "ct_order_link": "no link", "ct_timeline": "x".repeat(1001)});
    emulator.report(&visitor, json!({"type": "properties", "properties": properties})).await;
    let person = emulator.person(&visitor).await;
    assert_eq!(person["properties"], json!({"ct_store": "de", "ct_cart_items": "3", "ct_consent": "true"}));
    assert_eq!(person["dropped"], json!({"nope": 1, "ct_order_link": 1, "ct_timeline": 1}));
    emulator.report(&visitor, json!({"type": "properties", "properties": {"ct_store": ""}})).await;
    assert!(emulator.person(&visitor).await["properties"].get("ct_store").is_none());
    assert_eq!(emulator.stats().await["dropped_properties"], 3);
}

#[tokio::test]
async fn tags_events_pages_and_currency_reach_the_panel() {
    let emulator = Emulator::start();
    let visitor = id_of(&emulator.register(json!({"url": "http://shop.example/1", "title": "One"})).await);
    for report in [
        json!({"type": "tags", "tags": ["a", "b", "a"]}),
        json!({"type": "tags", "tags": ["b"]}),
        json!({"type": "event", "name": "checkout_started", "data": {"value": 5}}),
        json!({"type": "event", "name": "", "data": {}}),
        json!({"type": "page", "url": "http://shop.example/2", "title": "Two"}),
        json!({"type": "currency", "currency": {"code": "EUR", "exchangeRate": 1}}),
    ] {
        emulator.report(&visitor, report).await;
    }
    let person = emulator.person(&visitor).await;
    assert_eq!(person["tags"], json!(["a", "b"]));
    assert_eq!(person["events"].as_array().map(Vec::len), Some(1));
    assert_eq!(person["events"][0]["data"]["value"], 5);
    let titles: Vec<&Value> = person["pages"].as_array().unwrap().iter().map(|page| &page["title"]).collect();
    assert_eq!(titles, ["One", "Two"]);
    assert_eq!(person["currency"]["code"], "EUR");
    let unknown =
        emulator.call("POST", &format!("/widget/{DEMO_EU}/{visitor}/send"), json!({"type": "?"})).await;
    assert_eq!(unknown.status, 400);
}

#[tokio::test]
async fn a_conversation_goes_both_ways() {
    let emulator = Emulator::start();
    let visitor = id_of(&emulator.register(json!({"identify": {"name": "Ana"}})).await);
    emulator.report(&visitor, json!({"type": "message", "text": "Hello"})).await;
    assert_eq!(emulator.person(&visitor).await["unread"], 1);
    let reply = json!({"project": DEMO_EU, "id": visitor, "text": "Hi Ana"});
    emulator.post("/inbox/api/reply", reply).await;
    let sent =
        emulator.call("POST", &format!("/contacts/{visitor}/messages"), json!({"message": "By REST"})).await;
    assert_eq!(sent.status, 202);
    let history = emulator.get(&format!("/contacts/{visitor}/messages")).await;
    let seen: Vec<(&str, &str)> = history["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| (m["author_type"].as_str().unwrap(), m["message"].as_str().unwrap()))
        .collect();
    assert_eq!(seen, [("contact", "Hello"), ("operator", "Hi Ana"), ("contact", "By REST")]);
    let again = emulator.register(json!({"visitor": visitor})).await;
    assert_eq!(again["messages"].as_array().map(Vec::len), Some(3));
    for text in [String::new(), "x".repeat(5001)] {
        let path = format!("/contacts/{visitor}/messages");
        assert_eq!(emulator.call("POST", &path, json!({"message": text})).await.status, 422);
    }
}

#[tokio::test]
async fn the_json_twin_can_be_narrowed() {
    let emulator = Emulator::start();
    for name in ["a", "b"] {
        emulator.contact(json!({"email": format!("{name}@b.example"), "distinct_id": name})).await;
    }
    emulator.register(json!({})).await;
    for (query, contacts, visitors) in [
        ("", 2, 1),
        ("?distinct_id=b", 1, 0),
        ("?email=a@b.example", 1, 0),
        ("?email=a@b.example&distinct_id=b", 0, 0),
    ] {
        let project = emulator.get(&format!("/__emulator/inbox{query}")).await["projects"][0].clone();
        let count = |list: &str| project[list].as_array().map(Vec::len);
        assert_eq!((count("contacts"), count("visitors")), (Some(contacts), Some(visitors)), "{query}");
    }
}

#[tokio::test]
async fn banned_visitors_are_heard_no_more() {
    let emulator = Emulator::start();
    let visitor = id_of(&emulator.register(json!({})).await);
    emulator.post("/inbox/api/ban", json!({"project": DEMO_EU, "id": visitor})).await;
    emulator.report(&visitor, json!({"type": "message", "text": "Hello"})).await;
    assert_eq!(emulator.person(&visitor).await["messages"], json!([]));
    assert_eq!(emulator.register(json!({"visitor": visitor})).await["banned"], true);
}

#[tokio::test]
async fn the_script_follows_its_mode() {
    let emulator = Emulator::start();
    let path = format!("/{DEMO_EU}.js");
    let cases = [
        (json!({}), "tidioChatApi", true),
        (json!({"start": "never_attaches"}), "tidioChatApi", false),
        (json!({"start": "throws"}), "throw new Error", true),
        (json!({"start": "ready_twice"}), "\"readyTwice\":true", true),
        (json!({"start": "never_ready"}), "\"neverReady\":true", true),
    ];
    for (mode, text, expected) in cases {
        emulator.post("/__emulator/widget-mode", mode.clone()).await;
        let script = emulator.get(&path).await;
        assert_eq!(script.as_str().unwrap().contains(text), expected, "{mode}");
    }
    let unknown = emulator.call("GET", &format!("/{}.js", "x".repeat(32)), Value::Null).await;
    assert_eq!(unknown.status, 404);
    let typo = emulator.call("POST", "/__emulator/widget-mode", json!({"strat": "normal"})).await;
    assert_eq!(typo.status, 400);
}
