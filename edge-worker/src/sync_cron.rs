//! The cron trigger: asks the object of every Tidio project to follow its shops.
//!
//! The platform ignores what a scheduled handler returns, so failures are logged here; the next tick tries again.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use worker::{Env, worker_sys};

use crate::log::{self, Level};
use crate::{config_var, promise, tidio_project_do};

/// Entry point of the cron trigger: a promise, kept when everybody has been asked.
#[wasm_bindgen]
pub fn scheduled(
    _event: worker_sys::ScheduledEvent,
    env: Env,
    _context: worker_sys::ScheduleContext,
) -> Promise {
    promise::done(async move {
        ask_all(&env).await;
        Ok(())
    })
}

async fn ask_all(env: &Env) {
    let loaded = config_var::load(env);
    let Ok(config) = loaded.as_ref() else { return };
    for project in config.tidio.values().filter(|project| project.openapi.is_some()) {
        if let Err(code) = tidio_project_do::sync(env, &project.name).await {
            log::write(
                Level::Error,
                "A Tidio project's object could not be asked to follow its shops.",
                &[("code", &&code), ("tidio", &&project.name)],
            );
        }
    }
}
