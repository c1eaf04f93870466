//! What Tidio answered is in the story, whichever way it is asked for: status and outcome, and never a value.

use super::vendor::Fault;
use super::*;
use crate::engine::admin::AdminRequest;
use crate::engine::tidio::TidioError;

/// Event and detail of each line of a story that is about an answer.
fn answers(engine: &Engine<World>, term: &str) -> Vec<(String, String)> {
    let story = engine.admin(&AdminRequest::Trace { term: term.to_owned() }).unwrap();
    let lines = story["lines"].as_array().unwrap().iter();
    let text = |line: &serde_json::Value, name: &str| line[name].as_str().unwrap().to_owned();
    lines
        .map(|line| (text(line, "event"), text(line, "detail")))
        .filter(|(event, _)| {
            ["answered", "created", "written", "value_refused", "dead_letter"].contains(&event.as_str())
        })
        .collect()
}

/// A customer with an order, whose contact is there; then the order changes while Tidio answers like that.
fn story_of(fault: Option<Fault>, poisoned: bool) -> (World, Engine<World>) {
    let world = World::new(1);
    world.vendor.introduce("d-1", "c1@example.com");
    let engine = world.open();
    submit(&engine, &[link(1, 1, 5, &[("ct_store", "de")])]);
    world.shop.change("o1", Some(1), "open");
    submit(&engine, &[order("first", "o1", Some(1))]);
    assert!(world.settle(&engine, 600_000));
    if poisoned {
        world.vendor.poison.borrow_mut().push("new@example.com".to_owned());
        world.shop.emails.borrow_mut().insert("1".to_owned(), "new@example.com".to_owned());
    }
    // The panel was just looked at: the next call is the write.
    world.vendor.faults.borrow_mut().extend(fault.map(Some));
    let version = world.shop.change("o1", Some(1), "shipped");
    submit(&engine, &[order("second", "o1", Some(version))]);
    assert!(world.settle(&engine, 3_600_000));
    (world, engine)
}

#[test]
fn a_story_shows_what_tidio_answered() {
    let before = |error| Some(Fault::Before(error));
    let unknown = |status| TidioError::OutcomeUnknown { status };
    let refused = TidioError::Rejected { code: "invalid".to_owned(), field: Some("ct_timeline".to_owned()) };
    let cases = [
        (None, vec![("written", "200 ct_timeline")]),
        (
            before(TidioError::RateLimited { retry_after_ms: None }),
            vec![("answered", "429 rate_limited"), ("written", "200 ct_timeline")],
        ),
        (
            before(TidioError::Unavailable),
            vec![("answered", "503 unavailable"), ("written", "200 ct_timeline")],
        ),
        (
            before(unknown(Some(502))),
            vec![("answered", "502 outcome_unknown"), ("written", "200 ct_timeline")],
        ),
        (
            Some(Fault::After(unknown(None))),
            vec![("answered", "nothing outcome_unknown"), ("written", "200 ct_timeline")],
        ),
        (before(refused), vec![("answered", "422 rejected invalid"), ("value_refused", "ct_timeline")]),
    ];
    for (fault, wanted) in cases {
        let (world, engine) = story_of(fault.clone(), false);
        // By the event's correlation id, the order, its number, and the contact by any of its ids.
        let contact = world.vendor.contacts.borrow()[0].id.clone();
        for term in ["corr-second", "o1", "N-o1", "shop:customer:1", "d-1", "1", &contact] {
            let told = answers(&engine, term);
            let last = told.iter().map(|(event, detail)| (event.as_str(), detail.as_str()));
            let last: Vec<_> = last.skip(told.len().saturating_sub(wanted.len())).collect();
            assert_eq!(last, wanted, "{fault:?} by {term}");
        }
    }
}

#[test]
fn a_contact_that_is_refused_for_good_ends_its_story_with_the_answer() {
    let (world, engine) = story_of(None, true);
    let told = answers(&engine, "corr-second");
    let told: Vec<_> = told.iter().map(|(event, detail)| (event.as_str(), detail.as_str())).collect();
    assert_eq!(told[told.len() - 2..], [("answered", "422 rejected poison"), ("dead_letter", "rejected")]);
    let story = engine.admin(&AdminRequest::Trace { term: "d-1".to_owned() }).unwrap().to_string();
    assert!(!story.contains("example.com") && !story.contains("Anna"), "{story}");
    assert_eq!(world.vendor.breaches.get(), 0);
}

#[test]
fn a_create_tells_its_answer_too() {
    let refused = TidioError::RateLimited { retry_after_ms: None };
    let unknown = TidioError::OutcomeUnknown { status: Some(500) };
    for (fault, wanted) in [
        (None, vec!["created 200 t1"]),
        (Some(Fault::Before(refused)), vec!["answered 429 rate_limited", "created 200 t1"]),
        // Found by reading: nothing is left to be sent.
        (Some(Fault::After(unknown)), vec!["answered 500 outcome_unknown"]),
    ] {
        let world = World::new(1);
        let engine = world.open();
        submit(&engine, &[link(1, 1, 5, &[("ct_store", "de")])]);
        // Catalogue, look-up, look-up after the grace, create.
        world.vendor.faults.borrow_mut().extend([None, None, None, fault.clone()]);
        assert!(world.settle(&engine, 3_600_000));
        let told = answers(&engine, "corr-1");
        let told: Vec<String> = told.iter().map(|(event, detail)| format!("{event} {detail}")).collect();
        assert_eq!(told, wanted, "{fault:?}");
    }
}
