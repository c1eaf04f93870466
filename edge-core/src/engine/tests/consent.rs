//! A withdrawal clears, holds back, and is undone by the next yes: in whatever order the words come in.

use super::*;
use crate::fact::ConsentFact;

const SHARED: &[(&str, &str)] =
    &[("ct_identity", "verified"), ("ct_store", "de"), ("ct_cart_total", "12,00 EUR")];

fn word(n: u64, share: bool, at: u64) -> Fact {
    let said: &[(&str, &str)] = match share {
        true => &[("ct_consent", "chat and sharing")],
        false => &[("ct_consent", "chat only"), ("ct_cart_total", ""), ("ct_timeline", "")],
    };
    Fact::Consent(ConsentFact {
        id: format!("consent:{n}"),
        contact: "shop:customer:1".to_owned(),
        distinct_id: "d-1".to_owned(),
        share,
        properties: said.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        correlation_id: format!("corr-{n}"),
        observed_at_ms: at,
    })
}

fn world() -> World {
    let world = World::new(1);
    world.vendor.properties.borrow_mut().push("ct_consent".to_owned());
    world
}

fn shown(world: &World, name: &str) -> Option<String> {
    let contacts = world.vendor.contacts.borrow();
    contacts.iter().find(|one| one.distinct_id.as_deref() == Some("d-1"))?.properties.get(name).cloned()
}

/// What came in, one after the other, each with time to be written.
fn after(facts: &[Fact]) -> World {
    let world = world();
    let engine = world.open();
    for fact in facts {
        submit(&engine, std::slice::from_ref(fact));
        assert!(world.settle(&engine, 60_000));
    }
    world
}

#[test]
fn a_withdrawal_clears_what_was_shared_and_leaves_the_contact() {
    let world = after(&[link(1, 1, 5, SHARED), word(2, false, 6)]);
    assert_eq!(shown(&world, "ct_cart_total"), None);
    assert_eq!(shown(&world, "ct_consent").as_deref(), Some("chat only"));
    assert_eq!(shown(&world, "ct_store").as_deref(), Some("de"));
}

#[test]
fn the_word_observed_last_counts_in_whatever_order_the_words_come() {
    let visit = |n, at, total: &'static str| link(n, 1, at, &[("ct_cart_total", total)]);
    let (early, no, late) = (visit(1, 1, "1,00"), word(2, false, 3), visit(3, 5, "5,00"));
    let last_no = word(4, false, 7);
    for [a, b, c] in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let facts = [&early, &no, &late];
        let order = [facts[a].clone(), facts[b].clone(), facts[c].clone()];
        assert_eq!(shown(&after(&order), "ct_cart_total").as_deref(), Some("5,00"), "{a}{b}{c}");
        let facts = [&early, &late, &last_no];
        let order = [facts[a].clone(), facts[b].clone(), facts[c].clone()];
        assert_eq!(shown(&after(&order), "ct_cart_total"), None, "{a}{b}{c} with a no at the end");
    }
}

#[test]
fn an_order_is_held_back_until_there_is_consent_again() {
    let world = after(&[link(1, 1, 5, SHARED), word(2, false, 6)]);
    let engine = world.open();
    let version = world.shop.change("o-1", Some(1), "Open");
    submit(&engine, &[order("1", "o-1", Some(version))]);
    assert!(world.settle(&engine, 60_000));
    assert_eq!(shown(&world, "ct_timeline"), None);
    let now = world.clock.get();
    submit(&engine, &[word(3, true, now)]);
    assert!(world.settle(&engine, 60_000));
    assert_eq!(shown(&world, "ct_consent").as_deref(), Some("chat and sharing"));
    let version = world.shop.change("o-1", Some(1), "Complete");
    submit(&engine, &[order("2", "o-1", Some(version))]);
    assert!(world.settle(&engine, 60_000));
    assert!(shown(&world, "ct_timeline").is_some_and(|timeline| timeline.contains("Complete")));
}

