//! `GET /healthz` and `GET /readyz`, for monitors.

use std::cell::RefCell;

use contract::ErrorCode;
use edge_core::commerce::Commerce as _;
use edge_core::config::{Config, Problem};
use serde::Serialize;
use worker::Env;

use crate::commerce_client::CommerceClient;
use crate::http::{CorrelationId, Incoming, Outgoing};
use crate::platform;

/// How long the vendors' answers are kept, in milliseconds: a monitor must not become their load.
const CHECK_MS: u64 = 60_000;

#[derive(Clone, Serialize)]
struct Check {
    name: String,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
}

#[derive(Serialize)]
struct Readiness<'a> {
    ready: bool,
    problems: &'a [Problem],
    checks: Vec<Check>,
}

thread_local! {
    static CHECKED: RefCell<Option<(u64, Vec<Check>)>> = const { RefCell::new(None) };
}

/// The Worker runs. Nothing else is asked.
pub fn healthz() -> Outgoing {
    #[derive(Serialize)]
    struct Alive {
        alive: bool,
    }
    Outgoing::json(200, &Alive { alive: true })
}

/// The configuration is whole and the vendors accept it. Lists every problem by its path, and no secret.
pub async fn readyz(env: &Env, config: &Result<Config, Vec<Problem>>, incoming: &Incoming) -> Outgoing {
    let (problems, checks) = match config {
        Ok(config) => (&[][..], checks(env, config, &incoming.correlation_id).await),
        Err(problems) => (&problems[..], Vec::new()),
    };
    let ready = problems.is_empty() && checks.iter().all(|check| check.ok);
    Outgoing::json(if ready { 200 } else { 503 }, &Readiness { ready, problems, checks })
}

async fn checks(env: &Env, config: &Config, correlation_id: &CorrelationId) -> Vec<Check> {
    let now_ms = platform::now_ms();
    let kept = CHECKED.with_borrow(|kept| kept.clone());
    if let Some((_, checks)) = kept.filter(|(at_ms, _)| at_ms.saturating_add(CHECK_MS) > now_ms) {
        return checks;
    }
    let mut checks = Vec::new();
    for (name, project) in &config.commercetools {
        let result = CommerceClient::new(env, project, correlation_id).prepare().await;
        let code = result.err().map(|error| ErrorCode::from(error).as_str());
        checks.push(Check { name: format!("commercetools.{name}"), ok: code.is_none(), code });
    }
    CHECKED.set(Some((now_ms, checks.clone())));
    checks
}
