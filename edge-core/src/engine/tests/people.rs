//! The walk through Tidio's contacts: what it saves, what it finds, and that it never answers too early.

use super::vendor::Fault;
use super::*;
use crate::engine::cursor::Backfill;
use crate::engine::sql::Sql;
use crate::engine::tidio::TidioError;
use crate::engine::{contact, outbox};

fn backfill(engine: &Engine<World>) {
    let everything = Backfill { project: "main".to_owned(), since_ms: 0, store: None, dry_run: false };
    engine.begin_backfill(&everything).unwrap();
}

/// `orders` orders of `customers` customers, every second of whom Tidio has already, and a stranger with the address
/// of every twentieth.
fn busy(customers: u64, orders: u64) -> World {
    let world = World::new(1);
    for n in 0..orders {
        world.shop.change(&format!("o{n:06}"), Some(n % customers), "open");
    }
    for n in (0..customers).step_by(2) {
        world.vendor.introduce(&format!("d-{n}"), &format!("c{n}@example.com"));
        if n % 20 == 0 {
            world.vendor.introduce(&format!("stranger-{n}"), &format!("c{n}@example.com"));
        }
    }
    world
}

#[test]
fn a_backfill_costs_a_fiftieth_of_a_request_a_contact() {
    let (customers, orders) = (2_000, 5_000);
    let world = busy(customers, orders);
    let engine = world.open();
    backfill(&engine);
    assert!(world.settle(&engine, 24 * 3_600_000));
    let calls = world.vendor.calls.borrow();
    assert!(calls.len() as u64 * 50 <= customers, "{} requests", calls.len());
    assert_eq!(world.vendor.breaches.get(), 0);
    let all = contents(&world.vendor);
    for n in 0..customers {
        let own = &all[&format!("d-{n}")];
        assert_eq!(own.len(), 1, "customer {n}");
        assert!(own[0].contains(" open v1"), "{}", own[0]);
    }
    for n in (0..customers).step_by(20) {
        assert!(!all[&format!("stranger-{n}")][0].contains("open"), "an address alone proves nothing");
    }
}

#[test]
fn a_backfill_uses_the_budget() {
    let world = busy(4_000, 4_000);
    // No batches of a hundred here, so that the budget is what limits.
    world.vendor.page.set(4);
    let engine = world.open();
    backfill(&engine);
    assert!(world.settle(&engine, 24 * 3_600_000));
    let calls = world.vendor.calls.borrow();
    let (first, last) = (calls.first().unwrap().0, calls.last().unwrap().0);
    let windows = (last - first) / 60_000;
    assert!(windows >= 5, "{windows}");
    let inside = calls.iter().filter(|(at, _)| *at < first + windows * 60_000).count() as u64;
    assert!(inside * 100 >= windows * 120 * 95, "{inside} requests in {windows} minutes");
    assert_eq!(world.vendor.breaches.get(), 0);
}

#[test]
fn a_walk_goes_on_after_a_stop_and_reads_no_page_twice_but_the_one_it_was_at() {
    let clean = {
        let world = busy(400, 400);
        world.vendor.page.set(10);
        let engine = world.open();
        backfill(&engine);
        assert!(world.settle(&engine, 24 * 3_600_000));
        (contents(&world.vendor), world.vendor.count("contacts"), world.fuse.effects.get())
    };
    for part in 1..8 {
        let world = busy(400, 400);
        world.vendor.page.set(10);
        let mut engine = world.open();
        backfill(&engine);
        world.fuse.reset(Some(clean.2 * part / 8));
        assert!(!world.settle(&engine, 24 * 3_600_000));
        world.fuse.reset(None);
        engine = world.open();
        assert!(world.settle(&engine, 24 * 3_600_000));
        assert_eq!(contents(&world.vendor), clean.0);
        assert!(world.vendor.count("contacts") <= clean.1 + 1, "{} pages", world.vendor.count("contacts"));
    }
}

