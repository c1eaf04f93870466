//! Clocks that jump, forwards and back: nothing is lost, doubled, given up or put off for longer than a retry lasts.

use super::vendor::Fault;
use super::*;
use crate::engine::tidio::TidioError;
use crate::engine::{breaker, budget};

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;

/// A world whose engine has an identify, an order and a refused request on its hands; the clock is `ahead_ms` ahead.
fn busy(ahead_ms: u64) -> (World, Engine<World>) {
    let world = World::new(3);
    let engine = world.open();
    world.clock.set(world.clock.get() + ahead_ms);
    let outage = Fault::Before(TidioError::OutcomeUnknown { status: Some(500) });
    *world.vendor.outage.borrow_mut() = Some(outage);
    let version = world.shop.change("o1", Some(2), "open");
    submit(&engine, &[link(1, 1, 5, &[("ct_store", "de")]), order("a", "o1", Some(version))]);
    world.settle(&engine, 10 * 60_000);
    world.shop.failing.set(3);
    let version = world.shop.change("o1", Some(2), "complete");
    submit(&engine, &[order("b", "o1", Some(version))]);
    world.settle(&engine, 2_000);
    *world.vendor.outage.borrow_mut() = None;
    (world, engine)
}

fn arrived(world: &World) {
    let contacts = world.vendor.contacts.borrow();
    let mut ids: Vec<_> = contacts.iter().filter_map(|contact| contact.distinct_id.as_deref()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["d-1", "d-2"]);
    let history = contacts.iter().find(|contact| contact.distinct_id.as_deref() == Some("d-2")).unwrap();
    assert_eq!(history.properties["ct_timeline"], "o1 complete v2");
}

fn nothing_was_given_up(engine: &Engine<World>) {
    let figures = engine.figures().unwrap();
    let dead = figures.iter().filter(|figure| figure.name.contains("dead"));
    assert_eq!(dead.map(|figure| figure.value).sum::<u64>(), 0);
}

#[test]
fn a_jump_forwards_gives_nothing_up() {
    for jump_ms in [HOUR_MS, 5 * DAY_MS, 400 * DAY_MS] {
        let (world, engine) = busy(0);
        world.clock.set(world.clock.get() + jump_ms);
        assert!(world.settle(&engine, HOUR_MS), "{jump_ms}");
        arrived(&world);
        nothing_was_given_up(&engine);
    }
}

#[test]
fn a_jump_back_puts_nothing_off_for_longer_than_the_longest_retry() {
    for jump_ms in [1_000, 90_000, HOUR_MS, DAY_MS, 400 * DAY_MS] {
        let (world, engine) = busy(400 * DAY_MS);
        let back = world.clock.get() - jump_ms;
        world.clock.set(back);
        // What the cron does every five minutes.
        let mut rested = false;
        for tick in 0..40 {
            world.clock.set(world.clock.get().max(back + tick * 300_000));
            engine.tidy().unwrap();
            rested = world.settle(&engine, 300_000);
            if rested {
                break;
            }
        }
        let took = world.clock.get() - back;
        assert!(rested && took <= 3 * HOUR_MS, "back by {jump_ms}: {took} ms");
        arrived(&world);
        nothing_was_given_up(&engine);
    }
}

#[test]
fn a_clock_that_swings_doubles_nothing() {
    let world = World::new(5);
    let engine = world.open();
    let start = world.clock.get() + DAY_MS;
    for round in 0..40_u64 {
        let swing = (round * 7_919_993) % DAY_MS;
        world.clock.set(start + swing - DAY_MS / 2);
        let customer = round % 4;
        let version = world.shop.change(&format!("o{customer}"), Some(customer), &format!("s{round}"));
        submit(
            &engine,
            &[
                link(round, customer, world.clock.get(), &[("ct_store", "de")]),
                order(&format!("k{round}"), &format!("o{customer}"), Some(version)),
            ],
        );
        engine.tidy().unwrap();
        world.settle(&engine, 60_000);
    }
    world.clock.set(start + 2 * DAY_MS);
    engine.tidy().unwrap();
    assert!(world.settle(&engine, HOUR_MS));
    let contents = contents(&world.vendor);
    assert_eq!(contents.len(), 4);
    for (id, all) in contents {
        assert_eq!(all.len(), 1, "{id} is doubled");
        assert!(all[0].contains("v10"), "{id} is behind: {all:?}");
    }
    assert_eq!(world.vendor.breaches.get(), 0, "the budget was exceeded");
}

