//! The server side of the widget: who a browser turns out to be, and what its page reports.
//!
//! There is no proof of identity here, as with the vendor: whoever sends a known distinct id joins
//! that contact. In scope: registration and reports. Out of scope: the script (`script`) and the
//! event stream (`stream`).

use serde_json::{Map, Value, json};

use super::{
    conversation::{from_contact, message_event},
    error::ApiError,
    model::{PageView, Person, Tracked, Visit},
    project::Project,
    validate::{DISTINCT_ID_CHARS, NAME_CHARS, PHONE_CHARS, VALUE_CHARS, check_property, is_email},
    webhooks::raise,
    world::World,
};

/// Pages and events kept per person; the oldest go first.
const TRAIL: usize = 500;

/// Registers a page load: finds or makes the visitor and tells the page what it may show.
///
/// A changed `identify` with a known distinct id joins that person. An unknown distinct id, or an
/// e-mail, starts a fresh visitor. Without a change, the visitor saved in the browser goes on.
pub fn register(world: &mut World, project_key: &str, report: &Value) -> Result<Value, ApiError> {
    let now_ms = world.now_ms;
    let project = world.project(project_key)?;
    let nothing = Map::new();
    let identify = report.get("identify").and_then(Value::as_object).unwrap_or(&nothing);
    let saved = text(report, "visitor").filter(|id| project.people.get(id).is_some());
    let changed = report.get("identify_changed").and_then(Value::as_bool).unwrap_or(false);
    let id = resolve(project, identify, saved, changed).unwrap_or_else(|| fresh(project, now_ms));
    project.people.edit(&id, |person| {
        let visit = person.visit.get_or_insert_with(Visit::default);
        visit.page_loads = visit.page_loads.saturating_add(1);
        visit.browser = text(report, "browser").unwrap_or_default();
        visit.seen_ms = now_ms;
        let language = text(report, "language").unwrap_or_default();
        person.language = language.split('-').next().filter(|tag| tag.len() == 2).map(str::to_owned);
    });
    write_data(world, project_key, &id, identify);
    view(world, project_key, &id, report);
    answer(world.project(project_key)?, &id)
}

/// Takes one report of a registered page. Reports of banned visitors are ignored.
pub fn report(world: &mut World, project_key: &str, id: &str, report: &Value) -> Result<Value, ApiError> {
    let now_ms = world.now_ms;
    let project = world.project(project_key)?;
    let banned = project.widget.banned;
    let seen = project.people.edit(id, |person| {
        let visit = person.visit.get_or_insert_with(Visit::default);
        visit.seen_ms = now_ms;
        visit.banned
    });
    if seen.ok_or_else(|| ApiError::missing("visitor"))? || banned {
        return Ok(json!({}));
    }
    let nothing = Map::new();
    let fields = |name: &str| report.get(name).and_then(Value::as_object).unwrap_or(&nothing);
    match text(report, "type").as_deref() {
        Some("page") => view(world, project_key, id, report),
        Some("message") => {
            let message = from_contact(world, project_key, id, &text(report, "text").unwrap_or_default());
            return Ok(message.unwrap_or_default());
        }
        Some("data") => write_data(world, project_key, id, fields("data")),
        Some("properties") => write_properties(world, project_key, id, fields("properties")),
        Some("tags") => write_tags(world, project_key, id, report.get("tags")),
        Some("currency") => write_currency(world, project_key, id, report.get("currency")),
        Some("event") => track(world, project_key, id, report),
        _ => return Err(ApiError::malformed("type: unknown")),
    }
    world.touched(project_key, id);
    Ok(json!({}))
}

fn resolve(
    project: &Project,
    identify: &Map<String, Value>,
    saved: Option<String>,
    changed: bool,
) -> Option<String> {
    let distinct = scalar(identify.get("distinct_id"));
    let email = scalar(identify.get("email"));
    if saved.is_some() && (!changed || (distinct.is_none() && email.is_none())) {
        return saved;
    }
    match (distinct, email) {
        (Some(distinct), _) => project.people.with_distinct_id(&distinct).map(|person| person.id.clone()),
        (None, Some(email)) => project.people.with_email(&email).map(|person| person.id.clone()),
        (None, None) => None,
    }
}

fn fresh(project: &mut Project, now_ms: u64) -> String {
    let id = project.ids.uuid();
    project.people.insert(Person {
        id: id.clone(),
        created_ms: now_ms,
        updated_ms: now_ms,
        visit: Some(Visit::default()),
        ..Person::default()
    });
    id
}

fn answer(project: &Project, id: &str) -> Result<Value, ApiError> {
    let person = project.people.get(id).ok_or_else(|| ApiError::missing("visitor"))?;
    let banned = project.widget.banned || person.visit.as_ref().is_some_and(|visit| visit.banned);
    let operators: Vec<Value> =
        project.operators.iter().map(|o| json!({"id": o.id, "name": o.name})).collect();
    let visitor = json!({
        "id": person.id,
        "distinct_id": person.distinct_id,
        "email": person.email,
        "name": person.name(),
        "phone": person.phone,
        "tags": person.tags,
        "properties": person.properties,
        "currency": person.visit.as_ref().and_then(|visit| visit.currency.clone()),
    });
    Ok(json!({
        "visitor": visitor,
        "messages": person.messages.iter().map(message_event).collect::<Vec<_>>(),
        "operators": operators,
        "project": project.name,
        "banned": banned,
        "status": if project.widget.offline { "offline" } else { "online" },
        "pre_chat": project.widget.pre_chat,
    }))
}

