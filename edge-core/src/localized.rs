//! Localized texts of commercetools: texts by locale, of which any may be missing.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::text::is_filled;

/// Texts by locale. They are read from an object, as REST has it, or from a list of `{locale, value}`, as GraphQL has
/// it, or from the one text that GraphQL was asked for; null is no text at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalizedString {
    /// The text that commercetools chose.
    chosen: Option<String>,
    /// Locale tag and text, in the order of the tags.
    all: Vec<(String, String)>,
}

impl LocalizedString {
    /// The texts in which there is something to be seen; one of these is picked.
    pub fn filled(&self) -> impl Iterator<Item = &str> {
        let all = self.all.iter().map(|(_, text)| text);
        self.chosen.iter().chain(all).map(String::as_str).filter(|text| is_filled(text))
    }
}

impl FromIterator<(String, String)> for LocalizedString {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(texts: I) -> Self {
        let mut texts: Vec<_> = texts.into_iter().collect();
        // Mostly they come in order, and a cart has a hundred names.
        if !texts.is_sorted() {
            texts.sort_unstable();
        }
        LocalizedString { chosen: None, all: texts }
    }
}

impl<'de> Deserialize<'de> for LocalizedString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Texts)
    }
}

struct Texts;

/// An item of GraphQL's list.
#[derive(serde::Deserialize)]
struct Text {
    locale: String,
    value: String,
}

impl<'de> Visitor<'de> for Texts {
    type Value = LocalizedString;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("texts by locale")
    }

    fn visit_unit<E>(self) -> Result<LocalizedString, E> {
        Ok(LocalizedString::default())
    }

    fn visit_str<E>(self, text: &str) -> Result<LocalizedString, E> {
        Ok(LocalizedString { chosen: Some(text.to_owned()), all: Vec::new() })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<LocalizedString, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = map.next_entry()? {
            texts.push(text);
        }
        Ok(texts.into_iter().collect())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<LocalizedString, A::Error> {
        let mut texts = Vec::new();
        while let Some(Text { locale, value }) = list.next_element()? {
            texts.push((locale, value));
        }
        Ok(texts.into_iter().collect())
    }
}

/// The locales to try, best first: the page's, the cart's or order's own, the store's first.
#[derive(Clone, Debug)]
pub struct Preferences<'a>(Vec<&'a str>);

impl<'a> Preferences<'a> {
    /// The given locales in order; empty and repeated ones do no harm.
    pub fn new(locales: impl IntoIterator<Item = &'a str>) -> Self {
        Preferences(locales.into_iter().collect())
    }

    /// The same, with another locale after the first.
    pub fn with_second(&self, second: Option<&'a str>) -> Preferences<'a> {
        let mut locales = self.0.clone();
        locales.splice(locales.len().min(1)..locales.len().min(1), second);
        Preferences(locales)
    }

    /// The text of the first locale that is there: exactly, else in the same language, else the next locale;
    /// at last any text. `None` if all texts are empty.
    pub fn pick<'t>(&self, texts: &'t LocalizedString) -> Option<&'t str> {
        if let Some(chosen) = &texts.chosen {
            return Some(chosen.as_str()).filter(|text| is_filled(text));
        }
        let filled = || texts.all.iter().filter(|(_, text)| is_filled(text));
        let exact = |wanted: &str| filled().find(|(tag, _)| tag.eq_ignore_ascii_case(wanted));
        let related =
            |wanted: &str| filled().find(|(tag, _)| language(tag).eq_ignore_ascii_case(language(wanted)));
        self.0
            .iter()
            .find_map(|wanted| exact(wanted).or_else(|| related(wanted)))
            .or_else(|| filled().next())
            .map(|(_, text)| text.as_str())
    }
}

/// The language of a tag: `de` of `de-AT`.
pub fn language(tag: &str) -> &str {
    tag.split_once(['-', '_']).map_or(tag, |(language, _)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_text_is_taken() {
        type Case = (&'static [&'static str], &'static [(&'static str, &'static str)], Option<&'static str>);
        let cases: &[Case] = &[
            (&["de-AT"], &[("de-AT", "A"), ("de-DE", "B")], Some("A")),
            (&["de-at"], &[("de-AT", "A")], Some("A")),
            (&["de-AT", "en-GB"], &[("de-DE", "B"), ("en-GB", "C")], Some("B")),
            (&["fr-FR", "en-GB"], &[("de-DE", "B"), ("en-GB", "C")], Some("C")),
            (&["fr-FR"], &[("de-DE", "B"), ("en-GB", "C")], Some("B")),
            (&["de-DE"], &[("de-DE", " "), ("en-GB", "C")], Some("C")),
            (&["de-DE"], &[("de-DE", "\u{200b}\u{ad}"), ("en-GB", "C")], Some("C")),
            (&["zh-Hans-SG"], &[("zh", "Z")], Some("Z")),
            (&["de-DE"], &[], None),
        ];
        for (wanted, texts, want) in cases {
            let texts = texts.iter().map(|(tag, text)| ((*tag).to_owned(), (*text).to_owned())).collect();
            assert_eq!(Preferences::new(wanted.iter().copied()).pick(&texts), *want, "{wanted:?} {texts:?}");
        }
    }

    #[test]
    fn both_forms_of_the_vendor_are_read_alike() {
        let read = |text: &str| crate::json::read::<LocalizedString>(text.as_bytes());
        let rest = read(r#"{"en-GB":"C","de-DE":"B"}"#).unwrap();
        let graphql = read(r#"[{"locale":"en-GB","value":"C"},{"value":"B","locale":"de-DE"}]"#).unwrap();
        assert_eq!(rest, graphql);
        assert_eq!(Preferences::new(["fr-FR"]).pick(&rest), Some("B"));
        assert_eq!(read("{}"), read("[]"));
        assert_eq!(read("null"), read("[]"));
        assert_eq!(Preferences::new(["fr-FR"]).pick(&read("\"Kanne\"").unwrap()), Some("Kanne"));
        for text in ["1", "true", "[\"a\"]", r#"[{"locale":"de"}]"#, r#"{"de":1}"#] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_carts_own_locale_comes_second() {
        let texts =
            [("en-GB", "E"), ("it-IT", "I")].into_iter().map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
        let page = Preferences::new(["fr-FR", "en-GB"]);
        assert_eq!(page.with_second(Some("it-IT")).pick(&texts), Some("I"));
        assert_eq!(page.with_second(None).pick(&texts), Some("E"));
    }
}
