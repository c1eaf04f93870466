//! Orders: events late, twice and in any order; the delta sync alone; a shop out of reach.

use super::*;
use crate::engine::cursor::{self, Backfill};
use crate::engine::sql::Sql as _;

fn timeline(world: &World, customer: u64) -> Option<String> {
    let contacts = world.vendor.contacts.borrow();
    let id = format!("d-{customer}");
    let mut own = contacts.iter().filter(|contact| contact.distinct_id.as_deref() == Some(&id));
    let found = own.next()?.properties.get("ct_timeline").cloned();
    assert!(own.next().is_none(), "a doubled contact");
    // Versions are for the simulation.
    found.map(|text| {
        text.split("; ").map(|line| line.split(" v").next().unwrap()).collect::<Vec<_>>().join("; ")
    })
}

fn shop_names() -> Vec<String> {
    vec!["main".to_owned()]
}

#[test]
fn many_events_of_one_shopper_cost_one_patch() {
    let world = World::new(1);
    let engine = world.open();
    let facts: Vec<Fact> = ["open", "confirmed", "complete"]
        .iter()
        .flat_map(|state| {
            let version = world.shop.change("o1", Some(1), state);
            [
                order(&format!("m{version}"), "o1", Some(version)),
                order(&format!("c{version}"), "o1", Some(version)),
            ]
        })
        .collect();
    submit(&engine, &facts);
    assert!(world.settle(&engine, 600_000));
    assert_eq!(timeline(&world, 1).as_deref(), Some("o1 complete"));
    assert_eq!(world.vendor.count("create") + world.vendor.count("patch"), 1);
    let reads = world.shop.reads.borrow().len();
    submit(&engine, &facts);
    submit(&engine, &[order("late", "o1", Some(2))]);
    assert!(world.settle(&engine, 600_000));
    assert_eq!(world.shop.reads.borrow().len(), reads, "known and superseded facts cost no read");
}

#[test]
fn orders_are_read_a_hundred_at_a_time() {
    let world = World::new(1);
    let engine = world.open();
    let facts: Vec<Fact> = (0..250)
        .map(|n| {
            let id = format!("o{n}");
            let version = world.shop.change(&id, Some(n % 10), "open");
            order(&id, &id, Some(version))
        })
        .collect();
    submit(&engine, &facts);
    assert!(world.settle(&engine, 600_000));
    let sizes: Vec<usize> = world
        .shop
        .reads
        .borrow()
        .iter()
        .filter(|(name, _)| *name == "orders")
        .map(|(_, size)| *size)
        .collect();
    assert_eq!(sizes, [100, 100, 50]);
}

#[test]
fn an_order_without_a_customer_or_of_nobody_is_no_contact() {
    let world = World::new(1);
    let engine = world.open();
    world.shop.change("guest", None, "open");
    submit(&engine, &[order("a", "guest", None), order("b", "nowhere", Some(7))]);
    assert!(world.settle(&engine, 600_000));
    assert!(world.vendor.contacts.borrow().is_empty());
}

#[test]
fn a_deleted_order_leaves_the_timeline() {
    let world = World::new(1);
    let engine = world.open();
    for id in ["o1", "o2"] {
        world.shop.change(id, Some(1), "open");
        submit(&engine, &[order(id, id, None)]);
    }
    assert!(world.settle(&engine, 600_000));
    assert_eq!(timeline(&world, 1).as_deref(), Some("o1 open; o2 open"));
    world.shop.orders.borrow_mut().remove("o1");
    let Fact::Order(mut fact) = order("gone", "o1", Some(1)) else { unreachable!() };
    fact.deleted = true;
    submit(&engine, &[Fact::Order(fact)]);
    assert!(world.settle(&engine, 600_000));
    assert_eq!(timeline(&world, 1).as_deref(), Some("o2 open"));
}

