//! The timeline in the contact, from events in any order, from the delta sync alone, and from a backfill; and what
//! becomes of contacts when orders and customers change hands, addresses or disappear.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::shop::ShopOrder;
use super::*;
use crate::engine::cursor::Backfill;

const DAY_MS: u64 = 24 * 3_600_000;

fn shown(world: &World, customer: u64, name: &str) -> Option<String> {
    let contacts = world.vendor.contacts.borrow();
    let id = format!("d-{customer}");
    let found = contacts.iter().find(|contact| contact.distinct_id.as_deref() == Some(&id))?;
    found.properties.get(name).cloned()
}

fn timeline(world: &World, customer: u64) -> String {
    shown(world, customer, "ct_timeline").unwrap_or_default()
}

fn email(world: &World, customer: u64) -> Option<String> {
    let contacts = world.vendor.contacts.borrow();
    let id = format!("d-{customer}");
    contacts.iter().find(|contact| contact.distinct_id.as_deref() == Some(&id))?.email.clone()
}

/// Makes an order with nothing but what `members` say.
fn place(world: &World, id: &str, owner: u64, members: &Value) -> u64 {
    let members = members.clone();
    world.shop.change_members(id, Some(owner), "Open", &move |order| {
        *order = json!({ "shippingInfo": null, "returnInfo": null, "createdAt": "2026-10-01T08:00:00.000Z" });
        for (name, value) in members.as_object().unwrap() {
            order[name] = value.clone();
        }
    })
}

fn refund(minute: u64) -> Value {
    let at = format!("2026-10-05T08:{minute:02}:00.000Z");
    json!({ "items": [{ "quantity": 1, "shipmentState": "Returned", "paymentState": "Refunded",
        "createdAt": at, "lastModifiedAt": at }] })
}

#[test]
fn a_second_refund_of_an_order_is_a_second_line() {
    let world = World::real(1);
    let engine = world.open();
    let version = place(&world, "1001", 1, &json!({ "returnInfo": [refund(1)] }));
    // Both name the same order; neither names the refund.
    submit(&engine, &[order("first", "1001", Some(version))]);
    assert!(world.settle(&engine, DAY_MS));
    assert_eq!(timeline(&world, 1).matches("refunded").count(), 1);
    let version = place(&world, "1001", 1, &json!({ "returnInfo": [refund(1), refund(2)] }));
    submit(&engine, &[order("second", "1001", Some(version)), order("first", "1001", Some(1))]);
    assert!(world.settle(&engine, DAY_MS));
    assert_eq!(
        timeline(&world, 1),
        "1001 · now: open, paid, delivered · 59.90 EUR\n\
         2026-10-05 08:02 UTC · 1001 · Return: 1 × returned, refunded\n\
         2026-10-05 08:01 UTC · 1001 · Return: 1 × returned, refunded\n\
         2026-10-01 08:00 UTC · 1001 · Order placed"
    );
}

#[test]
fn an_order_that_changes_hands_leaves_one_timeline_and_enters_the_other() {
    let world = World::real(1);
    let engine = world.open();
    for (id, owner) in [("1001", 1), ("1002", 1), ("1003", 2)] {
        place(&world, id, owner, &json!({}));
        submit(&engine, &[order(id, id, None)]);
    }
    assert!(world.settle(&engine, DAY_MS));
    assert!(timeline(&world, 1).contains("1002") && !timeline(&world, 2).contains("1002"));
    let version = world.shop.change("1002", Some(2), "Open");
    submit(&engine, &[order("moved", "1002", Some(version))]);
    assert!(world.settle(&engine, DAY_MS));
    assert!(!timeline(&world, 1).contains("1002") && timeline(&world, 2).contains("1002"));
    assert_eq!(shown(&world, 1, "ct_orders").as_deref(), Some("1"));
    // To nobody: it leaves the second as well.
    let version = world.shop.change("1002", None, "Open");
    submit(&engine, &[order("orphaned", "1002", Some(version))]);
    assert!(world.settle(&engine, DAY_MS));
    assert!(!timeline(&world, 2).contains("1002"));
}

