//! What the agent panel and the tests' JSON twin show of a project and its people.

use serde_json::{Map, Value, json};

use super::{
    clock::stamp,
    model::{Author, Person},
    project::Project,
};

/// A project in the panel's switch.
pub fn project_head(project: &Project) -> Value {
    let people = || project.people.all();
    json!({
        "public_key": project.public_key,
        "name": project.name,
        "plan": project.plan,
        "operators": project.operators,
        "departments": project.departments,
        "online": people().filter(|person| online(person)).count(),
        "unread": people().map(|person| u64::from(person.unread)).sum::<u64>(),
    })
}

/// A person in the panel's list.
pub fn row(person: &Person) -> Value {
    let last = person.messages.last();
    let page = person.pages.last();
    json!({
        "id": person.id,
        "name": person.name(),
        "email": person.email,
        "contact": person.is_contact,
        "online": online(person),
        "unread": person.unread,
        "solved": person.solved,
        "language": person.language,
        "last_message": last.map(|message| &message.text),
        "last_from_operator": last.is_some_and(|message| message.author != Author::Contact),
        "last_page": page.map(|page| &page.title),
        "identity": person.properties.get("ct_identity"),
        "updated_at": person.updated_ms,
    })
}

/// A person in the panel, with labels and groups for the properties.
pub fn panel(project: &Project, person: &Person) -> Value {
    let mut view = detail(project, person);
    let groups = grouped(project, person);
    if let Some(fields) = view.as_object_mut() {
        fields.insert("groups".into(), groups);
        fields.insert("operators".into(), json!(project.operators));
        fields.insert("departments".into(), json!(project.departments));
    }
    view
}

/// Everything about a person, for tests.
pub fn detail(project: &Project, person: &Person) -> Value {
    let tickets: Vec<Value> =
        project.tickets.values().filter(|t| t.contact_id == person.id).map(|t| t.full()).collect();
    let messages: Vec<Value> = person.messages.iter().map(|m| message(project, person, m)).collect();
    let pages: Vec<Value> = person
        .pages
        .iter()
        .map(|page| json!({"url": page.url, "title": page.title, "at": page.at_ms}))
        .collect();
    let events: Vec<Value> = person
        .events
        .iter()
        .map(|event| json!({"name": event.name, "data": event.data, "at": event.at_ms}))
        .collect();
    let visit = person.visit.as_ref();
    let department = person.department.as_deref().and_then(|id| project.department(id));
    json!({
        "id": person.id,
        "contact": person.is_contact,
        "by_rest": person.by_rest,
        "online": online(person),
        "identity": {
            "distinct_id": person.distinct_id,
            "name": person.name(),
            "first_name": person.first_name,
            "last_name": person.last_name,
            "email": person.email,
            "phone": person.phone,
            "language": person.language,
            "email_consent": person.email_consent,
        },
        "properties": person.properties,
        "tags": person.tags,
        "messages": messages,
        "pages": pages,
        "events": events,
        "tickets": tickets,
        "currency": visit.and_then(|visit| visit.currency.clone()),
        "browser": visit.map(|visit| &visit.browser),
        "page_loads": visit.map_or(0, |visit| visit.page_loads),
        "banned": visit.is_some_and(|visit| visit.banned),
        "seen_at": visit.map(|visit| visit.seen_ms),
        "dropped": person.dropped,
        "unread": person.unread,
        "solved": person.solved,
        "department": department.map(|department| &department.name),
        "created_at": stamp(person.created_ms),
        "updated_at": person.updated_ms,
    })
}

fn message(project: &Project, person: &Person, message: &super::model::Message) -> Value {
    let (from, author) = match &message.author {
        Author::Contact => ("contact", person.name()),
        Author::Operator(id) => ("operator", project.operator(id).map(|operator| operator.name.clone())),
        Author::Bot(flow) => ("bot", Some(flow.clone())),
    };
    json!({"id": message.id, "from": from, "author": author, "text": message.text, "at": message.at_ms})
}

/// A project's people for tests: contacts and mere visitors apart.
pub fn project_twin(project: &Project, wanted: impl Fn(&Person) -> bool) -> Value {
    let (contacts, visitors): (Vec<&Person>, Vec<&Person>) =
        project.people.all().filter(|person| wanted(person)).partition(|person| person.is_contact);
    let print = |people: Vec<&Person>| -> Vec<Value> {
        people.into_iter().map(|person| detail(project, person)).collect()
    };
    json!({
        "public_key": project.public_key,
        "name": project.name,
        "contacts": print(contacts),
        "visitors": print(visitors),
    })
}

/// Properties under their panel headings, in the order of the catalogue.
fn grouped(project: &Project, person: &Person) -> Value {
    let mut titles: Vec<&str> = Vec::new();
    let mut groups: Map<String, Value> = Map::new();
    for definition in &project.properties {
        let Some(value) = person.properties.get(&definition.name) else { continue };
        if !titles.contains(&definition.group.as_str()) {
            titles.push(&definition.group);
        }
        let item = json!({
            "name": definition.name,
            "label": definition.label,
            "type": definition.kind,
            "value": value,
        });
        let list = groups.entry(definition.group.clone()).or_insert_with(|| json!([]));
        if let Some(list) = list.as_array_mut() {
            list.push(item);
        }
    }
    titles.iter().map(|title| json!({"title": title, "items": groups.get(*title)})).collect()
}

fn online(person: &Person) -> bool {
    person.visit.as_ref().is_some_and(|visit| visit.connections > 0)
}
