//! Tidio as a local server: the REST interface, the widget with its script, webhooks, and an agent
//! inbox that shows live what agents would see.
//!
//! In scope: behaviour that an integration can observe, from the vendor's documentation and from what
//! its widget is known to do. Out of scope: Lyro, mail, and anything an integration never meets.
//! Everything lives in memory; ids are the same on every run of the same script.
//!
//! For tests and benchmarks, beside what both emulators have (`requests`, `faults`, `reset`, `clock`):
//!
//! | endpoint under `/__emulator/` | does |
//! | --- | --- |
//! | `GET inbox?project=&distinct_id=&email=` | everything agents could see: contacts and visitors with identity, properties, tags, messages, events, tickets, online flag |
//! | `GET stats` | per project: contacts, duplicates, tickets, requests by minute, budget breaches (429 answers), dropped properties |
//! | `POST project` | panel settings: `plan`, `rate` (`fixed` or `sliding`), `terse_errors`, `add_properties`, `remove_properties` |
//! | `POST widget-mode` | how the widget misbehaves, see `project::WidgetMode` |
//! | `GET`, `POST flows` | the merchant's flows, see `flows` |
//! | `GET`, `POST webhooks` | deliveries; target, secrets, topics, duplicates |
//!
//! Where the vendor is silent, the choice is named where it is made: which person an identify joins
//! (`visitors`), how the minute is measured (`rate`), whether a retry is signed anew (`webhooks`),
//! whether a REST delete reaches an open page (`project`).

mod catalogue;
mod clock;
mod contacts;
mod control;
mod conversation;
mod courier;
mod error;
mod flows;
mod gate;
mod ids;
mod inbox;
mod input;
mod model;
mod people;
mod project;
mod rate;
mod script;
mod seed;
mod stream;
mod tickets;
mod validate;
mod views;
mod visitors;
mod webhooks;
mod world;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::{
    Router, middleware,
    routing::{delete, get, post, put},
};
use clap::Args;

use crate::shared::{Harness, server};
use error::ApiError;
use project::Project;
use world::{Shared, Tidio};

/// Command line of `emulators tidio`.
#[derive(Args)]
pub struct Options {
    /// Port to listen on; 0 picks a free one.
    #[arg(long, default_value_t = 8990)]
    port: u16,
    /// Starting data.
    #[arg(long, value_enum, default_value_t = Seed::Demo)]
    seed: Seed,
}

/// What the emulator starts with.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Seed {
    /// Two projects with agents, departments and contact properties, and no people yet.
    Demo,
    /// No project at all.
    Empty,
}

/// Serves until the process ends.
pub async fn run(options: Options) -> std::io::Result<()> {
    let seed: fn() -> Vec<Project> = match options.seed {
        Seed::Demo => seed::seed_demo,
        Seed::Empty => Vec::new,
    };
    let tidio = Tidio::new(seed, Arc::new(Harness::new("tidio")));
    server::listen(router(tidio), options.port, "Tidio emulator").await
}

/// All routes of the emulator. Starts the webhook courier, so it must be called inside a Tokio runtime.
///
/// The inbox stays outside the request log: an open agent page is not a request of the shop.
fn router(tidio: Shared) -> Router {
    tokio::spawn(courier::run(tidio.clone()));
    let vendor = Router::new()
        .merge(rest(&tidio))
        .merge(script::routes())
        .merge(control::routes())
        .fallback(|| async { ApiError::missing("route") })
        .with_state(tidio.clone());
    let again = tidio.clone();
    let logged = tidio.harness.wrap(vendor, Arc::new(move || again.reset()));
    logged.merge(inbox::routes().with_state(tidio))
}

fn rest(tidio: &Shared) -> Router<Shared> {
    Router::new()
        .route("/project", get(catalogue::project))
        .route("/contact-properties", get(catalogue::contact_properties))
        .route("/operators", get(catalogue::operators))
        .route("/departments", get(catalogue::departments))
        .route("/products/batch", put(catalogue::put_products))
        .route("/products/{id}", delete(catalogue::delete_product))
        .route("/contacts", get(contacts::list).post(contacts::create))
        .route("/contacts/batch", post(contacts::create_batch).patch(contacts::update_batch))
        .route("/contacts/{id}", get(contacts::read).patch(contacts::update).delete(contacts::delete))
        .route("/contacts/{id}/messages", get(contacts::messages).post(contacts::send_message))
        .route("/contacts/{id}/viewed-pages", get(contacts::viewed_pages))
        .route("/tickets", get(tickets::list))
        .route("/tickets/as-contact", post(tickets::create))
        .route("/tickets/{id}", get(tickets::read).patch(tickets::update).delete(tickets::delete))
        .route("/tickets/{id}/reply", post(tickets::reply))
        .route_layer(middleware::from_fn_with_state(tidio.clone(), gate::gate))
}