#[test]
fn a_deleted_order_and_one_that_vanished_before_it_was_read_leave_no_line() {
    for deleted in [true, false] {
        let world = World::real(1);
        let engine = world.open();
        for id in ["1001", "1002"] {
            place(&world, id, 1, &json!({}));
            submit(&engine, &[order(id, id, None)]);
        }
        assert!(world.settle(&engine, DAY_MS));
        world.shop.orders.borrow_mut().remove("1001");
        let Fact::Order(mut fact) = order("late", "1001", Some(2)) else { unreachable!() };
        fact.deleted = deleted;
        submit(&engine, &[Fact::Order(fact)]);
        assert!(world.settle(&engine, DAY_MS));
        assert!(!timeline(&world, 1).contains("1001") && timeline(&world, 1).contains("1002"), "{deleted}");
        // The last one: nothing of any order stays.
        world.shop.orders.borrow_mut().remove("1002");
        submit(&engine, &[order("last", "1002", Some(2))]);
        assert!(world.settle(&engine, DAY_MS));
        assert_eq!((timeline(&world, 1).as_str(), shown(&world, 1, "ct_order_number")), ("", None));
    }
}

#[test]
fn a_deletion_that_a_read_does_not_show_yet_is_not_lost() {
    let world = World::real(1);
    let engine = world.open();
    place(&world, "1001", 1, &json!({}));
    let Fact::Order(mut fact) = order("gone", "1001", Some(1)) else { unreachable!() };
    fact.deleted = true;
    submit(&engine, &[order("made", "1001", Some(1))]);
    assert!(world.settle(&engine, DAY_MS));
    submit(&engine, &[Fact::Order(fact)]);
    world.settle(&engine, 1_000);
    assert!(timeline(&world, 1).contains("1001"));
    world.shop.orders.borrow_mut().remove("1001");
    assert!(world.settle(&engine, DAY_MS));
    assert_eq!(timeline(&world, 1), "");
}

#[test]
fn a_changed_address_follows_into_the_contact() {
    let world = World::real(1);
    let engine = world.open();
    place(&world, "1001", 1, &json!({}));
    submit(&engine, &[order("a", "1001", None)]);
    assert!(world.settle(&engine, DAY_MS));
    assert_eq!(email(&world, 1).as_deref(), Some("c1@example.com"));
    world.shop.emails.borrow_mut().insert("1".to_owned(), "new@example.com".to_owned());
    submit(&engine, &[customer("changed", 1), customer("stranger", 9)]);
    assert!(world.settle(&engine, DAY_MS));
    assert_eq!(email(&world, 1).as_deref(), Some("new@example.com"));
    assert_eq!(world.vendor.contacts.borrow().len(), 1, "a customer without a contact gets none by that");
    assert!(timeline(&world, 1).contains("1001"));
}

#[test]
fn a_deleted_customers_contact_keeps_nothing_of_the_shop() {
    let world = World::real(1);
    let engine = world.open();
    place(&world, "1001", 1, &json!({}));
    let visit = link(1, 1, world.clock.get(), &[("ct_identity", "verified"), ("ct_cart_total", "5.00 EUR")]);
    submit(&engine, &[order("a", "1001", None), visit]);
    assert!(world.settle(&engine, DAY_MS));
    assert!(shown(&world, 1, "ct_identity").is_some() && timeline(&world, 1).contains("1001"));
    world.shop.gone.borrow_mut().insert("1".to_owned());
    submit(&engine, &[customer("deleted", 1)]);
    assert!(world.settle(&engine, DAY_MS));
    let properties = world.vendor.contacts.borrow()[0].properties.clone();
    let left: Vec<&String> = properties.keys().filter(|name| *name != "ct_correlation_id").collect();
    assert_eq!(left, Vec::<&String>::new());
    // A customer whom we never wrote anywhere is nobody's business.
    submit(&engine, &[customer("unknown", 7)]);
    assert!(world.settle(&engine, DAY_MS));
    assert_eq!(world.vendor.contacts.borrow().len(), 1);
}

#[test]
fn a_customer_who_is_gone_before_the_contact_was_made_gets_none() {
    let world = World::real(1);
    let engine = world.open();
    place(&world, "1001", 1, &json!({}));
    world.shop.gone.borrow_mut().insert("1".to_owned());
    submit(&engine, &[order("a", "1001", None)]);
    assert!(world.settle(&engine, DAY_MS));
    assert!(world.vendor.contacts.borrow().is_empty());
}

