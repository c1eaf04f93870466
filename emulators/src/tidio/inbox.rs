//! The agent's inbox: the page, what it reads, and what an agent can do there.
//!
//! Agent actions raise webhooks, unlike REST calls. There is no login: this is a local server.

use axum::{
    Json, Router,
    extract::{Query, State},
    http::header,
    response::Html,
    routing::{get, post},
};
use serde_json::{Value, json};

use super::{
    conversation,
    error::ApiError,
    input::Input,
    stream, tickets, views,
    webhooks::raise,
    world::{News, Shared, World},
};

const PAGE: &str = include_str!("assets/inbox/inbox.html");
const STYLE: [&str; 2] = [include_str!("assets/inbox/layout.css"), include_str!("assets/inbox/parts.css")];
const SCRIPT: [&str; 5] = [
    include_str!("assets/inbox/dom.js"),
    include_str!("assets/inbox/list.js"),
    include_str!("assets/inbox/thread.js"),
    include_str!("assets/inbox/contact.js"),
    include_str!("assets/inbox/main.js"),
];

/// People shown in the list of one project.
const LISTED: usize = 60;

/// Routes of the inbox.
pub fn routes() -> Router<Shared> {
    Router::new()
        .route("/inbox", get(|| async { Html(PAGE) }))
        .route("/inbox/inbox.css", get(|| async { ([(header::CONTENT_TYPE, "text/css")], STYLE.concat()) }))
        .route("/inbox/inbox.js", get(|| async { ([(header::CONTENT_TYPE, "text/javascript")], script()) }))
        .route("/inbox/api/projects", get(projects))
        .route("/inbox/api/people", get(people))
        .route("/inbox/api/person", get(person))
        .route(
            "/inbox/api/stream",
            get(|State(tidio): State<Shared>| async move { stream::of_panel(&tidio) }),
        )
        .route("/inbox/api/reply", post(reply))
        .route("/inbox/api/solve", post(solve))
        .route("/inbox/api/seen", post(seen))
        .route("/inbox/api/ban", post(ban))
        .route("/inbox/api/ticket", post(ticket))
        .route("/inbox/api/ticket-reply", post(ticket_reply))
}

fn script() -> String {
    format!("(() => {{\n\"use strict\";\n{}\n}})();\n", SCRIPT.concat())
}

/// Names a project and, for some calls, a person.
#[derive(Debug, serde::Deserialize)]
struct Which {
    #[serde(default)]
    project: String,
    #[serde(default)]
    id: String,
}

async fn projects(State(tidio): State<Shared>) -> Json<Value> {
    tidio.with(|world| Json(world.projects.iter().map(views::project_head).collect()))
}

async fn people(State(tidio): State<Shared>, Query(which): Query<Which>) -> Result<Json<Value>, ApiError> {
    tidio.with(|world| {
        let project = world.project(&which.project)?;
        let mut all: Vec<_> = project.people.all().collect();
        all.sort_by_key(|person| std::cmp::Reverse((person.updated_ms, person.seq)));
        all.truncate(LISTED);
        Ok(Json(all.into_iter().map(views::row).collect()))
    })
}

/// One person, by contact id or distinct id.
async fn person(State(tidio): State<Shared>, Query(which): Query<Which>) -> Result<Json<Value>, ApiError> {
    tidio.with(|world| {
        let project = world.project(&which.project)?;
        let people = &project.people;
        let person = people.get(&which.id).or_else(|| people.with_distinct_id(&which.id));
        let person = person.ok_or_else(|| ApiError::missing("person"))?;
        Ok(Json(views::panel(project, person)))
    })
}

async fn reply(State(tidio): State<Shared>, Input(body): Input) -> Result<Json<Value>, ApiError> {
    let (project, id, text) = (word(&body, "project"), word(&body, "id"), word(&body, "text"));
    if text.trim().is_empty() {
        return Err(ApiError::malformed("text: must not be empty"));
    }
    tidio.with(|world| {
        let operator = agent(world, project, &body)?;
        conversation::from_operator(world, project, id, &operator, text)
            .map(Json)
            .ok_or_else(|| ApiError::missing("person"))
    })
}

