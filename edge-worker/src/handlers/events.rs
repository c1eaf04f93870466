//! `POST /v1/events/eventbridge` and `/v1/events/eventgrid`: order events in.
//!
//! I/O in order: read the body; hand the facts to the object of every Tidio project that serves a store of the
//! commercetools project, each of which drops facts that it knows; answer. 2xx means kept by all of them, so the
//! service may repeat anything that got another answer.

use contract::ErrorCode;
use edge_core::config::{CommerceProject, Config, Name};
use edge_core::engine::Priority;
use edge_core::engine::reader::projects_of;
use edge_core::fact::Fact;
use edge_core::intake::{self, Notice};
use worker::Env;

use crate::http::{CorrelationId, Incoming, Outgoing};
use crate::log::{self, Level};
use crate::tidio_project_do::submit;

/// Answers a delivery. `secret` is what the service showed.
pub async fn take(
    config: &Config,
    env: &Env,
    incoming: &Incoming,
    secret: Option<&str>,
    body: Result<Vec<u8>, ErrorCode>,
    now_ms: u64,
) -> Outgoing {
    let problem = |code| Outgoing::problem(code, &incoming.correlation_id);
    let Some(project) = project_of_secret(config, secret) else { return problem(ErrorCode::RouteUnknown) };
    let body = match body {
        Ok(body) => body,
        Err(code) => return problem(code),
    };
    // A body that cannot be read is said so: these services do not repeat a 400.
    let Ok(notices) = intake::read(&body) else { return problem(ErrorCode::BodyMalformed) };
    let total = notices.len();
    let facts = facts(project, notices, &incoming.correlation_id, now_ms);
    log::write(
        Level::Info,
        "Events arrived.",
        &[
            ("commercetools", &&project.name),
            ("events", &&(total as u64)),
            ("about_orders", &&(facts.len() as u64)),
            ("correlation_id", &&incoming.correlation_id),
        ],
    );
    if facts.is_empty() {
        return Outgoing::empty(204);
    }
    for tidio in interested(config, project) {
        if let Err(code) = submit(env, tidio, Priority::Event, facts.clone()).await {
            log::write(
                Level::Error,
                "Events could not be kept.",
                &[("code", &&code), ("tidio", &tidio), ("correlation_id", &&incoming.correlation_id)],
            );
            return problem(ErrorCode::TidioUnavailable);
        }
    }
    Outgoing::empty(204)
}

/// Event Grid's question whether anything is wanted: yes, from whoever knows the secret.
pub fn handshake(
    config: &Config,
    origin: Option<String>,
    secret: Option<&str>,
    incoming: &Incoming,
) -> Outgoing {
    match (project_of_secret(config, secret), origin) {
        (Some(_), Some(origin)) => Outgoing::empty(200)
            .with("webhook-allowed-origin", origin)
            .with("webhook-allowed-rate", "*")
            .with("allow", "OPTIONS, POST"),
        _ => Outgoing::problem(ErrorCode::RouteUnknown, &incoming.correlation_id),
    }
}

fn project_of_secret<'a>(config: &'a Config, secret: Option<&str>) -> Option<&'a CommerceProject> {
    config.commercetools.values().find(|project| {
        project.events_secret.as_ref().is_some_and(|expected| intake::is_secret(secret, expected.expose()))
    })
}

/// The secret speaks for one project; what claims to be of another is none of it.
fn facts(
    project: &CommerceProject,
    notices: Vec<Notice>,
    correlation_id: &CorrelationId,
    now_ms: u64,
) -> Vec<Fact> {
    notices
        .into_iter()
        .filter_map(|notice| match notice {
            Notice::Order(order) if order.project_key == project.project_key.as_str() => {
                Some(Fact::Order(order.into_fact(project.name.as_str(), correlation_id.as_str(), now_ms)))
            }
            _ => None,
        })
        .collect()
}

fn interested<'a>(config: &'a Config, project: &CommerceProject) -> Vec<&'a Name> {
    config
        .tidio
        .values()
        .filter(|tidio| tidio.openapi.is_some())
        .filter(|tidio| {
            projects_of(config, tidio.name.as_str()).iter().any(|name| name == project.name.as_str())
        })
        .map(|tidio| &tidio.name)
        .collect()
}
