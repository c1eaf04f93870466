//! Builds: the Worker, the browser module, the npm package, the emulators and the demo shop.
//!
//! Each build is skipped when nothing it reads has changed; WebAssembly has target folders of its own, because
//! another compiler may build it (see `setup::compiler`).

mod bridge;
mod optimise;
mod order;
mod package;
mod sections;
mod shorten;
mod unused;
mod worker;

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::{
    failure::Outcome,
    job::Job,
    lock, paths,
    report::{say, step},
    setup, stamp,
};

/// What can be built by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Artefact {
    /// The Cloudflare Worker, `edge-worker/build/`.
    Worker,
    /// The browser module and its JavaScript twin, `npm/dist/wasm/` and `npm/dist/js/`.
    Bridge,
    /// The npm package, `npm/dist/`.
    Npm,
    /// The npm package with the Worker in it, as it is published.
    Package,
    /// The two vendors as local servers.
    Emulators,
    /// The demo shop.
    Shop,
    /// All of them.
    All,
}

/// Small or readable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// As users get it.
    Release,
    /// Quick to build, with names and debug checks.
    Dev,
}

/// Builds an artefact and what it is made of.
///
/// # Errors
/// What went wrong in the first build that failed.
pub fn run(artefact: Artefact, profile: Profile) -> Outcome {
    match artefact {
        Artefact::Worker => worker::build(profile),
        Artefact::Bridge => bridge::build(profile),
        Artefact::Npm => bridge::build(profile).and_then(|()| package::build_npm()),
        Artefact::Package => run(Artefact::Worker, profile)
            .and_then(|()| run(Artefact::Npm, profile))
            .and_then(|()| package::add_worker()),
        Artefact::Emulators => emulators(),
        Artefact::Shop => run(Artefact::Npm, profile).and_then(|()| package::build_shop()),
        Artefact::All => setup::lanes(vec![
            Box::new(move || emulators().and_then(|()| worker::build(profile))),
            Box::new(move || run(Artefact::Shop, profile)),
        ]),
    }
}

/// The emulators' program; there after [`run`] built them.
pub fn emulators_program() -> PathBuf {
    paths::target().join("debug/emulators")
}

// A debug build: it answers in well under a millisecond, and cargo itself knows when there is nothing to do.
fn emulators() -> Outcome {
    step("build emulators", || {
        Job::cargo(paths::logs().join("build-emulators.log")).args(["build", "--package", "emulators"]).run()
    })
}

/// The emulators for benchmarks, and where their program is: a debug build would be the slowest part of what is measured.
///
/// # Errors
/// When they do not compile.
pub fn fast_emulators() -> Outcome<PathBuf> {
    step("build fast emulators", || {
        Job::cargo(paths::logs().join("build-fast-emulators.log"))
            .args(["build", "--package", "emulators", "--profile", "fast"])
            .run()
    })?;
    Ok(paths::target().join("fast/emulators"))
}

/// Runs `work` unless `stamp` says that it ran with these inputs and `results` are still there.
fn unless_current(
    what: &str,
    stamp: &Path,
    results: &[PathBuf],
    hash: impl Fn() -> Outcome<String>,
    work: impl FnOnce() -> Outcome,
) -> Outcome {
    let current = |hash: &str| results.iter().all(|file| file.is_file()) && stamp::is_current(stamp, hash);
    if current(&hash()?) {
        say(format!("✓ {what} is up to date"));
        return Ok(());
    }
    let _lock = lock::acquire(&stamp.with_extension("lock"))?;
    // Another run may have built it while we waited; and what changes during the build counts as changed after.
    let hash = hash()?;
    if current(&hash) {
        say(format!("✓ {what} is up to date"));
        return Ok(());
    }
    step(&format!("build {what}"), work)?;
    stamp::write(stamp, &hash)
}
