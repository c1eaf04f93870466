//! Tidio as a local server.

use crate::shared::{Harness, server};
use axum::Router;
use clap::Args;
use std::sync::Arc;

/// Command line of `emulators tidio`.
#[derive(Args)]
pub struct Options {
    /// Port to listen on; 0 picks a free one.
    #[arg(long, default_value_t = 8990)]
    port: u16,
    /// Starting data: `demo` or `empty`.
    #[arg(long, default_value = "demo")]
    seed: String,
}

/// Serves until the process ends.
pub async fn run(options: Options) -> std::io::Result<()> {
    let harness = Arc::new(Harness::new("tidio"));
    let app = harness.wrap(Router::new(), Arc::new(|| ()));
    let _ = options.seed;
    server::listen(app, options.port, "Tidio emulator").await
}
