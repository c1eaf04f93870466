//! `cargo xtask …`: everything a developer or CI starts, with nothing set up beforehand.
//!
//! In scope: finding and building tools, building artefacts, starting the demo, running the layers of tests,
//! measuring sizes. Out of scope: any rule of the product; this crate depends on none of the others.

mod build;
mod failure;
mod group;
mod interrupt;
mod job;
mod lock;
mod paths;
mod platform;
mod report;
mod setup;
mod stamp;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{
    build::{Artefact, Profile},
    failure::Outcome,
    platform::Stopwatch,
    report::{say, say_failure, seconds},
};

/// Set-up, builds, demo, tests and sizes of this project.
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
    }
    Ok(ExitCode::SUCCESS)
}
