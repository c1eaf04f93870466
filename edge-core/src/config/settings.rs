//! The sections of the configuration, as the user writes them. This file is the description that the reader,
//! the JSON Schema and the documentation share: a new setting is one entry here.

use super::events::EventsSettings;
use super::kinds::{
    AccessTokens, BaseUrl, CountryCode, CurrencyCode, Ed25519Key, ExchangeRate, FieldPolicy, KeyAlgorithm,
    KeyId, Label, LocaleTag, MessagesApi, Name, Origin, ProjectKey, PublicKey, Reads, Region, Seconds,
    SecretName, Tier, WidgetLanguage, WorkflowStates,
};
use super::section::section;
use super::triggers::TriggerSettings;
use crate::fact::CreatePolicy;
use crate::link::Template;
use crate::property::PropertyName;

section! {
    /// How shoppers prove who they are.
    IdentitySettings {
        /// This Worker's own address, as the shop's server writes it into `aud`.
        required audience: BaseUrl,
        /// Keys that may sign identity tokens; two at a time while one replaces the other.
        required keys: Vec<IdentityKeySettings>,
    }
}

section! {
    /// A key that may sign identity tokens.
    IdentityKeySettings {
        /// Key id, as in the token's header.
        required kid: KeyId,
        /// How it signs.
        required algorithm: KeyAlgorithm,
        /// HS256: name of the Worker secret that holds the shared key.
        optional secret: SecretName,
        /// EdDSA: the public key.
        optional public_key: Ed25519Key,
    }
}

section! {
    /// A commercetools project.
    CommercetoolsSettings {
        /// Project key.
        required project_key: ProjectKey,
        /// Region; it gives the addresses of the API.
        required region: Region,
        /// Whether shoppers' own access tokens are taken as proof of who they are, and how they are checked.
        default("off", AccessTokens::Off) access_tokens: AccessTokens,
        /// Whether the timeline names the state of the order's own workflow; `names` needs the scope `view_states`.
        default("off", WorkflowStates::Off) workflow_states: WorkflowStates,
        /// Whether the delta sync also reads the Messages API, which tells what no order shows: deletions, and changes of
        /// customers. `poll` needs messages to be kept by the project, and the scope `view_messages`.
        default("off", MessagesApi::Off) messages: MessagesApi,
        /// How a shopper's customer record, cart and orders are read: by one GraphQL query, and over REST where the project refuses it; or always by three REST reads.
        default("graphql", Reads::GraphQl) reads: Reads,
        /// Another address of the API, for tests.
        optional api_url: BaseUrl,
        /// Another address of the token service, for tests.
        optional auth_url: BaseUrl,
        /// How order events come in; EventBridge and Event Grid need no more than their secret.
        optional events: EventsSettings,
    }
}

section! {
    /// A Tidio project.
    TidioSettings {
        /// Public key of the widget.
        required public_key: PublicKey,
        /// What the plan offers: the widget alone, or also the contact and ticket interface.
        default("widget", Tier::Widget) tier: Tier,
        /// Another address of Tidio's REST interface, for tests.
        optional api_url: BaseUrl,
        /// Another origin of the widget script, for tests.
        optional script_origin: Origin,
        /// Tier `full`: how long the widget may take to make a contact before the edge makes it.
        default("20", Seconds::new(20)) widget_grace_seconds: Seconds,
    }
}

section! {
    /// A commercetools store.
    StoreSettings {
        /// Which commercetools project.
        required commercetools: Name,
        /// Which Tidio project.
        required tidio: Name,
        /// Origins of the pages that may call the Worker for this store.
        required origins: Vec<Origin>,
        /// The locales of the store; the first one stands in when a name is not translated.
        required locales: Vec<LocaleSettings>,
        /// How much agents may see.
        default("minimal", FieldPolicy::Minimal) field_policy: FieldPolicy,
        /// Contact properties let out in addition to the policy.
        default("[]", Vec::new()) allow: Vec<PropertyName>,
        /// Contact properties kept back in spite of the policy. Wins over `allow`.
        default("[]", Vec::new()) deny: Vec<PropertyName>,
        /// Which purposes of the consent manager stand for our two switches.
        required consent: ConsentSettings,
        /// When a contact that Tidio does not have may be created.
        default("never", CreatePolicy::Never) create: CreatePolicy,
        /// Where agents' links lead.
        default("{}", LinkSettings { order: None, cart: None }) links: LinkSettings,
        /// Rules that choose route, department and tags; the first that fits wins.
        default("[]", Vec::new()) routes: Vec<RouteSettings>,
        /// Language of the order timeline, for agents who all read one; the contact's unless given.
        optional timeline_language: LocaleTag,
        /// When the page sends which custom event, so that a Tidio flow can begin with it.
        default("[]", Vec::new()) triggers: Vec<TriggerSettings>,
    }
}

section! {
    /// A locale of a store.
    LocaleSettings {
        /// The tag, as the page and commercetools write it.
        required tag: LocaleTag,
        /// Language of the widget.
        required language: WidgetLanguage,
        /// Currency of the shop in this locale.
        required currency: CurrencyCode,
        /// Country of the shop in this locale.
        required country: CountryCode,
        /// Price in this currency of one unit of the currency set in Tidio's panel.
        default("1", ExchangeRate::ONE) exchange_rate: ExchangeRate,
    }
}

section! {
    /// Consent: all purposes named must be granted.
    ConsentSettings {
        /// Purposes that allow chat to load.
        required chat: Vec<Label>,
        /// Purposes that allow identity and cart to travel.
        required share: Vec<Label>,
    }
}

section! {
    /// Link templates.
    LinkSettings {
        /// Order page; the Merchant Center's unless given.
        optional order: Template,
        /// Cart page; none unless given.
        optional cart: Template,
    }
}

section! {
    /// A routing rule.
    RouteSettings {
        /// Conditions; all that are given must hold, and none given always holds.
        default("{}", WhenSettings { locale: None, store: None, currency: None, country: None, identity: None })
        when: WhenSettings,
        /// Name of the route, the value of `ct_route`.
        required route: Label,
        /// Tidio department for tickets.
        optional department: Label,
        /// Visitor tags.
        default("[]", Vec::new()) tags: Vec<Label>,
    }
}

section! {
    /// Conditions of a routing rule.
    WhenSettings {
        /// Locale tag, or a language that stands for all its regions.
        optional locale: LocaleTag,
        /// Store key.
        optional store: super::kinds::StoreKey,
        /// Currency.
        optional currency: CurrencyCode,
        /// Country.
        optional country: CountryCode,
        /// Who the visitor is.
        optional identity: IdentityWord,
    }
}

/// `verified`, `claimed` or `guest`, as in `ct_identity`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityWord {
    /// Proven.
    Verified,
    /// Said, not proven.
    Claimed,
    /// Nobody in particular.
    Guest,
}

super::section::choice!(IdentityWord { Verified = "verified", Claimed = "claimed", Guest = "guest" });

impl From<IdentityWord> for contract::Identity {
    fn from(word: IdentityWord) -> Self {
        match word {
            IdentityWord::Verified => contract::Identity::Verified,
            IdentityWord::Claimed => contract::Identity::Claimed,
            IdentityWord::Guest => contract::Identity::Guest,
        }
    }
}
