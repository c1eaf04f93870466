//! What leaves the module: requests to the edge and statuses for the page.
//!
//! In scope: their members. Out of scope: derived serialisers, which keep a hash table of member names; a test
//! holds these against the contract's own types instead.

use contract::{CONTRACT_VERSION, Consent, ConsentState};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::status::Status;

/// A value on its way out.
pub enum Out<'a> {
    /// Text.
    Text(&'a str),
    /// A whole number.
    Number(u16),
    /// An object.
    Object(Vec<(&'a str, Out<'a>)>),
}

impl Serialize for Out<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Out::Text(text) => serializer.serialize_str(text),
            Out::Number(number) => serializer.serialize_u16(*number),
            Out::Object(members) => {
                let mut map = serializer.serialize_map(None)?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

/// Body of `POST /v1/identify` with a locale, of `POST /v1/consent` without.
pub fn request<'a>(
    store: &'a str,
    locale: Option<&'a str>,
    token: Option<&'a str>,
    consent: &'a ConsentState,
) -> Out<'a> {
    let mut members = vec![
        ("contract", Out::Number(CONTRACT_VERSION)),
        ("store", Out::Text(store)),
        ("consent", consent_state(consent)),
    ];
    members.extend(locale.map(|locale| ("locale", Out::Text(locale))));
    members.extend(token.map(|token| ("token", Out::Text(token))));
    Out::Object(members)
}

/// What the page may add to a question, of `product` and `claimed`: neither without leave to share, and no claim beside
/// a proof, because a person who can be proven is not asked who they are.
pub fn additions(token: Option<&str>, consent: &ConsentState) -> &'static [&'static str] {
    match (consent.share, token) {
        (Consent::Granted, None) => &["product", "claimed"],
        (Consent::Granted, Some(_)) => &["product"],
        _ => &[],
    }
}

/// A status event.
pub fn status(status: &Status) -> Out<'_> {
    let mut members = vec![
        ("state", Out::Text(status.state.as_str())),
        ("engine", Out::Text(status.engine)),
        ("consent", consent_state(&status.consent)),
    ];
    members.extend(status.code.as_deref().map(|code| ("code", Out::Text(code))));
    members.extend(status.correlation_id.as_deref().map(|id| ("correlationId", Out::Text(id))));
    Out::Object(members)
}

/// Contact properties.
pub fn properties(properties: &[(String, String)]) -> Out<'_> {
    Out::Object(properties.iter().map(|(name, value)| (name.as_str(), Out::Text(value))).collect())
}

fn consent_state(state: &ConsentState) -> Out<'_> {
    Out::Object(vec![
        ("chat", Out::Text(consent(state.chat))),
        ("share", Out::Text(consent(state.share))),
        ("source", Out::Text(&state.source)),
    ])
}

const fn consent(consent: Consent) -> &'static str {
    match consent {
        Consent::Granted => "granted",
        Consent::Denied => "denied",
        Consent::Pending => "pending",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::State;
    use contract::{ConsentRequest, IdentifyRequest};
    use serde_json::{json, to_value};

    fn states() -> Vec<ConsentState> {
        let answers = [Consent::Granted, Consent::Denied, Consent::Pending];
        answers.map(|chat| ConsentState { chat, share: Consent::Denied, source: "function".into() }).into()
    }

    #[test]
    fn requests_are_the_contracts() {
        for consent in states() {
            for token in [None, Some("t".to_owned())] {
                let identify = IdentifyRequest {
                    contract: CONTRACT_VERSION,
                    store: "de".into(),
                    locale: "de-DE".into(),
                    token: token.clone(),
                    consent: consent.clone(),
                    product: None,
                    claimed: None,
                };
                let ours = request("de", Some("de-DE"), token.as_deref(), &consent);
                assert_eq!(to_value(ours).unwrap(), to_value(identify).unwrap());

                let told = ConsentRequest {
                    contract: CONTRACT_VERSION,
                    store: "de".into(),
                    token: token.clone(),
                    consent: consent.clone(),
                };
                let ours = request("de", None, token.as_deref(), &consent);
                assert_eq!(to_value(ours).unwrap(), to_value(told).unwrap());
            }
        }
    }

    #[test]
    fn a_claim_goes_without_a_proof_and_nothing_goes_without_leave() {
        let share = |share| ConsentState { chat: Consent::Granted, share, source: "x".into() };
        assert_eq!(additions(None, &share(Consent::Granted)), ["product", "claimed"]);
        assert_eq!(additions(Some("t"), &share(Consent::Granted)), ["product"]);
        for no in [Consent::Denied, Consent::Pending] {
            assert!(additions(None, &share(no)).is_empty() && additions(Some("t"), &share(no)).is_empty());
        }
    }

    #[test]
    fn a_status_has_the_members_of_the_documentation() {
        let consent = states().remove(0);
        let mut said =
            Status { state: State::Ready, code: None, engine: "wasm", consent, correlation_id: None };
        let consent = json!({"chat": "granted", "share": "denied", "source": "function"});
        let expected = json!({"state": "ready", "engine": "wasm", "consent": consent});
        assert_eq!(to_value(status(&said)).unwrap(), expected);
        said.code = Some("edge_timeout".into());
        said.correlation_id = Some("c".into());
        let expected = json!({"state": "ready", "engine": "wasm", "consent": consent, "code": "edge_timeout",
                              "correlationId": "c"});
        assert_eq!(to_value(status(&said)).unwrap(), expected);
    }
}
