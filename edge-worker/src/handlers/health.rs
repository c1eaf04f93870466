//! `GET /healthz` and `GET /readyz`, for monitors.

use std::cell::RefCell;

use contract::ErrorCode;
use edge_core::commerce::Commerce as _;
use edge_core::config::{Config, Problem};
use edge_core::property::panel_problems;
use serde::Serialize;
use worker::Env;

use crate::commerce_client::CommerceClient;
use crate::http::{CorrelationId, Incoming, Outgoing};
use crate::platform;
use crate::tidio_project_do::panel;

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
    /// What works less than it could: properties that the panel lacks.
    warnings: Vec<Problem>,
}

#[derive(Clone, Default)]
struct Checks {
    checks: Vec<Check>,
    warnings: Vec<Problem>,
}

thread_local! {
    static CHECKED: RefCell<Option<(u64, Checks)>> = const { RefCell::new(None) };
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
    let (problems, Checks { checks, warnings }) = match config {
        Ok(config) => (&[][..], checks(env, config, &incoming.correlation_id).await),
        Err(problems) => (&problems[..], Checks::default()),
    };
    let ready = problems.is_empty() && checks.iter().all(|check| check.ok);
    Outgoing::json(if ready { 200 } else { 503 }, &Readiness { ready, problems, checks, warnings })
}

async fn checks(env: &Env, config: &Config, correlation_id: &CorrelationId) -> Checks {
    let now_ms = platform::now_ms();
    let kept = CHECKED.with_borrow(|kept| kept.clone());
    if let Some((_, checks)) = kept.filter(|(at_ms, _)| at_ms.saturating_add(CHECK_MS) > now_ms) {
        return checks;
    }
    let mut found = Checks::default();
    for (name, project) in &config.commercetools {
        let result = CommerceClient::new(env, project, correlation_id).prepare().await;
        let code = result.err().map(|error| ErrorCode::from(error).as_str());
        found.checks.push(Check { name: format!("commercetools.{name}"), ok: code.is_none(), code });
    }
    for name in config.tidio.iter().filter(|(_, project)| project.openapi.is_some()).map(|(name, _)| name) {
        let code = match panel(env, name).await {
            Ok(Some(defined)) => {
                found.warnings.extend(panel_problems(config, name, &defined));
                None
            }
            Ok(None) => Some(ErrorCode::TidioUnavailable.as_str()),
            Err(word) => Some(word),
        };
        found.checks.push(Check { name: format!("tidio.{name}"), ok: code.is_none(), code });
    }
    CHECKED.set(Some((now_ms, found.clone())));
    found
}
