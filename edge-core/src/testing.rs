//! What the tests of this crate share: a commercetools that answers from a list, a demo configuration, tokens.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_decimal::options::DecimalFormatterOptions;
use icu_locale_core::LanguageIdentifier;
use jwt_compact::alg::{self, VerifyingKey};
use jwt_compact::{Algorithm, AlgorithmSignature as _};
use serde_json::{Value, json};

use crate::commerce::{Commerce, CommerceError, Shortcut};
use crate::config::Config;
use crate::number::NumberFormats;
use crate::token::Ed25519;

pub(crate) const NOW_MS: u64 = 1_800_000_000_000;
pub(crate) const KEY: &str = "shared-key-0123456789abcdef012345";

/// Answers by path prefix; everything else does not exist. Notes what was asked for. Takes queries if it has an answer
/// to them, until it is told that it refused one.
#[derive(Default)]
pub(crate) struct FakeCommerce {
    pub(crate) answers: BTreeMap<String, Result<String, CommerceError>>,
    query: Option<Result<String, CommerceError>>,
    in_one_language: Option<String>,
    pub(crate) asked: RefCell<Vec<String>>,
    pub(crate) has_refused: Cell<bool>,
    /// Locales in whose language a name was missing.
    pub(crate) without_names: RefCell<Vec<String>>,
}

impl FakeCommerce {
    pub(crate) fn with(mut self, prefix: &str, body: &Value) -> Self {
        self.answers.insert(prefix.to_owned(), Ok(body.to_string()));
        self
    }

    pub(crate) fn with_text(mut self, prefix: &str, body: &str) -> Self {
        self.answers.insert(prefix.to_owned(), Ok(body.to_owned()));
        self
    }

    pub(crate) fn failing(mut self, prefix: &str, error: CommerceError) -> Self {
        self.answers.insert(prefix.to_owned(), Err(error));
        self
    }

    /// The answer to every query.
    pub(crate) fn answering_queries(mut self, answer: Result<String, CommerceError>) -> Self {
        self.query = Some(answer);
        self
    }

    /// The answer to a query for names in one language, where that is another.
    pub(crate) fn answering_in_one_language(mut self, answer: String) -> Self {
        self.in_one_language = Some(answer);
        self
    }
}

impl Commerce for FakeCommerce {
    async fn prepare(&self) -> Result<(), CommerceError> {
        self.asked.borrow_mut().push("prepare".to_owned());
        Ok(())
    }

    async fn get(&self, path: &str) -> Result<String, CommerceError> {
        self.asked.borrow_mut().push(path.to_owned());
        let found = self.answers.iter().rev().find(|(prefix, _)| path.starts_with(prefix.as_str()));
        found.map_or(Err(CommerceError::NotFound), |(_, answer)| answer.clone())
    }

    fn takes(&self, shortcut: Shortcut<'_>) -> bool {
        match shortcut {
            Shortcut::Query => self.query.is_some() && !self.has_refused.get(),
            Shortcut::Names(locale) => {
                !self.without_names.borrow().iter().any(|without| without == locale.as_str())
            }
        }
    }

    async fn query(&self, request: &str) -> Result<String, CommerceError> {
        self.asked.borrow_mut().push(format!("query {request}"));
        match &self.in_one_language {
            Some(answer) if request.contains("acceptLanguage") => Ok(answer.clone()),
            _ => self.query.clone().unwrap(),
        }
    }

    fn leads_nowhere(&self, shortcut: Shortcut<'_>) {
        match shortcut {
            Shortcut::Query => self.has_refused.set(true),
            Shortcut::Names(locale) => self.without_names.borrow_mut().push(locale.to_string()),
        }
    }

    async fn introspect(&self, _access_token: &str) -> Result<String, CommerceError> {
        self.get("introspect").await
    }

    async fn get_as(&self, access_token: &str, path: &str) -> Result<String, CommerceError> {
        self.get(&format!("as {access_token} {path}")).await
    }
}

