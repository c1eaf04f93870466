//! The live-chat conversation of one person: what a new message sets off.

use serde_json::{Value, json};

use super::{
    clock::stamp,
    model::{Author, Message, Person},
    webhooks::raise,
    world::{News, World},
};

/// Adds a message of the visitor or contact. Nothing happens when the person is unknown.
pub fn from_contact(world: &mut World, project_key: &str, person: &str, text: &str) -> Option<Value> {
    let message = add(world, project_key, person, Author::Contact, text, |person| {
        person.unread = person.unread.saturating_add(1);
        person.solved = false;
    })?;
    Some(message_event(&message))
}

/// Adds an agent's reply; the visitor's page shows it and a webhook goes out.
pub fn from_operator(
    world: &mut World,
    project_key: &str,
    person: &str,
    operator: &str,
    text: &str,
) -> Option<Value> {
    let author = Author::Operator(operator.to_owned());
    let message = add(world, project_key, person, author, text, |person| person.unread = 0)?;
    let content = json!({
        "contact_id": person,
        "message": {
            "id": message.id,
            "author_type": "operator",
            "author_id": operator,
            "message": message.text,
            "created_at": stamp(message.at_ms),
        },
    });
    raise(world, project_key, "conversation.operator_replied", content);
    Some(message_event(&message))
}

/// Adds what a flow says; the visitor's page shows it.
pub fn from_bot(world: &mut World, project_key: &str, person: &str, flow: &str, text: &str) {
    add(world, project_key, person, Author::Bot(flow.to_owned()), text, |_| {});
}

/// Closes a conversation as an agent does.
pub fn solve(world: &mut World, project_key: &str, person: &str) -> Option<()> {
    world.project(project_key).ok()?.people.edit(person, |person| {
        person.solved = true;
        person.unread = 0;
    })?;
    raise(world, project_key, "conversation.solved_by_operator", json!({"contact_id": person}));
    world.touched(project_key, person);
    Some(())
}

/// A message as the page's event stream and its stored history carry it.
pub fn message_event(message: &Message) -> Value {
    let (from, operator) = match &message.author {
        Author::Contact => ("visitor", None),
        Author::Operator(id) => ("operator", Some(id)),
        Author::Bot(_) => ("bot", None),
    };
    json!({
        "type": "message",
        "id": message.id,
        "from": from,
        "operator": operator,
        "text": message.text,
        "at": message.at_ms,
    })
}

fn add(
    world: &mut World,
    project_key: &str,
    person_id: &str,
    author: Author,
    text: &str,
    effect: impl FnOnce(&mut Person),
) -> Option<Message> {
    let at_ms = world.now_ms;
    let project = world.project(project_key).ok()?;
    let id = project.ids.uuid();
    let message = Message { id, text: text.to_owned(), author, at_ms };
    project.people.edit(person_id, |person| {
        person.messages.push(message.clone());
        person.updated_ms = at_ms;
        effect(person);
    })?;
    let event = message_event(&message);
    world.announce(News::Widget { project: project_key.into(), visitor: person_id.into(), event });
    world.touched(project_key, person_id);
    Some(message)
}
