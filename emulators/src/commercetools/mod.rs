//! commercetools as a local server: HTTP API and authorization server on one port.
//!
//! In scope: what storefronts and the bridge use, with the documented errors, scopes and limits.
//! Out of scope: GraphQL mutations, search indexes, B2B, import containers.

#![expect(
    clippy::indexing_slicing,
    reason = "members of JSON values: a missing one reads as null, and only objects are written to"
)]

mod call;
mod cart_actions;
mod carts;
mod custom;
mod custom_objects;
mod customer_actions;
mod customers;
mod delivery;
mod error;
mod evaluate;
mod expand;
mod graphql;
mod http;
mod ids;
mod kinds;
mod lexer;
mod lines;
mod login;
mod me;
mod money;
mod oauth;
mod order_actions;
mod order_delivery;
mod orders;
mod predicate;
mod products;
mod project;
mod query;
mod routes;
mod schema;
mod scopes;
mod seed;
mod settings;
mod subscriptions;
mod totals;
mod workload;
mod world;

#[cfg(test)]
mod tests;

use crate::shared::{Harness, server};
use clap::Args;
use std::io;

/// Command line of `emulators commercetools`.
#[derive(Args)]
pub struct Options {
    /// Port to listen on; 0 picks a free one.
    #[arg(long, default_value_t = 8989)]
    port: u16,
    /// Starting data: the shop `demo`, or `empty` (the same API clients and settings, nothing else).
    #[arg(long, default_value = "demo")]
    seed: seed::Seed,
}

/// Serves until the process ends.
///
/// # Errors
/// When the port is taken.
pub async fn run(options: Options) -> io::Result<()> {
    let harness = Harness::new("commercetools").with_correlation_header("x-correlation-id");
    let app = http::app(harness, options.seed).map_err(io::Error::other)?;
    server::listen(app, options.port, "commercetools emulator").await
}
