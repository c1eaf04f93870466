//! `/admin/…`: operations, behind the bearer token `ADMIN_TOKEN`. Without that secret the paths do not exist.
//!
//! Every answer lists the Tidio projects by the user's names for them; `?tidio=name` asks one.

use contract::ErrorCode;
use edge_core::config::{Config, Name};
use edge_core::engine::admin::AdminRequest;
use edge_core::engine::dead::Filter;
use serde_json::{Map, Value};
use worker::Env;

use super::admin::authorise;
use crate::http::{Incoming, Method, Outgoing};
use crate::tidio_project_do;

/// Answers operations.
pub async fn operate(config: &Config, env: &Env, incoming: &Incoming) -> Outgoing {
    let problem = |code| Outgoing::problem(code, &incoming.correlation_id);
    if let Err(code) = authorise(config, incoming.bearer.as_ref()) {
        return problem(code);
    }
    let only = incoming.parameter("tidio");
    let names =
        config.tidio.values().filter(|project| project.openapi.is_some()).map(|project| &project.name);
    let mut answers = Map::new();
    for name in names.filter(|name| only.as_deref().is_none_or(|only| only == name.as_str())) {
        let Some(request) = request(incoming, name) else { return problem(ErrorCode::RouteUnknown) };
        match tidio_project_do::admin(env, name, &request).await {
            Ok(answer) => answers.insert(name.to_string(), answer),
            Err(_code) => return problem(ErrorCode::TidioUnavailable),
        };
    }
    if incoming.path == "/admin/metrics" {
        let text = answers.values().filter_map(|answer| answer.get("text")?.as_str()).collect::<String>();
        return Outgoing { body: text, ..Outgoing::empty(200) }
            .with("content-type", "text/plain; version=0.0.4; charset=utf-8");
    }
    Outgoing::json(200, &Value::Object(answers))
}

fn request(incoming: &Incoming, tidio: &Name) -> Option<AdminRequest> {
    let number = |name: &str| incoming.parameter(name).and_then(|text| text.parse::<u64>().ok());
    let filter = || Filter {
        id: number("id"),
        cause: incoming.parameter("cause"),
        from_ms: number("from_ms"),
        until_ms: number("until_ms"),
        replayed: incoming.parameter("replayed").is_some(),
    };
    let walk = |kind: &str, paused| {
        Some(AdminRequest::Pause { project: incoming.parameter("project")?, kind: kind.to_owned(), paused })
    };
    match (incoming.method, incoming.path.as_str()) {
        (Method::Get, "/admin/dead-letters") => Some(AdminRequest::DeadLetters(filter())),
        (Method::Post, "/admin/replay") => Some(AdminRequest::Replay(filter())),
        (Method::Get, "/admin/walks") => Some(AdminRequest::Walks),
        (Method::Get, "/admin/metrics") => Some(AdminRequest::Metrics { tidio: tidio.to_string() }),
        (Method::Post, "/admin/backfill") => Some(AdminRequest::Backfill {
            project: incoming.parameter("project")?,
            since_ms: number("since_ms")?,
        }),
        (Method::Post, "/admin/backfill/pause") => walk("backfill", true),
        (Method::Post, "/admin/backfill/resume") => walk("backfill", false),
        (Method::Get, path) => {
            let term = path.strip_prefix("/admin/trace/").filter(|term| !term.is_empty())?;
            let term = form_urlencoded::parse(format!("t={}", term.replace('+', "%2B")).as_bytes())
                .next()
                .map(|(_, value)| value.into_owned())?;
            Some(AdminRequest::Trace { term })
        }
        _ => None,
    }
}
