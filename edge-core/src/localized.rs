//! Localized texts of commercetools: a map from locale to text in which any locale may be missing.

use std::collections::BTreeMap;

/// Locale tag → text.
pub type LocalizedString = BTreeMap<String, String>;

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
        let filled = || texts.iter().filter(|(_, text)| !text.trim().is_empty());
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
            (&["zh-Hans-SG"], &[("zh", "Z")], Some("Z")),
            (&["de-DE"], &[], None),
        ];
        for (wanted, texts, want) in cases {
            let texts = texts.iter().map(|(tag, text)| ((*tag).to_owned(), (*text).to_owned())).collect();
            assert_eq!(Preferences::new(wanted.iter().copied()).pick(&texts), *want, "{wanted:?} {texts:?}");
        }
    }

    #[test]
    fn the_carts_own_locale_comes_second() {
        let texts = [("en-GB", "E"), ("it-IT", "I")].map(|(a, b)| (a.to_owned(), b.to_owned())).into();
        let page = Preferences::new(["fr-FR", "en-GB"]);
        assert_eq!(page.with_second(Some("it-IT")).pick(&texts), Some("I"));
        assert_eq!(page.with_second(None).pick(&texts), Some("E"));
    }
}
