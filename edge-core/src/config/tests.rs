//! The configuration: what is accepted, every kind of problem with its path, and the committed files.

use serde_json::{Value, json};

use super::*;
use crate::testing::ED25519;

fn good() -> Value {
    json!({
        "identity": {
            "audience": "https://edge.example",
            "keys": [{ "kid": "k1", "algorithm": "HS256", "secret": "IDENTITY_KEY_1" }],
        },
        "commercetools": { "main": { "project_key": "shop", "region": "eu-central-1.aws" } },
        "tidio": { "eu-1": { "public_key": "a".repeat(32), "tier": "full" } },
        "stores": { "de": {
            "commercetools": "main", "tidio": "eu-1", "origins": ["https://shop.example"],
            "locales": [{ "tag": "de-DE", "language": "de", "currency": "EUR", "country": "DE" }],
            "consent": { "chat": ["functional"], "share": ["functional"] },
        } },
    })
}

fn secret(name: &str) -> Option<String> {
    match name {
        ADMIN_TOKEN => None,
        name => Some(format!("{name}-0123456789abcdef0123456789abcdef")),
    }
}

/// The good configuration with one change at a JSON pointer.
fn changed(pointer: &str, value: Value) -> Value {
    let mut config = good();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = config.pointer_mut(parent).unwrap();
    match (parent, value) {
        (Value::Object(entries), Value::Null) => drop(entries.remove(name)),
        (Value::Object(entries), value) => drop(entries.insert(name.to_owned(), value)),
        (Value::Array(items), value) => items[name.parse::<usize>().unwrap()] = value,
        _ => panic!("{pointer}"),
    }
    config
}

