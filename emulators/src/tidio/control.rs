//! `/__emulator/…`: what only tests and benchmarks use. Requests, faults, clock and reset are shared
//! with the other emulator; here is what concerns Tidio alone.

use axum::{
    Json, Router,
    extract::{Query, State},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    error::ApiError,
    flows::Flow,
    input::Input,
    model::{Plan, PropertyDefinition, PropertyType},
    project::{Project, WidgetMode},
    rate::Measure,
    views,
    webhooks::Target,
    world::Shared,
};

/// Routes of the control interface.
pub fn routes() -> Router<Shared> {
    Router::new()
        .route("/__emulator/stats", get(stats))
        .route("/__emulator/inbox", get(inbox))
        .route("/__emulator/webhooks", get(deliveries).post(set_target))
        .route("/__emulator/flows", get(list_flows).post(set_flows))
        .route("/__emulator/widget-mode", post(set_mode))
        .route("/__emulator/project", post(set_project))
}

#[derive(Debug, Default, Deserialize)]
struct Which {
    project: Option<String>,
    distinct_id: Option<String>,
    email: Option<String>,
}

async fn stats(State(tidio): State<Shared>) -> Json<Value> {
    tidio.with(|world| {
        let projects: Vec<Value> = world.projects.iter().map(project_stats).collect();
        Json(json!({"now_ms": world.now_ms, "vendor_ms": world.vendor_ms, "projects": projects}))
    })
}

fn project_stats(project: &Project) -> Value {
    let (by_distinct_id, by_email) = project.people.duplicates();
    let contacts = project.people.all().filter(|person| person.is_contact).count();
    let dropped: u64 = project.people.all().flat_map(|person| person.dropped.values()).sum();
    json!({
        "public_key": project.public_key,
        "plan": project.plan,
        "limit_per_minute": project.plan.per_minute(),
        "contacts": contacts,
        "visitors": project.people.len().saturating_sub(contacts),
        "duplicates_by_distinct_id": by_distinct_id,
        "duplicates_by_email": by_email,
        "tickets": project.tickets.len(),
        "duplicate_notes": duplicate_notes(project),
        "products": project.products.len(),
        "requests": project.rate.total(),
        "breaches": project.rate.breaches(),
        "minutes": project.rate.minutes(),
        "dropped_properties": dropped,
        "webhooks_waiting": project.waiting.len(),
    })
}

/// Internal notes that say the same as an earlier one of the same ticket.
fn duplicate_notes(project: &Project) -> usize {
    let mut surplus = 0_usize;
    for ticket in project.tickets.values() {
        let mut seen = std::collections::BTreeSet::new();
        let notes = ticket.messages.iter().filter(|message| message.message_type == "internal");
        surplus = surplus.saturating_add(notes.filter(|note| !seen.insert(&note.message_content)).count());
    }
    surplus
}

/// Everything agents could see; `?project=` one project, `?distinct_id=` or `?email=` those people only.
async fn inbox(State(tidio): State<Shared>, Query(which): Query<Which>) -> Json<Value> {
    tidio.with(|world| {
        let chosen = world
            .projects
            .iter()
            .filter(|project| which.project.as_ref().is_none_or(|key| *key == project.public_key));
        let projects: Vec<Value> = chosen.map(|project| narrowed(project, &which)).collect();
        Json(json!({ "projects": projects }))
    })
}

fn narrowed(project: &Project, which: &Which) -> Value {
    let is = |wanted: &Option<String>, field: &Option<String>| wanted.is_none() || wanted == field;
    views::project_twin(project, |person| {
        is(&which.distinct_id, &person.distinct_id) && is(&which.email, &person.email)
    })
}

