//! Triggers: when the page sends which custom event, so that a Tidio flow can begin with it.
//!
//! In scope: the form of a rule, and which settings belong to which kind. Out of scope: noticing that the moment has
//! come, which is the page's part.

use serde_json::Value;

use super::kinds::{CurrencyCode, Label, Seconds};
use super::section::{Path, Problems, Setting, Shape, choice, section, text};

text! {
    /// What a rule waits for: `cart_over`, `cart_idle`, or the name of a signal.
    SignalName, "cart_over, cart_idle, checkout_started, checkout_failed, order_placed, payment_returned, or a name of \
     your own: 1 to 60 lower-case letters, digits or '_'",
    Some("^[a-z0-9_]{1,60}$"),
    |text| (1..=60).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

text! {
    /// The beginning of a page's address after its origin.
    PagePath, "the beginning of a path, with its '/' and no '#', at most 200 characters", Some("^/[^#]{0,199}$"),
    |text| text.starts_with('/') && text.len() <= 200 && !text.contains('#') && !text.chars().any(char::is_control)
}

choice!(OnceWord { Page = "page", Session = "session", Cart = "cart", Order = "order", Always = "always" });

/// Within what a trigger is sent once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnceWord {
    /// A page load.
    Page,
    /// A browser tab's session.
    Session,
    /// A cart.
    Cart,
    /// An order.
    Order,
    /// Every time.
    Always,
}

/// An amount of money in the smallest unit of its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MinorUnits(u64);

impl MinorUnits {
    /// Largest amount: pages count in JavaScript, whose whole numbers are exact up to 2^53 − 1.
    const MAX: u64 = (1 << 53) - 1;
}

impl Setting for MinorUnits {
    fn read(value: &Value, path: &Path, problems: &mut Problems) -> Option<Self> {
        let units = value.as_u64().filter(|units| (1..=Self::MAX).contains(units)).map(MinorUnits);
        if units.is_none() {
            problems.add(path, "must be a whole number of minor units (cents), greater than zero.");
        }
        units
    }

    fn shape() -> Shape {
        Shape::MinorUnits
    }
}

section! {
    /// A rule by which the page sends a custom event.
    TriggerSettings {
        /// Name of the event, as the flow in Tidio's panel names it; no two rules of a store share it.
        required event: Label,
        /// What it waits for.
        required on: SignalName,
        /// `cart_over`: the total from which on it is sent, in minor units: 15000 is 150.00 EUR.
        optional minor_units: MinorUnits,
        /// `cart_over`: the currency; a cart in another one is not compared.
        optional currency: CurrencyCode,
        /// `cart_idle`: for how long a cart with something in it has not changed.
        optional seconds: Seconds,
        /// A signal also given by opening a page whose path and query begin so.
        optional path: PagePath,
        /// A signal also given by a DOM event of this name on `document` or `window`.
        optional dom_event: Label,
        /// Within what it is sent once; unless given, `cart` for carts and checkout, `order` for `order_placed`,
        /// `session` for all others.
        optional once: OnceWord,
        /// Visitor tags that go along.
        default("[]", Vec::new()) tags: Vec<Label>,
    }
}

/// Checks that each rule has what its kind needs, and nothing that it would ignore.
pub(super) fn check(triggers: &[TriggerSettings], path: &Path, problems: &mut Problems) {
    for (index, trigger) in triggers.iter().enumerate() {
        let path = path.item(index);
        if triggers.iter().take(index).any(|earlier| earlier.event == trigger.event) {
            problems.add(&path.member("event"), "is used by an earlier trigger.");
        }
        let kind = trigger.on.as_str();
        let (over, idle) = (kind == "cart_over", kind == "cart_idle");
        for (member, given, wanted) in [
            ("minor_units", trigger.minor_units.is_some(), over),
            ("currency", trigger.currency.is_some(), over),
            ("seconds", trigger.seconds.is_some(), idle),
        ] {
            match (given, wanted) {
                (false, true) => problems.add(&path.member(member), "is missing."),
                (true, false) => {
                    problems.add(&path.member(member), "does not belong to this kind of trigger.")
                }
                _ => {}
            }
        }
        for (member, given) in [("path", trigger.path.is_some()), ("dom_event", trigger.dom_event.is_some())]
        {
            if given && (over || idle) {
                problems.add(&path.member(member), "does not belong to this kind of trigger.");
            }
        }
    }
}

