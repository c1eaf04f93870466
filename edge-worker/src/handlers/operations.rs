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
    if !is_understood(incoming) {
        return problem(ErrorCode::BodyMalformed);
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
        let request = match request(incoming, name) {
            Ok(request) => request,
            Err(code) => return problem(code),
        };
        match tidio_project_do::admin(env, name, &request).await {
            Ok(answer) => answers.insert(name.to_string(), answer),
            Err(_code) => return problem(ErrorCode::TidioUnavailable),
        };
    }
    if incoming.path == "/admin/metrics" {
        // All lines of a figure must stand together, whichever project they are of.
        let texts = answers.values().filter_map(|answer| answer.get("text")?.as_str());
        let mut lines: Vec<&str> = texts.flat_map(|text| text.split_inclusive('\n')).collect();
        lines.sort_unstable();
        return Outgoing { body: lines.concat(), ..Outgoing::empty(200) }
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

/// Every parameter of operations.
const PARAMETERS: [&str; 10] =
    ["tidio", "project", "store", "id", "cause", "from_ms", "until_ms", "replayed", "since_ms", "dry_run"];

/// The largest number that a parameter may be, in milliseconds the end of the year 9999.
const MAX_NUMBER: u64 = 253_402_300_799_999;

/// Can the query be read, and is each of its parameters known? One that is passed over would make a narrow request a wide
/// one: `?casue=rejected` would replay everything.
fn is_understood(incoming: &Incoming) -> bool {
    let name = |pair: &'_ str| pair.split_once('=').map_or(pair.len(), |(name, _)| name.len());
    percent_decode(&incoming.query).is_some()
        && incoming
            .query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .all(|pair| pair.get(..name(pair)).is_some_and(|name| PARAMETERS.contains(&name)))
}

fn number(incoming: &Incoming, name: &str) -> Result<Option<u64>, ErrorCode> {
    let Some(text) = incoming.parameter(name) else { return Ok(None) };
    let number = text.parse().ok().filter(|number| *number <= MAX_NUMBER);
    number.map(Some).ok_or(ErrorCode::BodyMalformed)
}

fn flag(incoming: &Incoming, name: &str) -> Result<bool, ErrorCode> {
    match incoming.parameter(name).as_deref() {
        Some("1" | "true") => Ok(true),
        None | Some("0" | "false") => Ok(false),
        Some(_) => Err(ErrorCode::BodyMalformed),
    }
}

fn request(incoming: &Incoming, tidio: &Name) -> Result<AdminRequest, ErrorCode> {
    let number = |name| number(incoming, name);
    let flag = |name| flag(incoming, name);
    let project = || incoming.parameter("project").ok_or(ErrorCode::BodyMalformed);
    let filter = || {
        Ok::<_, ErrorCode>(Filter {
            id: number("id")?,
            cause: incoming.parameter("cause"),
            from_ms: number("from_ms")?,
            until_ms: number("until_ms")?,
            replayed: flag("replayed")?,
        })
    };
    let walk = |paused| Ok(AdminRequest::Pause { project: project()?, kind: "backfill".to_owned(), paused });
    match (incoming.method, incoming.path.as_str()) {
        (Method::Get, "/admin/dead-letters") => filter().map(AdminRequest::DeadLetters),
        (Method::Post, "/admin/replay") => filter().map(AdminRequest::Replay),
        (Method::Get, "/admin/walks") => Ok(AdminRequest::Walks),
        (Method::Get, "/admin/metrics") => Ok(AdminRequest::Metrics { tidio: tidio.to_string() }),
        (Method::Post, "/admin/backfill") => Ok(AdminRequest::Backfill(Backfill {
            project: project()?,
            since_ms: number("since_ms")?.ok_or(ErrorCode::BodyMalformed)?,
            store: incoming.parameter("store"),
            dry_run: flag("dry_run")?,
        })),
        (Method::Post, "/admin/backfill/pause") => walk(true),
        (Method::Post, "/admin/backfill/resume") => walk(false),
        (Method::Get, path) => {
            let term = path.strip_prefix("/admin/trace/").filter(|term| !term.is_empty());
            let term = term.and_then(percent_decode).ok_or(ErrorCode::RouteUnknown)?;
            Ok(AdminRequest::Trace { term })
        }
        _ => Err(ErrorCode::RouteUnknown),
    }
}
