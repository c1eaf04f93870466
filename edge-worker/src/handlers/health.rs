//! `GET /healthz` and `GET /readyz`, for monitors.

use std::cell::RefCell;

use contract::ErrorCode;
use edge_core::config::{Config, Name, Problem};
use edge_core::doctor::TidioSeen;
use edge_core::property::panel_problems;
use edge_core::route::department_problems;
use serde::Serialize;
use worker::Env;

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
    /// What works less than it could: properties and departments that the panel lacks.
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
    let seen = super::doctor::look(env, config, correlation_id).await;
    let check = |kind: &str, name: &Name, code: Option<&'static str>| Check {
        name: format!("{kind}.{name}"),
        ok: code.is_none(),
        code,
    };
    let mut found = Checks::default();
    for shop in &seen.commercetools {
        found.checks.push(check("commercetools", &shop.name, shop.error));
    }
    for TidioSeen { name, panel } in &seen.tidio {
        let code = panel.properties.is_none().then_some(ErrorCode::TidioUnavailable.as_str());
        found.checks.push(check("tidio", name, code));
        found
            .warnings
            .extend(panel.properties.iter().flat_map(|defined| panel_problems(config, name, defined)));
        let departments = panel.departments.iter();
        found.warnings.extend(departments.flat_map(|known| department_problems(config, name, known)));
    }
    CHECKED.set(Some((now_ms, found.clone())));
    found
}
