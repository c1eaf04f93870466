//! The simulation is worth what it finds: rules of the engine, broken on purpose one at a time, must each be noticed.

use super::*;

/// A rule of the engine, and the piece of a statement by which it is broken.
const MUTATIONS: &[(&str, &str, &str)] = &[
    (
        "a request counts for a whole window after its answer",
        "DELETE FROM request WHERE coalesce(done_ms, sent_ms + ?2) <= ?1",
        "DELETE FROM request WHERE ?1 + ?2 > 0",
    ),
    (
        "a create is marked before it is sent",
        "UPDATE contact SET stage = ?2, read_backs = 0",
        "UPDATE contact SET stage = CASE ?2 WHEN 'verify' THEN 'create' ELSE ?2 END, read_backs = 0",
    ),
    (
        "only the same key is the same fact",
        "SELECT 1 FROM inbox WHERE id = ?1",
        "SELECT 1 FROM inbox WHERE substr(id, 1, 10) = substr(?1, 1, 10)",
    ),
    (
        "a newer version is not superseded",
        "SELECT version FROM shop_order",
        "SELECT version + 1 FROM shop_order",
    ),
    (
        "a write that failed is tried again",
        "due_ms = ?4, cause = ?5, walk = 0",
        "due_ms = ?4, cause = ?5, walk = 0, contact = contact || '-lost'",
    ),
    (
        "a refused batch is cut in two",
        "UPDATE outbox SET part = ?2 WHERE contact = ?1",
        "UPDATE outbox SET part = part WHERE contact = ?1 AND ?2 > 0",
    ),
    (
        "a replay of what has moved on sends nothing",
        "UPDATE contact SET refused = '{}',",
        "UPDATE contact SET refused = '{}', written = '{}',",
    ),
    (
        "a withdrawal of consent holds back what comes after it",
        "desired = ?7",
        "desired = replace(?7, 'denied', 'granted')",
    ),
    (
        "a 429 closes the budget for its window",
        "INSERT OR REPLACE INTO state (name, value) VALUES (?1, ?2)",
        "INSERT OR REPLACE INTO state (name, value) VALUES
             (?1, CASE ?1 WHEN 'budget' THEN json_set(?2, '$.blocked_until_ms', 0) ELSE ?2 END)",
    ),
];

#[test]
fn a_broken_rule_is_noticed() {
    for (rule, from, to) in MUTATIONS {
        let mut met = 0;
        let noticed = (0..2_000).find(|seed| {
            let world = World::new(*seed);
            world.sql.mutation.set(Some((from, to)));
            let quiet = std::panic::AssertUnwindSafe(|| run_world(world.clone()));
            let outcome = std::panic::catch_unwind(quiet);
            met += world.sql.mutated.get();
            !matches!(outcome, Ok(Ok(_)))
        });
        assert!(met > 0, "no statement has the piece of: {rule}");
        let seed = noticed.unwrap_or_else(|| panic!("nobody noticed that this was broken: {rule}"));
        println!("seed {seed} noticed: {rule}");
    }
}
