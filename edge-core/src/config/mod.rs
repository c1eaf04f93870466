//! The configuration of the Worker: one JSON value (variable `BRIDGE`) and the secrets it names, read once into a
//! type that cannot be wrong, or into the list of everything that is wrong.
//!
//! In scope: forms, unknown keys, references between sections, presence and strength of secrets. Out of scope:
//! whether the vendors accept them, which `/readyz` finds out.

mod draft;
mod events;
mod kinds;
mod print;
mod secret;
pub(crate) mod section;
mod settings;
#[cfg(test)]
mod tests;
mod triggers;

use contract::FlatMap;
use serde_json::Value;

pub use events::*;
pub use kinds::*;
pub use print::{json_schema, markdown};
pub use secret::{
    ADMIN_TOKEN, MIN_ADMIN_TOKEN_BYTES, MIN_HMAC_SECRET_BYTES, Secret, SecretNeed, secret_part,
};
pub use section::{Member, Mistake, Path, Presence, Problem, Problems, Setting, Shape};
pub use settings::*;
pub use triggers::{SignalName, TriggerSettings};

use crate::link::Template;
use crate::property::Policy;
use crate::token::{Ed25519, TokenKeys};
use draft::{Draft, read_secrets};

/// Name of the variable that holds the configuration.
pub const VARIABLE: &str = "BRIDGE";

/// The whole configuration, checked.
#[derive(Debug)]
pub struct Config {
    /// `aud` of identity tokens.
    pub audience: String,
    /// Keys that may sign them.
    pub token_keys: TokenKeys,
    /// commercetools projects by the user's name for them.
    pub commercetools: FlatMap<Name, CommerceProject>,
    /// Tidio projects by the user's name for them.
    pub tidio: FlatMap<Name, TidioProject>,
    /// Stores by key.
    pub stores: FlatMap<StoreKey, Store>,
    /// Opens `/admin`; those paths do not exist without it.
    pub admin_token: Option<Secret>,
}

/// A commercetools project, with its credentials.
#[derive(Clone, Debug)]
pub struct CommerceProject {
    /// The user's name for it.
    pub name: Name,
    /// Project key.
    pub project_key: ProjectKey,
    /// Region.
    pub region: Region,
    /// Whether and how shoppers' access tokens are checked.
    pub access_tokens: AccessTokens,
    /// Whether names of workflow states are read.
    pub workflow_states: WorkflowStates,
    /// Whether the Messages API is read.
    pub messages: MessagesApi,
    /// How shoppers' records are read.
    pub reads: Reads,
    /// Address of the API, without a trailing slash.
    pub api_url: String,
    /// Address of the token service, without a trailing slash.
    pub auth_url: String,
    /// API client.
    pub client_id: Secret,
    /// Its secret.
    pub client_secret: Secret,
    /// What EventBridge or Event Grid must show, one of these; without any they are not taken.
    pub events_secrets: Vec<Secret>,
    /// How events come in.
    pub events: EventsSettings,
}

/// A Tidio project, with its credentials.
#[derive(Clone, Debug)]
pub struct TidioProject {
    /// The user's name for it; also the name of its Durable Object.
    pub name: Name,
    /// Public key of the widget.
    pub public_key: PublicKey,
    /// Address of the REST interface, without a trailing slash.
    pub api_url: String,
    /// Origin of the widget script.
    pub script_origin: String,
    /// Credentials of the REST interface; present in tier `full` only.
    pub openapi: Option<OpenApiClient>,
    /// Key that makes visitor ids.
    pub distinct_id_key: Secret,
    /// How long the widget may take to make a contact before the engine does, in milliseconds.
    pub widget_grace_ms: u64,
    /// Secrets that Tidio signs webhooks with, any of them; without one no webhook is taken.
    pub webhook_secrets: Vec<Secret>,
}

/// Credentials of Tidio's REST interface.
#[derive(Clone, Debug)]
pub struct OpenApiClient {
    /// Client id.
    pub client_id: Secret,
    /// Client secret.
    pub client_secret: Secret,
}

