//! The kinds of value that settings are made of. Each can only exist in the right form.

use serde_json::Value;

use super::section::{Path, Problems, Setting, Shape, choice, text};
use crate::fact::CreatePolicy;

fn is_word(text: &str, length: std::ops::RangeInclusive<usize>, extra: &str) -> bool {
    length.contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || extra.contains(c))
}

text! {
    /// The user's own name of a commercetools or Tidio project in this configuration.
    Name, "1 to 30 lower-case letters, digits, '_' or '-'", Some("^[a-z0-9_-]{1,30}$"),
    |text| is_word(text, 1..=30, "_-") && !text.chars().any(|c| c.is_ascii_uppercase())
}

text! {
    /// A commercetools store key.
    StoreKey, "a commercetools store key (2 to 256 letters, digits, '_' or '-')", Some("^[A-Za-z0-9_-]{2,256}$"),
    |text| is_word(text, 2..=256, "_-")
}

text! {
    /// A commercetools project key.
    ProjectKey, "a commercetools project key (2 to 36 lower-case letters, digits, '_' or '-')",
    Some("^[a-z0-9_-]{2,36}$"),
    |text| is_word(text, 2..=36, "_-") && !text.chars().any(|c| c.is_ascii_uppercase())
}

text! {
    /// The name under which a Worker secret is stored.
    SecretName, "the name of a Worker secret (upper-case letters, digits, '_')", Some("^[A-Z][A-Z0-9_]{0,99}$"),
    |text| is_word(text, 1..=100, "_")
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && !text.chars().any(|c| c.is_ascii_lowercase())
}

text! {
    /// A key id, as in the `kid` header of a token.
    KeyId, "1 to 60 letters, digits, '.', '_' or '-'", Some("^[A-Za-z0-9._-]{1,60}$"),
    |text| is_word(text, 1..=60, "._-")
}

text! {
    /// A Tidio public key.
    PublicKey, "a Tidio public key (32 lower-case letters and digits)", Some("^[a-z0-9]{32}$"),
    |text| is_word(text, 32..=32, "") && !text.chars().any(|c| c.is_ascii_uppercase())
}

text! {
    /// An ISO 4217 currency code.
    CurrencyCode, "a currency code of three capitals, such as EUR", Some("^[A-Z]{3}$"),
    |text| text.len() == 3 && text.chars().all(|c| c.is_ascii_uppercase())
}

text! {
    /// An ISO 3166-1 alpha-2 country code.
    CountryCode, "a country code of two capitals, such as DE", Some("^[A-Z]{2}$"),
    |text| text.len() == 2 && text.chars().all(|c| c.is_ascii_uppercase())
}

text! {
    /// A BCP 47 locale tag, as commercetools and the page write it.
    LocaleTag, "a locale tag such as de-DE", Some("^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"),
    |text| is_locale(text)
}