#[test]
fn messages_tell_a_sync_without_events_of_deletions_and_changed_customers() {
    let world = World::real(1);
    let engine = world.open();
    let names = ["main".to_owned()];
    let tick = || {
        world.clock.set(world.clock.get() + 60_000);
        engine.begin_sync(&names).unwrap();
        engine.begin_messages(&names).unwrap();
        assert!(world.settle(&engine, DAY_MS));
    };
    tick();
    for id in ["1001", "1002", "1003"] {
        place(&world, id, 1, &json!({}));
    }
    let tell = |fact| world.shop.messages.borrow_mut().push((world.clock.get(), fact));
    for id in ["1001", "1002", "1003"] {
        tell(order(&format!("made/{id}"), id, Some(1)));
    }
    tick();
    assert_eq!(shown(&world, 1, "ct_orders").as_deref(), Some("3"));
    world.shop.orders.borrow_mut().remove("1002");
    world.shop.emails.borrow_mut().insert("1".to_owned(), "new@example.com".to_owned());
    let Fact::Order(mut gone) = order("gone/1002", "1002", Some(2)) else { unreachable!() };
    gone.deleted = true;
    tell(Fact::Order(gone));
    tell(customer("moved", 1));
    tick();
    assert!(!timeline(&world, 1).contains("1002") && timeline(&world, 1).contains("1003"));
    assert_eq!(email(&world, 1).as_deref(), Some("new@example.com"));
    // Windows overlap: what was told is told again, and costs neither a read of orders nor a write.
    let (reads, calls) = (world.shop.reads.borrow().len(), world.vendor.calls.borrow().len());
    tick();
    let again: Vec<&str> = world.shop.reads.borrow()[reads..].iter().map(|(name, _)| *name).collect();
    assert!(again.iter().all(|name| ["changed", "messages"].contains(name)), "{again:?}");
    assert_eq!(world.vendor.calls.borrow().len(), calls);
    world.shop.gone.borrow_mut().insert("1".to_owned());
    tell(customer("deleted", 1));
    tick();
    assert_eq!(timeline(&world, 1), "");
}

