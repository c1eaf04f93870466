//! Who the shop says is here.
//!
//! In scope: taking the members out of whatever the shop gave. Out of scope: believing it; only the token proves
//! anything, and only to the edge.

use contract::MAX_TOKEN_BYTES;

use crate::page::Page;

/// Longest id taken over, in bytes. commercetools ids are 36 characters and keys 256.
const MAX_ID_BYTES: usize = 256;

/// What the shop knows about the visitor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// Identity token: the proof.
    pub token: Option<String>,
    /// A hint that tells one shopper from the next on this page: customer id, or the token's own subject.
    pub subject: Option<String>,
}

/// Reads a session from a value: the members by their own names, or by `paths` when given.
///
/// `None` when the value is not an object or no member is text: that is "no session", not an error.
pub fn read<P: Page>(page: &P, value: &P::Value, paths: Option<&P::Value>) -> Option<Session> {
    let member = |name: &str, limit: usize| {
        let path = match paths {
            Some(paths) => page.text_at(paths, name)?,
            None => name.to_owned(),
        };
        page.text_at(value, &path).filter(|text| !text.is_empty() && text.len() <= limit)
    };
    let token = member("token", MAX_TOKEN_BYTES);
    // The `sub` claim, unverified: good enough to notice that somebody else is here, never to say who.
    let claimed = || page.text_at(&page.claims(token.as_deref()?)?, "sub");
    let subject =
        member("customerId", MAX_ID_BYTES).or_else(claimed).or_else(|| member("anonymousId", MAX_ID_BYTES));
    (token.is_some() || subject.is_some()).then_some(Session { token, subject })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::fake::*;
    use serde_json::{Value as Json, json};

    /// A token as the fake page reads it: its claims are not encoded.
    const TOKEN: &str = r#"h.{"sub":"customer:c1"}.s"#;

    fn check(value: Json, paths: Option<Json>, expected: Option<(Option<&str>, Option<&str>)>) {
        let page = FakePage::default();
        let paths = paths.map(Value::Json);
        let session = read(&page, &Value::Json(value.clone()), paths.as_ref());
        let found = session.as_ref().map(|session| (session.token.as_deref(), session.subject.as_deref()));
        assert_eq!(found, expected, "{value}");
    }

    #[test]
    fn members_are_taken_by_name() {
        check(json!({"token": TOKEN}), None, Some((Some(TOKEN), Some("customer:c1"))));
        check(json!({"token": TOKEN, "customerId": "c9"}), None, Some((Some(TOKEN), Some("c9"))));
        check(json!({"token": "opaque"}), None, Some((Some("opaque"), None)));
        check(json!({"anonymousId": "a1", "cartId": "k"}), None, Some((None, Some("a1"))));
    }

    #[test]
    fn members_are_taken_by_path() {
        let paths = json!({"token": "auth.tokens[0]", "customerId": "user.id"});
        let value = json!({"auth": {"tokens": ["t"]}, "user": {"id": "c1"}, "token": "not this one"});
        check(value, Some(paths), Some((Some("t"), Some("c1"))));
    }

    #[test]
    fn anything_else_is_no_session() {
        for value in [json!(null), json!(5), json!("token"), json!([]), json!({}), json!({"token": 5})] {
            check(value, None, None);
        }
        check(json!({"token": ""}), None, None);
        check(json!({"token": "x".repeat(MAX_TOKEN_BYTES + 1)}), None, None);
        check(json!({"token": TOKEN}), Some(json!({"token": 5})), None);
    }

    #[test]
    fn a_getter_that_throws_is_a_member_that_is_not_there() {
        let value = object([("token", Value::Throwing), ("anonymousId", json!("a1").into())]);
        let session = read(&FakePage::default(), &value, None).unwrap();
        assert_eq!(session, Session { token: None, subject: Some("a1".into()) });
    }

    #[test]
    fn odd_tokens_have_no_subject() {
        for token in ["a", "a.b", "a.!!.c", "a.{}.c", r#"a.{"sub":5}.c"#, ".."] {
            check(json!({"token": token}), None, Some((Some(token), None)));
        }
    }
}