impl From<&TriggerSettings> for contract::Trigger {
    fn from(settings: &TriggerSettings) -> Self {
        contract::Trigger {
            event: settings.event.to_string(),
            on: settings.on.to_string(),
            once: once(settings),
            minor_units: settings.minor_units.map(|units| units.0),
            currency: settings.currency.as_ref().map(ToString::to_string),
            seconds: settings.seconds.map(Seconds::get),
            path: settings.path.as_ref().map(ToString::to_string),
            dom_event: settings.dom_event.as_ref().map(ToString::to_string),
            tags: settings.tags.iter().map(ToString::to_string).collect(),
        }
    }
}

fn once(settings: &TriggerSettings) -> contract::Once {
    use contract::Once;
    match settings.once {
        Some(OnceWord::Page) => Once::Page,
        Some(OnceWord::Session) => Once::Session,
        Some(OnceWord::Cart) => Once::Cart,
        Some(OnceWord::Order) => Once::Order,
        Some(OnceWord::Always) => Once::Always,
        None => match settings.on.as_str() {
            "cart_over" | "cart_idle" | "checkout_started" | "checkout_failed" => Once::Cart,
            "order_placed" => Once::Order,
            _ => Once::Session,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: Value) -> Result<Vec<Value>, Vec<String>> {
        let mut problems = Problems::default();
        let triggers: Option<Vec<TriggerSettings>> = Setting::read(&value, &Path::root(), &mut problems);
        let triggers = triggers.unwrap_or_default();
        check(&triggers, &Path::root(), &mut problems);
        let problems = problems.into_vec();
        if problems.is_empty() {
            Ok(triggers.iter().map(|t| serde_json::to_value(contract::Trigger::from(t)).unwrap()).collect())
        } else {
            Err(problems.iter().map(ToString::to_string).collect())
        }
    }

    #[test]
    fn rules_reach_the_page_with_their_usual_once() {
        for (on, more, once) in [
            ("cart_over", json!({"minor_units": 15000, "currency": "EUR"}), "cart"),
            ("cart_idle", json!({"seconds": 120}), "cart"),
            ("checkout_started", json!({"path": "/checkout"}), "cart"),
            ("checkout_failed", json!({"dom_event": "shop:failed"}), "cart"),
            ("order_placed", json!({}), "order"),
            ("payment_returned", json!({"path": "/checkout/return?"}), "session"),
            ("size_guide_opened", json!({"once": "page", "tags": ["sizes"]}), "page"),
        ] {
            let mut rule = json!({"event": "e", "on": on});
            for (name, value) in more.as_object().unwrap() {
                rule[name] = value.clone();
            }
            let read = read(json!([rule])).unwrap().remove(0);
            assert_eq!(read["once"], once, "{on}");
            assert_eq!(read["on"], on);
        }
    }

    #[test]
    fn the_wire_form_is_the_contracts() {
        let rule = json!({"event": "big", "on": "cart_over", "minor_units": 1, "currency": "EUR", "once": "always", "tags": ["t"]});
        let wire = json!({"event": "big", "on": "cart_over", "minorUnits": 1, "currency": "EUR", "once": "always", "tags": ["t"]});
        assert_eq!(read(json!([rule])).unwrap(), [wire]);
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        for (rule, expected) in [
            (json!({"event": "e", "on": "cart_over", "currency": "EUR"}), "[0].minor_units: is missing."),
            (json!({"event": "e", "on": "cart_over", "minor_units": 1}), "[0].currency: is missing."),
            (json!({"event": "e", "on": "cart_idle"}), "[0].seconds: is missing."),
            (json!({"event": "e", "on": "own", "seconds": 5}), "[0].seconds: does not belong"),
            (
                json!({"event": "e", "on": "cart_idle", "seconds": 5, "path": "/"}),
                "[0].path: does not belong",
            ),
            (json!({"event": "e", "on": "Own"}), "[0].on: must be"),
            (json!({"event": "e", "on": "own", "path": "checkout"}), "[0].path: must be"),
            (
                json!({"event": "e", "on": "cart_over", "minor_units": 1.5, "currency": "EUR"}),
                "[0].minor_units: must be",
            ),
            (json!({"event": "e", "on": "own", "once": "week"}), "[0].once: must be"),
            (json!({"event": "e", "on": "own", "value": 5}), "[0].value: unknown key"),
        ] {
            let problems = read(json!([rule])).unwrap_err();
            assert!(problems.iter().any(|problem| problem.contains(expected)), "{problems:?}");
        }
        let twice = json!([{"event": "e", "on": "a"}, {"event": "e", "on": "b"}]);
        assert_eq!(read(twice).unwrap_err(), ["[1].event: is used by an earlier trigger."]);
    }
}
