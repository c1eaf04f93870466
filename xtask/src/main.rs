//! `cargo xtask …`: everything a developer or CI starts, with nothing set up beforehand.
//!
//! In scope: finding and building tools, building artefacts, starting the demo, running the layers of tests,
//! benchmarks, measuring sizes. Out of scope: any rule of the product; this crate depends on none of the others.

mod bench;
mod build;
mod demo;
mod failure;
mod group;
mod interrupt;
mod job;
mod lock;
mod paths;
mod platform;
mod report;
mod script;
mod setup;
mod sim;
mod size;
mod stamp;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{
    bench::{Bench, Figures},
    build::{Artefact, Profile},
    failure::Outcome,
    platform::Stopwatch,
    report::{say, say_failure, seconds},
    size::Format,
    test::layers::Layer,
};

/// Set-up, builds, demo, tests, benchmarks and sizes of this project.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Installs and builds every tool the other commands need; skips what is there.
    Setup,
    /// Builds one artefact, or all.
    Build {
        /// What to build.
        #[arg(value_enum, default_value = "all")]
        artefact: Artefact,
        /// Readable and quick to build, instead of small.
        #[arg(long, conflicts_with = "release")]
        dev: bool,
        /// Small, as users get it; this is the default.
        #[arg(long)]
        release: bool,
    },
    /// Runs the emulators, the Worker and the shop on this machine until Ctrl-C.
    Demo {
        /// Lets a browser make one scripted visit, prints what the agent saw, and exits.
        #[arg(long)]
        check: bool,
    },
    /// Runs everything CI runs, or the layers named.
    Test {
        /// Layers to run; all if none is named.
        #[arg(value_enum)]
        layers: Vec<Layer>,
    },
    /// Runs a benchmark and writes its figures to docs/benchmarks.md.
    Bench {
        /// Which.
        #[arg(value_enum)]
        bench: Bench,
        /// Prints the figures and leaves the document alone.
        #[arg(long)]
        print: bool,
    },
    /// Runs the engine's seeded simulation; a failure names its seed, which repeats it.
    Sim {
        /// How many seeds.
        #[arg(long, default_value_t = 100_000)]
        seeds: u64,
        /// The first of them.
        #[arg(long, default_value_t = 0)]
        first: u64,
    },
    /// Prints the bytes of what users download or deploy, beside the budgets.
    Size {
        /// One JSON document instead of a table.
        #[arg(long)]
        json: bool,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    group::adopt_orphans();
    let outcome = interrupt::listen().and_then(|()| run(&arguments.command));
    for straggler in group::sweep() {
        say(format!("· ended {straggler}, which had been left behind"));
    }
    match outcome {
        Ok(code) => code,
        Err(failure) => {
            say_failure(&failure);
            ExitCode::FAILURE
        }
    }
}

fn run(task: &Task) -> Outcome<ExitCode> {
    let watch = Stopwatch::start();
    match task {
        Task::Setup => {
            setup::everything()?;
            say(format!("Set-up complete ({}).", seconds(watch.seconds())));
        }
        Task::Build { artefact, dev, release: _ } => {
            build::run(*artefact, if *dev { Profile::Dev } else { Profile::Release })?;
        }
        Task::Demo { check: true } => demo::check()?,
        Task::Demo { check: false } => demo::run()?,
        Task::Test { layers } => return test::run(layers).map(code),
        Task::Bench { bench, print } => {
            bench::run(*bench, if *print { Figures::Printed } else { Figures::Written })?;
        }
        Task::Sim { seeds, first } => sim::run(*seeds, *first)?,
        Task::Size { json } => size::report(if *json { Format::Json } else { Format::Table })?,
    }
    Ok(ExitCode::SUCCESS)
}

fn code(succeeded: bool) -> ExitCode {
    if succeeded { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
