//! `cargo xtask bench`: builds what a benchmark measures, runs it, and lets it write docs/benchmarks.md.
//!
//! A benchmark is a script of the npm workspace `bench`, called as here. In scope: what has to be built before it.
//! Out of scope: what it measures.

use clap::ValueEnum;

use crate::{
    build::{self, Artefact, Profile},
    failure::Outcome,
    paths,
    report::say,
    script::script,
    setup,
};

/// A benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Bench {
    /// `POST /v1/identify` beside the same endpoint in TypeScript.
    Edge,
    /// What the bridge costs a page, beside other ways to load the chat.
    Page,
    /// Events in, contacts out.
    Sync,
    /// Nothing lost and nothing doubled while everything fails, at full size.
    Reliability,
}

/// What becomes of the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figures {
    /// They are printed, and replace the benchmark's section of docs/benchmarks.md.
    Written,
    /// They are printed.
    Printed,
}

impl Bench {
    /// The script's name.
    const fn name(self) -> &'static str {
        match self {
            Bench::Edge => "edge",
            Bench::Page => "page",
            Bench::Sync => "sync",
            Bench::Reliability => "reliability",
        }
    }

    /// What is measured, beside the emulators.
    const fn artefacts(self) -> &'static [Artefact] {
        match self {
            Bench::Edge | Bench::Sync | Bench::Reliability => &[Artefact::Worker],
            Bench::Page => &[Artefact::Worker, Artefact::Shop],
        }
    }
}

/// Sets everything up, builds what users get, and runs the benchmark.
///
/// # Errors
/// When a build fails, or the benchmark does.
pub fn run(bench: Bench, figures: Figures) -> Outcome {
    setup::everything()?;
    let emulators = build::fast_emulators()?;
    for artefact in bench.artefacts() {
        build::run(*artefact, Profile::Release)?;
    }
    let name = bench.name();
    say(format!("· bench {name} …"));
    script(paths::logs().join(format!("bench-{name}.log")), "bench", name)?
        .env("EMULATORS_BIN", emulators)
        .env("BENCH_WRITE", if figures == Figures::Written { "1" } else { "" })
        .shown()
        .run()
}
