//! Reads the edge's replies out of page values.
//!
//! In scope: the members that decisions need, checked; the rest passes through untouched. Out of scope: derived
//! deserialisers. They would bring their error texts into every shopper's download; a test holds these readers
//! against the contract's own types instead.

use crate::consent::Mapping;
use crate::machine::{Bootstrap, Reply};
use crate::page::{Page, join};
use crate::retry::{Failure, stable_code};

/// Length of a Tidio public key, in characters.
const PUBLIC_KEY_CHARS: usize = 32;

/// The store's settings, or `None` when they cannot be used.
pub fn bootstrap<P: Page>(page: &P, value: &P::Value) -> Option<Bootstrap> {
    let key = page.text_at(value, "publicKey")?;
    let origin = page.text_at(value, "scriptOrigin")?;
    let mapping =
        Mapping { chat: page.texts_at(value, "consent.chat"), share: page.texts_at(value, "consent.share") };
    Some(Bootstrap {
        script: script_url(&origin, &key)?,
        language: page.text_at(value, "language")?,
        mapping,
    })
}

/// The widget's URL. What the edge says ends in a script element, so nothing but an origin and a key may pass.
pub fn script_url(origin: &str, key: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let local =
        ["http://localhost:", "http://127.0.0.1:"].iter().find_map(|start| origin.strip_prefix(start));
    let host = origin.strip_prefix("https://").or(local)?;
    let origin_fits = !host.is_empty() && host.bytes().all(|byte| plain(byte) || b".-:".contains(&byte));
    let key_fits = key.len() == PUBLIC_KEY_CHARS && key.bytes().all(plain);
    (origin_fits && key_fits).then(|| join(&[origin, "/", key, ".js"]))
}

/// What the edge found out, or `None` when it is not a reply.
pub fn reply<P: Page>(page: &P, value: &P::Value) -> Option<Reply<P::Value>> {
    let identity = page.text_at(value, "identity")?;
    let given = page.get(value, "properties")?;
    let mut properties = Vec::new();
    for name in page.keys(&given) {
        if let Some(text) = page.get(&given, &name).and_then(|text| page.text(&text)) {
            properties.push((name, text));
        }
    }
    let person = page.get(value, "person");
    let proven = person.as_ref().filter(|_| identity == "verified");
    Some(Reply {
        distinct_id: proven.and_then(|person| page.text_at(person, "distinctId")),
        person: person.unwrap_or_else(|| value.clone()),
        language: page.text_at(value, "language")?,
        currency: page.get(value, "currency")?,
        tags: page.get(value, "tags")?,
        properties,
        correlation_id: page.text_at(value, "correlationId"),
    })
}

/// The failure in an error answer; `body` is anything that it had for a body.
pub fn refusal<P: Page>(page: &P, status: u16, body: &P::Value) -> Failure {
    let code = page.text_at(body, "code");
    Failure::Refused { status, code: code.and_then(|code| stable_code(&code)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::fake::*;
    use contract::{BootstrapReply, ConsentMapping, Currency, IdentifyReply, Identity, Person, Problem};
    use serde_json::{json, to_value};

    const KEY: &str = "demodemodemodemodemodemodemo0001";

    #[test]
    fn bootstrap_agrees_with_the_contract() {
        let wire = BootstrapReply {
            contract: 1,
            store: "de".into(),
            locale: "de-DE".into(),
            public_key: KEY.into(),
            script_origin: "https://code.tidio.co".into(),
            language: "de".into(),
            currency: Currency { code: "EUR".into(), exchange_rate: 1.0 },
            consent: ConsentMapping { chat: vec!["f".into()], share: vec!["f".into(), "a".into()] },
            triggers: Vec::new(),
        };
        let read = bootstrap(&FakePage::default(), &to_value(&wire).unwrap().into()).unwrap();
        assert_eq!(read.script, format!("https://code.tidio.co/{KEY}.js"));
        assert_eq!(read.language, "de");
        assert_eq!(read.mapping, Mapping { chat: vec!["f".into()], share: vec!["f".into(), "a".into()] });
    }

    #[test]
    fn reply_agrees_with_the_contract() {
        let page = FakePage::default();
        let mut wire = IdentifyReply {
            contract: 1,
            identity: Identity::Verified,
            person: Some(Person {
                distinct_id: "d-1".into(),
                email: Some("a@example.com".into()),
                name: None,
                phone: None,
            }),
            language: "de".into(),
            currency: Currency { code: "EUR".into(), exchange_rate: 1.0 },
            properties: [("ct_store".to_owned(), "de".to_owned())].into(),
            tags: vec!["store-de".into()],
            cart: None,
            correlation_id: "c-1".into(),
        };
        let read = reply(&page, &to_value(&wire).unwrap().into()).unwrap();
        assert_eq!(read.distinct_id.as_deref(), Some("d-1"));
        assert_eq!(page.text_at(&read.person, "email").as_deref(), Some("a@example.com"));
        assert_eq!(page.text_at(&read.currency, "code").as_deref(), Some("EUR"));
        assert_eq!(page.items(&read.tags).len(), 1);
        assert_eq!(read.properties, [("ct_store".to_owned(), "de".to_owned())]);
        assert_eq!(read.correlation_id.as_deref(), Some("c-1"));

        for identity in [Identity::Claimed, Identity::Guest] {
            wire.identity = identity;
            let read = reply(&page, &to_value(&wire).unwrap().into()).unwrap();
            assert_eq!(read.distinct_id, None, "only a proven person is a person");
        }
    }

    #[test]
    fn a_problem_gives_its_code() {
        let page = FakePage::default();
        let wire = Problem {
            kind: "about:blank#token_expired".into(),
            title: "t".into(),
            status: 401,
            code: "token_expired".into(),
            correlation_id: "c".into(),
        };
        let failure = refusal(&page, 401, &to_value(&wire).unwrap().into());
        assert_eq!(failure.code(), "token_expired");
        assert_eq!(refusal(&page, 502, &json!(null).into()).code(), "edge_refused");
        assert_eq!(refusal(&page, 502, &json!(["x"]).into()).code(), "edge_refused");
    }

    #[test]
    fn rubbish_is_neither() {
        let page = FakePage::default();
        for value in [json!(null), json!("<html>"), json!({}), json!([]), json!({"publicKey": KEY}), json!(5)]
        {
            assert!(bootstrap(&page, &value.clone().into()).is_none(), "{value}");
            assert!(reply(&page, &value.clone().into()).is_none(), "{value}");
        }
    }

    #[test]
    fn only_an_origin_and_a_key_reach_the_script_element() {
        for origin in
            ["https://code.tidio.co", "http://localhost:8990", "http://127.0.0.1:1", "https://a-b.c:8"]
        {
            assert_eq!(script_url(origin, KEY), Some(format!("{origin}/{KEY}.js")));
        }
        for origin in
            ["", "https://", "http://code.tidio.co", "javascript:alert(1)//", "https://a/b", "https://a\"b"]
        {
            assert_eq!(script_url(origin, KEY), None, "{origin}");
        }
        for key in ["", "short", &KEY.to_uppercase(), &format!("{KEY}0"), "demodemodemodemodemodemodemo/../"]
        {
            assert_eq!(script_url("https://code.tidio.co", key), None, "{key}");
        }
    }
}
