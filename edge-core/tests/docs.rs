//! Documentation and lists that are printed from the code must be what the code prints.
//! `UPDATE_DOCS=1 cargo test -p edge-core --test docs` writes it anew.

use std::path::Path;

use contract::ErrorCode;
use edge_core::commerce::OrderHistory;
use edge_core::number::NumberFormats;
use edge_core::project::{self, HistoryPlace};
use edge_core::property::{self, Property};
use edge_core::token::Ed25519;
use edge_core::{config, intake, json, order_message};

fn check(name: &str, printed: &str) {
    check_at(&format!("docs/{name}"), printed);
}

/// `path`: from the root of the checkout.
fn check_at(path: &str, printed: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let written = std::fs::write(&file, printed);
        assert!(written.is_ok(), "{path}: {written:?}");
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == printed, "{path} is not what the code prints; run this test with UPDATE_DOCS=1");
}

#[test]
fn the_order_messages_are_printed_from_the_list() {
    // The Terraform module can be copied away alone, so it has its own.
    for path in ["npm/src/cli/subscription/order-messages.json", "terraform/order-messages.json"] {
        check_at(path, &order_message::json());
    }
}

#[test]
fn the_schema_is_printed_from_the_settings() {
    check("configuration.schema.json", &format!("{:#}\n", config::json_schema()));
}

#[test]
fn the_settings_are_printed_from_the_settings() {
    check("configuration.md", &config::markdown());
}

#[test]
fn the_panel_guide_is_printed_from_the_catalogue() {
    check("contact-properties.md", &property::markdown());
}

/// What stands before the list of codes in the OpenAPI document, which is otherwise written by hand.
const CODES_BEGIN: &str =
    "\"description\": \"Why. A code never changes its meaning.\",\n            \"enum\": [";

#[test]
fn the_codes_of_the_openapi_document_are_printed_from_the_contract() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let document = std::fs::read_to_string(path).unwrap_or_default();
    let parts =
        document.split_once(CODES_BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(']')?)));
    assert!(parts.is_some(), "docs/openapi.json has no list of codes where it is expected");
    let (before, (_codes, after)) = parts.unwrap_or_default();
    let codes: Vec<String> =
        ErrorCode::ALL.iter().map(|code| format!("\n              \"{}\"", code.as_str())).collect();
    check("openapi.json", &format!("{before}{CODES_BEGIN}{}\n            ]{after}", codes.join(",")));
}

/// An order after which an agent might be asked anything, as commercetools gives it with `expand=state`.
const EXAMPLE: &str = r#"{
    "id": "0b1c2d3e-0000-4000-8000-000000000001", "version": 14, "orderNumber": "1001",
    "createdAt": "2026-10-01T08:00:00.000Z", "orderState": "Complete", "paymentState": "Paid",
    "shipmentState": "Delivered", "store": { "typeId": "store", "key": "de" },
    "state": { "typeId": "state", "id": "s", "obj": { "key": "packed", "name": { "de": "Verpackt", "en": "Packed" } } },
    "totalPrice": { "type": "centPrecision", "currencyCode": "EUR", "centAmount": 5990, "fractionDigits": 2 },
    "shippingInfo": { "deliveries": [{ "createdAt": "2026-10-02T09:30:00.000Z", "parcels": [
        { "createdAt": "2026-10-02T09:30:00.000Z", "trackingData": { "carrier": "DHL", "trackingId": "0034" } },
        { "createdAt": "2026-10-02T11:00:00.000Z", "trackingData": { "carrier": "DHL", "trackingId": "0035" } }
    ] }] },
    "returnInfo": [
        { "returnTrackingId": "R-9", "items": [{ "quantity": 1, "shipmentState": "BackInStock", "paymentState": "Refunded",
            "createdAt": "2026-10-04T15:00:00.000Z", "lastModifiedAt": "2026-10-06T08:00:00.000Z" }] },
        { "items": [{ "quantity": 2, "shipmentState": "Returned", "paymentState": "Refunded",
            "createdAt": "2026-10-05T10:00:00.000Z", "lastModifiedAt": "2026-10-07T08:00:00.000Z" }] }
    ]
}"#;

