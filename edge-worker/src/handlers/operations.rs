//! `/admin/…`: operations, behind the bearer token `ADMIN_TOKEN`. Without that secret the paths do not exist.
//!
//! Every answer lists the Tidio projects by the user's names for them; `?tidio=name` asks one.

use contract::ErrorCode;
use edge_core::config::{Config, Name};
use edge_core::engine::admin::AdminRequest;
use edge_core::engine::cursor::Backfill;
use edge_core::engine::dead::Filter;
use edge_core::engine::reader::projects_of;
use edge_core::link::percent_decode;
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
    let names: Vec<&Name> = config
        .tidio
        .values()
        .filter(|project| project.openapi.is_some())
        .map(|project| &project.name)
        .filter(|name| is_asked(config, incoming, name))
        .collect();
    // A name that is written wrongly must not look like an empty answer.
    if names.is_empty() && ASKING.iter().any(|name| incoming.parameter(name).is_some()) {
        return problem(ErrorCode::NotFound);
    }
    let mut answers = Map::new();
    for name in names {
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

/// Parameters that choose among the Tidio projects.
const ASKING: [&str; 3] = ["tidio", "project", "store"];

/// Is this Tidio project the one that is named, and does it serve the commercetools project and the store?
fn is_asked(config: &Config, incoming: &Incoming, tidio: &Name) -> bool {
    let [only, project, store] = ASKING.map(|name| incoming.parameter(name));
    only.is_none_or(|only| only == tidio.as_str())
        && project.as_ref().is_none_or(|project| projects_of(config, tidio.as_str()).contains(project))
        && store.is_none_or(|store| {
            config.stores.values().any(|known| {
                known.key.as_str() == store
                    && known.tidio == *tidio
                    && project.as_ref().is_none_or(|project| known.commercetools.as_str() == project)
            })
        })
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
        (Method::Post, "/admin/backfill") => Some(AdminRequest::Backfill(Backfill {
            project: incoming.parameter("project")?,
            since_ms: number("since_ms")?,
            store: incoming.parameter("store"),
            dry_run: incoming.parameter("dry_run").is_some_and(|text| text == "1"),
        })),
        (Method::Post, "/admin/backfill/pause") => walk("backfill", true),
        (Method::Post, "/admin/backfill/resume") => walk("backfill", false),
        (Method::Get, path) => {
            let term = path.strip_prefix("/admin/trace/").filter(|term| !term.is_empty())?;
            Some(AdminRequest::Trace { term: percent_decode(term)? })
        }
        _ => None,
    }
}