fn view(world: &mut World, project_key: &str, id: &str, report: &Value) {
    let Some(url) = text(report, "url") else { return };
    let page = PageView { url, title: text(report, "title").unwrap_or_default(), at_ms: world.now_ms };
    if let Ok(project) = world.project(project_key) {
        project.people.edit(id, |person| {
            person.updated_ms = page.at_ms;
            person.pages.push(page);
            trim(&mut person.pages);
        });
    }
    world.touched(project_key, id);
}

fn track(world: &mut World, project_key: &str, id: &str, report: &Value) {
    let Some(name) = text(report, "name").filter(|name| !name.is_empty()) else { return };
    let data = report.get("data").cloned().unwrap_or_default();
    let event = Tracked { name, data, at_ms: world.now_ms };
    if let Ok(project) = world.project(project_key) {
        project.people.edit(id, |person| {
            person.updated_ms = event.at_ms;
            person.events.push(event);
            trim(&mut person.events);
        });
    }
}

fn trim<T>(trail: &mut Vec<T>) {
    let surplus = trail.len().saturating_sub(TRAIL);
    trail.drain(..surplus);
}

fn write_tags(world: &mut World, project_key: &str, id: &str, tags: Option<&Value>) {
    let tags = tags.and_then(Value::as_array).into_iter().flatten();
    let tags: Vec<String> = tags.filter_map(Value::as_str).map(str::to_owned).collect();
    if let Ok(project) = world.project(project_key) {
        project.people.edit(id, |person| person.tags.extend(tags));
    }
}

fn write_currency(world: &mut World, project_key: &str, id: &str, currency: Option<&Value>) {
    if let Ok(project) = world.project(project_key) {
        project.people.edit(id, |person| {
            person.visit.get_or_insert_with(Visit::default).currency = currency.cloned();
        });
    }
}

/// `setVisitorData` and `tidioIdentify`: values that break a limit are dropped and counted.
fn write_data(world: &mut World, project_key: &str, id: &str, data: &Map<String, Value>) {
    edit_as_visitor(world, project_key, id, |person| {
        if let Some(distinct) = scalar(data.get("distinct_id")) {
            person.distinct_id = Some(cut(&distinct, DISTINCT_ID_CHARS));
        }
        match scalar(data.get("email")) {
            Some(email) if is_email(&email) => person.email = Some(email),
            Some(_) => drop_field(person, "email"),
            None => {}
        }
        if let Some(name) = scalar(data.get("name")) {
            let (first, last) = name.trim().split_once(' ').unwrap_or((name.trim(), ""));
            person.first_name = Some(cut(first, NAME_CHARS));
            person.last_name = Some(cut(last.trim(), NAME_CHARS)).filter(|last| !last.is_empty());
        }
        if let Some(phone) = scalar(data.get("phone")) {
            person.phone = Some(cut(&phone, PHONE_CHARS));
        }
        if let Some(consent) = data.get("emailConsent") {
            let value = consent.get("value").unwrap_or(consent).as_str().unwrap_or_default().to_owned();
            if matches!(value.as_str(), "subscribed" | "unsubscribed") {
                person.email_consent = Some(value);
            }
        }
    });
    write_tags(world, project_key, id, data.get("tags"));
    if let Some(properties) = data.get("properties").and_then(Value::as_object) {
        write_properties(world, project_key, id, properties);
    }
}

/// `setContactProperties`: names nobody defined and values of the wrong type are dropped and counted;
/// an empty text clears.
fn write_properties(world: &mut World, project_key: &str, id: &str, given: &Map<String, Value>) {
    let Ok(project) = world.project(project_key) else { return };
    let catalogue = project.properties.clone();
    edit_as_visitor(world, project_key, id, |person| {
        for (name, value) in given {
            let value = scalar(Some(value)).unwrap_or_default();
            if value.is_empty() {
                person.properties.remove(name);
                continue;
            }
            let fits = value.chars().count() <= VALUE_CHARS;
            let value = Value::String(value);
            if fits && check_property(&catalogue, name, &value).is_ok() {
                person.properties.insert(name.clone(), value);
            } else {
                drop_field(person, name);
            }
        }
    });
}

/// Changes a person from the browser's side; contacts that come about or change are reported by webhook.
fn edit_as_visitor(world: &mut World, project_key: &str, id: &str, change: impl FnOnce(&mut Person)) {
    let now_ms = world.now_ms;
    let Ok(project) = world.project(project_key) else { return };
    let outcome = project.people.edit(id, |person| {
        let before = webhook_content(person);
        change(person);
        let after = webhook_content(person);
        let was_contact = person.is_contact;
        person.is_contact = was_contact || person.has_identity();
        if before != after {
            person.updated_ms = now_ms;
        }
        (person.is_contact, was_contact, before != after, after)
    });
    match outcome {
        Some((true, false, _, content)) => raise(world, project_key, "contact.created", content),
        Some((true, true, true, content)) => raise(world, project_key, "contact.updated", content),
        _ => {}
    }
}

fn webhook_content(person: &Person) -> Value {
    json!({
        "id": person.id,
        "email": person.email,
        "phone": person.phone,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "distinct_id": person.distinct_id,
        "properties": person.property_list(),
    })
}

fn drop_field(person: &mut Person, name: &str) {
    let count = person.dropped.entry(name.to_owned()).or_insert(0);
    *count = count.saturating_add(1);
}

fn cut(value: &str, limit: usize) -> String {
    value.chars().take(limit).collect()
}

fn text(report: &Value, name: &str) -> Option<String> {
    report.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// A string, number or boolean as text; nothing for anything else, and for an empty text.
fn scalar(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}