/// The example's timeline in a store of this locale.
fn example(locale: &str) -> Option<String> {
    let store = |locale: &str| {
        serde_json::json!({
            "commercetools": "main", "tidio": "eu", "origins": ["https://shop.example"], "field_policy": "detailed",
            "locales": [{ "tag": locale, "language": &locale[..2], "currency": "EUR", "country": "DE" }],
            "consent": { "chat": ["functional"], "share": ["functional"] },
        })
    };
    let value = serde_json::json!({
        "identity": { "audience": "https://edge.example", "keys": [{ "kid": "k", "algorithm": "HS256", "secret": "KEY" }] },
        "commercetools": { "main": { "project_key": "shop", "region": "eu-central-1.aws" } },
        "tidio": { "eu": { "public_key": "a".repeat(32) } },
        "stores": { "de": store(locale) },
    });
    let curve = Ed25519 { is_point: |_| false, is_signed: |_, _, _| false };
    let config = config::Config::read(&value, &|_| Some("k".repeat(32)), curve).ok()?;
    let (store, project, _) = config.store("de")?;
    let order = json::read(EXAMPLE.as_bytes()).ok()?;
    // All that the example has of a locale is the decimal mark.
    let numbers = NumberFormats::new(|tag| {
        let mark = if tag.starts_with("de") { "," } else { "." };
        Some(Box::new(move |decimal| Some(decimal.replace('.', mark))))
    });
    let place = HistoryPlace { store, project, locale, numbers: &numbers };
    let history = project::history(place, None, &OrderHistory { orders: vec![order], total: 1 });
    history.get(Property::Timeline).map(str::to_owned)
}

#[test]
fn the_answers_to_event_services_are_printed_from_the_table_of_verdicts() {
    let [english, german] = ["en-GB", "de-DE"].map(example);
    assert!(english.is_some() && german.is_some(), "the example cannot be read");
    let text = format!(
        "# What event services hear\n\n\
         Printed from the code that answers; a test keeps it so. A status that a service repeats is only used for what \
         may pass: a delivery that can never succeed ends at once, and nothing is acknowledged before it is kept. \
         [bad-events.md](bad-events.md) goes through what can be wrong with a notification, one by one.\n\n{}\n\
         Duplicates are known by their key: order id and sequence number of a message, order id and version of a change. \
         Changes that this Worker's own API client made, unknown types and the test notification are acknowledged and \
         counted (`events_not_for_us_total` at `/admin/metrics`).\n\n\
         The proofs: a shared secret compared in constant time (EventBridge, Event Grid); a token signed by Google, with \
         audience, service account, times and subscription as configured (Pub/Sub); signature version 2 by a \
         certificate from AWS's own host, valid now and AWS's by name, for a configured topic (SNS). Google's keys are \
         fetched again for a key id that is not known, at most once in ten seconds, so a rotation in the middle \
         loses nothing.\n\n\
         Tidio's webhooks (`POST /v1/tidio/webhooks`) are signed with a shared secret over body and time; they are \
         taken up to six hours after the time in the signature, because Tidio repeats for almost five, and known by \
         their id.\n\n\
         ## What an event becomes\n\n\
         An event only says which order to read. What an agent sees is made of the customer's orders as they are then, \
         so events that come late, twice, in any order or not at all (the delta sync finds the change) lead to the same \
         text, and the shopper's next visit shows it too.\n\n{}\n\
         Changes of customers, of which the Subscription tells ids and versions only: name and e-mail address of the \
         record follow into its contact. When the record is deleted, everything that the shop told of the customer is \
         cleared; the contact itself stays, with its name and address. The delta sync looks at orders: a changed or deleted customer, and a deleted \
         order, is found by its event, or when another order of the customer changes, or by `messages = \"poll\"`.\n\n\
         The timeline (`ct_timeline`, policy `detailed`) is written in the language of the newest order's locale, else of \
         the customer's, else of the page: English, German, French, Spanish, Italian or Dutch, English for any other; \
         `timeline_language` sets one for a store. Newest first, at most 1,000 characters, cut at a whole line; the last \
         line then counts the lines left out. A line has a date only if the order holds the date of that very thing, in \
         UTC. What a store's `deny` keeps back is not told here either, and no address ever is. Amounts of single refunds \
         stand in payments, which this edge does not read (they need another scope); what is told is that a thing was \
         refunded.\n\n\
         An order with two parcels and two refunds:\n\n```text\n{}\n```\n\nThe same in German:\n\n```text\n{}\n```\n",
        intake::markdown(),
        order_message::markdown(),
        english.unwrap_or_default(),
        german.unwrap_or_default(),
    );
    check("events.md", &text);
}