/// What happens in the shop, one update of one order each.
#[derive(Clone, Debug)]
enum Update {
    State(&'static str),
    Ship,
    Parcel,
    Return,
    Refund,
    Owner(u64),
}

fn any_update() -> impl Strategy<Value = Update> {
    prop_oneof![
        prop::sample::select(vec!["Open", "Confirmed", "Complete", "Cancelled"]).prop_map(Update::State),
        Just(Update::Ship),
        Just(Update::Parcel),
        Just(Update::Return),
        Just(Update::Refund),
        (0..3u64).prop_map(Update::Owner),
    ]
}

/// Applies updates to orders that have been placed; gives an event for each, with the version it made.
fn live(world: &World, updates: &[(usize, Update)]) -> Vec<Fact> {
    let mut facts = Vec::new();
    for (number, (at, update)) in updates.iter().enumerate() {
        let id = format!("100{at}");
        let (owner, state) = world.shop.orders.borrow().get(&id).map_or_else(
            || (Some(*at as u64 % 3), "Open".to_owned()),
            |order| (order.customer.as_ref().map(|id| id.parse().unwrap()), order.state.clone()),
        );
        let now = format!("2026-10-{:02}T08:{:02}:00.000Z", 2 + number / 60, number % 60);
        let (owner, state) = match update {
            Update::Owner(owner) => (Some(*owner), state),
            Update::State(state) => (owner, (*state).to_owned()),
            _ => (owner, state),
        };
        let change = |order: &mut Value| {
            if order.get("createdAt").is_none() {
                let deliveries = json!({ "deliveries": [] });
                *order = json!({ "createdAt": now, "shippingInfo": deliveries, "returnInfo": [] });
            }
            let parcel = json!({ "createdAt": now, "trackingData": { "trackingId": format!("T{number}") } });
            let deliveries = order["shippingInfo"]["deliveries"].as_array_mut().unwrap();
            match update {
                Update::Ship => deliveries.push(json!({ "createdAt": now, "parcels": [parcel] })),
                Update::Parcel => {
                    if let Some(last) = deliveries.last_mut() {
                        last["parcels"].as_array_mut().unwrap().push(parcel);
                    }
                }
                Update::Return => order["returnInfo"].as_array_mut().unwrap().push(json!({ "items": [{
                    "quantity": 1, "shipmentState": "Advised", "paymentState": "Initial",
                    "createdAt": now, "lastModifiedAt": now,
                }] })),
                Update::Refund => {
                    let open = order["returnInfo"].as_array_mut().unwrap().iter_mut();
                    if let Some(info) =
                        open.into_iter().find(|info| info["items"][0]["paymentState"] == "Initial")
                    {
                        info["items"][0]["paymentState"] = json!("Refunded");
                        info["items"][0]["lastModifiedAt"] = json!(now);
                    }
                }
                Update::State(_) | Update::Owner(_) => {}
            }
        };
        let version = world.shop.change_members(&id, owner, &state, &change);
        facts.push(order(&format!("{id}/{version}"), &id, Some(version)));
        world.clock.set(world.clock.get() + 1_000);
    }
    facts
}

/// Order, repetition and pauses of deliveries, from one number.
fn shuffled(facts: &[Fact], seed: u64) -> Vec<Fact> {
    let mut all: Vec<Fact> = facts.iter().chain(facts.iter().step_by(2)).cloned().collect();
    let mut state = seed | 1;
    for index in (1..all.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        all.swap(index, (state >> 33) as usize % (index + 1));
    }
    all
}

/// Timelines by customer; one that was never written and one that was emptied are the same to an agent.
fn timelines(world: &World) -> BTreeMap<u64, String> {
    (0..3).map(|id| (id, timeline(world, id))).filter(|(_, text)| !text.is_empty()).collect()
}

fn by_events(updates: &[(usize, Update)], seed: u64, pause_ms: u64) -> BTreeMap<u64, String> {
    let world = World::real(seed);
    let engine = world.open();
    for fact in shuffled(&live(&world, updates), seed) {
        submit(&engine, &[fact]);
        if pause_ms > 0 {
            world.settle(&engine, pause_ms);
        }
    }
    assert!(world.settle(&engine, DAY_MS));
    timelines(&world)
}

/// The shop's life in pieces, with a sync after each; no event at all.
fn by_delta_sync(updates: &[(usize, Update)], piece: usize) -> BTreeMap<u64, String> {
    let world = World::real(5);
    let engine = world.open();
    let names = ["main".to_owned()];
    engine.begin_sync(&names).unwrap();
    assert!(world.settle(&engine, DAY_MS));
    for end in (0..updates.len()).step_by(piece).map(|start| (start + piece).min(updates.len())) {
        go_on(&world, &updates[..end]);
        world.clock.set(world.clock.get() + 60_000);
        engine.begin_sync(&names).unwrap();
        assert!(world.settle(&engine, DAY_MS));
    }
    timelines(&world)
}

/// Brings the shop to where these updates lead, all changes since then made now.
fn go_on(world: &World, updates: &[(usize, Update)]) {
    let lived = World::real(9);
    live(&lived, updates);
    let mut orders = world.shop.orders.borrow_mut();
    for (id, order) in lived.shop.orders.borrow().iter() {
        if orders.get(id).is_none_or(|known| known.version < order.version) {
            let changed_ms = world.clock.get();
            orders.insert(id.clone(), ShopOrder { changed_ms, ..order.clone() });
        }
    }
}

fn by_backfill(updates: &[(usize, Update)]) -> BTreeMap<u64, String> {
    let world = World::real(6);
    let engine = world.open();
    live(&world, updates);
    let wanted = Backfill { project: "main".to_owned(), since_ms: 0, store: None, dry_run: false };
    engine.begin_backfill(&wanted).unwrap();
    assert!(world.settle(&engine, DAY_MS));
    timelines(&world)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn events_in_any_order_the_delta_sync_alone_and_a_backfill_end_in_the_same_timelines(
        updates in prop::collection::vec((0..4usize, any_update()), 1..24),
        seed in any::<u64>(), pause_ms in 0..8_000u64, piece in 1..8usize,
    ) {
        let clean = by_events(&updates, 1, 0);
        prop_assert!(!clean.is_empty());
        prop_assert_eq!(&by_events(&updates, seed, pause_ms), &clean);
        prop_assert_eq!(&by_delta_sync(&updates, piece), &clean);
        prop_assert_eq!(&by_backfill(&updates), &clean);
    }
}
