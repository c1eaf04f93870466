//! One case a rule, on a world without surprises.

use super::vendor::Fault;
use super::*;
use crate::engine::tidio::TidioError;
use crate::engine::{dead, journal};

const STORE_DE: &[(&str, &str)] =
    &[("ct_identity", "verified"), ("ct_store", "de"), ("ct_correlation_id", "corr")];

const UNKNOWN: TidioError = TidioError::OutcomeUnknown { status: None };

fn property(world: &World, distinct_id: &str, name: &str) -> Option<String> {
    let contacts = world.vendor.contacts.borrow();
    let contact = contacts.iter().find(|contact| contact.distinct_id.as_deref() == Some(distinct_id))?;
    contact.properties.get(name).cloned()
}

#[test]
fn a_contact_made_by_the_widget_is_found_and_gets_its_properties() {
    let world = World::new(1);
    let engine = world.open();
    world.vendor.introduce("d-stranger", "c1@example.com");
    world.vendor.introduce("d-1", "c1@example.com");
    submit(&engine, &[link(1, 1, 5, STORE_DE)]);
    assert!(world.settle(&engine, 60_000));
    assert_eq!(property(&world, "d-1", "ct_store").as_deref(), Some("de"));
    assert_eq!(property(&world, "d-1", "ct_correlation_id").as_deref(), Some("corr"));
    assert_eq!(property(&world, "d-stranger", "ct_store"), None, "an address alone proves nothing");
    assert_eq!(world.vendor.contacts.borrow().len(), 2);
}

#[test]
fn the_widget_gets_its_grace_and_then_the_contact_is_created_once() {
    let world = World::new(1);
    let engine = world.open();
    let start = world.clock.get();
    submit(&engine, &[link(1, 1, 5, STORE_DE)]);
    assert!(world.settle(&engine, 60_000));
    let created = world.vendor.calls.borrow().iter().find(|(_, name)| *name == "create").unwrap().0;
    assert!(created >= start + 3_000, "{created}");
    assert_eq!(contents(&world.vendor).len(), 1);
    assert_eq!(property(&world, "d-1", "ct_store").as_deref(), Some("de"));
    assert_eq!(world.vendor.count("patch"), 0, "the contact was created complete");
}

#[test]
fn flows_run_twice_are_silent_the_second_time() {
    let world = World::new(1);
    let engine = world.open();
    submit(&engine, &[link(1, 1, 5, STORE_DE)]);
    world.settle(&engine, 60_000);
    let calls = world.vendor.calls.borrow().len();
    submit(&engine, &[link(1, 1, 5, STORE_DE)]);
    let again = [("ct_identity", "verified"), ("ct_store", "de"), ("ct_correlation_id", "another")];
    submit(&engine, &[link(2, 1, 9, &again)]);
    assert!(world.settle(&engine, 60_000));
    assert_eq!(world.vendor.calls.borrow().len(), calls);
}

#[test]
fn a_policy_that_forbids_creation_leaves_the_contact_absent() {
    for create in [CreatePolicy::Never, CreatePolicy::OnOrder] {
        let world = World::new(1);
        let engine = world.open();
        let Fact::Identity(mut fact) = link(1, 1, 5, STORE_DE) else { unreachable!() };
        fact.create = create;
        submit(&engine, &[Fact::Identity(fact)]);
        assert!(world.settle(&engine, 60_000));
        assert!(world.vendor.contacts.borrow().is_empty());
        world.vendor.introduce("d-1", "c1@example.com");
        submit(&engine, &[link(2, 1, 6, STORE_DE)]);
        assert!(world.settle(&engine, 60_000));
        assert_eq!(property(&world, "d-1", "ct_store").as_deref(), Some("de"), "{create:?}");
    }
}

#[test]
fn a_hundred_contacts_are_written_in_one_request() {
    let world = World::new(1);
    let engine = world.open();
    let first: Vec<Fact> = (0..100).map(|n| link(n, n, 5, STORE_DE)).collect();
    submit(&engine, &first);
    assert!(world.settle(&engine, 600_000));
    assert_eq!(contents(&world.vendor).len(), 100);
    let before = world.vendor.calls.borrow().len();
    let second: Vec<Fact> = (0..100).map(|n| link(n + 100, n, 6, &[("ct_store", "uk")])).collect();
    submit(&engine, &second);
    assert!(world.settle(&engine, 60_000));
    let names: Vec<&str> = world.vendor.calls.borrow()[before..].iter().map(|(_, name)| *name).collect();
    assert!(names.iter().filter(|name| **name == "patch_batch").count() == 1, "{names:?}");
    assert_eq!(world.vendor.breaches.get(), 0);
}

#[test]
fn a_property_that_the_panel_lacks_is_set_aside_and_sent_when_it_appears() {
    let world = World::new(1);
    let engine = world.open();
    submit(&engine, &[link(1, 1, 5, &[("ct_store", "de"), ("ct_route", "vip")])]);
    submit(&engine, &[link(2, 2, 5, STORE_DE)]);
    assert!(world.settle(&engine, 600_000));
    assert_eq!(property(&world, "d-1", "ct_store").as_deref(), Some("de"));
    assert_eq!(property(&world, "d-2", "ct_store").as_deref(), Some("de"));
    assert!(dead::list(&*world.sql, &dead::Filter::default(), 10).unwrap().is_empty());
    world.vendor.properties.borrow_mut().push("ct_route".to_owned());
    world.clock.set(world.clock.get() + 3_600_000);
    submit(&engine, &[link(3, 2, 6, &[("ct_store", "uk")])]);
    assert!(world.settle(&engine, 600_000));
    assert_eq!(property(&world, "d-1", "ct_route").as_deref(), Some("vip"));
}

