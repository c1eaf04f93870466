//! From commercetools' resources to contact properties: what an agent reads.
//!
//! In scope: wording, formats, fallbacks. Out of scope: whether a property may leave ([`crate::property::Policy`]).
//! Words are English: they are data that flows and filters match on, so they must not change with the locale. The
//! timeline alone is for reading, and speaks the contact's language.

mod cart;
mod history;
mod order;
mod phrase;
mod timeline;
mod when;

pub use cart::{cart, cart_summary};
pub use history::{HistoryPlace, history};
pub use order::order;
pub use phrase::Language;
pub use when::minute;

use std::rc::Rc;

use crate::config::{CommerceProject, Store};
use crate::localized::Preferences;
use crate::number::{NumberFormat, NumberFormats};
use crate::property::Property;

/// What projections need to know about where the contact is.
#[derive(Debug)]
pub struct Context<'a> {
    /// Store.
    pub store: &'a Store,
    /// Its commercetools project.
    pub project: &'a CommerceProject,
    /// Locales to choose texts by.
    pub preferences: Preferences<'a>,
    /// Number format of the contact's locale.
    pub numbers: Rc<NumberFormat>,
    /// Language of what is written for reading.
    pub language: Language,
}

impl<'a> Context<'a> {
    /// The context of a contact who reads `locale`.
    pub fn new(
        store: &'a Store,
        project: &'a CommerceProject,
        locale: &'a str,
        numbers: &NumberFormats,
    ) -> Self {
        let first = store.locales.first().map(|settings| settings.tag.as_str());
        let preferences = Preferences::new(std::iter::once(locale).chain(first));
        let language = Language::of(store.timeline_language.as_ref().map_or(locale, |tag| tag.as_str()));
        Context { store, project, preferences, numbers: numbers.of(locale), language }
    }

    /// May the timeline tell what this property tells? Letting the timeline out lets its parts out, but for those that
    /// the store keeps back by name.
    fn may_tell(&self, property: Property) -> bool {
        !self.store.policy.denies(property)
    }

    fn variable(&self, name: &str, id: (&str, &str)) -> Option<String> {
        match name {
            "region" => Some(self.project.region.as_str().to_owned()),
            "projectKey" => Some(self.project.project_key.as_str().to_owned()),
            "storeKey" => Some(self.store.key.as_str().to_owned()),
            name if name == id.0 => Some(id.1.to_owned()),
            _ => None,
        }
    }
}

/// `BackInStock` → `back in stock`; a state we have never heard of reads as well as a known one.
pub(crate) fn words(state: &str) -> String {
    let mut words = String::with_capacity(state.len() + 4);
    for c in state.chars() {
        if c.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    words
}
