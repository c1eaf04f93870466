//! The words of the timeline, in the contact's language.
//!
//! All of them stand in one table, `phrases.tsv`: a row a phrase, a column a language. A new language is a column.

use std::cell::OnceCell;

use super::words;
use crate::localized;
use crate::text;

const TABLE: &str = include_str!("phrases.tsv");

/// Longest state that we have no words for, in characters.
const MAX_STATE_CHARS: usize = 60;

thread_local! {
    static ROWS: OnceCell<Vec<&'static str>> = const { OnceCell::new() };
}

/// A language of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language(usize);

impl Language {
    /// The language of a locale; English, the first column, for one that the table does not have.
    pub fn of(locale: &str) -> Self {
        let wanted = localized::language(locale);
        let mut languages = TABLE.lines().next().unwrap_or_default().split('\t').skip(1);
        Language(languages.position(|name| name.eq_ignore_ascii_case(wanted)).unwrap_or(0))
    }

    /// The phrase of this key; the key itself if the table lacks it, which a test excludes.
    pub(super) fn say(self, key: &'static str) -> &'static str {
        self.find(key, "").unwrap_or(key)
    }

    /// A state of commercetools, `order.` and `Complete`: as the table has it, else as the vendor wrote it.
    pub(super) fn state(self, kind: &str, state: &str) -> String {
        match self.find(kind, state) {
            Some(phrase) => phrase.to_owned(),
            None => words(&text::clean_line(state, MAX_STATE_CHARS)),
        }
    }

    fn find(self, kind: &str, name: &str) -> Option<&'static str> {
        ROWS.with(|rows| {
            let rows = rows.get_or_init(|| TABLE.lines().collect());
            let cells = |row: &&'static str| row.strip_prefix(kind)?.strip_prefix(name)?.strip_prefix('\t');
            rows.iter().find_map(cells)?.split('\t').nth(self.0)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_every_language_once() {
        let header: Vec<&str> = TABLE.lines().next().unwrap().split('\t').collect();
        assert_eq!(header, ["key", "en", "de", "fr", "es", "it", "nl"]);
        let mut keys = std::collections::BTreeSet::new();
        for row in TABLE.lines() {
            let cells: Vec<&str> = row.split('\t').collect();
            assert_eq!(cells.len(), header.len(), "{row}");
            assert!(cells.iter().all(|cell| !cell.is_empty() && cell.trim() == *cell), "{row}");
            assert!(keys.insert(cells[0]), "{row} twice");
        }
    }

    #[test]
    fn every_state_that_the_vendor_documents_has_words_in_every_language() {
        let states = [
            ("order.", &["Open", "Confirmed", "Complete", "Cancelled"][..]),
            ("payment.", &["BalanceDue", "Failed", "Pending", "CreditOwed", "Paid"]),
            (
                "shipment.",
                &["Shipped", "Delivered", "Ready", "Pending", "Delayed", "Partial", "Backorder", "Canceled"],
            ),
            ("returned.", &["Advised", "Returned", "BackInStock", "Unusable"]),
            ("refund.", &["NonRefundable", "Initial", "Refunded", "NotRefunded"]),
        ];
        for tag in ["en-GB", "de-DE", "fr-FR", "es-ES", "it-IT", "nl-NL"] {
            for (kind, states) in states {
                for state in states {
                    assert!(Language::of(tag).find(kind, state).is_some(), "{tag} {kind}{state}");
                }
            }
        }
    }

    #[test]
    fn the_nearest_language_speaks_and_what_is_new_is_shown_as_it_is() {
        let cases = [
            ("de-AT", "bezahlt"),
            ("DE", "bezahlt"),
            ("fr", "payée"),
            ("nl-BE", "betaald"),
            ("ja-JP", "paid"),
            ("key", "paid"),
            ("", "paid"),
        ];
        for (tag, want) in cases {
            assert_eq!(Language::of(tag).state("payment.", "Paid"), want, "{tag}");
        }
        assert_eq!(Language::of("de").state("payment.", "PaidTwice"), "paid twice");
        assert_eq!(Language::of("de").state("payment.", "Bad\nState\t\u{202e}x"), "bad  state x");
    }
}
