//! Stop the process before every effect, and fail every call before and after its effect: the end is that of a
//! clean run.

use super::vendor::Fault;
use super::*;
use crate::engine::tidio::TidioError;

fn facts() -> Vec<Fact> {
    let one = [("ct_identity", "verified"), ("ct_store", "de")];
    let two = [("ct_store", "uk"), ("ct_cart_total", "12,00 €")];
    vec![link(1, 1, 5, &one), link(2, 2, 6, &one), link(3, 1, 7, &two), link(4, 3, 8, &two)]
}

/// Submits until it is accepted, as callers do, and lets the engine come to rest.
fn deliver(world: &World) {
    let mut engine = world.open();
    for fact in facts() {
        while engine.submit(std::slice::from_ref(&fact), Priority::Event).is_err() {
            world.fuse.reset(None);
            engine = world.open();
        }
    }
    for _ in 0..100 {
        if world.settle(&engine, 30 * 24 * 3_600_000) {
            return;
        }
        world.fuse.reset(None);
        engine = world.open();
    }
    panic!("never at rest");
}

fn clean() -> (BTreeMap<String, Vec<String>>, u64, usize) {
    let world = World::new(1);
    world.vendor.introduce("d-2", "c2@example.com");
    deliver(&world);
    (contents(&world.vendor), world.fuse.effects.get(), world.vendor.calls.borrow().len())
}

#[test]
fn a_stop_before_any_effect_changes_nothing() {
    let (expected, effects, _) = clean();
    assert!(effects > 20, "{effects}");
    for stop_at in 1..=effects {
        let world = World::new(1);
        world.vendor.introduce("d-2", "c2@example.com");
        world.fuse.reset(Some(stop_at));
        deliver(&world);
        assert_eq!(contents(&world.vendor), expected, "stopped at {stop_at}");
        assert_eq!(world.vendor.breaches.get(), 0);
    }
}

#[test]
fn a_call_that_fails_before_or_after_its_effect_changes_nothing() {
    let (expected, _, calls) = clean();
    let errors = [
        TidioError::OutcomeUnknown { status: None },
        TidioError::OutcomeUnknown { status: Some(500) },
        TidioError::Unavailable,
        TidioError::Unauthorised,
        TidioError::RateLimited { retry_after_ms: None },
        TidioError::RateLimited { retry_after_ms: Some(1_000) },
    ];
    for call in 0..calls {
        for error in &errors {
            let unknown = matches!(error, TidioError::OutcomeUnknown { .. });
            let faults = [Some(Fault::Before(error.clone())), unknown.then(|| Fault::After(error.clone()))];
            for fault in faults.into_iter().flatten() {
                let world = World::new(1);
                world.vendor.introduce("d-2", "c2@example.com");
                let mut plan = vec![None; call];
                plan.push(Some(fault.clone()));
                world.vendor.faults.borrow_mut().extend(plan);
                deliver(&world);
                assert_eq!(contents(&world.vendor), expected, "call {call}: {fault:?}");
                assert_eq!(world.vendor.hasty.get(), 0, "call {call}: {fault:?}");
            }
        }
    }
}
