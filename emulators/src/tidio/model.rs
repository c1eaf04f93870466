//! The records of one Tidio project, as plain data.
//!
//! In scope: what exists and how the vendor prints it. Out of scope: who may change it
//! (`contacts`, `tickets`, `visitors`) and when it is refused (`validate`, `gate`).

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Value, json};

use super::clock::stamp;

/// What a merchant pays for, as far as the REST interface cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Plan {
    /// No REST at all.
    Free,
    /// Products endpoints only, 10 requests a minute.
    Starter,
    /// Everything, 60 requests a minute.
    Plus,
    /// Everything, 120 requests a minute.
    Premium,
}

impl Plan {
    /// Requests per minute window; zero means REST is refused.
    pub fn per_minute(self) -> u32 {
        match self {
            Self::Free => 0,
            Self::Starter => 10,
            Self::Plus => 60,
            Self::Premium => 120,
        }
    }

    /// Whether endpoints other than products answer.
    pub fn is_full(self) -> bool {
        matches!(self, Self::Plus | Self::Premium)
    }
}

/// Type of a contact property; fixed once defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PropertyType {
    /// Any text.
    Text,
    /// An e-mail address.
    Email,
    /// A number.
    Number,
    /// A phone number in international form.
    Phone,
    /// An http or https address.
    Url,
}

/// A property the merchant has defined in the panel.
#[derive(Debug, Clone, Serialize)]
pub struct PropertyDefinition {
    /// Internal name, as sent in `properties`.
    pub name: String,
    /// Type that values are checked against.
    #[serde(rename = "type")]
    pub kind: PropertyType,
    /// What the agent reads beside the value. Panel only.
    #[serde(skip)]
    pub label: String,
    /// Heading under which the panel shows it. Panel only.
    #[serde(skip)]
    pub group: String,
}

/// A message in a conversation.
#[derive(Debug, Clone)]
pub struct Message {
    /// Unique in the project.
    pub id: String,
    /// Text as typed.
    pub text: String,
    /// Whose text it is.
    pub author: Author,
    /// Wall time.
    pub at_ms: u64,
}

/// Who wrote a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Author {
    /// The visitor or contact.
    Contact,
    /// An agent, by operator id.
    Operator(String),
    /// A flow, by name.
    Bot(String),
}

/// A page the visitor opened.
#[derive(Debug, Clone)]
pub struct PageView {
    /// Full address.
    pub url: String,
    /// Document title.
    pub title: String,
    /// Wall time.
    pub at_ms: u64,
}

/// A custom event sent by `tidioChatApi.track`.
#[derive(Debug, Clone)]
pub struct Tracked {
    /// Event name, not empty.
    pub name: String,
    /// Whatever the page attached.
    pub data: Value,
    /// Wall time.
    pub at_ms: u64,
}

/// What the widget reported about the browser.
#[derive(Debug, Clone, Default)]
pub struct Visit {
    /// Open event streams; above zero means online.
    pub connections: u32,
    /// Registrations, one per page load.
    pub page_loads: u32,
    /// Browser and operating system, for example `Chrome on Linux`.
    pub browser: String,
    /// Currency set by the page: `{code, exchangeRate}`.
    pub currency: Option<Value>,
    /// An agent has banned this visitor.
    pub banned: bool,
    /// Wall time of the last sign of life.
    pub seen_ms: u64,
}

/// A visitor, who is also a contact once a name, an e-mail or a phone number is known.
#[derive(Debug, Clone, Default)]
pub struct Person {
    /// Position in creation order; the list cursor.
    pub seq: u64,
    /// Contact id, which is also the visitor id in the browser.
    pub id: String,
    /// The merchant's own id, at most 55 characters.
    pub distinct_id: Option<String>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Address, as written by whoever wrote it last.
    pub email: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
    /// ISO 639-1.
    pub language: Option<String>,
    /// `subscribed` or `unsubscribed`.
    pub email_consent: Option<String>,
    /// Values by internal property name.
    pub properties: BTreeMap<String, Value>,
    /// Visitor tags; only the widget can add them.
    pub tags: BTreeSet<String>,
    /// True once the person has been a contact; never goes back.
    pub is_contact: bool,
    /// Created by REST rather than by a browser.
    pub by_rest: bool,
    /// Wall time of creation.
    pub created_ms: u64,
    /// Wall time of the last change of any kind.
    pub updated_ms: u64,
    /// Browser side; absent for contacts no browser ever claimed.
    pub visit: Option<Visit>,
    /// Conversation, oldest first.
    pub messages: Vec<Message>,
    /// Pages, oldest first.
    pub pages: Vec<PageView>,
    /// Custom events, oldest first.
    pub events: Vec<Tracked>,
    /// Property names the widget sent although nobody defined them (or with a wrong value), counted.
    pub dropped: BTreeMap<String, u64>,
    /// Visitor messages no agent has looked at.
    pub unread: u32,
    /// An agent closed the conversation.
    pub solved: bool,
    /// Department the chat was handed to, by id.
    pub department: Option<String>,
}