/// `language[-Script][-REGION][-variant…]` in the usual capitals, each variant once and in order: Unicode's canonical
/// form of a language identifier, but for the names of languages that have been replaced.
pub(super) fn is_locale(text: &str) -> bool {
    let mut parts = text.split('-').peekable();
    let is = |part: &str, form: fn(&u8) -> bool| part.as_bytes().iter().all(form);
    let lower = u8::is_ascii_lowercase;
    let is_script = |part: &&str| {
        let (first, rest) = part.split_at_checked(1).unwrap_or_default();
        part.len() == 4 && is(first, u8::is_ascii_uppercase) && is(rest, lower)
    };
    let is_region = |part: &&str| match part.len() {
        2 => is(part, u8::is_ascii_uppercase),
        3 => is(part, u8::is_ascii_digit),
        _ => false,
    };
    let is_variant = |part: &str| {
        let long = part.len() == 4 && part.starts_with(|c: char| c.is_ascii_digit())
            || (5..=8).contains(&part.len());
        long && is(part, |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let has_language = parts.next().is_some_and(|part| matches!(part.len(), 2 | 3) && is(part, lower));
    parts.next_if(is_script);
    parts.next_if(is_region);
    let variants: Vec<&str> = parts.collect();
    has_language
        && variants.iter().all(|part| is_variant(part))
        && variants.is_sorted_by(|one, other| one < other)
}

text! {
    /// The widget's language: ISO 639-1 with an optional region, lower case.
    WidgetLanguage, "a widget language such as de or pt-br", Some("^[a-z]{2}(-[a-z]{2})?$"),
    |text| match text.split_once('-') {
        Some((language, region)) => is_lower(language) && is_lower(region),
        None => is_lower(text),
    }
}

fn is_lower(text: &str) -> bool {
    text.len() == 2 && text.chars().all(|c| c.is_ascii_lowercase())
}

text! {
    /// An origin exactly as browsers send it.
    Origin, "an origin as browsers send it: https://host or http://localhost:port, lower case, no path",
    Some("^https?://[a-z0-9.-]+(:[0-9]{1,5})?$"),
    |text| is_origin(text)
}

text! {
    /// The address that a service's paths are appended to.
    BaseUrl, "an https address without a trailing slash (http only for localhost)",
    Some("^https?://[^/?#]+(/[^?#]*[^/?#])?$"),
    |text| {
        let rest = text.splitn(4, '/').nth(3);
        let origin = match rest {
            Some(path) => text.strip_suffix(path).and_then(|head| head.strip_suffix('/')).unwrap_or(text),
            None => text,
        };
        is_origin(origin)
            && rest.is_none_or(|path| !path.is_empty() && !path.ends_with('/') && is_word(path, 1..=200, "/_.-~"))
    }
}

/// Browsers omit the scheme's usual port, so an origin that carries it would never match.
fn is_origin(text: &str) -> bool {
    let (secure, authority) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(authority), _) => (true, authority),
        (_, Some(authority)) => (false, authority),
        _ => return false,
    };
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    let usual = if secure { 443 } else { 80 };
    let port_fits = match port.map(str::parse::<u16>) {
        None => true,
        Some(Ok(number)) => number != 0 && number != usual && port == Some(number.to_string().as_str()),
        Some(Err(_)) => false,
    };
    let host_fits = is_word(host, 1..=253, ".-") && !host.chars().any(|c| c.is_ascii_uppercase());
    port_fits && host_fits && (secure || matches!(host, "localhost" | "127.0.0.1"))
}

text! {
    /// Free text that people read: a route, a department, a tag, a purpose.
    Label, "1 to 100 characters without control characters", None,
    |text| (1..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control) && text.trim() == text
}

text! {
    /// A commercetools region, as in its host names.
    Region,
    "a commercetools region: us-central1.gcp, us-east-2.aws, europe-west1.gcp, eu-central-1.aws or australia-southeast1.gcp",
    Some("^(us-central1\\.gcp|us-east-2\\.aws|europe-west1\\.gcp|eu-central-1\\.aws|australia-southeast1\\.gcp)$"),
    |text| REGIONS.contains(&text)
}

/// The regions of commercetools (its general concepts page, read 2026-11).
pub const REGIONS: &[&str] =
    &["us-central1.gcp", "us-east-2.aws", "europe-west1.gcp", "eu-central-1.aws", "australia-southeast1.gcp"];

text! {
    /// An Ed25519 public key, base64url without padding (the `x` of a JSON Web Key).
    Ed25519Key, "an Ed25519 public key in base64url (43 characters, the x of its JSON Web Key)",
    Some("^[A-Za-z0-9_-]{43}$"),
    |text| is_word(text, 43..=43, "_-")
}

/// How a token's signature is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyAlgorithm {
    /// HMAC with SHA-256 and a shared secret.
    Hs256,
    /// Ed25519; the edge knows only the public key.
    EdDsa,
}

choice!(KeyAlgorithm { Hs256 = "HS256", EdDsa = "EdDSA" });

