//! The configuration on its way from sections to [`Config`]: what could be read, what refers to what, and which secrets
//! belong to it. Every problem is noted, and reading goes on.

use contract::FlatMap;
use serde_json::Value;

use super::{
    ADMIN_TOKEN, CommerceProject, CommercetoolsSettings, Config, EventsSettings, IdentityKeySettings,
    IdentitySettings, KeyAlgorithm, Name, OpenApiClient, Path, Problems, Secret, SecretNeed, Setting, Store,
    StoreKey, StoreSettings, TidioProject, TidioSettings, Tier, secret, section, triggers,
};
use crate::link::Template;
use crate::property::Policy;
use crate::token::{Ed25519, TokenKey, TokenKeys};

/// Origin of Tidio's widget script.
const TIDIO_SCRIPT_ORIGIN: &str = "https://code.tidio.co";
/// Address of Tidio's REST interface.
const TIDIO_API_URL: &str = "https://api.tidio.com";
/// Order page of the Merchant Center.
const MERCHANT_CENTER_ORDER: &str = "https://mc.{region}.commercetools.com/{projectKey}/orders/{orderId}";

const SECTIONS: [&str; 4] = ["identity", "commercetools", "tidio", "stores"];

/// The sections as far as they could be read.
pub(super) struct Draft {
    identity: Option<IdentitySettings>,
    /// Names of the commercetools sections, also of those that could not be read: their secrets are missed as well.
    commercetools_names: Vec<Name>,
    commercetools: FlatMap<Name, CommercetoolsSettings>,
    tidio: FlatMap<Name, TidioSettings>,
    stores: FlatMap<StoreKey, StoreSettings>,
}

impl Draft {
    pub(super) fn read(value: &Value, problems: &mut Problems) -> Draft {
        let root = Path::root();
        let empty = serde_json::Map::new();
        let entries = section::members(value, &SECTIONS, &root, problems).unwrap_or(&empty);
        let identity = section::required(entries, "identity", &root, problems);
        let written = entries.get("commercetools").and_then(Value::as_object).into_iter().flatten();
        Draft {
            identity,
            commercetools_names: written.filter_map(|(name, _)| Name::parse(name)).collect(),
            commercetools: table(entries, "commercetools", problems),
            tidio: table(entries, "tidio", problems),
            stores: table(entries, "stores", problems),
        }
    }

    pub(super) fn secret_needs(&self) -> Vec<SecretNeed> {
        let mut needs: Vec<SecretNeed> = self.identity.iter().flat_map(secret::identity_secrets).collect();
        needs.extend(self.commercetools_names.iter().flat_map(secret::commercetools_secrets));
        needs.extend(self.commercetools_names.iter().map(secret::events_secret));
        needs.extend(self.tidio.iter().flat_map(|(name, settings)| secret::tidio_secrets(name, settings)));
        needs.push(secret::admin_secret());
        needs.sort_by(|a, b| a.name.cmp(&b.name));
        needs.dedup_by(|a, b| a.name == b.name);
        needs
    }

    pub(super) fn token_keys(
        &self,
        secrets: &FlatMap<String, Secret>,
        curve: Ed25519,
        problems: &mut Problems,
    ) -> Vec<TokenKey> {
        let path = Path::root().member("identity").member("keys");
        let keys = self.identity.as_ref().map_or(&[][..], |identity| &identity.keys);
        if self.identity.is_some() && keys.is_empty() {
            problems.missing(&path, "needs at least one key.");
        }
        let mut read = Vec::new();
        for (index, key) in keys.iter().enumerate() {
            let path = path.item(index);
            if keys.iter().take(index).any(|earlier| earlier.kid == key.kid) {
                problems.add(&path.member("kid"), "is used by an earlier key.");
            }
            read.extend(token_key(key, secrets, curve, &path, problems));
        }
        read
    }