/// A store, resolved.
#[derive(Clone, Debug)]
pub struct Store {
    /// Store key.
    pub key: StoreKey,
    /// Name of its commercetools project, a key of [`Config::commercetools`].
    pub commercetools: Name,
    /// Name of its Tidio project, a key of [`Config::tidio`].
    pub tidio: Name,
    /// Origins of its pages.
    pub origins: Vec<Origin>,
    /// Its locales; never empty.
    pub locales: Vec<LocaleSettings>,
    /// What may leave.
    pub policy: Policy,
    /// Consent purposes.
    pub consent: ConsentSettings,
    /// When a contact may be created.
    pub create: crate::fact::CreatePolicy,
    /// Order page.
    pub order_link: Template,
    /// Cart page.
    pub cart_link: Option<Template>,
    /// Routing rules.
    pub routes: Vec<RouteSettings>,
    /// When pages send which custom event.
    pub triggers: Vec<TriggerSettings>,
    /// Language of the timeline; the contact's unless given.
    pub timeline_language: Option<LocaleTag>,
}

impl CommerceProject {
    /// The scopes of our own access token.
    pub fn scopes(&self) -> impl Iterator<Item = &'static str> {
        let states = (self.workflow_states == WorkflowStates::Names).then_some("view_states");
        let messages = (self.messages == MessagesApi::Poll).then_some("view_messages");
        ["view_orders", "view_customers"].into_iter().chain(states).chain(messages)
    }

    /// The rest of a query for orders: what is to be expanded in them.
    pub(crate) fn order_expansion(&self) -> &'static str {
        match self.workflow_states {
            WorkflowStates::Off => "",
            WorkflowStates::Names => "&expand=state",
        }
    }
}

impl Store {
    /// The settings of a locale of this store; tags are compared without regard to case.
    pub fn locale(&self, tag: &str) -> Option<&LocaleSettings> {
        self.locales.iter().find(|locale| locale.tag.as_str().eq_ignore_ascii_case(tag))
    }

    /// Does this store allow pages of that origin?
    pub fn allows_origin(&self, origin: &str) -> bool {
        self.origins.iter().any(|allowed| allowed.as_str() == origin)
    }
}

impl Config {
    /// A store together with its two projects; `None` if there is no such store.
    pub fn store(&self, key: &str) -> Option<(&Store, &CommerceProject, &TidioProject)> {
        let store = self.stores.get(key)?;
        Some((store, self.commercetools.get(&store.commercetools)?, self.tidio.get(&store.tidio)?))
    }

    /// Reads the configuration, with `secret` looking up secrets by name. `curve` will check what EdDSA keys sign.
    ///
    /// # Errors
    /// Every problem found, in the order of the sections. The text never holds a secret.
    pub fn read(
        value: &Value,
        secret: &dyn Fn(&str) -> Option<String>,
        curve: Ed25519,
    ) -> Result<Config, Vec<Problem>> {
        let mut problems = Problems::default();
        let draft = Draft::read(value, &mut problems);
        let needs = draft.secret_needs();
        let secrets = read_secrets(&needs, secret, &mut problems);
        let token_keys = draft.token_keys(&secrets, curve, &mut problems);
        draft.check_references(value, &mut problems);
        let config = draft.resolve(&secrets, token_keys);
        match (config, problems.into_vec()) {
            (Some(config), problems) if problems.is_empty() => Ok(config),
            (_, problems) => Err(problems),
        }
    }

    /// Every secret that this configuration reads, whether it is set or not; sorted by name, without repeats.
    pub fn secrets(value: &Value) -> Vec<SecretNeed> {
        Draft::read(value, &mut Problems::default()).secret_needs()
    }

    /// The whole description, for the schema and the documentation.
    pub fn shape() -> Shape {
        let member = |name, doc: &str, shape| Member {
            name,
            doc: doc.to_owned(),
            presence: Presence::Required,
            shape,
        };
        let table = |keys, of| Shape::Table { keys, of: Box::new(of) };
        Shape::Section(vec![
            member("identity", "How shoppers prove who they are.", IdentitySettings::shape()),
            member(
                "commercetools",
                "commercetools projects.",
                table("a name of your own", CommercetoolsSettings::shape()),
            ),
            member("tidio", "Tidio projects.", table("a name of your own", TidioSettings::shape())),
            member("stores", "Stores.", table("a store key", StoreSettings::shape())),
        ])
    }
}
