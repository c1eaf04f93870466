//! `/tickets`: list, read, change, delete, create as the contact, reply or note.
//!
//! The address of a new ticket finds the oldest contact that has it; an unknown address makes one.

use axum::{
    Extension, Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use serde_json::{Value, json};

use super::{
    clock::stamp,
    error::{ApiError, Problems},
    gate::Caller,
    input::{Input, ListQuery, PAGE, meta},
    model::{Assignee, Person, Priority, Ticket, TicketMessage, TicketStatus},
    project::Project,
    validate::is_email,
    world::{Shared, World},
};

/// Number of the first ticket.
const FIRST: u64 = 10_001;
/// Longest subject taken.
const SUBJECT_CHARS: usize = 255;
/// Longest message or note taken.
const CONTENT_CHARS: usize = 50_000;

type Answer = Result<Json<Value>, ApiError>;

/// `GET /tickets?cursor=`, without messages.
pub async fn list(
    State(tidio): State<Shared>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<ListQuery>,
) -> Answer {
    let after = query.after()?;
    tidio.with(|world| {
        let tickets = &world.project(&caller.0)?.tickets;
        let mut found: Vec<&Ticket> =
            tickets.range(after.saturating_add(1)..).map(|(_, t)| t).take(PAGE + 1).collect();
        let more = found.len() > PAGE;
        found.truncate(PAGE);
        let next = found.last().filter(|_| more).map(|ticket| ticket.id);
        let printed: Vec<Value> = found.into_iter().map(Ticket::summary).collect();
        Ok(Json(json!({"tickets": printed, "meta": meta(next)})))
    })
}

/// `GET /tickets/{id}`, with messages.
pub async fn read(
    State(tidio): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<u64>,
) -> Answer {
    tidio.with(|world| {
        let ticket = world.project(&caller.0)?.tickets.get(&id);
        ticket.map(|ticket| Json(ticket.full())).ok_or_else(|| ApiError::missing("ticket"))
    })
}

/// `DELETE /tickets/{id}` → 204
pub async fn delete(
    State(tidio): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<u64>,
) -> Result<StatusCode, ApiError> {
    tidio.with(|world| {
        let removed = world.project(&caller.0)?.tickets.remove(&id);
        let ticket = removed.ok_or_else(|| ApiError::missing("ticket"))?;
        world.touched(&caller.0, &ticket.contact_id);
        Ok(StatusCode::NO_CONTENT)
    })
}

/// `POST /tickets/as-contact` → 201 `{id}`
pub async fn create(
    State(tidio): State<Shared>,
    Extension(caller): Extension<Caller>,
    Input(body): Input,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    tidio.with(|world| {
        let draft = Draft::parse(world.project(&caller.0)?, &body)?;
        let ticket = open(world, &caller.0, draft)?;
        Ok((StatusCode::CREATED, Json(json!({"id": ticket}))))
    })
}

/// `PATCH /tickets/{id}` → 204: any of `status`, `priority`, `assigned`.
pub async fn update(
    State(tidio): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<u64>,
    Input(body): Input,
) -> Result<StatusCode, ApiError> {
    tidio.with(|world| {
        change(world, &caller.0, id, &body)?;
        Ok(StatusCode::NO_CONTENT)
    })
}

/// `POST /tickets/{id}/reply` → 201 `{id}`: a public reply or an internal note.
pub async fn reply(
    State(tidio): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<u64>,
    Input(body): Input,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    tidio.with(|world| {
        let message = append(world, &caller.0, id, &body)?;
        Ok((StatusCode::CREATED, Json(json!({"id": message}))))
    })
}

/// A checked `as-contact` body.
struct Draft {
    email: String,
    subject: String,
    content: String,
    department: Option<String>,
}

impl Draft {
    fn parse(project: &Project, body: &Value) -> Result<Self, ApiError> {
        let mut problems = Problems::default();
        let email = words(body, "contact_email", CONTENT_CHARS, &mut problems);
        if !is_email(&email) {
            problems.add("contact_email", "not an e-mail address");
        }
        let subject = words(body, "subject", SUBJECT_CHARS, &mut problems);
        let content = words(body, "message_content", CONTENT_CHARS, &mut problems);
        let department = body.get("assigned_department_id").and_then(Value::as_str).map(str::to_owned);
        if department.as_deref().is_some_and(|id| project.department(id).is_none()) {
            problems.add("assigned_department_id", "no such department");
        }
        problems.finish(Self { email, subject, content, department })
    }
}

fn words(body: &Value, name: &str, limit: usize, problems: &mut Problems) -> String {
    let text = body.get(name).and_then(Value::as_str).unwrap_or_default();
    if text.trim().is_empty() {
        problems.add(name, "must be a text that is not empty");
    }
    if text.chars().count() > limit {
        problems.add(name, "is too long");
    }
    text.to_owned()
}

fn open(world: &mut World, project_key: &str, draft: Draft) -> Result<u64, ApiError> {
    let now_ms = world.now_ms;
    let project = world.project(project_key)?;
    let contact_id = contact_for(project, &draft.email, now_ms);
    let department = draft.department.or_else(|| project.departments.first().map(|d| d.id.clone()));
    let id = project.tickets.last_key_value().map_or(FIRST, |(last, _)| last.saturating_add(1));
    let first = TicketMessage {
        message_id: project.ids.ulid(now_ms),
        created_at: stamp(now_ms),
        author_type: "contact",
        author_id: Some(contact_id.clone()),
        message_type: "public",
        message_content: draft.content,
        attachments: Vec::new(),
    };
    let ticket = Ticket {
        id,
        subject: draft.subject,
        contact_id: contact_id.clone(),
        contact_email: draft.email,
        priority: Priority::Normal,
        status: TicketStatus::Open,
        assigned: department.map_or(Assignee::Nobody, Assignee::Department),
        messages: vec![first],
        created_ms: now_ms,
    };
    project.tickets.insert(id, ticket);
    world.touched(project_key, &contact_id);
    Ok(id)
}

fn contact_for(project: &mut Project, email: &str, now_ms: u64) -> String {
    if let Some(known) = project.people.with_email(email) {
        return known.id.clone();
    }
    let id = project.ids.uuid();
    project.people.insert(Person {
        id: id.clone(),
        email: Some(email.to_owned()),
        is_contact: true,
        by_rest: true,
        created_ms: now_ms,
        updated_ms: now_ms,
        ..Person::default()
    });
    id
}

/// Applies a ticket update, whoever asked for it.
pub fn change(world: &mut World, project_key: &str, id: u64, body: &Value) -> Result<(), ApiError> {
    let project = world.project(project_key)?;
    let mut problems = Problems::default();
    let status: Option<TicketStatus> = one_of(body, "status", "open, pending or solved", &mut problems);
    let priority: Option<Priority> = one_of(body, "priority", "low, normal or urgent", &mut problems);
    let assigned = body.get("assigned").and_then(|wanted| {
        let assignee = assignee(project, wanted);
        if assignee.is_none() {
            problems.add("assigned", "null, or {type, id} of an operator or department");
        }
        assignee
    });
    problems.finish(())?;
    let ticket = project.tickets.get_mut(&id).ok_or_else(|| ApiError::missing("ticket"))?;
    ticket.status = status.unwrap_or(ticket.status);
    ticket.priority = priority.unwrap_or(ticket.priority);
    if let Some(assigned) = assigned {
        ticket.assigned = assigned;
    }
    let contact = ticket.contact_id.clone();
    world.touched(project_key, &contact);
    Ok(())
}

fn one_of<T: serde::de::DeserializeOwned>(
    body: &Value,
    name: &str,
    rule: &str,
    problems: &mut Problems,
) -> Option<T> {
    let value = body.get(name)?;
    let parsed = serde_json::from_value(value.clone()).ok();
    if parsed.is_none() {
        problems.add(name, rule);
    }
    parsed
}

fn assignee(project: &Project, wanted: &Value) -> Option<Assignee> {
    if wanted.is_null() {
        return Some(Assignee::Nobody);
    }
    let id = wanted.get("id").and_then(Value::as_str)?;
    match wanted.get("type").and_then(Value::as_str)? {
        "operator" => project.operator(id).map(|operator| Assignee::Operator(operator.id.clone())),
        "department" => project.department(id).map(|department| Assignee::Department(department.id.clone())),
        _ => None,
    }
}

/// Appends a reply or note and gives its id, whoever asked for it.
pub fn append(world: &mut World, project_key: &str, id: u64, body: &Value) -> Result<String, ApiError> {
    let now_ms = world.now_ms;
    let project = world.project(project_key)?;
    let contact = project.tickets.get(&id).map(|ticket| ticket.contact_id.clone());
    let contact = contact.ok_or_else(|| ApiError::missing("ticket"))?;
    let mut problems = Problems::default();
    let content = words(body, "content", CONTENT_CHARS, &mut problems);
    let (author_type, author_id) = author(project, body, &contact, &mut problems);
    let message_type = match body.get("message_type").and_then(Value::as_str) {
        Some("public") => "public",
        Some("internal") if author_type == "operator" => "internal",
        _ => {
            problems.add("message_type", "public, or internal from an operator");
            "public"
        }
    };
    problems.finish(())?;
    let message_id = project.ids.ulid(now_ms);
    let message = TicketMessage {
        message_id: message_id.clone(),
        created_at: stamp(now_ms),
        author_type,
        author_id,
        message_type,
        message_content: content,
        attachments: Vec::new(),
    };
    if let Some(ticket) = project.tickets.get_mut(&id) {
        ticket.messages.push(message);
    }
    world.touched(project_key, &contact);
    Ok(message_id)
}

fn author(
    project: &Project,
    body: &Value,
    contact: &str,
    problems: &mut Problems,
) -> (&'static str, Option<String>) {
    match body.get("author_type").and_then(Value::as_str) {
        Some("operator") => {
            let id = body.get("operator_id").and_then(Value::as_str).unwrap_or_default();
            if project.operator(id).is_none() {
                problems.add("operator_id", "no such operator");
            }
            ("operator", Some(id.to_owned()))
        }
        Some("contact") => ("contact", Some(contact.to_owned())),
        _ => {
            problems.add("author_type", "operator or contact");
            ("contact", None)
        }
    }
}