/// Number formats by Unicode's own data, which the Worker leaves to its platform.
pub(crate) fn numbers() -> NumberFormats {
    NumberFormats::new(|tag| {
        let formatter = formatter(tag);
        Some(Box::new(move |decimal| Some(formatter.format(&decimal.parse().ok()?).to_string())))
    })
}

/// A decimal as Unicode's own data writes it.
pub(crate) fn unicode_decimal(tag: &str, amount: i128, places: u8) -> String {
    let mut decimal = Decimal::from(amount);
    decimal.multiply_pow10(-i16::from(places));
    formatter(tag).format(&decimal).to_string()
}

fn formatter(tag: &str) -> DecimalFormatter {
    let preferences = tag.parse::<LanguageIdentifier>().map(|language| (&language).into());
    DecimalFormatter::try_new(preferences.unwrap_or_default(), DecimalFormatterOptions::default()).unwrap()
}

/// Ed25519 by the library that the Worker leaves to its platform.
pub(crate) const ED25519: Ed25519 = Ed25519 {
    is_point: |key| public_key(key).is_some(),
    is_signed: |key, text, signature| {
        let signature = <alg::Ed25519 as Algorithm>::Signature::try_from_slice(signature);
        signature
            .is_ok_and(|signature| alg::Ed25519.verify_signature(&signature, &public_key(key).unwrap(), text))
    },
};

fn public_key(key: &str) -> Option<<alg::Ed25519 as Algorithm>::VerifyingKey> {
    let bytes = URL_SAFE_NO_PAD.decode(key).ok()?;
    VerifyingKey::from_slice(&bytes).ok()
}

/// A configuration with two stores and everything let out.
pub(crate) fn config() -> Config {
    config_with(&|_| {})
}

/// The same with a change of the value before it is read.
pub(crate) fn config_with(change: &dyn Fn(&mut Value)) -> Config {
    let store = |locale: &str, currency: &str, country: &str, policy: &str| {
        json!({
            "commercetools": "main", "tidio": "eu", "origins": ["https://shop.example"],
            "locales": [{ "tag": locale, "language": locale[..2], "currency": currency, "country": country }],
            "consent": { "chat": ["functional"], "share": ["functional"] },
            "field_policy": policy, "create": "on_identify",
            "links": { "cart": "https://shop.example/cart/{cartId}" },
            "routes": [{ "when": { "identity": "verified" }, "route": "known", "tags": ["known"] }],
        })
    };
    let mut value = json!({
        "identity": {
            "audience": "https://edge.example",
            "keys": [{ "kid": "k", "algorithm": "HS256", "secret": "IDENTITY_KEY" }],
        },
        "commercetools": { "main": { "project_key": "shop", "region": "eu-central-1.aws" } },
        "tidio": { "eu": { "public_key": "a".repeat(32), "tier": "full" } },
        "stores": {
            "de": store("de-DE", "EUR", "DE", "detailed"),
            "uk": store("en-GB", "GBP", "GB", "minimal"),
        },
    });
    change(&mut value);
    Config::read(&value, &|_| Some(KEY.to_owned()), ED25519).unwrap()
}

