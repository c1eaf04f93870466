//! `POST /v1/tidio/webhooks`: Tidio tells of contacts, conversations and tickets.
//!
//! I/O in order: read the body; hand the fact to the project's object, which drops one that it knows (the webhook's id);
//! answer. Tidio waits four seconds and repeats for 4¾ hours; 2xx means kept.

use contract::ErrorCode;
use edge_core::config::Config;
use edge_core::engine::Priority;
use edge_core::intake;
use worker::Env;

use crate::http::{Incoming, Outgoing};
use crate::log::{self, Level};
use crate::tidio_project_do::submit;

/// Answers a webhook.
pub async fn take(
    config: &Config,
    env: &Env,
    incoming: &Incoming,
    signature: Option<&str>,
    body: Result<Vec<u8>, ErrorCode>,
    now_ms: u64,
) -> Outgoing {
    let refuse = |code, why: &'static str| {
        let fields: &[(&'static str, &dyn log::LoggableValue)] =
            &[("why", &&why), ("correlation_id", &&incoming.correlation_id)];
        log::write(Level::Warn, "A webhook was refused.", fields);
        Outgoing::problem(code, &incoming.correlation_id)
    };
    let body = match body {
        Ok(body) => body,
        Err(code) => return refuse(code, "body"),
    };
    let correlation_id = incoming.correlation_id.as_str();
    let (project, fact) = match intake::webhook(config, signature, &body, correlation_id, now_ms) {
        Ok(read) => read,
        Err(refusal) => {
            return refuse(refusal.verdict.code().unwrap_or(ErrorCode::CallerUnauthorized), refusal.why);
        }
    };
    match submit(env, &project.name, Priority::Event, &[fact]).await {
        Ok(_receipt) => Outgoing::empty(204),
        Err(why) => refuse(ErrorCode::NotKept, why),
    }
}
