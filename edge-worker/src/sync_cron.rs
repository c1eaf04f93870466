//! The cron trigger: asks the object of every Tidio project to follow its shops.
//!
//! The platform ignores what a scheduled handler returns, so failures are logged here; the next tick tries again.

use worker::{Env, ScheduleContext, ScheduledEvent, event};

use crate::log::{self, Level};
use crate::{config_var, tidio_project_do};

#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    let loaded = config_var::load(&env);
    let Ok(config) = loaded.as_ref() else { return };
    for project in config.tidio.values().filter(|project| project.openapi.is_some()) {
        if let Err(code) = tidio_project_do::sync(&env, &project.name).await {
            log::write(
                Level::Error,
                "A Tidio project's object could not be asked to follow its shops.",
                &[("code", &&code), ("tidio", &&project.name)],
            );
        }
    }
}