async fn deliveries(State(tidio): State<Shared>, Query(which): Query<Which>) -> Json<Value> {
    tidio.with(|world| {
        let chosen = world
            .projects
            .iter()
            .filter(|project| which.project.as_ref().is_none_or(|key| *key == project.public_key));
        let projects: Vec<Value> = chosen
            .map(|p| json!({"public_key": p.public_key, "target": p.target, "waiting": p.waiting, "done": p.done}))
            .collect();
        Json(json!({ "projects": projects }))
    })
}

/// `{project, url, secrets, topics?, duplicate_every?, renew_timestamp?}`; a null `url` stops webhooks.
async fn set_target(State(tidio): State<Shared>, Input(body): Input) -> Result<Json<Value>, ApiError> {
    let key = body.get("project").and_then(Value::as_str).unwrap_or_default().to_owned();
    let target = match body.get("url") {
        Some(Value::Null) => None,
        _ => Some(parse::<Target>(&body)?),
    };
    if target.as_ref().is_some_and(|target| target.secrets.is_empty()) {
        return Err(ApiError::malformed("secrets: at least one"));
    }
    tidio.with(|world| {
        world.project(&key)?.target = target;
        Ok(Json(json!({})))
    })
}

async fn list_flows(State(tidio): State<Shared>) -> Json<Value> {
    tidio.with(|world| {
        let projects = world.projects.iter();
        Json(projects.map(|p| json!({"project": p.public_key, "flows": p.flows})).collect())
    })
}

/// `{project, flows}`: replaces the flows of a project.
async fn set_flows(State(tidio): State<Shared>, Input(body): Input) -> Result<Json<Value>, ApiError> {
    let key = body.get("project").and_then(Value::as_str).unwrap_or_default();
    let flows = parse::<Vec<Flow>>(body.get("flows").unwrap_or(&Value::Null))?;
    tidio.with(|world| {
        world.project(key)?.flows = flows;
        Ok(Json(json!({})))
    })
}

/// A [`WidgetMode`], for one `project` or for all; members left out take their defaults.
async fn set_mode(State(tidio): State<Shared>, Input(mut body): Input) -> Result<Json<Value>, ApiError> {
    let key = body.as_object_mut().and_then(|fields| fields.remove("project"));
    let mode = parse::<WidgetMode>(&body)?;
    tidio.with(|world| {
        match key.as_ref().and_then(Value::as_str) {
            Some(key) => world.project(key)?.widget = mode.clone(),
            None => world.projects.iter_mut().for_each(|project| project.widget = mode.clone()),
        }
        Ok(Json(json!(mode)))
    })
}

/// What a merchant would change in the panel.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Panel {
    project: String,
    plan: Option<Plan>,
    rate: Option<Measure>,
    terse_errors: Option<bool>,
    #[serde(default)]
    add_properties: Vec<NewProperty>,
    #[serde(default)]
    remove_properties: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct NewProperty {
    name: String,
    #[serde(rename = "type")]
    kind: PropertyType,
    #[serde(default)]
    label: String,
    #[serde(default)]
    group: String,
}

async fn set_project(State(tidio): State<Shared>, Input(body): Input) -> Result<Json<Value>, ApiError> {
    let panel = parse::<Panel>(&body)?;
    tidio.with(|world| {
        let project = world.project(&panel.project)?;
        project.plan = panel.plan.unwrap_or(project.plan);
        project.rate.measure = panel.rate.unwrap_or(project.rate.measure);
        project.terse_errors = panel.terse_errors.unwrap_or(project.terse_errors);
        project.properties.retain(|definition| !panel.remove_properties.contains(&definition.name));
        for NewProperty { name, kind, label, group } in panel.add_properties {
            if project.property(&name).is_none() {
                project.properties.push(PropertyDefinition { name, kind, label, group });
            }
        }
        Ok(Json(project_stats(project)))
    })
}

fn parse<T: serde::de::DeserializeOwned>(body: &Value) -> Result<T, ApiError> {
    serde_json::from_value(body.clone()).map_err(|error| ApiError::malformed(error.to_string()))
}