    pub(super) fn check_references(&self, value: &Value, problems: &mut Problems) {
        let stores = Path::root().member("stores");
        // A project that is there but wrong has its own problem already.
        let is_written =
            |section: &str, name: &Name| value.get(section).is_some_and(|s| s.get(name.as_str()).is_some());
        for (key, store) in &self.stores {
            let path = stores.member(key.as_str());
            for (section, name) in [("commercetools", &store.commercetools), ("tidio", &store.tidio)] {
                if !is_written(section, name) {
                    problems.unknown(&path.member(section), format!("there is no section {section}.{name}."));
                }
            }
            for (member, is_empty) in [
                ("origins", store.origins.is_empty()),
                ("locales", store.locales.is_empty()),
                ("consent.chat", store.consent.chat.is_empty()),
                ("consent.share", store.consent.share.is_empty()),
            ] {
                if is_empty {
                    problems.missing(&path.member(member), "needs at least one entry.");
                }
            }
            check_locales(store, &path.member("locales"), problems);
            triggers::check(&store.triggers, &path.member("triggers"), problems);
        }
        for (name, project) in &self.commercetools {
            let path = Path::root().member("commercetools").member(name.as_str()).member("events");
            check_events(project.events.as_ref(), &path, problems);
        }
        check_secret_parts(self.commercetools.keys(), "commercetools", problems);
        check_secret_parts(self.tidio.keys(), "tidio", problems);
    }

    pub(super) fn resolve(self, secrets: &FlatMap<String, Secret>, keys: Vec<TokenKey>) -> Option<Config> {
        let identity = self.identity?;
        Some(Config {
            audience: identity.audience.as_str().to_owned(),
            token_keys: TokenKeys::new(keys),
            commercetools: self
                .commercetools
                .into_iter()
                .map(|(name, settings)| Some((name.clone(), commerce_project(name, settings, secrets)?)))
                .collect::<Option<_>>()?,
            tidio: self
                .tidio
                .into_iter()
                .map(|(name, settings)| Some((name.clone(), tidio_project(name, settings, secrets)?)))
                .collect::<Option<_>>()?,
            stores: self
                .stores
                .into_iter()
                .map(|(key, settings)| Some((key.clone(), store(key, settings)?)))
                .collect::<Option<_>>()?,
            admin_token: secrets.get(ADMIN_TOKEN).cloned(),
        })
    }
}

fn table<K: Setting + Ord, T: Setting>(
    entries: &serde_json::Map<String, Value>,
    name: &str,
    problems: &mut Problems,
) -> FlatMap<K, T> {
    let path = Path::root().member(name);
    match entries.get(name) {
        Some(Value::Object(inner)) if inner.is_empty() => {
            problems.missing(&path, "needs at least one entry.")
        }
        Some(value) => return section::read_table(value, &path, problems),
        None => problems.missing(&path, "is missing."),
    }
    FlatMap::new()
}

/// The secrets that are set and long enough. A missing one is a problem under its own name.
pub(super) fn read_secrets(
    needs: &[SecretNeed],
    lookup: &dyn Fn(&str) -> Option<String>,
    problems: &mut Problems,
) -> FlatMap<String, Secret> {
    let mut found = FlatMap::new();
    let path = Path::root().member("secrets");
    for need in needs {
        match lookup(&need.name).filter(|value| !value.is_empty()) {
            Some(value) if is_long_enough(need, &value) => {
                found.insert(need.name.clone(), Secret::new(value));
            }
            Some(_) => problems.add(
                &path.member(&need.name),
                format!("is shorter than {} bytes ({}).", need.min_bytes, need.purpose),
            ),
            None if need.required => {
                problems.missing(&path.member(&need.name), format!("is not set ({}).", need.purpose));
            }
            None => {}
        }
    }
    found
}

fn is_long_enough(need: &SecretNeed, value: &str) -> bool {
    let fits = |part: &str| part.trim().len() >= need.min_bytes;
    if need.several { value.split(',').all(fits) } else { value.len() >= need.min_bytes }
}

fn token_key(
    key: &IdentityKeySettings,
    secrets: &FlatMap<String, Secret>,
    curve: Ed25519,
    path: &Path,
    problems: &mut Problems,
) -> Option<TokenKey> {
    match (key.algorithm, &key.secret, &key.public_key) {
        (KeyAlgorithm::Hs256, Some(name), None) => {
            let secret = secrets.get(name.as_str())?;
            Some(TokenKey::hs256(key.kid.as_str(), secret))
        }
        (KeyAlgorithm::EdDsa, None, Some(public)) => {
            let read = TokenKey::eddsa(key.kid.as_str(), public, curve);
            if read.is_none() {
                problems.add(&path.member("public_key"), "is not a point of the curve Ed25519.");
            }
            read
        }
        (KeyAlgorithm::Hs256, ..) => {
            problems.add(path, "a HS256 key has `secret` and no `public_key`.");
            None
        }
        (KeyAlgorithm::EdDsa, ..) => {
            problems.add(path, "an EdDSA key has `public_key` and no `secret`.");
            None
        }
    }
}