#[test]
fn a_contact_that_appears_during_the_walk_is_not_doubled() {
    let world = busy(200, 200);
    world.vendor.page.set(1);
    let engine = world.open();
    backfill(&engine);
    // The list grows at its end while it is read.
    while world.vendor.count("contacts") == 0 {
        world.settle(&engine, 1);
    }
    assert!(world.vendor.count("contacts") < 100, "the walk has ended already");
    world.vendor.introduce("d-1", "c1@example.com");
    assert!(world.settle(&engine, 24 * 3_600_000));
    assert_eq!(contents(&world.vendor)["d-1"].len(), 1);
}

#[test]
fn a_list_that_cannot_be_read_is_given_up_and_look_ups_go_alone() {
    let faults = [
        TidioError::Rejected { code: "bad_cursor".to_owned(), field: None },
        TidioError::OutcomeUnknown { status: Some(500) },
        TidioError::NotFound,
    ];
    for error in faults {
        let world = busy(30, 30);
        *world.vendor.list_fault.borrow_mut() = Some(Fault::Before(error.clone()));
        let engine = world.open();
        backfill(&engine);
        assert!(world.settle(&engine, 24 * 3_600_000), "{error:?}");
        let all = contents(&world.vendor);
        assert!((0..30).all(|n| all[&format!("d-{n}")].len() == 1), "{error:?}");
    }
}

#[test]
fn a_missed_webhook_is_made_up_for_within_a_day() {
    let world = World::new(1);
    let engine = world.open();
    let Fact::Identity(mut fact) = link(1, 1, 5, &[("ct_store", "de")]) else { unreachable!() };
    fact.create = CreatePolicy::Never;
    submit(&engine, &[Fact::Identity(fact)]);
    assert!(world.settle(&engine, 600_000));
    world.vendor.introduce("d-1", "another@example.com");
    for hours in [1, 25] {
        world.clock.set(world.clock.get() + hours * 3_600_000);
        engine.begin_sync(&["main".to_owned()]).unwrap();
        assert!(world.settle(&engine, 600_000));
    }
    assert!(contents(&world.vendor)["d-1"][0].contains("\"ct_store\": \"de\""));
    let calls = world.vendor.calls.borrow().len();
    world.clock.set(world.clock.get() + 48 * 3_600_000);
    engine.begin_sync(&["main".to_owned()]).unwrap();
    assert!(world.settle(&engine, 600_000));
    assert_eq!(world.vendor.calls.borrow().len(), calls, "nobody is missing, so nothing is walked");
}

/// A walk that failed waits before its next page: for itself, and not for what becomes due meanwhile.
#[test]
fn nothing_is_late_because_a_walk_waits_after_a_failure() {
    let world = World::new(1);
    let engine = world.open();
    let sql = &*world.sql;
    let (now, soon) = (world.clock.get(), world.clock.get() + 5_000);
    let waits = format!(
        r#"{{"number":1,"phase":"reading","cursor":null,"pages":0,"seen":0,"found":0,"failures":1,
            "due_ms":{},"last_pages":null,"completed_ms":0,"barred_until_ms":0}}"#,
        now + 600_000
    );
    sql.exec("INSERT INTO state (name, value) VALUES ('people', ?1)", &[waits.into()]).unwrap();
    for (name, due) in [("of-the-walk", now), ("later", soon)] {
        let mut found = contact::find_or_new(sql, name, &format!("d-{name}"), 0).unwrap();
        if name == "later" {
            (found.stage, found.tidio_id) = (contact::Stage::Ready, Some("t".to_owned()));
        }
        contact::save(sql, &found, now).unwrap();
        outbox::enqueue(sql, name, Priority::Event, "corr", due).unwrap();
    }
    sql.exec("UPDATE outbox SET walk = 1 WHERE contact = 'of-the-walk'", &[]).unwrap();
    assert_eq!(pollster::block_on(engine.run()), Ok(Some(soon)));
}
