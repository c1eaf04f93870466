//! `POST /v1/identify` and `GET /v1/bootstrap`, without HTTP: who is asking, what the agent and the page get to see.
//!
//! In scope: the order of checks, what is read for whom, what leaves. Out of scope: transport, and delivery of the
//! link to Tidio.
//!
//! Invariants: without consent to share nothing is read and nothing leaves beyond store, locale and the consent
//! itself; a person is named only for a verified customer, and a claim opens nothing; everything that an agent sees passes
//! the store's policy. The page alone gets the sum of its shopper's own cart, which its triggers compare.

#[cfg(test)]
mod tests;

use std::cell::RefCell;

use contract::{
    BootstrapReply, CONTRACT_VERSION, CartSummary, Consent, ConsentMapping, ConsentState, Currency,
    ErrorCode, IdentifyReply, IdentifyRequest, Identity, Person, ProductInView,
};

use crate::access_token::{self, Memory};
use crate::claim;
use crate::commerce::{self, Belongings, Commerce, Customer, Extent};
use crate::config::{CommerceProject, Config, LocaleSettings, Store, TidioProject};
use crate::fact::IdentityLink;
use crate::identity::{contact_key, distinct_id};
use crate::number::NumberFormats;
use crate::project::{self, Context, HistoryPlace};
use crate::proof::{ProvenSubject, Subject};
use crate::property::{Properties, Property, consent_word};
use crate::route::{self, Visitor};
use crate::text;
use crate::token::{self, Purpose};

/// Longest name of a product in view, in characters.
const MAX_PRODUCT_CHARS: usize = 200;

/// What varies from call to call and does not come from the caller.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Correlation id.
    pub correlation_id: &'a str,
    /// Milliseconds since the Unix epoch.
    pub now_ms: u64,
    /// A commercetools access token of the shopper, from the header that alone may carry it.
    pub access_token: Option<&'a str>,
    /// What is remembered about access tokens.
    pub memory: &'a RefCell<Memory>,
    /// How the locales write numbers.
    pub numbers: &'a NumberFormats,
}

/// Where a call belongs: a store, its projects and one of its locales.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Store.
    pub store: &'a Store,
    /// Its commercetools project.
    pub project: &'a CommerceProject,
    /// Its Tidio project.
    pub tidio: &'a TidioProject,
    /// The locale asked for.
    pub locale: &'a LocaleSettings,
}

