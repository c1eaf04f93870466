//! The items of a cart, built only as far as an agent's list of them can reach; the others are counted.
//!
//! A cart may have 500 items, and a contact property has room for some twenty lines. How many were read depends on their
//! names, so that the list never ends early ([`crate::project`] cuts it).

use std::fmt;

use contract::MAX_PROPERTY_CHARS;
use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};

use super::LineItem;
use crate::text;

/// Longest name of a product in a list, in characters; a longer one pushes the others out.
pub const MAX_NAME_CHARS: usize = 80;

/// What stands in the place of a name.
pub const NO_NAME: &str = "(no name)";

/// Items from the front of a list, and what the rest comes to.
#[derive(Clone, Debug, Default)]
pub struct Items {
    /// As many as may be shown, and one more.
    first: Vec<LineItem>,
    /// How many more there are.
    more: usize,
    /// Pieces of all of them.
    pieces: u64,
}

impl Items {
    /// Those that may be shown.
    pub fn iter(&self) -> impl Iterator<Item = &LineItem> {
        self.first.iter()
    }

    /// How many there are, with those that are not shown.
    pub fn count(&self) -> usize {
        self.first.len() + self.more
    }

    /// Pieces of all of them together.
    pub fn pieces(&self) -> u64 {
        self.pieces
    }
}

impl LineItem {
    /// The stock keeping unit, if there is something to be seen in it.
    pub fn sku(&self) -> Option<&str> {
        self.variant.as_ref()?.sku.as_deref().filter(|sku| text::is_filled(sku))
    }

    /// The line about it has at least so many characters, in any language: a digit, the sign between two spaces, the
    /// name, the line feed; and before a price a dash between two spaces.
    fn least_chars(&self) -> usize {
        let name = self.name.filled().map(text::visible_chars).min();
        let name = name.unwrap_or_else(|| text::visible_chars(self.sku().unwrap_or(NO_NAME)));
        let price = self.total_price.as_ref().map_or(0, |price| price.least_chars() + 3);
        name.min(MAX_NAME_CHARS) + 5 + price
    }
}

/// What is read of an item that is only counted.
#[derive(serde::Deserialize)]
struct Counted {
    quantity: u64,
}

impl<'de> Deserialize<'de> for Items {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(List)
    }
}

struct List;

impl<'de> Visitor<'de> for List {
    type Value = Items;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a list of items")
    }

    fn visit_unit<E>(self) -> Result<Items, E> {
        Ok(Items::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Items, A::Error> {
        let mut items = Items::default();
        let mut least_chars = 0;
        while least_chars <= MAX_PROPERTY_CHARS + 1 {
            let Some(item) = list.next_element::<LineItem>()? else { return Ok(items) };
            least_chars += item.least_chars();
            items.pieces = items.pieces.saturating_add(item.quantity);
            items.first.push(item);
        }
        while let Some(Counted { quantity }) = list.next_element()? {
            items.more += 1;
            items.pieces = items.pieces.saturating_add(quantity);
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::json;
    use crate::money::Money;
    use crate::testing::numbers;

    /// The list of an agent who is shown the last of each item's texts.
    fn list<'a>(items: impl Iterator<Item = &'a LineItem>, total: usize) -> String {
        let euro = Money {
            currency_code: "EUR".to_owned(),
            cent_amount: 0,
            fraction_digits: 2,
            precise_amount: None,
        };
        let write = |line: &mut String, item: &LineItem| {
            let name = item.name.filled().last().or_else(|| item.sku()).unwrap_or(NO_NAME);
            line.push_str(&format!("{} × {}", item.quantity, text::clean_line(name, MAX_NAME_CHARS)));
            if let Some(price) = &item.total_price {
                line.push_str(" – ");
                price.write(line, &euro, &numbers().of("de-DE"));
            }
        };
        text::join_lines(items, write, total, MAX_PROPERTY_CHARS, |rest| format!("… and {rest} more"))
    }

    fn check(items: &[Value]) {
        let text = Value::from(items).to_string();
        let all: Vec<LineItem> = json::read_text(&text).unwrap();
        let read: Items = json::read_text(&text).unwrap();
        assert_eq!(read.count(), all.len());
        assert_eq!(read.pieces(), all.iter().fold(0, |sum: u64, item| sum.saturating_add(item.quantity)));
        assert_eq!(list(read.iter(), read.count()), list(all.iter(), all.len()));
    }

    #[test]
    fn most_of_a_long_cart_is_only_counted() {
        let item = json!({ "name": { "de-DE": "Espressokanne", "en-GB": "Moka pot" }, "quantity": 3 });
        let items: Items = json::read_text(&Value::from(vec![item; 500]).to_string()).unwrap();
        assert_eq!((items.count(), items.pieces()), (500, 1_500));
        assert!(items.iter().count() < 100, "{}", items.iter().count());
    }

    #[test]
    fn an_item_that_is_only_counted_needs_its_quantity() {
        let mut items = vec![json!({ "name": { "de": "x".repeat(80) }, "quantity": 1 }); 20];
        check(&items);
        items.push(json!({ "name": { "de": "without" } }));
        assert!(json::read_text::<Items>(&Value::from(items).to_string()).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn the_list_is_the_same_as_with_all_items(
            items in proptest::collection::vec(
                (
                    proptest::collection::btree_map("[a-z]{2}", "[a-zä\u{202e}\u{200b}\n\t ]{0,90}", 0..3),
                    proptest::option::of("[A-Z ]{0,5}"),
                    prop_oneof![0..20_u64, any::<u64>()],
                    proptest::option::of((prop_oneof![0..20_000_i64, any::<i64>()], proptest::option::of(any::<u64>()))),
                ),
                0..300,
            ),
        ) {
            let items: Vec<_> = items
                .into_iter()
                .map(|(name, sku, quantity, price)| {
                    let price = price.map(|(amount, precise)| match precise {
                        None => json!({ "centAmount": amount }),
                        Some(precise) => json!({
                            "centAmount": amount, "preciseAmount": precise, "fractionDigits": 4, "currencyCode": "JPY",
                        }),
                    });
                    json!({ "name": name, "variant": { "sku": sku }, "quantity": quantity, "totalPrice": price })
                })
                .collect();
            check(&items);
        }
    }
}
