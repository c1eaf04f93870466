//! commercetools and Tidio as local servers, for the demo, the tests and the benchmarks.
//!
//! In scope: the vendors' documented behaviour where it matters to the bridge, faults on demand,
//! a log of every request. Out of scope: anything that only a vendor's user interface needs.
//! Nothing here uses the project's other crates: this is the other side, and it must not share
//! our mistakes.

mod commercetools;
mod shared;
mod tidio;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "emulators", version, about)]
struct Cli {
    #[command(subcommand)]
    emulator: Emulator,
}

#[derive(Subcommand)]
enum Emulator {
    /// The commercetools HTTP API and its authorization server on one port.
    Commercetools(commercetools::Options),
    /// Tidio's REST API, the widget script and an agent inbox on one port.
    Tidio(tidio::Options),
}

#[tokio::main]
async fn main() -> ExitCode {
    let result = match Cli::parse().emulator {
        Emulator::Commercetools(options) => commercetools::run(options).await,
        Emulator::Tidio(options) => tidio::run(options).await,
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            shared::platform::complain(&format!("emulators: {error}"));
            ExitCode::FAILURE
        }
    }
}