#[test]
fn orders_that_were_read_before_the_withdrawal_was_heard_are_cleared_by_it() {
    let world = after(&[link(1, 1, 5, SHARED)]);
    let engine = world.open();
    let version = world.shop.change("o-1", Some(1), "Open");
    submit(&engine, &[order("1", "o-1", Some(version))]);
    assert!(world.settle(&engine, 60_000));
    assert!(shown(&world, "ct_timeline").is_some());
    // Said before the reading, as a clock that was ahead makes it look, or a word that was long on its way.
    submit(&engine, &[word(2, false, 6)]);
    assert!(world.settle(&engine, 60_000));
    assert_eq!(shown(&world, "ct_timeline"), None);
    // One that has been taken back since clears nothing.
    let now = world.clock.get();
    submit(&engine, &[link(3, 1, now, SHARED)]);
    let version = world.shop.change("o-1", Some(1), "Complete");
    submit(&engine, &[order("2", "o-1", Some(version))]);
    assert!(world.settle(&engine, 60_000));
    submit(&engine, &[word(4, false, now - 1)]);
    assert!(world.settle(&engine, 60_000));
    assert!(shown(&world, "ct_timeline").is_some());
}

#[test]
fn no_contact_is_made_for_somebody_who_said_no() {
    // Before the first visit was written, and before any visit.
    for facts in [vec![link(1, 1, 5, SHARED), word(2, false, 6)], vec![word(2, false, 6)]] {
        let world = world();
        let engine = world.open();
        submit(&engine, &facts);
        assert!(world.settle(&engine, 60_000));
        let version = world.shop.change("o-1", Some(1), "Open");
        submit(&engine, &[order("1", "o-1", Some(version))]);
        assert!(world.settle(&engine, 600_000));
        assert!(world.vendor.contacts.borrow().is_empty());
        let now = world.clock.get();
        submit(&engine, &[link(9, 1, now, SHARED)]);
        assert!(world.settle(&engine, 60_000));
        assert_eq!(shown(&world, "ct_cart_total").as_deref(), Some("12,00 EUR"), "a new yes is a yes");
    }
}

#[test]
fn a_create_that_failed_is_not_tried_again_after_a_no() {
    use crate::engine::tests::vendor::Fault;
    use crate::engine::tidio::TidioError;

    let world = world();
    let engine = world.open();
    let lost = Fault::Before(TidioError::OutcomeUnknown { status: Some(502) });
    world.vendor.faults.borrow_mut().extend([None, None, None, Some(lost)]);
    submit(&engine, &[link(1, 1, 5, SHARED)]);
    world.settle(&engine, 10_000);
    let creates = || world.vendor.calls.borrow().iter().filter(|(_, name)| *name == "create").count();
    assert_eq!(creates(), 1, "its outcome is not known");
    submit(&engine, &[word(2, false, 6)]);
    assert!(world.settle(&engine, 600_000));
    assert_eq!((creates(), world.vendor.contacts.borrow().len()), (1, 0));
}

#[test]
fn a_contact_that_the_widget_made_meanwhile_is_cleared() {
    let world = world();
    let engine = world.open();
    submit(&engine, &[link(1, 1, 5, SHARED), word(2, false, 6)]);
    world.vendor.introduce("d-1", "c1@example.com");
    let patch = crate::engine::tidio::ContactPatch {
        properties: [("ct_cart_total".to_owned(), Some("12,00 EUR".to_owned()))].into(),
        ..Default::default()
    };
    let id = world.vendor.contacts.borrow()[0].id.clone();
    let _ = pollster::block_on(crate::engine::tidio::Tidio::patch(&*world.vendor, "", &id, &patch));
    assert!(shown(&world, "ct_cart_total").is_some());
    assert!(world.settle(&engine, 60_000));
    assert_eq!(shown(&world, "ct_cart_total"), None);
    assert_eq!(shown(&world, "ct_store"), None, "nothing but the withdrawal is sent");
}

#[test]
fn the_same_word_again_is_silent() {
    let world = after(&[link(1, 1, 5, SHARED), word(2, false, 6)]);
    let engine = world.open();
    let calls = world.vendor.calls.borrow().len();
    submit(&engine, &[word(2, false, 6), word(3, false, 7)]);
    assert!(world.settle(&engine, 60_000));
    assert_eq!(world.vendor.calls.borrow().len(), calls);
}
