//! Documentation and lists that are printed from the code must be what the code prints.
//! `UPDATE_DOCS=1 cargo test -p edge-core --test docs` writes it anew.

use std::path::Path;

use contract::ErrorCode;
use edge_core::{config, intake, order_message, property};

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

#[test]
fn the_answers_to_event_services_are_printed_from_the_table_of_verdicts() {
    let text = format!(
        "# What event services hear\n\n\
         Printed from the code that answers; a test keeps it so. A status that a service repeats is only used for what \
         may pass: a delivery that can never succeed ends at once, and nothing is acknowledged before it is kept.\n\n{}\n\
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
         their id.\n",
        intake::markdown()
    );
    check("events.md", &text);
}