fn problems(config: &Value) -> Vec<String> {
    match Config::read(config, &secret, ED25519) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn a_small_configuration_gets_its_defaults() {
    let config = Config::read(&good(), &secret, ED25519).unwrap();
    let (store, project, tidio) = config.store("de").unwrap();
    assert_eq!(project.api_url, "https://api.eu-central-1.aws.commercetools.com");
    assert_eq!(project.auth_url, "https://auth.eu-central-1.aws.commercetools.com");
    assert_eq!(project.client_id.expose(), "CT_MAIN_CLIENT_ID-0123456789abcdef0123456789abcdef");
    assert_eq!(tidio.api_url, "https://api.tidio.com");
    assert_eq!(tidio.script_origin, "https://code.tidio.co");
    assert!(tidio.openapi.is_some());
    assert!(store.policy.permits(crate::property::Property::CartTotal));
    assert!(!store.policy.permits(crate::property::Property::OrderNumber));
    assert_eq!(store.create, crate::fact::CreatePolicy::Never);
    assert!(store.locale("DE-de").is_some());
    assert!(store.allows_origin("https://shop.example"));
    assert!(!store.allows_origin("https://shop.example.evil"));
    assert!(config.admin_token.is_none());
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn every_mistake_is_named_with_its_place() {
    let long = "x".repeat(300);
    let cases: Vec<(&str, Value, &str)> = vec![
        ("/identity", Value::Null, "identity: is missing."),
        ("/identity", json!([]), "identity: must be a table."),
        ("/other", json!(1), "other: unknown key; known here: identity, commercetools, tidio, stores."),
        ("/identity/keys", json!([]), "identity.keys: needs at least one key."),
        ("/identity/keys", json!("k"), "identity.keys: must be a list."),
        (
            "/identity/keys/0",
            json!({"kid": "k1", "algorithm": "RS256", "secret": "A"}),
            "identity.keys[0].algorithm: must be one of HS256, EdDSA.",
        ),
        (
            "/identity/keys/0",
            json!({"kid": "k1", "algorithm": "HS256"}),
            "identity.keys[0]: a HS256 key has `secret` and no `public_key`.",
        ),
        (
            "/identity/keys/0",
            json!({"kid": "k1", "algorithm": "EdDSA", "secret": "A"}),
            "identity.keys[0]: an EdDSA key has `public_key` and no `secret`.",
        ),
        (
            "/identity/keys/0",
            json!({"kid": "k1", "algorithm": "EdDSA", "public_key": "A".repeat(42)}),
            "identity.keys[0].public_key: must be an Ed25519 public key in base64url (43 characters, the x of its JSON Web Key).",
        ),
        (
            "/identity/keys/0",
            json!({"kid": "k1", "algorithm": "EdDSA", "public_key": format!("Ag{}", "A".repeat(41))}),
            "identity.keys[0].public_key: is not a point of the curve Ed25519.",
        ),
        (
            "/identity/audience",
            json!("http://edge.example"),
            "identity.audience: must be an https address without a trailing slash (http only for localhost).",
        ),
        (
            "/commercetools/main/region",
            json!("mars.gcp"),
            "commercetools.main.region: must be a commercetools region: us-central1.gcp, us-east-2.aws, europe-west1.gcp, eu-central-1.aws or australia-southeast1.gcp.",
        ),
        (
            "/commercetools/main/api_url",
            json!("https://x/"),
            "commercetools.main.api_url: must be an https address without a trailing slash (http only for localhost).",
        ),
        ("/tidio", json!({ "eu-1": 1 }), "tidio.eu-1: must be a table."),
        (
            "/tidio/eu-1/public_key",
            json!("A"),
            "tidio.eu-1.public_key: must be a Tidio public key (32 lower-case letters and digits).",
        ),
        ("/tidio/eu-1/tier", json!("gold"), "tidio.eu-1.tier: must be one of widget, full."),
        ("/stores/de/tidio", json!("us"), "stores.de.tidio: there is no section tidio.us."),
        ("/stores/de/origins", json!([]), "stores.de.origins: needs at least one entry."),
        (
            "/stores/de/origins/0",
            json!("https://shop.example/"),
            "stores.de.origins[0]: must be an origin as browsers send it: https://host or http://localhost:port, lower case, no path.",
        ),
        (
            "/stores/de/origins/0",
            json!("https://shop.example:443"),
            "stores.de.origins[0]: must be an origin as browsers send it: https://host or http://localhost:port, lower case, no path.",
        ),
        (
            "/stores/de/origins/0",
            json!("*"),
            "stores.de.origins[0]: must be an origin as browsers send it: https://host or http://localhost:port, lower case, no path.",
        ),
        (
            "/stores/de/locales/0/currency",
            json!("eur"),
            "stores.de.locales[0].currency: must be a currency code of three capitals, such as EUR.",
        ),
        ("/stores/de/locales/0/currency", Value::Null, "stores.de.locales[0].currency: is missing."),
        (
            "/stores/de/locales/0/exchange_rate",
            json!(0),
            "stores.de.locales[0].exchange_rate: must be a number greater than zero.",
        ),
        (
            "/stores/de/locales/0/tag",
            json!("de_DE"),
            "stores.de.locales[0].tag: must be a locale tag such as de-DE.",
        ),
        (
            "/stores/de/locales/0/colour",
            json!("red"),
            "stores.de.locales[0].colour: unknown key; known here: tag, language, currency, country, exchange_rate.",
        ),
        (
            "/stores/de/field_policy",
            json!("all"),
            "stores.de.field_policy: must be one of minimal, standard, detailed.",
        ),
        (
            "/stores/de/allow",
            json!(["ct_secret"]),
            "stores.de.allow[0]: must be the name of a contact property, such as ct_cart_lines.",
        ),
        (
            "/stores/de/links",
            json!({"order": "javascript:x"}),
            "stores.de.links.order: must be an http(s) link whose variables are among region, projectKey, storeKey, orderId, customerId, cartId.",
        ),
        (
            "/stores/de/routes",
            json!([{"when": {"locale": 1}, "route": "r"}]),
            "stores.de.routes[0].when.locale: must be a locale tag such as de-DE.",
        ),
        (
            "/stores/de/routes",
            json!([{"route": long}]),
            "stores.de.routes[0].route: must be 1 to 100 characters without control characters.",
        ),
        ("/stores/de/consent/share", json!([]), "stores.de.consent.share: needs at least one entry."),
    ];
    for (pointer, value, want) in cases {
        assert_eq!(problems(&changed(pointer, value.clone())), [want], "{pointer} = {value}");
    }
}

#[test]
fn all_problems_are_reported_together() {
    let mut config = changed("/identity/audience", json!("nonsense"));
    config["tidio"]["eu-1"]["public_key"] = json!("short");
    config["stores"]["de"]["commercetools"] = json!("absent");
    config["stores"]["uk"] = json!({ "tidio": "eu-1" });
    config["extra"] = json!(true);
    let paths: Vec<String> = Config::read(&config, &|_| None, ED25519)
        .unwrap_err()
        .into_iter()
        .map(|problem| problem.path)
        .collect();
    assert_eq!(
        paths,
        [
            "extra",
            "identity.audience",
            "tidio.eu-1.public_key",
            "stores.uk.commercetools",
            "stores.uk.origins",
            "stores.uk.locales",
            "stores.uk.consent",
            "secrets.CT_MAIN_CLIENT_ID",
            "secrets.CT_MAIN_CLIENT_SECRET",
            "stores.de.commercetools",
        ]
    );
}

#[test]
fn secrets_must_be_there_and_long_enough_and_never_show() {
    let weak = |name: &str| Some(format!("weak-{name}")).filter(|_| name != "TIDIO_EU_1_CLIENT_ID");
    let problems: Vec<String> =
        Config::read(&good(), &weak, ED25519).unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        [
            "secrets.ADMIN_TOKEN: is shorter than 24 bytes (opens /admin; without it those paths answer 404).",
            "secrets.IDENTITY_KEY_1: is shorter than 32 bytes (shared with the shop's server, which signs identity tokens (`k1`)).",
            "secrets.TIDIO_EU_1_CLIENT_ID: is not set (Tidio OpenAPI client of `eu-1`).",
            "secrets.TIDIO_EU_1_DISTINCT_ID_KEY: is shorter than 32 bytes (key that makes the opaque visitor ids of `eu-1`; random, and never changed).",
        ]
    );
    let printed = format!("{:?}", Config::read(&good(), &secret, ED25519).unwrap());
    assert!(!printed.contains("0123456789abcdef"), "{printed}");
}

#[test]
fn names_must_not_share_secrets() {
    let mut config = good();
    config["tidio"]["eu_1"] = config["tidio"]["eu-1"].clone();
    assert_eq!(problems(&config), ["tidio.eu_1: another name leads to the same names of secrets."]);
}

#[test]
fn rotation_takes_two_keys_with_different_ids() {
    let two = |second: &str| {
        json!([
            { "kid": "k1", "algorithm": "HS256", "secret": "IDENTITY_KEY_1" },
            { "kid": second, "algorithm": "EdDSA", "public_key": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
        ])
    };
    assert_eq!(problems(&changed("/identity/keys", two("k2"))), [""; 0]);
    assert_eq!(
        problems(&changed("/identity/keys", two("k1"))),
        ["identity.keys[1].kid: is used by an earlier key."]
    );
}

#[test]
fn the_widget_tier_needs_no_credentials() {
    let config = changed("/tidio/eu-1/tier", json!("widget"));
    let names: Vec<String> = Config::secrets(&config).into_iter().map(|need| need.name).collect();
    assert_eq!(
        names,
        [
            "ADMIN_TOKEN",
            "CT_MAIN_CLIENT_ID",
            "CT_MAIN_CLIENT_SECRET",
            "CT_MAIN_EVENTS_SECRET",
            "IDENTITY_KEY_1",
            "TIDIO_EU_1_DISTINCT_ID_KEY"
        ]
    );
}

/// The committed files must stay readable by this very reader.
mod committed {
    use super::*;

    fn root(file: &str) -> String {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    fn wrangler() -> Value {
        toml::from_str(&root("wrangler.toml")).unwrap()
    }

    fn bridge(environment: &str) -> Value {
        wrangler()["env"][environment]["vars"][VARIABLE].clone()
    }

    /// `NAME=value` lines; comments and blank lines are skipped.
    fn dev_vars(file: &str) -> FlatMap<String, String> {
        root(file)
            .lines()
            .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
            .map(|line| line.split_once('=').unwrap_or_else(|| panic!("{file}: {line}")))
            .map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned()))
            .collect()
    }

    #[test]
    fn the_demo_runs_as_committed_with_its_committed_secrets() {
        let secrets = dev_vars(".dev.vars.demo");
        let config = Config::read(&bridge("demo"), &|name| secrets.get(name).cloned(), ED25519)
            .unwrap_or_else(|problems| panic!("{problems:#?}"));
        assert_eq!(config.stores.keys().map(StoreKey::as_str).collect::<Vec<_>>(), ["de", "uk", "us"]);
        let names: Vec<String> = Config::secrets(&bridge("demo")).into_iter().map(|need| need.name).collect();
        assert_eq!(secrets.into_keys().collect::<Vec<_>>(), names);
    }

    #[test]
    fn the_production_template_lacks_nothing_but_what_only_the_user_knows() {
        let template = bridge("production");
        let problems = match Config::read(&template, &secret, ED25519) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.into_iter().map(|problem| problem.path).collect(),
        };
        assert_eq!(problems, ["tidio.main.public_key"]);
        let names: Vec<String> = Config::secrets(&template).into_iter().map(|need| need.name).collect();
        for name in &names {
            assert!(dev_vars(".dev.vars.example").contains_key(name), ".dev.vars.example lacks {name}");
        }
    }

    #[test]
    fn the_example_lists_the_secrets_of_the_template_and_holds_none() {
        for (name, value) in dev_vars(".dev.vars.example") {
            assert_eq!(value, "", "{name}");
        }
    }

    #[test]
    fn the_top_level_has_no_configuration() {
        assert!(wrangler().get("vars").is_none());
        assert!(wrangler().get("durable_objects").is_none());
    }
}

proptest::proptest! {
    /// A locale tag is what Unicode's own reader takes and writes back unchanged.
    #[test]
    fn locale_tags_are_canonical(text in "[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2}|-[0-9]{3})?(-[a-z0-9]{4,8}){0,2}|[a-zA-Z0-9-]{0,9}") {
        let canonical = text.parse::<icu_locale_core::LanguageIdentifier>().is_ok_and(|it| it.to_string() == text);
        // Longer names of languages do not exist.
        let has_short_language = text.split('-').next().is_some_and(|language| language.len() < 4);
        proptest::prop_assert_eq!(super::kinds::is_locale(&text), canonical && has_short_language, "{}", text);
    }
}