async fn solve(State(tidio): State<Shared>, Input(body): Input) -> Result<Json<Value>, ApiError> {
    tidio.with(|world| {
        conversation::solve(world, word(&body, "project"), word(&body, "id"))
            .map(|()| Json(json!({})))
            .ok_or_else(|| ApiError::missing("person"))
    })
}

async fn seen(State(tidio): State<Shared>, Input(body): Input) -> Result<Json<Value>, ApiError> {
    let (key, id) = (word(&body, "project"), word(&body, "id"));
    tidio.with(|world| {
        let had = world.project(key)?.people.edit(id, |person| std::mem::take(&mut person.unread));
        if had.is_some_and(|unread| unread > 0) {
            world.touched(key, id);
        }
        Ok(Json(json!({})))
    })
}

async fn ban(State(tidio): State<Shared>, Input(body): Input) -> Result<Json<Value>, ApiError> {
    let (key, id) = (word(&body, "project"), word(&body, "id"));
    let banned = body.get("banned").and_then(Value::as_bool).unwrap_or(true);
    tidio.with(|world| {
        let done = world.project(key)?.people.edit(id, |person| {
            person.visit.get_or_insert_default().banned = banned;
        });
        done.ok_or_else(|| ApiError::missing("person"))?;
        let event = json!({"type": "banned", "banned": banned});
        world.announce(News::Widget { project: key.into(), visitor: id.into(), event });
        world.touched(key, id);
        Ok(Json(json!({})))
    })
}

/// Changes a ticket as an agent: `{project, ticket, status?, priority?, assigned?}`.
async fn ticket(State(tidio): State<Shared>, Input(body): Input) -> Result<Json<Value>, ApiError> {
    let (key, id) = (word(&body, "project"), number(&body, "ticket"));
    tidio.with(|world| {
        tickets::change(world, key, id, &body)?;
        if body.get("assigned").is_some_and(|assigned| !assigned.is_null()) {
            let content = json!({"id": id, "assigned": body.get("assigned")});
            raise(world, key, "ticket.operator_assigned", content);
        }
        Ok(Json(json!({})))
    })
}

/// Writes into a ticket as an agent or, with `author_type` contact, as the customer's e-mail would.
async fn ticket_reply(State(tidio): State<Shared>, Input(body): Input) -> Result<Json<Value>, ApiError> {
    let (key, id) = (word(&body, "project"), number(&body, "ticket"));
    tidio.with(|world| {
        let mut body = body.clone();
        if body.get("author_type").is_none() {
            let operator = agent(world, key, &body)?;
            if let Some(fields) = body.as_object_mut() {
                fields.insert("author_type".into(), json!("operator"));
                fields.insert("operator_id".into(), json!(operator));
            }
        }
        let message = tickets::append(world, key, id, &body)?;
        report_ticket_reply(world, key, id);
        Ok(Json(json!({"id": message})))
    })
}

fn report_ticket_reply(world: &mut World, key: &str, id: u64) {
    let ticket = world.project(key).ok().and_then(|project| project.tickets.get(&id));
    let Some((ticket, message)) = ticket.and_then(|ticket| Some((ticket, ticket.messages.last()?))) else {
        return;
    };
    let topic = match (message.author_type, message.message_type) {
        ("contact", _) => "ticket.contact_replied",
        (_, "internal") => "ticket.internal_note_added",
        _ => "ticket.operator_replied",
    };
    let is_note = topic == "ticket.internal_note_added";
    let content = json!({"id": ticket.id, "contact_id": ticket.contact_id, "message": message});
    raise(world, key, topic, content.clone());
    if !is_note {
        raise(world, key, "ticket.replied", content);
    }
}

/// The agent who acts: the one named in the body, else the first.
fn agent(world: &mut World, project_key: &str, body: &Value) -> Result<String, ApiError> {
    let project = world.project(project_key)?;
    let named = project.operator(word(body, "operator"));
    named
        .or_else(|| project.operators.first())
        .map(|operator| operator.id.clone())
        .ok_or_else(|| ApiError::missing("operator"))
}

fn word<'a>(body: &'a Value, name: &str) -> &'a str {
    body.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn number(body: &Value, name: &str) -> u64 {
    body.get(name).and_then(Value::as_u64).unwrap_or_default()
}
