//! `/contacts`: list, create, read, change, delete, and the two batches.
//!
//! Create never merges: the same e-mail or distinct id twice gives two contacts. A batch is checked
//! whole before anything changes. Changes made here raise no webhook.

use axum::{
    Extension, Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use serde_json::{Map, Value, json};

use super::{
    conversation,
    error::{ApiError, Problems},
    flows::{self, Cause},
    gate::Caller,
    input::{Input, ListQuery, PAGE, meta},
    model::{Author, Person},
    project::Project,
    validate::ContactPatch,
    world::{News, Shared, World},
};
use crate::tidio::clock::stamp;

/// Records of one batch, from the vendor's reference.
pub const BATCH: std::ops::RangeInclusive<usize> = 1..=100;
/// Length of a message, from the vendor's reference.
const MESSAGE_CHARS: std::ops::RangeInclusive<usize> = 1..=5_000;
/// How far back viewed pages reach: 30 days.
const PAGES_MS: u64 = 30 * 24 * 3_600 * 1_000;

type Answer = Result<Json<Value>, ApiError>;

/// `GET /contacts?cursor=&email=`
pub async fn list(
    State(tidio): State<Shared>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<ListQuery>,
) -> Answer {
    let after = query.after()?;
    tidio.with(|world| {
        let project = world.project(&caller.0)?;
        let (people, next) = project.people.page(after, query.email.as_deref(), PAGE);
        let contacts: Vec<Value> = people.into_iter().map(Person::as_contact).collect();
        Ok(Json(json!({"contacts": contacts, "meta": meta(next)})))
    })
}

/// `POST /contacts` → 201 `{id}`
pub async fn create(
    State(tidio): State<Shared>,
    Extension(caller): Extension<Caller>,
    Input(body): Input,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    tidio.with(|world| {
        let mut problems = Problems::default();
        let project = world.project(&caller.0)?;
        let patch = new_contact(project, &body, "", &mut problems);
        let patch = problems.finish(patch)?;
        let contact = insert(world, &caller.0, patch)?;
        Ok((StatusCode::CREATED, Json(json!({"id": contact.get("id")}))))
    })
}

/// `POST /contacts/batch` → 201 `{contacts}`
pub async fn create_batch(
    State(tidio): State<Shared>,
    Extension(caller): Extension<Caller>,
    Input(body): Input,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    tidio.with(|world| {
        let mut problems = Problems::default();
        let project = world.project(&caller.0)?;
        let patches: Vec<ContactPatch> = items(&body)?
            .iter()
            .enumerate()
            .map(|(n, item)| new_contact(project, item, &format!("contacts[{n}]."), &mut problems))
            .collect();
        let patches = problems.finish(patches)?;
        let contacts: Result<Vec<Value>, ApiError> =
            patches.into_iter().map(|patch| insert(world, &caller.0, patch)).collect();
        Ok((StatusCode::CREATED, Json(json!({"contacts": contacts?}))))
    })
}

/// `PATCH /contacts/batch` → 204
pub async fn update_batch(
    State(tidio): State<Shared>,
    Extension(caller): Extension<Caller>,
    Input(body): Input,
) -> Result<StatusCode, ApiError> {
    tidio.with(|world| {
        let mut problems = Problems::default();
        let project = world.project(&caller.0)?;
        let mut patches = Vec::new();
        for (n, item) in items(&body)?.iter().enumerate() {
            let prefix = format!("contacts[{n}].");
            let id = item.get("id").and_then(Value::as_str).unwrap_or_default();
            if project.people.contact(id).is_none() {
                problems.add(&format!("{prefix}id"), "no such contact");
            }
            patches.push((id.to_owned(), change(project, item, &prefix, &mut problems)));
        }
        for (id, patch) in problems.finish(patches)? {
            apply(world, &caller.0, &id, patch)?;
        }
        Ok(StatusCode::NO_CONTENT)
    })
}

/// `GET /contacts/{id}`
pub async fn read(
    State(tidio): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Answer {
    tidio.with(|world| Ok(Json(contact(world.project(&caller.0)?, &id)?.as_contact())))
}

/// `PATCH /contacts/{id}` → 204
pub async fn update(
    State(tidio): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Input(body): Input,
) -> Result<StatusCode, ApiError> {
    tidio.with(|world| {
        let project = world.project(&caller.0)?;
        contact(project, &id)?;
        let mut problems = Problems::default();
        let patch = change(project, &body, "", &mut problems);
        apply(world, &caller.0, &id, problems.finish(patch)?)?;
        Ok(StatusCode::NO_CONTENT)
    })
}

/// `DELETE /contacts/{id}` → 204; the contact's tickets stay.
pub async fn delete(
    State(tidio): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    tidio.with(|world| {
        let project = world.project(&caller.0)?;
        contact(project, &id)?;
        project.people.remove(&id);
        let reaches_page = project.widget.delete_reaches_page;
        if reaches_page {
            let event = json!({"type": "deleted"});
            world.announce(News::Widget { project: caller.0.clone(), visitor: id.clone(), event });
        }
        world.touched(&caller.0, &id);
        Ok(StatusCode::NO_CONTENT)
    })
}

/// `GET /contacts/{id}/messages`
pub async fn messages(
    State(tidio): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Query(query): Query<ListQuery>,
) -> Answer {
    let after = query.after()?;
    tidio.with(|world| {
        let project = world.project(&caller.0)?;
        let person = contact(project, &id)?;
        let (page, next) = slice(&person.messages, after);
        let messages: Vec<Value> = page
            .iter()
            .map(|message| {
                let (kind, author) = match &message.author {
                    Author::Contact => ("contact", Some(&person.id)),
                    Author::Operator(id) => ("operator", Some(id)),
                    Author::Bot(_) => ("bot", None),
                };
                json!({
                    "id": message.id,
                    "message": message.text,
                    "author_type": kind,
                    "author_id": author,
                    "created_at": stamp(message.at_ms),
                })
            })
            .collect();
        let link = format!("https://www.tidio.com/panel/inbox/conversations/{}", person.id);
        Ok(Json(json!({"conversation_url": link, "messages": messages, "meta": meta(next)})))
    })
}

/// `POST /contacts/{id}/messages` → 202: a message as if the contact had typed it.
pub async fn send_message(
    State(tidio): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Input(body): Input,
) -> Result<StatusCode, ApiError> {
    let text = body.get("message").and_then(Value::as_str).unwrap_or_default();
    let mut problems = Problems::default();
    if !MESSAGE_CHARS.contains(&text.chars().count()) {
        problems.add("message", "1 to 5000 characters");
    }
    tidio.with(|world| {
        contact(world.project(&caller.0)?, &id)?;
        problems.finish(())?;
        conversation::from_contact(world, &caller.0, &id, text);
        Ok::<(), ApiError>(())
    })?;
    flows::start(&tidio, &caller.0, &id, Cause::Message(text));
    Ok(StatusCode::ACCEPTED)
}

/// `GET /contacts/{id}/viewed-pages`: the last 30 days.
pub async fn viewed_pages(
    State(tidio): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Query(query): Query<ListQuery>,
) -> Answer {
    let after = query.after()?;
    tidio.with(|world| {
        let since = world.now_ms.saturating_sub(PAGES_MS);
        let person = contact(world.project(&caller.0)?, &id)?;
        let recent: Vec<Value> = person
            .pages
            .iter()
            .filter(|page| page.at_ms >= since)
            .map(|page| json!({"url": page.url, "viewed_at": stamp(page.at_ms)}))
            .collect();
        let (page, next) = slice(&recent, after);
        Ok(Json(json!({"viewed_pages": page, "meta": meta(next)})))
    })
}

fn contact<'a>(project: &'a Project, id: &str) -> Result<&'a Person, ApiError> {
    project.people.contact(id).ok_or_else(|| ApiError::missing("contact"))
}

