//! A merchant's flows, as far as an integration drives them: a message or a custom event starts one,
//! contact properties decide, and its steps route the chat, tag it, say something, or call a web
//! address and use its answer.
//!
//! In scope: what properties, `track` events and an endpoint for bots need as their other side. Out of
//! scope: the vendor's other triggers and steps, and Lyro.

use std::{collections::BTreeMap, time::Duration};

use axum::{body::Body, http::Request};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    conversation, courier,
    model::Person,
    world::{Shared, World},
};

/// How long a called address may take. The vendor's own limit is not known.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// Longest answer read.
const ANSWER_BYTES: usize = 256 * 1_024;

/// One flow.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// Shown as the author of what it says.
    pub name: String,
    /// What starts it.
    pub when: Trigger,
    /// All must hold.
    #[serde(default, rename = "if")]
    pub conditions: Vec<Condition>,
    /// Done in order; a failed call ends the flow.
    pub then: Vec<Step>,
}

/// What starts a flow.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// Any message of the visitor.
    AnyMessage,
    /// A message that contains one of these, in any case.
    Says(Vec<String>),
    /// `tidioChatApi.track` with this name.
    Event(String),
}

/// A test of one contact property. Without `equals` and `contains` it only has to be there.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Internal name.
    pub property: String,
    /// Whole value.
    pub equals: Option<String>,
    /// Part of the value.
    pub contains: Option<String>,
}

/// One thing a flow does. Texts may hold `{{message}}`, `{{name}}`, `{{email}}`, `{{distinct_id}}`,
/// `{{property.<name>}}` and `{{reply.<path>}}`; what is unknown becomes empty.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Hands the chat to the department with this name.
    Assign(String),
    /// Adds a visitor tag.
    Tag(String),
    /// Says something as the bot.
    Say(String),
    /// Calls a web address.
    Call(Call),
}

/// A call to a web address (plain HTTP).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// HTTP method.
    pub method: String,
    /// Address.
    pub url: String,
    /// Request headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// JSON body; its texts may hold the same variables.
    pub body: Option<Value>,
    /// Said when the call fails.
    pub failed: Option<String>,
}