impl KeyAlgorithm {
    /// The `alg` header of its tokens.
    pub const fn as_str(self) -> &'static str {
        match self {
            KeyAlgorithm::Hs256 => "HS256",
            KeyAlgorithm::EdDsa => "EdDSA",
        }
    }
}

/// How a shopper's commercetools access token proves who the shopper is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessTokens {
    /// It proves nothing.
    Off,
    /// commercetools is asked about it; the API client needs `introspect_oauth_tokens`.
    Introspection,
    /// It is used once to read the shopper's own profile; for tokens of an external authorization server.
    Me,
}

choice!(AccessTokens { Off = "off", Introspection = "introspection", Me = "me" });

/// Whether states of order workflows are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkflowStates {
    /// They are not.
    Off,
    /// Their names are; the API client needs `view_states`.
    Names,
}

choice!(WorkflowStates { Off = "off", Names = "names" });

/// Whether the Messages API is read beside the orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessagesApi {
    /// It is not.
    Off,
    /// With every delta sync; the project must keep messages, and the API client needs `view_messages`.
    Poll,
}

choice!(MessagesApi { Off = "off", Poll = "poll" });

/// How a shopper's customer record, cart and orders are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// By one GraphQL query; over REST where the project refuses it.
    GraphQl,
    /// By three REST reads.
    Rest,
}

choice!(Reads { GraphQl = "graphql", Rest = "rest" });

/// What a Tidio plan offers us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// Only the widget: fields travel through the visitor's browser.
    Widget,
    /// Also the contact and ticket interface (Plus and Premium plans).
    Full,
}

choice!(Tier { Widget = "widget", Full = "full" });

/// How much of a shopper agents may see. Ordered: each level includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FieldPolicy {
    /// Who it is for routing, and the totals: no link, no line, no order detail.
    Minimal,
    /// What an agent needs to answer "where is my order".
    Standard,
    /// Everything, including the lines of the cart.
    Detailed,
}

choice!(FieldPolicy { Minimal = "minimal", Standard = "standard", Detailed = "detailed" });

impl FieldPolicy {
    /// The word in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            FieldPolicy::Minimal => "minimal",
            FieldPolicy::Standard => "standard",
            FieldPolicy::Detailed => "detailed",
        }
    }
}

choice!(CreatePolicy { Never = "never", OnIdentify = "on_identify", OnOrder = "on_order" });

/// An exchange rate: the price, in the locale's currency, of one unit of the currency set in Tidio's panel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExchangeRate(f64);

impl ExchangeRate {
    /// The same currency.
    pub const ONE: ExchangeRate = ExchangeRate(1.0);

    /// The rate, finite and greater than zero.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl Setting for ExchangeRate {
    fn read(value: &Value, path: &Path, problems: &mut Problems) -> Option<Self> {
        let rate = value.as_f64().filter(|rate| rate.is_finite() && *rate > 0.0).map(ExchangeRate);
        if rate.is_none() {
            problems.add(path, "must be a number greater than zero.");
        }
        rate
    }

    fn shape() -> Shape {
        Shape::PositiveNumber
    }
}

/// A duration in whole seconds, at most an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seconds(u32);

impl Seconds {
    /// Longest duration that a setting takes.
    const MAX: u32 = 3_600;

    /// A duration known when compiling.
    pub const fn new(seconds: u32) -> Self {
        Seconds(seconds)
    }

    /// In seconds.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// In milliseconds.
    pub fn as_millis(self) -> u64 {
        u64::from(self.0) * 1_000
    }
}

impl Setting for Seconds {
    fn read(value: &Value, path: &Path, problems: &mut Problems) -> Option<Self> {
        let seconds = value
            .as_u64()
            .and_then(|whole| u32::try_from(whole).ok())
            .filter(|seconds| *seconds <= Self::MAX);
        if seconds.is_none() {
            problems.add(path, "must be a whole number of seconds from 0 to 3600.");
        }
        seconds.map(Seconds)
    }

    fn shape() -> Shape {
        Shape::Seconds(Self::MAX)
    }
}
