//! `cargo xtask sim`: the engine's seeded simulation at any size.

use crate::{failure::Outcome, job::Job, paths};

/// Runs `seeds` seeds from `first` on; prints where it is every 5,000.
///
/// # Errors
/// When a seed ends otherwise than a calm world would. The log names it.
pub fn run(seeds: u64, first: u64) -> Outcome {
    Job::cargo(paths::logs().join("sim.log"))
        .args(["test", "--profile", "sim", "--package", "edge-core", "--lib"])
        .args(["engine::tests::sim::every_seed", "--", "--nocapture"])
        // SQLite counts its memory under a lock that all threads would wait for.
        .env("LIBSQLITE3_FLAGS", "-DSQLITE_DEFAULT_MEMSTATUS=0")
        .env("SIM_SEEDS", seeds.to_string())
        .env("SIM_FIRST", first.to_string())
        .shown()
        .run()
}