#[test]
fn an_order_that_vanishes_between_event_and_read_leaves_the_timeline() {
    let world = World::new(1);
    let engine = world.open();
    for id in ["o1", "o2"] {
        let version = world.shop.change(id, Some(1), "open");
        submit(&engine, &[order(id, id, Some(version))]);
    }
    assert!(world.settle(&engine, 600_000));
    // Known to us, and gone before the event about its next version is looked into.
    let version = world.shop.change("o1", Some(1), "complete");
    submit(&engine, &[order("known", "o1", Some(version))]);
    world.shop.orders.borrow_mut().remove("o1");
    // Never seen, and gone.
    submit(&engine, &[order("unknown", "o3", Some(4))]);
    assert!(world.settle(&engine, 600_000));
    assert_eq!(timeline(&world, 1).as_deref(), Some("o2 open"));
    // Gone between the read of its version and that of the history: the last one of the customer.
    let version = world.shop.change("o2", Some(1), "complete");
    submit(&engine, &[order("between", "o2", Some(version))]);
    let reads = world.shop.reads.borrow().len();
    while world.shop.reads.borrow().len() == reads {
        pollster::block_on(engine.step()).unwrap();
    }
    world.shop.orders.borrow_mut().remove("o2");
    assert!(world.settle(&engine, 600_000));
    assert_eq!(timeline(&world, 1).unwrap_or_default(), "");
    assert_eq!(world.vendor.contacts.borrow().len(), 1);
    let figures = engine.figures().unwrap();
    assert!(figures.iter().all(|figure| !figure.name.contains("dead") || figure.value == 0));
}

#[test]
fn a_read_that_is_behind_the_event_is_repeated() {
    let world = World::new(1);
    let engine = world.open();
    world.shop.change("o1", Some(1), "open");
    submit(&engine, &[order("ahead", "o1", Some(2))]);
    world.settle(&engine, 1_000);
    assert_eq!(timeline(&world, 1), None);
    world.shop.change("o1", Some(1), "confirmed");
    assert!(world.settle(&engine, 600_000));
    assert_eq!(timeline(&world, 1).as_deref(), Some("o1 confirmed"));
}

#[test]
fn the_delta_sync_alone_reaches_the_same_end() {
    let world = World::new(1);
    let engine = world.open();
    engine.begin_sync(&shop_names()).unwrap();
    assert!(world.settle(&engine, 60_000));
    for n in 0..10 {
        world.shop.change(&format!("o{n}"), Some(n % 4), "open");
    }
    for (advance, state) in [(60_000, "open"), (400_000, "complete")] {
        world.clock.set(world.clock.get() + advance);
        engine.begin_sync(&shop_names()).unwrap();
        assert!(world.settle(&engine, 600_000));
        assert!(timeline(&world, 3).unwrap().contains(state), "{state}");
        if state == "open" {
            world.shop.change("o3", Some(3), "complete");
        }
    }
    let before = world.vendor.calls.borrow().len();
    world.clock.set(world.clock.get() + 60_000);
    engine.begin_sync(&shop_names()).unwrap();
    assert!(world.settle(&engine, 600_000));
    assert_eq!(world.vendor.calls.borrow().len(), before, "the overlap is free");
}

#[test]
fn a_clock_that_was_ahead_skips_nothing() {
    let world = World::new(1);
    let engine = world.open();
    let right = world.clock.get();
    world.shop.change("o1", Some(1), "open");
    for ahead_ms in [60_000, 3_600_000] {
        world.clock.set(right + ahead_ms);
        engine.begin_sync(&shop_names()).unwrap();
        assert!(world.settle(&engine, 1));
    }
    world.clock.set(right + 60_000);
    world.shop.change("o1", Some(1), "complete");
    world.clock.set(right + 4_000_000);
    engine.begin_sync(&shop_names()).unwrap();
    assert!(world.settle(&engine, 600_000));
    assert_eq!(timeline(&world, 1).as_deref(), Some("o1 complete"));
}

fn everything() -> Backfill {
    Backfill { project: "main".to_owned(), since_ms: 0, store: None, dry_run: false }
}

