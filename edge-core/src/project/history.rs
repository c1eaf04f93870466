//! The history of a contact: the last order, how many there are, and the timeline.

use super::timeline::timeline;
use super::{Context, order};
use crate::commerce::{Customer, OrderHistory};
use crate::config::{CommerceProject, Store};
use crate::number::NumberFormats;
use crate::property::{Properties, Property};

/// Where a history belongs.
#[derive(Clone, Copy, Debug)]
pub struct HistoryPlace<'a> {
    /// Store.
    pub store: &'a Store,
    /// Its commercetools project.
    pub project: &'a CommerceProject,
    /// Locale of a contact of whom no better one is known.
    pub locale: &'a str,
    /// How the locales write numbers.
    pub numbers: &'a NumberFormats,
}

/// The last order together with the number of orders and the timeline.
///
/// The same orders and customer give the same text, whoever asks: the locale is the newest order's, else the
/// customer's, if the store has it, and the place's only if both have none.
pub fn history(place: HistoryPlace<'_>, customer: Option<&Customer>, history: &OrderHistory) -> Properties {
    let newest = history.orders.first();
    let wanted =
        [newest.and_then(|order| order.locale.as_deref()), customer.and_then(|one| one.locale.as_deref())];
    let known = wanted.into_iter().flatten().find_map(|tag| place.store.locale(tag));
    let locale = known.map_or(place.locale, |settings| settings.tag.as_str());
    let context = Context::new(place.store, place.project, locale, place.numbers);
    let mut properties = order(&context, newest);
    properties.set(Property::Orders, &context.numbers.count(history.total));
    properties.set(Property::Timeline, &timeline(&context, &history.orders));
    properties
}