/// One page of a list and the position to go on from.
fn slice<T>(all: &[T], after: u64) -> (&[T], Option<u64>) {
    let start = usize::try_from(after).unwrap_or(usize::MAX).min(all.len());
    let end = start.saturating_add(PAGE).min(all.len());
    let next = (end < all.len()).then(|| u64::try_from(end).unwrap_or(u64::MAX));
    (all.get(start..end).unwrap_or_default(), next)
}

fn items(body: &Value) -> Result<&Vec<Value>, ApiError> {
    let list = body
        .get("contacts")
        .and_then(Value::as_array)
        .ok_or_else(|| ApiError::malformed("contacts: must be a list"))?;
    if BATCH.contains(&list.len()) {
        return Ok(list);
    }
    let mut problems = Problems::default();
    problems.add("contacts", "1 to 100 entries");
    problems.finish(list)
}

fn new_contact(project: &Project, body: &Value, prefix: &str, problems: &mut Problems) -> ContactPatch {
    let patch = change(project, body, prefix, problems);
    if !patch.names_someone() {
        problems.add(&format!("{prefix}email"), "give at least one of email, first_name, last_name, phone");
    }
    patch
}

fn change(project: &Project, body: &Value, prefix: &str, problems: &mut Problems) -> ContactPatch {
    let nothing = Map::new();
    let fields = body.as_object().unwrap_or_else(|| {
        problems.add(prefix, "must be an object");
        &nothing
    });
    ContactPatch::parse(fields, &project.properties, prefix, problems)
}

fn insert(world: &mut World, project_key: &str, patch: ContactPatch) -> Result<Value, ApiError> {
    let now_ms = world.now_ms;
    let project = world.project(project_key)?;
    let mut person = Person {
        id: project.ids.uuid(),
        is_contact: true,
        by_rest: true,
        created_ms: now_ms,
        updated_ms: now_ms,
        ..Person::default()
    };
    patch.apply(&mut person);
    let (id, printed) = (person.id.clone(), person.as_contact());
    project.people.insert(person);
    world.touched(project_key, &id);
    Ok(printed)
}

fn apply(world: &mut World, project_key: &str, id: &str, patch: ContactPatch) -> Result<(), ApiError> {
    let now_ms = world.now_ms;
    world.project(project_key)?.people.edit(id, |person| {
        patch.apply(person);
        person.updated_ms = now_ms;
    });
    world.touched(project_key, id);
    Ok(())
}