impl<'a> Place<'a> {
    /// Finds the place.
    ///
    /// # Errors
    /// `store_unknown`, `locale_unknown`: the caller's.
    pub fn find(config: &'a Config, store: &str, locale: &str) -> Result<Place<'a>, ErrorCode> {
        let (store, project, tidio) = config.store(store).ok_or(ErrorCode::StoreUnknown)?;
        let locale = store.locale(locale).ok_or(ErrorCode::LocaleUnknown)?;
        Ok(Place { store, project, tidio, locale })
    }

    fn currency(&self) -> Currency {
        Currency { code: self.locale.currency.to_string(), exchange_rate: self.locale.exchange_rate.get() }
    }

    fn history(self, call: Call<'a>) -> HistoryPlace<'a> {
        let (store, project, locale) = (self.store, self.project, self.locale.tag.as_str());
        HistoryPlace { store, project, locale, numbers: call.numbers }
    }

    /// What a visitor of this place is routed by.
    pub fn visitor(&self, identity: Identity) -> Visitor<'a> {
        Visitor {
            locale: self.locale.tag.as_str(),
            store: self.store.key.as_str(),
            currency: self.locale.currency.as_str(),
            country: self.locale.country.as_str(),
            identity,
        }
    }
}

/// The public settings of a store and locale.
pub fn bootstrap(place: Place<'_>) -> BootstrapReply {
    let words = |labels: &[crate::config::Label]| labels.iter().map(ToString::to_string).collect();
    BootstrapReply {
        contract: CONTRACT_VERSION,
        store: place.store.key.to_string(),
        locale: place.locale.tag.to_string(),
        public_key: place.tidio.public_key.to_string(),
        script_origin: place.tidio.script_origin.clone(),
        language: place.locale.language.to_string(),
        currency: place.currency(),
        consent: ConsentMapping {
            chat: words(&place.store.consent.chat),
            share: words(&place.store.consent.share),
        },
        triggers: place.store.triggers.iter().map(Into::into).collect(),
    }
}

/// The answer, and what Tidio's contact is to be told; `link` is present for a verified customer only.
#[derive(Clone, Debug)]
pub struct Identified {
    /// For the page.
    pub reply: IdentifyReply,
    /// For the contact, to be delivered by the Tidio project's one writer.
    pub link: Option<IdentityLink>,
}

/// Finds out who is asking and what may be shown. Repeatable: it only reads.
///
/// # Errors
/// `contract_unsupported` and `token_*` are the caller's, `commerce_*` the vendor's; `not_found` if a proven
/// customer's record no longer exists.
pub async fn identify(
    config: &Config,
    place: Place<'_>,
    request: &IdentifyRequest,
    commerce: &impl Commerce,
    call: Call<'_>,
) -> Result<Identified, ErrorCode> {
    if !(1..=CONTRACT_VERSION).contains(&request.contract) {
        return Err(ErrorCode::ContractUnsupported);
    }
    if request.consent.chat != Consent::Granted {
        return Ok(without_person(place, Identity::Guest, Visible::default(), call));
    }
    if request.consent.share != Consent::Granted {
        let properties = unshared(place, &request.consent);
        let visible = Visible { properties, ..Visible::default() };
        return Ok(without_person(place, Identity::Guest, visible, call));
    }
    // Where nobody is proven, what the visitor says counts as said.
    let unproven = match &request.claimed {
        Some(claim) if claim::is_claim(claim)? => Identity::Claimed,
        _ => Identity::Guest,
    };
    match prove(config, place, request, commerce, call).await? {
        Some(proven) => known(place, request, &proven, unproven, commerce, call).await,
        None => Ok(without_person(place, unproven, around(place, request, unproven, call), call)),
    }
}

/// Verifies the proof that came along; `None` if there was none.
async fn prove(
    config: &Config,
    place: Place<'_>,
    request: &IdentifyRequest,
    commerce: &impl Commerce,
    call: Call<'_>,
) -> Result<Option<ProvenSubject>, ErrorCode> {
    if let Some(token) = &request.token {
        let purpose = Purpose {
            audience: &config.audience,
            project_key: place.project.project_key.as_str(),
            store: place.store.key.as_str(),
        };
        return token::verify(token, &config.token_keys, purpose, call.now_ms / 1000).map(Some);
    }
    let Some(token) = call.access_token else { return Ok(None) };
    access_token::prove(commerce, call.memory, place.project, &place.store.key, token, call.now_ms)
        .await
        .map(Some)
}

/// The answer for a proven subject: customer, cart and orders are read at once.
async fn known(
    place: Place<'_>,
    request: &IdentifyRequest,
    proven: &ProvenSubject,
    unproven: Identity,
    commerce: &impl Commerce,
    call: Call<'_>,
) -> Result<Identified, ErrorCode> {
    let locale = &place.locale.tag;
    let Belongings { customer, cart, history: orders } =
        commerce::belongings(commerce, proven, place.project, Extent::of(place.store, locale)).await?;
    let context = Context::new(place.store, place.project, locale.as_str(), call.numbers);
    let summary = cart.as_ref().map(project::cart_summary);
    let cart = project::cart(&context, cart.as_ref());
    let history = |customer| project::history(place.history(call), customer, &orders);
    let Some(customer) = customer else {
        let mut visible = around(place, request, unproven, call);
        if proven.subject() != &Subject::Guest || proven.cart().is_some() {
            visible.properties.extend(cart);
            visible.cart = summary;
        }
        // An anonymous session's own orders, if it has any.
        if !orders.orders.is_empty() {
            visible.properties.extend(history(None));
        }
        return Ok(without_person(place, unproven, visible, call));
    };
    let mut visible = around(place, request, Identity::Verified, call);
    visible.properties.set_or_clear(Property::CustomerNumber, customer.customer_number.as_deref());
    visible.properties.extend(cart);
    visible.cart = summary;
    visible.properties.extend(history(Some(&customer)));
    Ok(with_person(place, customer, visible, call))
}

/// What may be shown, before the store's policy; and the cart, for the page alone.
#[derive(Default)]
struct Visible {
    properties: Properties,
    tags: Vec<String>,
    cart: Option<CartSummary>,
}

/// What is known about every visitor who allowed sharing.
fn around(place: Place<'_>, request: &IdentifyRequest, identity: Identity, call: Call<'_>) -> Visible {
    let mut properties = unshared(place, &request.consent);
    properties.set(Property::Identity, identity.as_str());
    properties.set(Property::Country, place.locale.country.as_str());
    properties.set(Property::Currency, place.locale.currency.as_str());
    properties.set(Property::CorrelationId, call.correlation_id);
    let rule = route::choose(&place.store.routes, place.visitor(identity));
    properties.set_or_clear(Property::Route, rule.map(|rule| rule.route.as_str()));
    if let Some(product) = &request.product {
        properties.set(Property::Product, &product_name(product));
        let link = product.url.as_deref().filter(|url| is_page_of(place.store, url));
        properties.set_or_clear(Property::ProductLink, link);
    }
    let tags = rule.map(|rule| rule.tags.iter().map(ToString::to_string).collect()).unwrap_or_default();
    Visible { properties, tags, cart: None }
}

/// What is known about a visitor who allowed chat and nothing else.
fn unshared(place: Place<'_>, consent: &ConsentState) -> Properties {
    let mut properties = Properties::default();
    properties.set(Property::Identity, Identity::Guest.as_str());
    properties.set(Property::Store, place.store.key.as_str());
    properties.set(Property::Locale, place.locale.tag.as_str());
    properties.set(Property::Consent, consent_word(consent));
    properties
}

fn product_name(product: &ProductInView) -> String {
    let name = text::clean_line(&product.name, MAX_PRODUCT_CHARS);
    match product.sku.as_deref().map(|sku| text::clean_line(sku, MAX_PRODUCT_CHARS)) {
        Some(sku) if !sku.is_empty() => format!("{name} ({sku})"),
        _ => name,
    }
}

/// A link that a page sends is shown to an agent, so it must lead to the shop and nowhere else.
fn is_page_of(store: &Store, url: &str) -> bool {
    store.origins.iter().any(|origin| {
        url.strip_prefix(origin.as_str()).is_some_and(|path| {
            path.starts_with('/') && path.chars().all(|c| c.is_ascii_graphic() && c != '\\')
        })
    })
}

fn without_person(place: Place<'_>, identity: Identity, visible: Visible, call: Call<'_>) -> Identified {
    Identified { reply: reply(place, identity, None, visible, call), link: None }
}

fn with_person(place: Place<'_>, customer: Customer, visible: Visible, call: Call<'_>) -> Identified {
    let project_key = &place.project.project_key;
    let distinct_id =
        distinct_id(&place.tidio.distinct_id_key, &place.tidio.public_key, project_key, &customer.id);
    let clean = |text: &Option<String>| {
        text.as_deref().map(|text| text::clean_line(text, 100)).filter(|text| !text.is_empty())
    };
    let (first_name, last_name) = (clean(&customer.first_name), clean(&customer.last_name));
    let name =
        [first_name.as_deref(), last_name.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let person = Person {
        distinct_id: distinct_id.clone(),
        email: customer.email.clone(),
        name: (!name.is_empty()).then_some(name),
        phone: None,
    };
    let reply = reply(place, Identity::Verified, Some(person), visible, call);
    let contact = contact_key(project_key, &customer.id);
    // Without the contact interface there is nobody to deliver to: the page carries everything.
    let link = place.tidio.openapi.is_some().then(|| IdentityLink {
        id: format!("identify:{}:{contact}:{}", call.correlation_id, call.now_ms),
        contact,
        distinct_id,
        email: customer.email,
        first_name,
        last_name,
        create: place.store.create,
        properties: reply.properties.clone(),
        correlation_id: call.correlation_id.to_owned(),
        observed_at_ms: call.now_ms,
    });
    Identified { reply, link }
}

fn reply(
    place: Place<'_>,
    identity: Identity,
    person: Option<Person>,
    visible: Visible,
    call: Call<'_>,
) -> IdentifyReply {
    IdentifyReply {
        contract: CONTRACT_VERSION,
        identity,
        person,
        language: place.locale.language.to_string(),
        currency: place.currency(),
        properties: visible.properties.permitted(&place.store.policy),
        tags: visible.tags,
        cart: visible.cart,
        correlation_id: call.correlation_id.to_owned(),
    }
}
