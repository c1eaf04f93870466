//! The engine alone, without network: facts a second through intake, and through coalescing and batching.
//! `cargo xtask bench sync` runs it optimised and reads the line it prints.

use std::time::Instant;

use super::*;

const ORDERS: u64 = 10_000;
const CUSTOMERS: u64 = 4_000;
/// Events of one delivery.
const DELIVERY: usize = 10;

#[test]
#[ignore = "a measurement: worth something optimised only"]
#[expect(clippy::disallowed_methods, reason = "it measures time")]
fn events_a_second() {
    let world = World::new(1);
    let engine = world.open();
    let mut facts = Vec::new();
    for version in 1..=3 {
        for n in 0..ORDERS {
            let id = format!("o{n}");
            world.shop.change(&id, Some(n % CUSTOMERS), &format!("s{version}"));
            for kind in ["message", "change"] {
                facts.push(order(&format!("{kind}:{id}:{version}"), &id, Some(version)));
            }
        }
    }
    let started = Instant::now();
    for delivery in facts.chunks(DELIVERY) {
        engine.submit(delivery, Priority::Event).unwrap();
    }
    let intake = started.elapsed().as_secs_f64();
    let started = Instant::now();
    assert!(world.settle(&engine, 24 * 3_600_000));
    let rest = started.elapsed().as_secs_f64();
    assert_eq!(world.vendor.contacts.borrow().len() as u64, CUSTOMERS);
    let count = facts.len() as f64;
    println!(
        "ENGINE {{\"facts\":{},\"intakePerSecond\":{:.0},\"workPerSecond\":{:.0},\"requests\":{}}}",
        facts.len(),
        count / intake,
        count / rest,
        world.vendor.calls.borrow().len()
    );
}