/// What set a flow off.
#[derive(Debug, Clone, Copy)]
pub enum Cause<'a> {
    /// The visitor wrote.
    Message(&'a str),
    /// The page tracked an event.
    Event(&'a str),
}

/// Starts every flow of the project that answers to the cause. Each runs as a task of its own.
pub fn start(tidio: &Shared, project_key: &str, person_id: &str, cause: Cause) {
    let chosen: Vec<Flow> = tidio.with(|world| {
        let Ok(project) = world.project(project_key) else { return Vec::new() };
        let Some(person) = project.people.get(person_id) else { return Vec::new() };
        if project.widget.banned || person.visit.as_ref().is_some_and(|visit| visit.banned) {
            return Vec::new();
        }
        project.flows.iter().filter(|flow| flow.applies(person, cause)).cloned().collect()
    });
    let message = match cause {
        Cause::Message(text) => text,
        Cause::Event(_) => "",
    };
    for flow in chosen {
        let run = Run {
            tidio: tidio.clone(),
            project: project_key.to_owned(),
            person: person_id.to_owned(),
            variables: json!({ "message": message }),
        };
        tokio::spawn(run.all(flow));
    }
}

impl Flow {
    fn applies(&self, person: &Person, cause: Cause) -> bool {
        let called = match (&self.when, cause) {
            (Trigger::AnyMessage, Cause::Message(_)) => true,
            (Trigger::Says(words), Cause::Message(text)) => {
                let text = text.to_lowercase();
                words.iter().any(|word| text.contains(&word.to_lowercase()))
            }
            (Trigger::Event(name), Cause::Event(tracked)) => name == tracked,
            _ => false,
        };
        called && self.conditions.iter().all(|condition| condition.holds(person))
    }
}

impl Condition {
    fn holds(&self, person: &Person) -> bool {
        let Some(value) = person.properties.get(&self.property).and_then(Value::as_str) else { return false };
        self.equals.as_ref().is_none_or(|wanted| wanted == value)
            && self.contains.as_ref().is_none_or(|part| value.contains(part))
    }
}

/// One run of one flow.
struct Run {
    tidio: Shared,
    project: String,
    person: String,
    variables: Value,
}

impl Run {
    async fn all(mut self, flow: Flow) {
        for step in &flow.then {
            if !self.step(&flow.name, step).await {
                return;
            }
        }
    }

    /// False when the flow must end.
    async fn step(&mut self, name: &str, step: &Step) -> bool {
        match step {
            Step::Assign(department) => {
                self.tidio.with(|world| assign(world, &self.project, &self.person, department));
            }
            Step::Tag(tag) => self.edit(|person| {
                person.tags.insert(tag.clone());
            }),
            Step::Say(text) => self.say(name, text),
            Step::Call(call) => {
                let Some(reply) = self.call(call).await else {
                    call.failed.iter().for_each(|text| self.say(name, text));
                    return false;
                };
                if let Some(variables) = self.variables.as_object_mut() {
                    variables.insert("reply".into(), reply);
                }
            }
        }
        true
    }

    fn say(&self, name: &str, text: &str) {
        let text = self.fill(text);
        if !text.trim().is_empty() {
            self.tidio.with(|world| conversation::from_bot(world, &self.project, &self.person, name, &text));
        }
    }

    fn edit(&self, change: impl FnOnce(&mut Person)) {
        self.tidio.with(|world| {
            if let Ok(project) = world.project(&self.project) {
                project.people.edit(&self.person, change);
            }
            world.touched(&self.project, &self.person);
        });
    }

    /// The JSON answer of a call; nothing when it failed.
    async fn call(&self, call: &Call) -> Option<Value> {
        let mut request = Request::builder().method(call.method.as_str()).uri(self.fill(&call.url));
        for (name, value) in &call.headers {
            request = request.header(name, self.fill(value));
        }
        let body = match &call.body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Body::from(self.fill_json(body).to_string())
            }
            None => Body::empty(),
        };
        let request = request.body(body).ok()?;
        let answer =
            tokio::time::timeout(ANSWER_WITHIN, courier::http().request(request)).await.ok()?.ok()?;
        if !answer.status().is_success() {
            return None;
        }
        let bytes = axum::body::to_bytes(Body::new(answer.into_body()), ANSWER_BYTES).await.ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    fn fill_json(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.fill(text)),
            Value::Array(list) => list.iter().map(|item| self.fill_json(item)).collect(),
            Value::Object(fields) => Value::Object(
                fields.iter().map(|(name, item)| (name.clone(), self.fill_json(item))).collect(),
            ),
            other => other.clone(),
        }
    }

    fn fill(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((name, tail)) = after.split_once("}}") else { break };
            filled.push_str(before);
            filled.push_str(&self.variable(name.trim()));
            rest = tail;
        }
        filled + rest
    }

    fn variable(&self, name: &str) -> String {
        let found = match name.split_once('.') {
            Some(("property", name)) => self.of_person(|person| person.properties.get(name).cloned()),
            Some(("reply", path)) => {
                let path = format!("/reply/{}", path.replace('.', "/"));
                self.variables.pointer(&path).cloned()
            }
            _ => match name {
                "name" => self.of_person(|person| person.name().map(Value::String)),
                "email" => self.of_person(|person| person.email.clone().map(Value::String)),
                "distinct_id" => self.of_person(|person| person.distinct_id.clone().map(Value::String)),
                _ => self.variables.get(name).cloned(),
            },
        };
        match found {
            Some(Value::String(text)) => text,
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        }
    }

    fn of_person(&self, read: impl FnOnce(&Person) -> Option<Value>) -> Option<Value> {
        self.tidio.with(|world| read(world.project(&self.project).ok()?.people.get(&self.person)?))
    }
}

/// Hands a chat to a department; an unknown name changes nothing.
fn assign(world: &mut World, project_key: &str, person_id: &str, department: &str) {
    let Ok(project) = world.project(project_key) else { return };
    let known = project.departments.iter().find(|one| one.name == department).map(|one| one.id.clone());
    let Some(id) = known else { return };
    project.people.edit(person_id, |person| person.department = Some(id));
    world.touched(project_key, person_id);
}
