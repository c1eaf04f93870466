//! Every kind of finding, with the fix that belongs to it.

use super::*;
use crate::engine::tidio::Department;
use crate::testing::config_with;

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn whole_panel() -> Panel {
    let properties =
        Property::ALL.iter().map(|one| (one.name().to_owned(), one.kind().as_str().to_owned())).collect();
    let desk = Department { id: "d-1".to_owned(), name: "German desk".to_owned() };
    Panel { properties: Some(properties), departments: Some(vec![desk]), cause: None }
}

fn seen(error: Option<&'static str>, scopes: Option<&str>, panel: Panel) -> Seen {
    Seen {
        commercetools: vec![CommerceSeen { name: name("main"), error, scopes: scopes.map(str::to_owned) }],
        tidio: vec![TidioSeen { name: name("eu"), panel }],
    }
}

const SCOPES: &str = "view_orders:shop view_customers:shop";

/// What is not ok, as `area subject status`.
fn findings(config: &Config, secrets: &[SecretSeen], seen: &Seen) -> Vec<String> {
    let checks = examine(Ok(config), secrets, seen);
    for check in &checks {
        assert_eq!(check.fix.is_empty(), check.status == Status::Ok, "{check:?}");
        assert!(!check.detail.is_empty() && !check.subject.is_empty(), "{check:?}");
    }
    let bad = checks.iter().filter(|check| check.status != Status::Ok);
    bad.map(|check| format!("{} {} {:?}", check.area, check.subject, check.status)).collect()
}

#[test]
fn a_good_deployment_has_no_findings() {
    let config = config_with(&|_| {});
    assert_eq!(findings(&config, &[], &seen(None, Some(SCOPES), whole_panel())), [""; 0]);
    let areas: Vec<&str> = examine(Ok(&config), &[], &seen(None, Some(SCOPES), whole_panel()))
        .iter()
        .map(|check| check.area)
        .collect();
    for area in ["configuration", "origins", "vendors", "scopes", "properties", "departments"] {
        assert!(areas.contains(&area), "{area} was not looked at");
    }
}

#[test]
fn each_kind_of_mistake_is_found() {
    let config = config_with(&|value| {
        value["stores"]["de"]["origins"] =
            serde_json::json!(["https://shop.example", "http://localhost:3000"]);
        value["stores"]["de"]["routes"][0]["department"] = serde_json::json!("Germn desk");
        value["commercetools"]["main"]["access_tokens"] = serde_json::json!("introspection");
    });
    let mut panel = whole_panel();
    let properties = panel.properties.as_mut().unwrap();
    properties.remove("ct_timeline");
    properties.insert("ct_cart_link".to_owned(), "text".to_owned());
    let need = |name: &str, required| SecretNeed {
        name: name.to_owned(),
        purpose: "test".to_owned(),
        min_bytes: 8,
        required,
        several: false,
    };
    let secrets = [
        SecretSeen { need: need("A", true), bytes: 0 },
        SecretSeen { need: need("B", true), bytes: 7 },
        SecretSeen { need: need("C", false), bytes: 0 },
        SecretSeen { need: need("D", true), bytes: 8 },
    ];
    let seen = seen(Some("commerce_rejected"), Some("view_orders:shop view_customers:shop2"), panel);
    assert_eq!(
        findings(&config, &secrets, &seen),
        [
            "secrets secrets.A Missing",
            "secrets secrets.B Mistyped",
            "origins stores.de.origins[1] Mistyped",
            "vendors commercetools.main Mistyped",
            "scopes commercetools.main.view_customers Missing",
            "scopes commercetools.main.introspect_oauth_tokens Missing",
            "properties tidio.eu.panel.ct_cart_link Mistyped",
            "properties tidio.eu.panel.ct_timeline Missing",
            "departments stores.de.routes[0].department Unknown",
        ]
    );
}

#[test]
fn what_cannot_be_asked_is_said_to_be_unreachable() {
    let config = config_with(&|_| {});
    for (cause, status) in [("unavailable", "Unreachable"), ("unauthorised", "Mistyped")] {
        let panel = Panel { cause: Some(cause.to_owned()), ..Panel::default() };
        assert_eq!(
            findings(&config, &[], &seen(Some("commerce_timeout"), None, panel)),
            ["vendors commercetools.main Unreachable".to_owned(), format!("vendors tidio.eu {status}")]
        );
    }
}

#[test]
fn a_wider_scope_will_do_but_is_mentioned() {
    let config = config_with(&|_| {});
    for (granted, fits) in [
        ("manage_project:shop", true),
        ("manage_orders:shop manage_customers:shop", true),
        ("manage_project:other", false),
        ("view_orders:shop:de view_customers:shop:de", false),
        ("", false),
    ] {
        let found = findings(&config, &[], &seen(None, Some(granted), whole_panel()));
        assert_eq!(found.is_empty(), fits, "{granted}: {found:?}");
    }
}

#[test]
fn a_configuration_that_cannot_be_read_is_listed_by_its_problems() {
    let problem = |path: &str, code| Problem { path: path.to_owned(), code, message: "m".to_owned() };
    let problems = [problem("stores.de.orgins", Mistake::Unknown), problem("secrets.A", Mistake::Missing)];
    let checks = examine(Err(&problems), &[], &Seen::default());
    assert_eq!(checks.len(), 1, "{checks:?}");
    assert_eq!((checks[0].area, checks[0].status), ("configuration", Status::Unknown));
}

#[test]
fn the_shape_is_pinned() {
    let check = ok("vendors", "tidio.eu".to_owned(), "answers.".to_owned());
    assert_eq!(
        serde_json::to_string(&check).unwrap(),
        r#"{"area":"vendors","subject":"tidio.eu","status":"ok","detail":"answers.","fix":""}"#
    );
}
