//! The layers of tests and the steps of each.
//!
//! A step is a program that must end with code 0, or a piece of this tool. A script that does not exist makes its
//! step fail: nothing is passed over in silence.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::{
    build::{self, Artefact, Profile},
    demo,
    failure::Outcome,
    job::Job,
    script::script,
    setup, size,
};

/// A part of the tests that can be run alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Layer {
    /// Everything that needs nothing but the native compiler.
    Native,
    /// The browser module: its builds, tests and sizes.
    Wasm,
    /// The Worker in real workerd.
    Worker,
    /// The npm package, the types, the shop, and the official SDK against the emulator.
    Npm,
    /// A browser in the whole demo.
    E2e,
}

/// What a step does.
pub enum Work {
    /// A program; its log is read for test counts.
    Program(fn(PathBuf) -> Outcome<Job>),
    /// A part of this tool, which prints its own progress.
    Inside(fn() -> Outcome),
}

/// One line of the summary.
pub struct Step {
    /// The layer it belongs to; none for the set-up.
    pub layer: Option<Layer>,
    /// What it checks.
    pub name: &'static str,
    /// How.
    pub work: Work,
}

/// The steps of the chosen layers, in their usual order, each once. No choice means all.
pub fn steps(chosen: &[Layer]) -> Vec<Step> {
    let mut steps = Vec::new();
    let wanted = |layer: &Layer| chosen.is_empty() || chosen.contains(layer);
    let layers: Vec<Layer> = Layer::value_variants().iter().copied().filter(wanted).collect();
    if layers.iter().any(|layer| *layer != Layer::Native) {
        steps.push(Step { layer: None, name: "set-up", work: Work::Inside(setup::everything) });
    }
    for layer in layers {
        let of_layer = match layer {
            Layer::Native => native(),
            Layer::Wasm => wasm(),
            Layer::Worker => worker(),
            Layer::Npm => npm_layer(),
            Layer::E2e => e2e(),
        };
        steps.extend(of_layer.into_iter().map(|(name, work)| Step { layer: Some(layer), name, work }));
    }
    steps
}

type Steps = Vec<(&'static str, Work)>;

fn native() -> Steps {
    vec![
        ("format", Work::Program(|log| Ok(Job::cargo(log).args(["fmt", "--all", "--check"])))),
        (
            "clippy",
            Work::Program(|log| {
                Ok(Job::cargo(log).args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
            }),
        ),
        (
            "documentation",
            Work::Program(|log| {
                Ok(Job::cargo(log)
                    .args(["doc", "--workspace", "--no-deps"])
                    .env("RUSTDOCFLAGS", "-D warnings"))
            }),
        ),
        (
            "cargo test",
            Work::Program(|log| {
                // Every test of every crate runs, even after one of them failed.
                Ok(Job::cargo(log).args([
                    "test",
                    "--workspace",
                    "--exclude",
                    "bridge-wasm",
                    "--no-fail-fast",
                ]))
            }),
        ),
    ]
}

fn wasm() -> Steps {
    vec![
        ("build bridge", Work::Inside(|| build::run(Artefact::Bridge, Profile::Release))),
        (
            "cargo test",
            Work::Program(|log| {
                Ok(Job::cargo(log).args(["test", "--package", "bridge-wasm", "--no-fail-fast"]))
            }),
        ),
        ("sizes", Work::Inside(size::check_browser)),
    ]
}

fn worker() -> Steps {
    vec![
        (
            "build worker",
            Work::Inside(|| {
                build::run(Artefact::Emulators, Profile::Release)?;
                build::run(Artefact::Worker, Profile::Release)
            }),
        ),
        ("size", Work::Inside(size::check_worker)),
        ("workerd", Work::Program(|log| script(log, "tests", "worker"))),
    ]
}

fn npm_layer() -> Steps {
    vec![
        (
            "build npm package",
            Work::Inside(|| {
                build::run(Artefact::Emulators, Profile::Release)?;
                build::run(Artefact::Package, Profile::Release)
            }),
        ),
        ("package", Work::Program(|log| script(log, "npm", "test"))),
        ("command line", Work::Program(|log| script(log, "tests", "cli"))),
        ("packed package", Work::Program(|log| script(log, "npm", "test:package"))),
        ("shop types", Work::Program(|log| script(log, "demo-storefront", "check"))),
        ("shop", Work::Program(|log| script(log, "demo-storefront", "test"))),
        ("bench reports", Work::Program(|log| script(log, "bench", "test"))),
        ("official SDK", Work::Program(|log| script(log, "tests", "sdk"))),
    ]
}

fn e2e() -> Steps {
    vec![
        ("demo --check", Work::Inside(demo::check)),
        ("browser", Work::Program(|log| script(log, "tests", "e2e"))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers_of(chosen: &[Layer]) -> Vec<Option<Layer>> {
        let mut layers: Vec<_> = steps(chosen).iter().map(|step| step.layer).collect();
        layers.dedup();
        layers
    }

    #[test]
    fn layers_are_chosen_by_name_and_run_in_their_order() {
        use Layer::{E2e, Native, Npm, Wasm, Worker};
        for (chosen, expected) in [
            (vec![], vec![None, Some(Native), Some(Wasm), Some(Worker), Some(Npm), Some(E2e)]),
            (vec![Native], vec![Some(Native)]),
            (vec![E2e, Native], vec![None, Some(Native), Some(E2e)]),
            (vec![Wasm, Wasm], vec![None, Some(Wasm)]),
        ] {
            assert_eq!(layers_of(&chosen), expected);
        }
        for (name, expected) in [("native", Some(Native)), ("e2e", Some(E2e)), ("unit", None)] {
            assert_eq!(Layer::from_str(name, false).ok(), expected, "{name}");
        }
    }

    #[test]
    fn every_step_has_a_log_of_its_own() {
        let mut names: Vec<_> = steps(&[]).iter().map(|step| (step.layer, step.name)).collect();
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