/// A token for the configuration above.
pub(crate) fn token(subject: &str, cart: Option<&str>) -> String {
    use hmac::{Hmac, Mac as _};
    let seconds = NOW_MS / 1000;
    let mut claims = json!({
        "v": 1, "aud": "https://edge.example", "prj": "shop", "sub": subject,
        "iat": seconds, "exp": seconds + 300, "jti": "j",
    });
    if let Some(cart) = cart {
        claims["cart"] = json!(cart);
    }
    let header = json!({ "alg": "HS256", "typ": "JWT", "kid": "k" });
    let text = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(KEY.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// A cart of customer `c-1` in store `de` with these members changed.
pub(crate) fn cart(changes: &Value) -> Value {
    let mut cart = json!({
        "id": "cart-1", "version": 3, "cartState": "Active", "customerId": "c-1",
        "lastModifiedAt": "2026-11-02T10:11:12.345Z",
        "store": { "typeId": "store", "key": "de" },
        "totalPrice": { "type": "centPrecision", "currencyCode": "EUR", "centAmount": 123_450, "fractionDigits": 2 },
        "totalLineItemQuantity": 3,
        "lineItems": [
            {
                "id": "l-1", "quantity": 2, "name": { "de-DE": "Kanne", "en-GB": "Pot" }, "variant": { "id": 1, "sku": "K-1" },
                "totalPrice": { "type": "centPrecision", "currencyCode": "EUR", "centAmount": 7_980, "fractionDigits": 2 },
            },
            { "id": "l-2", "quantity": 1, "name": {}, "variant": { "id": 1, "sku": "M-2" } },
        ],
        "shippingInfo": { "shippingMethodName": "DHL Paket" },
        "somethingNew": { "a": [1, 2] },
    });
    merge(&mut cart, changes);
    cart
}

/// An order of customer `c-1` in store `de` with these members changed.
pub(crate) fn order(changes: &Value) -> Value {
    let mut order = json!({
        "id": "0b1c2d3e-0000-4000-8000-000000000001", "version": 7, "orderNumber": "1001", "customerId": "c-1",
        "createdAt": "2026-10-01T08:00:00.000Z", "lastModifiedAt": "2026-10-03T08:00:00.000Z",
        "orderState": "Complete", "paymentState": "Paid", "shipmentState": "Delivered",
        "store": { "typeId": "store", "key": "de" },
        "totalPrice": { "type": "centPrecision", "currencyCode": "EUR", "centAmount": 5_990, "fractionDigits": 2 },
        "shippingInfo": { "shippingMethodName": "DHL Paket", "deliveries": [{
            "createdAt": "2026-10-02T08:00:00.000Z",
            "parcels": [
                { "trackingData": { "trackingId": "0034", "carrier": "DHL" } },
                { "createdAt": "2026-10-03T08:00:00.000Z",
                  "trackingData": { "trackingId": "back", "carrier": "DHL", "isReturn": true } },
                {},
            ],
        }] },
        "returnInfo": [{ "items": [{
            "quantity": 1, "shipmentState": "BackInStock", "paymentState": "Refunded",
            "createdAt": "2026-10-04T10:00:00.000Z", "lastModifiedAt": "2026-10-04T10:00:00.000Z",
        }] }],
    });
    merge(&mut order, changes);
    order
}

/// A null removes a member.
fn merge(into: &mut Value, changes: &Value) {
    for (name, value) in changes.as_object().into_iter().flatten() {
        match value {
            Value::Null => drop(into.as_object_mut().unwrap().remove(name)),
            value => into[name] = value.clone(),
        }
    }
}

/// The same records as GraphQL gives them under our aliases: texts as lists, what is absent as null.
pub(crate) fn query_answer(
    customer: Option<&Value>,
    cart: Option<&Value>,
    orders: &[Value],
    total: u64,
) -> String {
    let cart = cart.map(as_queried);
    let orders: Vec<Value> = orders.iter().map(as_queried).collect();
    json!({ "data": {
        "customer": customer,
        "inStore": { "cart": cart, "orders": { "total": total, "results": orders } },
    } })
    .to_string()
}

fn as_queried(record: &Value) -> Value {
    let mut record = record.clone();
    let optional = [
        "customerId",
        "anonymousId",
        "locale",
        "store",
        "totalLineItemQuantity",
        "shippingInfo",
        "discountOnTotalPrice",
        "businessUnit",
        "cartState",
        "orderNumber",
        "paymentState",
        "shipmentState",
    ];
    let members = record.as_object_mut().unwrap();
    for name in optional {
        members.entry(name).or_insert(Value::Null);
    }
    for list in ["lineItems", "customLineItems"] {
        for item in members.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            // Whoever gives one text or null means an answer in one language.
            if let Some(texts) = item["name"].as_object() {
                let text = |(locale, value)| json!({ "locale": locale, "value": value });
                item["name"] = texts.iter().rev().map(text).collect::<Vec<Value>>().into();
            }
            for name in ["variant", "totalPrice"] {
                item.as_object_mut().unwrap().entry(name).or_insert(Value::Null);
            }
        }
    }
    record
}
