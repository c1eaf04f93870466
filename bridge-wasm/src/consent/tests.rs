//! One set of cases for every source.

use std::cell::Cell;
use std::rc::Rc;

use super::*;
use crate::page::fake::*;
use serde_json::{Value as Json, json};

/// The situations every source is put into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    Absent,
    Pending,
    Granted,
    Denied,
    Malformed,
    Throwing,
}

const CASES: [(Case, Consent); 6] = [
    (Case::Absent, Consent::Pending),
    (Case::Pending, Consent::Pending),
    (Case::Granted, Consent::Granted),
    (Case::Denied, Consent::Denied),
    (Case::Malformed, Consent::Pending),
    (Case::Throwing, Consent::Pending),
];

/// A page on which one source is in one situation, and its options.
type Stage = fn(Case) -> (FakePage, Json);

fn check(name: &str, purpose: &str, stage: Stage) {
    let mapping = Mapping { chat: vec![purpose.into()], share: vec![purpose.into()] };
    for (case, expected) in CASES {
        let (page, options) = stage(case);
        let options = with_functions(&page, options);
        let source = Source::of(&page, &options);
        assert_eq!(source.map(|source| source.name), Some(name));
        let (state, _) = read(&page, &options, source, &mapping);
        assert_eq!((state.chat, state.share), (expected, expected), "{name}: {case:?}");
        assert_eq!(state.source, name);
    }
}

/// Options are JSON, but functions in them come from the page's global `options`.
fn with_functions(page: &FakePage, options: Json) -> Value {
    let mut members: std::collections::HashMap<String, Value> = match options {
        Json::Object(members) => members.into_iter().map(|(name, value)| (name, value.into())).collect(),
        other => panic!("{other}"),
    };
    if let Some(Value::Object(functions)) = page.globals.borrow().get("options") {
        members.extend(functions.clone());
    }
    Value::Object(members)
}

fn page(globals: Vec<(&str, Value)>) -> FakePage {
    let page = FakePage::default();
    page.globals.borrow_mut().extend(globals.into_iter().map(|(name, value)| (name.to_owned(), value)));
    page
}

#[test]
fn vanilla_cookieconsent_by_its_api() {
    check("vanilla-cookieconsent", "functionality", |case| {
        let accepted = case == Case::Granted;
        let api = match case {
            Case::Absent => return (page(vec![]), json!({"source": "vanilla-cookieconsent"})),
            Case::Malformed => object([("validConsent", function(|_| json!("yes")))]),
            Case::Throwing => object([("validConsent", throwing())]),
            _ => object([
                ("validConsent", function(move |_| json!(case != Case::Pending))),
                ("acceptedCategory", function(move |name| json!(accepted && name == "functionality"))),
            ]),
        };
        (page(vec![("CookieConsent", api)]), json!({"source": "vanilla-cookieconsent"}))
    });
}

