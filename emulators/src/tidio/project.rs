//! One Tidio project: who may call it, what it has defined, and everything it holds.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    flows::Flow,
    ids::Ids,
    model::{Department, Operator, Plan, PropertyDefinition, Ticket},
    people::People,
    rate::RateWindow,
    webhooks::{Delivery, Target},
};

/// How the widget of a project behaves, for tests of what can go wrong in a page.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WidgetMode {
    /// What the script does at all.
    pub start: WidgetStart,
    /// Every visitor is banned: `ready` fires, then each method does nothing.
    pub banned: bool,
    /// Agents are away: `setStatus` reports `offline`.
    pub offline: bool,
    /// Added to the time until `ready`, in milliseconds.
    pub ready_delay_ms: u64,
    /// Ask for name and e-mail before the first message.
    pub pre_chat: bool,
    /// A contact deleted by REST is erased from the open page too. The vendor does not confirm it.
    pub delete_reaches_page: bool,
    /// Start although `navigator.webdriver` is set, on any host.
    pub ignore_webdriver: bool,
}

impl Default for WidgetMode {
    fn default() -> Self {
        Self {
            start: WidgetStart::Normal,
            banned: false,
            offline: false,
            ready_delay_ms: 0,
            pre_chat: false,
            delete_reaches_page: false,
            ignore_webdriver: false,
        }
    }
}

/// What the widget script does when it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WidgetStart {
    /// Registers, fires `ready` once.
    Normal,
    /// Loads without an error and never defines `tidioChatApi`.
    NeverAttaches,
    /// Defines `tidioChatApi`, never reaches its server, so `ready` never fires.
    NeverReady,
    /// Fires `ready` twice.
    ReadyTwice,
    /// The script itself throws.
    Throws,
}

/// A project and its data.
#[derive(Debug, Clone)]
pub struct Project {
    /// 32 lower-case letters and digits.
    pub public_key: String,
    /// Shown in the panel.
    pub name: String,
    /// Value of `X-Tidio-Openapi-Client-Id`.
    pub client_id: String,
    /// Value of `X-Tidio-Openapi-Client-Secret`.
    pub client_secret: String,
    /// Decides rate and reach.
    pub plan: Plan,
    /// Requests counted against the plan.
    pub rate: RateWindow,
    /// Properties the merchant has made.
    pub properties: Vec<PropertyDefinition>,
    /// Refusals of content do not name what is wrong: the vendor promises no wording.
    pub terse_errors: bool,
    /// Departments, the default one first.
    pub departments: Vec<Department>,
    /// Agents.
    pub operators: Vec<Operator>,
    /// Visitors and contacts.
    pub people: People,
    /// Tickets by number.
    pub tickets: BTreeMap<u64, Ticket>,
    /// Products by id.
    pub products: BTreeMap<i64, Value>,
    /// Where webhooks go, if anywhere.
    pub target: Option<Target>,
    /// Webhooks waiting for a try, or for its answer.
    pub waiting: Vec<Delivery>,
    /// Webhooks accepted or given up, oldest first.
    pub done: VecDeque<Delivery>,
    /// Webhooks raised so far.
    pub raised: u64,
    /// Flows the merchant has made.
    pub flows: Vec<Flow>,
    /// How the widget behaves.
    pub widget: WidgetMode,
    /// Where ids come from.
    pub ids: Ids,
}

impl Project {
    /// An empty project on the Premium plan, with the vendor's default department.
    pub fn new(public_key: &str, name: &str, client_id: &str, client_secret: &str) -> Self {
        let ids = Ids::new(public_key);
        Self {
            public_key: public_key.into(),
            name: name.into(),
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            plan: Plan::Premium,
            rate: RateWindow::default(),
            properties: Vec::new(),
            terse_errors: false,
            departments: vec![Department { id: ids.named("department General"), name: "General".into() }],
            operators: Vec::new(),
            people: People::default(),
            tickets: BTreeMap::new(),
            products: BTreeMap::new(),
            target: None,
            waiting: Vec::new(),
            done: VecDeque::new(),
            raised: 0,
            flows: Vec::new(),
            widget: WidgetMode::default(),
            ids,
        }
    }

    /// The definition of a property, if the merchant has made it.
    pub fn property(&self, name: &str) -> Option<&PropertyDefinition> {
        self.properties.iter().find(|definition| definition.name == name)
    }

    /// The agent with this id.
    pub fn operator(&self, id: &str) -> Option<&Operator> {
        self.operators.iter().find(|operator| operator.id == id)
    }

    /// The department with this id.
    pub fn department(&self, id: &str) -> Option<&Department> {
        self.departments.iter().find(|department| department.id == id)
    }
}
