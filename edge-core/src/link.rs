//! Links for agents, from URI templates (RFC 6570, level 1: `{name}`).
//!
//! In scope: parsing with the variables that we can fill in, expansion with percent-encoding. Out of scope: which
//! link a store uses, see [`crate::config`].

use serde_json::Value;

use crate::config::{Path, Problems, Setting, Shape};

/// The variables that a template may use.
pub const VARIABLES: [&str; 6] = ["region", "projectKey", "storeKey", "orderId", "customerId", "cartId"];

/// A URI template whose variables are all among [`VARIABLES`] and which starts with `http://` or `https://`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Variable(&'static str),
}

impl Template {
    /// Reads a template; `None` if it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        if !(text.starts_with("https://") || text.starts_with("http://")) || text.len() > 500 {
            return None;
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((literal, tail)) = rest.split_once('{') {
            let (name, tail) = tail.split_once('}')?;
            parts.push(Part::Literal(literal.to_owned()));
            parts.push(Part::Variable(VARIABLES.into_iter().find(|known| *known == name)?));
            rest = tail;
        }
        parts.push(Part::Literal(rest.to_owned()));
        let is_uri = |part: &Part| match part {
            Part::Literal(literal) => {
                literal.chars().all(|c| c.is_ascii_graphic() && !"{}<>\"\\^`|".contains(c))
            }
            Part::Variable(_) => true,
        };
        parts.iter().all(is_uri).then_some(Template { parts })
    }

    /// Fills the template in; `None` if one of its variables has no value, since half a link leads nowhere.
    pub fn expand(&self, variable: &dyn Fn(&str) -> Option<String>) -> Option<String> {
        let mut link = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(literal) => link.push_str(literal),
                Part::Variable(name) => percent_encode(&variable(name)?, &mut link),
            }
        }
        Some(link)
    }
}

/// Appends `text` with everything but RFC 3986's unreserved characters percent-encoded.
pub fn percent_encode(text: &str, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for nibble in [byte >> 4, byte & 15] {
                out.extend(HEX.get(usize::from(nibble)).map(|digit| char::from(*digit)));
            }
        }
    }
}

/// Percent-encoded text as it was; `None` if it is not UTF-8. A percent sign that begins no byte stands for itself.
pub fn percent_decode(text: &str) -> Option<String> {
    let nibble = |digit: Option<&u8>| char::from(*digit?).to_digit(16);
    let mut rest = text.as_bytes();
    let mut out = Vec::with_capacity(rest.len());
    while let Some((&byte, after)) = rest.split_first() {
        let escaped = nibble(after.first()).zip(nibble(after.get(1))).filter(|_digits| byte == b'%');
        match escaped {
            Some((high, low)) => {
                out.push((high * 16 + low) as u8);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                out.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8(out).ok()
}

impl Setting for Template {
    fn read(value: &Value, path: &Path, problems: &mut Problems) -> Option<Self> {
        let read = value.as_str().and_then(Template::parse);
        if read.is_none() {
            problems.add(
                path,
                format!("must be an http(s) link whose variables are among {}.", VARIABLES.join(", ")),
            );
        }
        read
    }

    fn shape() -> Shape {
        Shape::Text {
            form: "a link with {region}, {projectKey}, {storeKey}, {orderId}, {customerId} or {cartId}",
            pattern: Some("^https?://"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_expand_with_percent_encoding_or_not_at_all() {
        let cases: &[(&str, Option<&str>)] = &[
            ("https://oms.example/o/{orderId}", Some("https://oms.example/o/a%2F%3Fb%C3%BC~1")),
            (
                "https://oms.example/{projectKey}?o={orderId}#x",
                Some("https://oms.example/p?o=a%2F%3Fb%C3%BC~1#x"),
            ),
            ("https://oms.example/plain", Some("https://oms.example/plain")),
            ("https://oms.example/{cartId}", None),
        ];
        for (template, want) in cases {
            let value = |name: &str| match name {
                "orderId" => Some("a/?bü~1".to_owned()),
                "projectKey" => Some("p".to_owned()),
                _ => None,
            };
            let link = Template::parse(template).expect(template).expand(&value);
            assert_eq!(link.as_deref(), *want, "{template}");
        }
    }

    #[test]
    fn what_was_encoded_comes_back() {
        for (encoded, text) in
            [("a%2F%3fb%C3%BC~1", "a/?bü~1"), ("100%", "100%"), ("%4", "%4"), ("%zz%41", "%zzA"), ("", "")]
        {
            assert_eq!(percent_decode(encoded).as_deref(), Some(text), "{encoded}");
            let mut again = String::new();
            percent_encode(text, &mut again);
            assert_eq!(percent_decode(&again).as_deref(), Some(text));
        }
        assert_eq!(percent_decode("%ff"), None);
    }

    #[test]
    fn what_is_not_a_template_is_refused() {
        for text in
            ["javascript:alert(1)", "https://x/{unknown}", "https://x/{orderId", "https://x/a b", "", "/o"]
        {
            assert_eq!(Template::parse(text), None, "{text}");
        }
    }
}