#[test]
fn vanilla_cookieconsent_by_its_cookie() {
    check("vanilla-cookieconsent", "functionality", |case| {
        let page = page(vec![]);
        let record = |categories: Json| {
            json!({"categories": categories, "revision": 0, "consentId": "5f", "consentTimestamp": "2026-01-01",
                   "lastConsentTimestamp": "2026-01-01"})
            .to_string()
        };
        let cookie = match case {
            Case::Absent => None,
            Case::Pending => Some(r#"{"categories":["functionality"]}"#.to_owned()),
            Case::Granted => Some(record(json!(["necessary", "functionality"]))),
            Case::Denied => Some(record(json!(["necessary"]))),
            Case::Malformed => Some("%{".to_owned()),
            Case::Throwing => Some("null".to_owned()),
        };
        page.cookies.borrow_mut().extend(cookie.map(|cookie| ("cc_cookie".to_owned(), cookie)));
        (page, json!({"source": "vanilla-cookieconsent"}))
    });
}

#[test]
fn vanilla_cookieconsent_cookie_waits_while_the_dialogue_asks_again() {
    let page = page(vec![("document", json!({"documentElement": {"className": "js show--consent"}}).into())]);
    let cookie = r#"{"categories":["f"],"consentId":"5f","consentTimestamp":"1","lastConsentTimestamp":"1"}"#;
    page.cookies.borrow_mut().insert("renamed".into(), cookie.into());
    let options = Value::Json(json!({"source": "vanilla-cookieconsent", "cookie": "renamed"}));
    let mapping = Mapping { chat: vec!["f".into()], share: vec!["f".into()] };
    let ask = || read(&page, &options, Source::of(&page, &options), &mapping).0.chat;
    assert_eq!(ask(), Consent::Pending);
    page.globals.borrow_mut().clear();
    assert_eq!(ask(), Consent::Granted);
}

#[test]
fn the_shops_function() {
    check("function", "ignored", |case| {
        let read = match case {
            Case::Absent => return (page(vec![]), json!({"source": "function"})),
            Case::Pending => function(|_| json!({"chat": null, "share": "pending"})),
            Case::Granted => function(|_| json!({"chat": true, "share": "granted"})),
            Case::Denied => function(|_| json!({"chat": "denied", "share": false})),
            Case::Malformed => function(|_| json!({"chat": 1, "share": ["granted"]})),
            Case::Throwing => throwing(),
        };
        (page(vec![("options", object([("read", read)]))]), json!({"source": "function"}))
    });
}

#[test]
fn answers_are_read_afresh() {
    let yes = Rc::new(Cell::new(true));
    let seen = yes.clone();
    let page = page(vec![]);
    let options = object([
        ("source", json!("function").into()),
        ("read", function(move |_| json!({"chat": seen.get(), "share": seen.get()}))),
    ]);
    let ask = || read(&page, &options, Source::of(&page, &options), &Mapping::default()).0.chat;
    for granted in [true, false, true] {
        yes.set(granted);
        assert_eq!(ask(), if granted { Consent::Granted } else { Consent::Denied });
    }
}

#[test]
fn an_unknown_source_and_an_empty_mapping_allow_nothing() {
    let page = page(vec![]);
    let options = Value::Json(json!({"source": "no-such"}));
    let (state, present) = read(&page, &options, Source::of(&page, &options), &Mapping::default());
    assert_eq!((state.chat, state.share, present), (Consent::Pending, Consent::Pending, false));
    assert_eq!(all(&[], |_| Answer::Granted), Answer::Denied);
}

#[test]
fn one_refusal_decides_then_absence_then_waiting() {
    use Answer::*;
    let cases = [
        ([Granted, Granted], Granted),
        ([Granted, Pending], Pending),
        ([Pending, Absent], Absent),
        ([Absent, Denied], Denied),
        ([Granted, Denied], Denied),
    ];
    for (answers, expected) in cases {
        let purposes = ["0".to_owned(), "1".to_owned()];
        assert_eq!(all(&purposes, |purpose| answers[usize::from(purpose == "1")]), expected);
    }
}

#[test]
fn global_privacy_control_closes_the_second_switch_only() {
    let ask = |signal: Json, honour: Json| {
        let page = page(vec![("navigator", json!({"globalPrivacyControl": signal}).into())]);
        let options = object([
            ("source", json!("function").into()),
            ("honorGpc", honour.into()),
            ("read", function(|_| json!({"chat": true, "share": true}))),
        ]);
        let state = read(&page, &options, Source::of(&page, &options), &Mapping::default()).0;
        (state.chat, state.share)
    };
    let (yes, no) = (Consent::Granted, Consent::Denied);
    assert_eq!(ask(json!(true), json!(null)), (yes, no));
    assert_eq!(ask(json!(true), json!(true)), (yes, no));
    assert_eq!(ask(json!(true), json!(false)), (yes, yes));
    assert_eq!(ask(json!(false), json!(null)), (yes, yes));
    assert_eq!(ask(json!("1"), json!(null)), (yes, yes));
}