#[test]
fn a_dry_run_counts_and_writes_nothing() {
    let world = World::new(1);
    let engine = world.open();
    for n in 0..20 {
        world.shop.change(&format!("o{n:02}"), (n > 2).then_some(n % 5), "open");
    }
    let version = world.shop.change("o19", Some(4), "complete");
    submit(&engine, &[order("known", "o19", Some(version))]);
    assert!(world.settle(&engine, 600_000));
    let calls = world.vendor.calls.borrow().len();
    engine.begin_backfill(&Backfill { dry_run: true, ..everything() }).unwrap();
    assert!(world.settle(&engine, 600_000));
    let walk = cursor::list(&*world.sql).unwrap().remove(0);
    assert_eq!((walk.kind.as_str(), walk.seen, walk.changed, walk.customers), ("dry_run", 20, 16, 5));
    assert_eq!(walk.until_ms, None, "it has ended");
    assert_eq!(world.vendor.calls.borrow().len(), calls, "Tidio was called");
    assert_eq!(world.sql.exec("SELECT 1 FROM history UNION ALL SELECT 1 FROM outbox", &[]).unwrap(), []);
    engine.begin_backfill(&everything()).unwrap();
    assert!(world.settle(&engine, 600_000));
    assert_eq!(world.vendor.contacts.borrow().len(), 5, "it was not in the backfill's way");
}

#[test]
fn a_backfill_walks_every_page_and_can_be_paused() {
    let world = World::new(1);
    let engine = world.open();
    for n in 0..20 {
        world.shop.change(&format!("o{n:02}"), Some(n), "open");
    }
    engine.begin_backfill(&everything()).unwrap();
    engine.pause_walk("main", "backfill", true).unwrap();
    assert!(world.settle(&engine, 600_000));
    assert!(world.vendor.contacts.borrow().is_empty());
    engine.begin_backfill(&everything()).unwrap();
    assert!(world.settle(&engine, 600_000));
    assert_eq!(world.vendor.contacts.borrow().len(), 20);
    let walk = cursor::list(&*world.sql).unwrap().remove(0);
    assert_eq!((walk.seen, walk.changed, walk.until_ms), (20, 20, None));
}

#[test]
fn a_backfill_that_is_begun_again_while_it_runs_is_one_walk() {
    let run = |times: u32| {
        let world = World::new(1);
        let engine = world.open();
        for n in 0..20 {
            world.shop.change(&format!("o{n:02}"), Some(n), "open");
        }
        engine.begin_backfill(&everything()).unwrap();
        while world.shop.reads.borrow().is_empty() {
            pollster::block_on(engine.step()).unwrap();
        }
        assert!(cursor::list(&*world.sql).unwrap().remove(0).until_ms.is_some(), "it has ended already");
        for _ in 1..times {
            engine.begin_backfill(&everything()).unwrap();
        }
        assert!(world.settle(&engine, 600_000));
        let walk = cursor::list(&*world.sql).unwrap().remove(0);
        (walk.seen, world.shop.reads.borrow().clone(), world.vendor.contacts.borrow().len())
    };
    let once = run(1);
    assert_eq!((once.0, once.2), (20, 20));
    assert_eq!(run(3), once);
}

#[test]
fn a_shop_out_of_reach_burns_no_attempts() {
    let world = World::new(1);
    let engine = world.open();
    world.shop.change("o1", Some(1), "open");
    world.shop.failing.set(200);
    submit(&engine, &[order("a", "o1", Some(1))]);
    assert!(world.settle(&engine, 5 * 24 * 3_600_000));
    assert_eq!(timeline(&world, 1).as_deref(), Some("o1 open"));
}

#[test]
fn an_order_alone_creates_a_contact_only_where_the_store_says_so() {
    for (create, expected) in
        [(CreatePolicy::Never, 0), (CreatePolicy::OnIdentify, 0), (CreatePolicy::OnOrder, 1)]
    {
        let world = World::new(1);
        let engine = world.open();
        world.shop.create.set(create);
        world.shop.change("o1", Some(1), "open");
        submit(&engine, &[order("a", "o1", Some(1))]);
        assert!(world.settle(&engine, 600_000));
        assert_eq!(world.vendor.contacts.borrow().len(), expected, "{create:?}");
        // The visit comes later and brings what the order knew.
        submit(&engine, &[link(1, 1, world.clock.get(), &[("ct_store", "de")])]);
        assert!(world.settle(&engine, 600_000));
        assert_eq!(timeline(&world, 1).as_deref(), Some("o1 open"), "{create:?}");
    }
}
