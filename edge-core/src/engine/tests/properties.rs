//! Properties that hold for any input.

use proptest::prelude::*;

use super::vendor::Fault;
use super::*;
use crate::engine::tidio::TidioError;

const NAMES: [&str; 3] = ["ct_identity", "ct_store", "ct_cart_total"];

fn any_facts() -> impl Strategy<Value = Vec<Fact>> {
    let one = (0..4u64, 0..6u64, prop::collection::vec((0..3usize, 0..4u8), 0..3));
    prop::collection::vec(one, 1..12).prop_map(|facts| {
        facts
            .into_iter()
            .zip(0..)
            .map(|((customer, at, values), n)| {
                let texts: Vec<String> = values.iter().map(|(_, value)| format!("v{value}")).collect();
                let properties: Vec<(&str, &str)> = values
                    .iter()
                    .zip(&texts)
                    .map(|((name, _), text)| (NAMES[*name], text.as_str()))
                    .collect();
                link(n, customer, at, &properties)
            })
            .collect()
    })
}

fn end_state(facts: &[Fact], pause_ms: u64) -> BTreeMap<String, Vec<String>> {
    let world = World::new(7);
    let engine = world.open();
    for fact in facts {
        submit(&engine, std::slice::from_ref(fact));
        if pause_ms > 0 {
            world.settle(&engine, pause_ms);
        }
    }
    assert!(world.settle(&engine, 24 * 3_600_000));
    contents(&world.vendor)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_order_and_repetition_ends_in_the_same_contacts(
        facts in any_facts(), order in any::<u64>(), pause_ms in 0..8_000u64,
    ) {
        let mut shuffled: Vec<Fact> = facts.iter().chain(&facts).cloned().collect();
        let mut state = order | 1;
        for index in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            shuffled.swap(index, (state >> 33) as usize % (index + 1));
        }
        prop_assert_eq!(end_state(&facts, 0), end_state(&shuffled, pause_ms));
    }

    #[test]
    fn the_budget_is_never_exceeded_and_no_contact_doubled(
        facts in any_facts(), limit in 4..30u32, latency in 0..3_000u64,
        faults in prop::collection::vec(0..12u8, 0..60),
    ) {
        let world = World::new(3);
        world.vendor.limit.set(limit);
        world.vendor.latency_ms.set(latency);
        let engine = world.open();
        // The first answer tells the limit; a limit below what is assumed until then is only kept after it.
        let unknown = TidioError::OutcomeUnknown { status: None };
        let plan = faults.iter().map(|kind| match kind {
            0 => Some(Fault::Before(unknown.clone())),
            1 => Some(Fault::After(unknown.clone())),
            2 => Some(Fault::Before(TidioError::Unavailable)),
            _ => None,
        });
        world.vendor.faults.borrow_mut().extend(plan);
        for fact in &facts {
            submit(&engine, std::slice::from_ref(fact));
            world.settle(&engine, 500);
        }
        prop_assert!(world.settle(&engine, 30 * 24 * 3_600_000));
        prop_assert_eq!(world.vendor.breaches.get(), 0);
        let all = contents(&world.vendor);
        prop_assert!(all.values().all(|contacts| contacts.len() == 1), "{:?}", all);
    }
}