#[test]
fn a_wait_that_was_asked_for_is_kept_and_ends_when_the_clock_has_come_back() {
    let world = World::new(1);
    let engine = world.open();
    drop(engine);
    let sql = &*world.sql;
    let mut now = 50 * DAY_MS;
    for (asked, wait_ms) in
        [(Some(7_000), 7_000), (Some(1_800_000), 1_800_000), (Some(u64::MAX), HOUR_MS), (None, 60_000)]
    {
        now += 10 * DAY_MS;
        let slot = budget::take(sql, now, Priority::Interactive).unwrap().unwrap();
        let error = TidioError::RateLimited { retry_after_ms: asked };
        budget::finish(sql, &slot, now, None, Some(&error)).unwrap();
        let blocked = |at: u64| budget::free_at(sql, at, Priority::Interactive).unwrap();
        assert_eq!(blocked(now), Some(now + wait_ms), "{asked:?}");
        assert_eq!(blocked(now + wait_ms - 1), Some(now + wait_ms));
        assert_eq!(blocked(now + wait_ms), None);
        assert_eq!(blocked(now - 1_000), Some(now + wait_ms), "a small step back changes nothing");
        assert_eq!(blocked(now - DAY_MS), None, "a clock that was ahead holds nothing up");
    }
    for (asked, least_ms, most_ms) in [
        (Some(1_800_000), 1_800_000, 1_800_000),
        (Some(u64::MAX), HOUR_MS, HOUR_MS),
        (Some(0), 250, 60_000),
        (None, 250, 60_000),
    ] {
        breaker::close(sql, breaker::Vendor::Commercetools).unwrap();
        breaker::open(sql, breaker::Vendor::Commercetools, now, 1, "unavailable", asked).unwrap();
        let gate = |at: u64| breaker::gate(sql, breaker::Vendor::Commercetools, at).unwrap();
        let breaker::Gate::OpenUntil(until) = gate(now) else { panic!("{asked:?}: not open") };
        assert!((now + least_ms..=now + most_ms).contains(&until), "{asked:?}: {}", until - now);
        assert_eq!(gate(until), breaker::Gate::Probe);
        assert_eq!(gate(now - 1_000), breaker::Gate::OpenUntil(until));
        assert_eq!(gate(now - DAY_MS), breaker::Gate::Probe);
    }
}

#[test]
fn a_shop_and_a_tidio_that_ask_for_time_get_it() {
    let world = World::new(1);
    let engine = world.open();
    world.shop.asking_ms.set(Some(1_800_000));
    world.shop.failing.set(1);
    let version = world.shop.change("o1", Some(1), "open");
    let start = world.clock.get();
    submit(&engine, &[order("a", "o1", Some(version))]);
    world.settle(&engine, 1_790_000);
    assert_eq!(world.shop.reads.borrow().len(), 1, "asked again before its time");
    let asks = Fault::Before(TidioError::RateLimited { retry_after_ms: Some(900_000) });
    world.vendor.faults.borrow_mut().push_back(Some(asks));
    let calls = world.vendor.calls.borrow().len();
    assert!(world.settle(&engine, HOUR_MS));
    assert!(world.clock.get() >= start + 1_800_000);
    let calls: Vec<u64> = world.vendor.calls.borrow().iter().skip(calls).map(|(at, _)| *at).collect();
    assert!(calls[1] >= calls[0] + 900_000, "{calls:?}");
    assert_eq!(world.vendor.contacts.borrow().len(), 1);
}
