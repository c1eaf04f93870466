//! Work on demand: big data sets, and orders that change as orders do.

mod drive;
mod generate;

use super::http::Emulator;
use super::project::Actor;
use super::seed::PROJECT;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::json;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// `POST /__emulator/generate` and `POST /__emulator/drive`.
pub fn routes() -> Router<Arc<Emulator>> {
    Router::new().route("/__emulator/generate", post(generate)).route("/__emulator/drive", post(drive))
}

async fn generate(State(emulator): State<Arc<Emulator>>, Json(plan): Json<generate::Plan>) -> Response {
    let now_ms = emulator.harness.clock.now_ms();
    let mut world = emulator.world.lock().unwrap_or_else(PoisonError::into_inner);
    let made = world.project_mut(PROJECT).and_then(|project| generate::run(project, &plan, now_ms));
    match made {
        Ok(made) => Json(made).into_response(),
        Err(error) => error.into_response(),
    }
}

/// Applies the updates one after the other, at most `per_second` of them, and answers when done.
async fn drive(State(emulator): State<Arc<Emulator>>, Json(plan): Json<drive::Plan>) -> Response {
    let pause = plan
        .per_second
        .filter(|rate| *rate > 0.0)
        .and_then(|rate| Duration::try_from_secs_f64(1.0 / rate).ok());
    let mut ticks = pause.map(tokio::time::interval);
    let mut driver = {
        let world = emulator.world.lock().unwrap_or_else(PoisonError::into_inner);
        match world.project(PROJECT) {
            Ok(project) => drive::Driver::new(project, &plan),
            Err(error) => return error.into_response(),
        }
    };
    for step in 0..plan.events {
        if let Some(ticks) = &mut ticks {
            ticks.tick().await;
        }
        let actor = Actor {
            now_ms: emulator.harness.clock.now_ms(),
            client_id: plan.client_id.clone(),
            customer_id: None,
            anonymous_id: None,
        };
        {
            let mut world = emulator.world.lock().unwrap_or_else(PoisonError::into_inner);
            if let Ok(project) = world.project_mut(PROJECT) {
                driver.step(project, &actor, step);
                let events = std::mem::take(&mut project.events);
                emulator.courier.publish(project, &events);
            }
        }
        // Others want the lock too.
        tokio::task::yield_now().await;
    }
    Json(json!(driver.report())).into_response()
}