#[test]
fn one_refused_value_does_not_keep_the_others_back() {
    let world = World::new(1);
    let engine = world.open();
    let mut facts: Vec<Fact> = (0..20).map(|n| link(n, n, 5, STORE_DE)).collect();
    facts.push(link(99, 99, 5, &[("ct_store", "de"), ("ct_cart_total", "refuse me")]));
    for n in 0..100 {
        world.vendor.introduce(&format!("d-{n}"), &format!("c{n}@example.com"));
    }
    submit(&engine, &facts);
    assert!(world.settle(&engine, 600_000));
    for n in (0..20).chain([99]) {
        assert_eq!(property(&world, &format!("d-{n}"), "ct_store").as_deref(), Some("de"), "{n}");
    }
    assert_eq!(property(&world, "d-99", "ct_cart_total"), None);
}

#[test]
fn a_poisoned_record_is_isolated_and_dead_lettered() {
    let world = World::new(1);
    let engine = world.open();
    world.vendor.poison.borrow_mut().push("c7@example.com".to_owned());
    let facts: Vec<Fact> = (0..64).map(|n| link(n, n, 5, STORE_DE)).collect();
    submit(&engine, &facts);
    assert!(world.settle(&engine, 3_600_000));
    assert_eq!(contents(&world.vendor).len(), 63);
    let letters = dead::list(&*world.sql, &dead::Filter::default(), 10).unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!((letters[0].subject.as_str(), letters[0].cause.as_str()), ("shop:customer:7", "rejected"));
    assert!(!letters[0].detail.contains("example.com"), "no value in {}", letters[0].detail);
    let batches = world.vendor.count("create_batch") + world.vendor.count("create");
    assert!(batches <= 2 * 7 + 1, "{batches}");
}

#[test]
fn an_outage_burns_no_attempts_and_everything_arrives_after_it() {
    for fault in [
        Fault::Before(TidioError::Unavailable),
        Fault::Before(UNKNOWN),
        Fault::Before(TidioError::Unauthorised),
        Fault::Before(TidioError::RateLimited { retry_after_ms: None }),
    ] {
        let world = World::new(1);
        let engine = world.open();
        *world.vendor.outage.borrow_mut() = Some(fault.clone());
        submit(&engine, &[link(1, 1, 5, STORE_DE)]);
        assert!(!world.settle(&engine, 75 * 3_600_000));
        assert!(world.vendor.calls.borrow().len() < 6_000, "{fault:?}");
        *world.vendor.outage.borrow_mut() = None;
        assert!(world.settle(&engine, 3_600_000), "{fault:?}");
        assert_eq!(property(&world, "d-1", "ct_store").as_deref(), Some("de"), "{fault:?}");
        assert!(dead::list(&*world.sql, &dead::Filter::default(), 10).unwrap().is_empty());
    }
}

#[test]
fn a_create_with_unknown_outcome_is_read_back_and_never_doubled() {
    for fault in [Fault::Before(UNKNOWN), Fault::After(UNKNOWN)] {
        let world = World::new(1);
        let engine = world.open();
        submit(&engine, &[link(1, 1, 5, STORE_DE)]);
        // Catalogue, look-up, look-up after the grace, create.
        world.vendor.faults.borrow_mut().extend([None, None, None, Some(fault.clone())]);
        assert!(world.settle(&engine, 3_600_000));
        assert_eq!(world.vendor.contacts.borrow().len(), 1, "{fault:?}");
        assert_eq!(property(&world, "d-1", "ct_store").as_deref(), Some("de"));
        // What was sent is told, whether it was answered or found by reading.
        let story = journal::Story { followed: vec!["corr-1".to_owned()], touched: Vec::new() };
        let lines = journal::trace(&*world.sql, &story, 100).unwrap();
        assert!(lines.iter().any(|line| line.event == "creating"), "{fault:?}");
    }
}

#[test]
fn a_contact_deleted_in_the_panel_is_made_again() {
    let world = World::new(1);
    let engine = world.open();
    submit(&engine, &[link(1, 1, 5, STORE_DE)]);
    world.settle(&engine, 60_000);
    world.vendor.contacts.borrow_mut().clear();
    submit(&engine, &[link(2, 1, 6, &[("ct_store", "uk")])]);
    assert!(world.settle(&engine, 600_000));
    assert_eq!(property(&world, "d-1", "ct_store").as_deref(), Some("uk"));
    assert_eq!(property(&world, "d-1", "ct_identity").as_deref(), Some("verified"));
}

#[test]
fn the_journal_tells_the_story_without_values() {
    let world = World::new(1);
    let engine = world.open();
    submit(&engine, &[link(1, 1, 5, STORE_DE)]);
    world.settle(&engine, 60_000);
    let story = journal::Story { followed: vec!["corr-1".to_owned()], touched: Vec::new() };
    let lines = journal::trace(&*world.sql, &story, 100).unwrap();
    let events: Vec<&str> = lines.iter().map(|line| line.event.as_str()).collect();
    assert_eq!(events, ["received", "waiting", "creating", "created"]);
    let text = serde_json::to_string(&lines).unwrap();
    for secret in ["example.com", "Anna", "verified"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}