impl Person {
    /// True when the vendor would list this person as a contact.
    pub fn has_identity(&self) -> bool {
        [&self.first_name, &self.last_name, &self.email, &self.phone].iter().any(|field| field.is_some())
    }

    /// First and last name joined, or nothing.
    pub fn name(&self) -> Option<String> {
        let parts: Vec<&str> =
            [&self.first_name, &self.last_name].into_iter().filter_map(|part| part.as_deref()).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    /// The contact as `GET /contacts/{id}` prints it.
    pub fn as_contact(&self) -> Value {
        json!({
            "id": self.id,
            "distinct_id": self.distinct_id,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "email": self.email,
            "phone": self.phone,
            "language": self.language,
            "country": null,
            "city": null,
            "messenger_id": null,
            "instagram_id": null,
            "created_at": stamp(self.created_ms),
            "email_consent": self.email_consent,
            "properties": self.property_list(),
        })
    }

    /// Properties as the vendor lists them: `[{name, value}]`.
    pub fn property_list(&self) -> Vec<Value> {
        self.properties.iter().map(|(name, value)| json!({"name": name, "value": value})).collect()
    }
}

/// Where a ticket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TicketStatus {
    /// Needs an answer.
    Open,
    /// Waits for the customer.
    Pending,
    /// Done.
    Solved,
}

/// How urgent a ticket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Can wait.
    Low,
    /// The default.
    Normal,
    /// Cannot wait.
    Urgent,
}

/// Who has a ticket on the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assignee {
    /// Nobody.
    Nobody,
    /// One agent, by id.
    Operator(String),
    /// A department, by id.
    Department(String),
}

/// A ticket with its messages.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// Number, from 10001.
    pub id: u64,
    /// Subject line.
    pub subject: String,
    /// Contact the ticket belongs to.
    pub contact_id: String,
    /// Address it was written from.
    pub contact_email: String,
    /// How urgent.
    pub priority: Priority,
    /// Where it stands.
    pub status: TicketStatus,
    /// Who has it.
    pub assigned: Assignee,
    /// Oldest first.
    pub messages: Vec<TicketMessage>,
    /// Wall time of creation.
    pub created_ms: u64,
}

/// One entry of a ticket.
#[derive(Debug, Clone, Serialize)]
pub struct TicketMessage {
    /// ULID.
    pub message_id: String,
    /// Stamp as printed.
    pub created_at: String,
    /// `operator` or `contact`.
    pub author_type: &'static str,
    /// Operator or contact id.
    pub author_id: Option<String>,
    /// `public` or `internal`.
    pub message_type: &'static str,
    /// HTML for public messages, plain text for notes.
    pub message_content: String,
    /// Always empty here.
    pub attachments: Vec<Value>,
}

impl Ticket {
    /// The ticket as the REST interface prints it, without messages.
    pub fn summary(&self) -> Value {
        let (operator, department) = match &self.assigned {
            Assignee::Nobody => (None, None),
            Assignee::Operator(id) => (Some(id), None),
            Assignee::Department(id) => (None, Some(id)),
        };
        json!({
            "id": self.id,
            "link": format!("https://www.tidio.com/panel/inbox/tickets/{}", self.id),
            "subject": self.subject,
            "contact_id": self.contact_id,
            "contact_email": self.contact_email,
            "priority": self.priority,
            "status": self.status,
            "assigned_operator_id": operator,
            "assigned_department_id": department,
            "custom_channel_id": null,
            "created_at": stamp(self.created_ms),
        })
    }

    /// The ticket with its messages.
    pub fn full(&self) -> Value {
        let mut ticket = self.summary();
        if let Some(fields) = ticket.as_object_mut() {
            fields.insert("messages".into(), json!(self.messages));
        }
        ticket
    }
}

/// An agent.
#[derive(Debug, Clone, Serialize)]
pub struct Operator {
    /// UUID.
    pub id: String,
    /// Can log in.
    pub active: bool,
    /// Address.
    pub email: String,
    /// Shown to visitors.
    pub name: String,
    /// `owner`, `admin`, `chat_agent`, `moderator`.
    pub role: &'static str,
    /// Always absent here.
    pub picture: Option<String>,
    /// Stamp as printed.
    pub last_seen: String,
}

/// A department.
#[derive(Debug, Clone, Serialize)]
pub struct Department {
    /// UUID.
    pub id: String,
    /// Shown in the panel.
    pub name: String,
}