fn check_events(events: Option<&EventsSettings>, path: &Path, problems: &mut Problems) {
    let pubsub = events.and_then(|events| events.pubsub.as_ref());
    if pubsub.is_some_and(|pubsub| pubsub.subscriptions.is_empty()) {
        problems.add(&path.member("pubsub").member("subscriptions"), "needs at least one entry.");
    }
    let sns = events.and_then(|events| events.sns.as_ref());
    if sns.is_some_and(|sns| sns.topics.is_empty()) {
        problems.add(&path.member("sns").member("topics"), "needs at least one entry.");
    }
}

fn check_locales(store: &StoreSettings, path: &Path, problems: &mut Problems) {
    for (index, locale) in store.locales.iter().enumerate() {
        if store.locales.iter().take(index).any(|earlier| earlier.tag == locale.tag) {
            problems.add(&path.item(index).member("tag"), "is used by an earlier locale.");
        }
    }
}

/// `eu-1` and `eu_1` would share their secrets.
fn check_secret_parts<'n>(names: impl Iterator<Item = &'n Name>, section: &str, problems: &mut Problems) {
    let mut seen = FlatMap::new();
    for name in names {
        if seen.insert(secret::secret_part(name), ()).is_some() {
            let path = Path::root().member(section).member(name.as_str());
            problems.add(&path, "another name leads to the same names of secrets.");
        }
    }
}

fn commerce_project(
    name: Name,
    settings: CommercetoolsSettings,
    secrets: &FlatMap<String, Secret>,
) -> Option<CommerceProject> {
    let [client_id, client_secret] =
        secret::commercetools_secrets(&name).map(|need| secrets.get(&need.name).cloned());
    let host = |part: &str| format!("https://{part}.{}.commercetools.com", settings.region);
    let events_secrets = secrets.get(&secret::events_secret(&name).name).map(Secret::several);
    let nothing = EventsSettings { eventbridge: None, pubsub: None, sns: None };
    Some(CommerceProject {
        events_secrets: events_secrets.unwrap_or_default(),
        events: settings.events.unwrap_or(nothing),
        api_url: settings.api_url.map_or_else(|| host("api"), |url| url.as_str().to_owned()),
        auth_url: settings.auth_url.map_or_else(|| host("auth"), |url| url.as_str().to_owned()),
        name,
        project_key: settings.project_key,
        region: settings.region,
        access_tokens: settings.access_tokens,
        workflow_states: settings.workflow_states,
        messages: settings.messages,
        reads: settings.reads,
        client_id: client_id?,
        client_secret: client_secret?,
    })
}

fn tidio_project(
    name: Name,
    settings: TidioSettings,
    secrets: &FlatMap<String, Secret>,
) -> Option<TidioProject> {
    let part = secret::secret_part(&name);
    let get = |suffix: &str| secrets.get(&format!("TIDIO_{part}_{suffix}")).cloned();
    let openapi = match settings.tier {
        Tier::Widget => None,
        Tier::Full => {
            Some(OpenApiClient { client_id: get("CLIENT_ID")?, client_secret: get("CLIENT_SECRET")? })
        }
    };
    Some(TidioProject {
        public_key: settings.public_key,
        api_url: settings.api_url.map_or_else(|| TIDIO_API_URL.to_owned(), |url| url.as_str().to_owned()),
        script_origin: settings
            .script_origin
            .map_or_else(|| TIDIO_SCRIPT_ORIGIN.to_owned(), |origin| origin.as_str().to_owned()),
        openapi,
        widget_grace_ms: settings.widget_grace_seconds.as_millis(),
        webhook_secrets: secrets
            .get(&secret::webhook_secret(&name).name)
            .map(Secret::several)
            .unwrap_or_default(),
        distinct_id_key: get("DISTINCT_ID_KEY")?,
        name,
    })
}

fn store(key: StoreKey, settings: StoreSettings) -> Option<Store> {
    Some(Store {
        key,
        commercetools: settings.commercetools,
        tidio: settings.tidio,
        origins: settings.origins,
        locales: settings.locales,
        policy: Policy::new(settings.field_policy, settings.allow, settings.deny),
        consent: settings.consent,
        create: settings.create,
        order_link: settings.links.order.or_else(|| Template::parse(MERCHANT_CENTER_ORDER))?,
        cart_link: settings.links.cart,
        routes: settings.routes,
        triggers: settings.triggers,
        timeline_language: settings.timeline_language,
    })
}
