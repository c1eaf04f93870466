//! The catalogue of contact properties, and the one place that decides which of them may leave.
//!
//! In scope: names, types, groups, labels, the level from which a property is let out, and the form of values.
//! Out of scope: where values come from ([`crate::project`]).

use contract::{Consent, ConsentState, FlatMap, MAX_PROPERTY_CHARS};
use serde_json::Value;

use crate::config::{Config, FieldPolicy, Mistake, Name, Path, Problem, Problems, Setting, Shape};
use crate::text;

/// Type of a contact property in Tidio's panel. It cannot be changed after creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertyType {
    /// `text`
    Text,
    /// `url`
    Url,
}

impl PropertyType {
    /// The word that Tidio uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            PropertyType::Text => "text",
            PropertyType::Url => "url",
        }
    }
}

/// What a property is about; also the headings of the panel guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Who the visitor is and where.
    Who,
    /// The cart.
    Cart,
    /// The last order.
    LastOrder,
    /// The product in view.
    Page,
    /// Earlier orders.
    History,
    /// For tracing.
    Trace,
}

impl Group {
    /// Heading.
    pub const fn label(self) -> &'static str {
        match self {
            Group::Who => "Who",
            Group::Cart => "Cart",
            Group::LastOrder => "Last order",
            Group::Page => "Page",
            Group::History => "History",
            Group::Trace => "Trace",
        }
    }
}

macro_rules! catalogue {
    ($($variant:ident = $name:literal, $kind:ident, $group:ident, $level:ident, $label:literal;)*) => {
        /// A contact property. The names are fixed: they are set up by hand in Tidio's panel.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Property {
            $(#[doc = $label] $variant,)*
        }

        impl Property {
            /// Every property, in the order of the panel guide.
            pub const ALL: &'static [Property] = &[$(Property::$variant,)*];

            /// Internal name in Tidio.
            pub const fn name(self) -> &'static str {
                match self { $(Property::$variant => $name,)* }
            }

            /// Type in Tidio.
            pub const fn kind(self) -> PropertyType {
                match self { $(Property::$variant => PropertyType::$kind,)* }
            }

            /// What it is about.
            pub const fn group(self) -> Group {
                match self { $(Property::$variant => Group::$group,)* }
            }

            /// The lowest policy that lets it out.
            pub const fn level(self) -> FieldPolicy {
                match self { $(Property::$variant => FieldPolicy::$level,)* }
            }

            /// Label for the panel.
            pub const fn label(self) -> &'static str {
                match self { $(Property::$variant => $label,)* }
            }

            /// The property with this internal name.
            pub fn from_name(name: &str) -> Option<Property> {
                match name { $($name => Some(Property::$variant),)* _ => None }
            }
        }

        const NAMES: &[&str] = &[$($name,)*];
    };
}

catalogue! {
    Identity = "ct_identity", Text, Who, Minimal, "Identity (verified, claimed or guest)";
    CustomerNumber = "ct_customer_number", Text, Who, Standard, "Customer number";
    Store = "ct_store", Text, Who, Minimal, "Store";
    Locale = "ct_locale", Text, Who, Minimal, "Locale";
    Country = "ct_country", Text, Who, Minimal, "Country";
    Currency = "ct_currency", Text, Who, Minimal, "Currency";
    Consent = "ct_consent", Text, Who, Minimal, "Consent";
    Route = "ct_route", Text, Who, Minimal, "Route";
    CartTotal = "ct_cart_total", Text, Cart, Minimal, "Cart total";
    CartItems = "ct_cart_items", Text, Cart, Minimal, "Items in the cart";
    CartLines = "ct_cart_lines", Text, Cart, Detailed, "Cart lines";
    CartShipping = "ct_cart_shipping", Text, Cart, Standard, "Cart: shipping method";
    CartUpdated = "ct_cart_updated", Text, Cart, Standard, "Cart last changed";
    CartLink = "ct_cart_link", Url, Cart, Standard, "Cart link";
    OrderNumber = "ct_order_number", Text, LastOrder, Standard, "Last order";
    OrderStatus = "ct_order_status", Text, LastOrder, Standard, "Last order: status";
    OrderPayment = "ct_order_payment", Text, LastOrder, Standard, "Last order: payment";
    OrderShipment = "ct_order_shipment", Text, LastOrder, Standard, "Last order: shipment";
    OrderShipping = "ct_order_shipping", Text, LastOrder, Standard, "Last order: shipping method";
    OrderTracking = "ct_order_tracking", Text, LastOrder, Standard, "Last order: tracking";
    OrderReturns = "ct_order_returns", Text, LastOrder, Standard, "Last order: returns";
    OrderTotal = "ct_order_total", Text, LastOrder, Standard, "Last order: total";
    OrderPlaced = "ct_order_placed", Text, LastOrder, Standard, "Last order: placed";
    OrderLink = "ct_order_link", Url, LastOrder, Standard, "Last order: link";
    Product = "ct_product", Text, Page, Standard, "Product in view";
    ProductLink = "ct_product_link", Url, Page, Standard, "Product in view: link";
    Orders = "ct_orders", Text, History, Standard, "Number of orders";
    Timeline = "ct_timeline", Text, History, Detailed, "Order timeline";
    CorrelationId = "ct_correlation_id", Text, Trace, Minimal, "Correlation id";
    AgentLink = "ct_agent_link", Url, Trace, Standard, "Agent page";
}

/// The value of `ct_consent`.
pub fn consent_word(consent: &ConsentState) -> &'static str {
    match (consent.chat, consent.share) {
        (Consent::Granted, Consent::Granted) => "chat and sharing",
        (Consent::Granted, Consent::Denied | Consent::Pending) => "chat only",
        (Consent::Denied | Consent::Pending, _) => "none",
    }
}

/// A property's name in the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PropertyName(pub Property);

impl Setting for PropertyName {
    fn read(value: &Value, path: &Path, problems: &mut Problems) -> Option<Self> {
        let read = value.as_str().and_then(Property::from_name).map(PropertyName);
        if read.is_none() {
            problems.add(path, "must be the name of a contact property, such as ct_cart_lines.");
        }
        read
    }

    fn shape() -> Shape {
        Shape::Choice(NAMES)
    }
}

/// Which properties of a store may leave.
#[derive(Clone, Debug)]
pub struct Policy {
    level: FieldPolicy,
    allow: Vec<PropertyName>,
    deny: Vec<PropertyName>,
}

impl Policy {
    /// A level, then single names on, then single names off; off wins.
    pub fn new(level: FieldPolicy, allow: Vec<PropertyName>, deny: Vec<PropertyName>) -> Self {
        Policy { level, allow, deny }
    }

    /// May this property leave?
    pub fn permits(&self, property: Property) -> bool {
        let is_allowed = self.allow.contains(&PropertyName(property));
        !self.denies(property) && (property.level() <= self.level || is_allowed)
    }

    /// Is this property kept back by name?
    pub fn denies(&self, property: Property) -> bool {
        self.deny.contains(&PropertyName(property))
    }
}

/// Values of properties before the policy has been applied.
///
/// An empty value means "clear what stands there": a cart that is gone must not stay on the contact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties(FlatMap<Property, String>);

impl Properties {
    /// Sets a value. Control characters go, and what is longer than Tidio keeps is cut at a character.
    pub fn set(&mut self, property: Property, value: &str) {
        let value = match property.kind() {
            PropertyType::Text if matches!(property, Property::CartLines | Property::Timeline) => {
                text::clean(value, MAX_PROPERTY_CHARS)
            }
            // A line feed in a name must not begin a line of its own.
            PropertyType::Text => text::clean_line(value, MAX_PROPERTY_CHARS),
            // A cut link leads elsewhere: rather none.
            PropertyType::Url if value.chars().count() > MAX_PROPERTY_CHARS => String::new(),
            PropertyType::Url => text::clean(value, MAX_PROPERTY_CHARS),
        };
        self.0.insert(property, value);
    }

    /// Sets a value, or clears the property when there is none.
    pub fn set_or_clear(&mut self, property: Property, value: Option<&str>) {
        self.set(property, value.unwrap_or_default());
    }

    /// The value before the policy, for tests and logs of names.
    pub fn get(&self, property: Property) -> Option<&str> {
        self.0.get(&property).map(String::as_str)
    }

    /// Adds everything of `other`, which wins where both have a value.
    pub fn extend(&mut self, other: Properties) {
        self.0.extend(other.0);
    }

    /// What may leave, by internal name. The only way out of this type.
    pub fn permitted(self, policy: &Policy) -> FlatMap<String, String> {
        self.0
            .into_iter()
            .filter(|(property, _)| policy.permits(*property))
            .map(|(property, value)| (property.name().to_owned(), value))
            .collect()
    }
}

/// What the panel of a Tidio project lacks for the stores that use it: each property that a store's policy lets out
/// and that the panel does not define, or defines with another type. `defined` is type by name.
pub fn panel_problems(config: &Config, tidio: &Name, defined: &FlatMap<String, String>) -> Vec<Problem> {
    let stores = || config.stores.values().filter(|store| store.tidio == *tidio);
    let is_wanted = |property: &&Property| stores().any(|store| store.policy.permits(**property));
    let problem = |property: &Property| {
        let (name, kind) = (property.name(), property.kind().as_str());
        let (code, message) = match defined.get(name) {
            Some(found) if found.eq_ignore_ascii_case(kind) => return None,
            Some(_) => (
                Mistake::Mistyped,
                format!(
                    "has another type than {kind} in Tidio; delete it there and make it again, types cannot be changed."
                ),
            ),
            None => {
                (Mistake::Missing, format!("is missing in Tidio: Settings, Contact properties, type {kind}."))
            }
        };
        Some(Problem { path: format!("tidio.{tidio}.panel.{name}"), code, message })
    };
    Property::ALL.iter().filter(is_wanted).filter_map(problem).collect()
}

/// The guide for setting up the properties in Tidio's panel, where they can only be made by hand.
pub fn markdown() -> String {
    let mut text = String::from(
        "# Contact properties\n\nGenerated from the code's catalogue; a test keeps it so. Make them in Tidio under \
         Settings, Contact properties. A type cannot be changed later. Make at least those of your stores' \
         `field_policy`; one that is missing is left out and reported by `/readyz`.\n",
    );
    let mut group = None;
    for property in Property::ALL {
        if group != Some(property.group()) {
            group = Some(property.group());
            text.push_str(&format!(
                "\n## {}\n\n| internal name | type | label | from policy |\n| --- | --- | --- | --- |\n",
                property.group().label()
            ));
        }
        text.push_str(&format!(
            "| `{}` | {} | {} | `{}` |\n",
            property.name(),
            property.kind().as_str(),
            property.label(),
            property.level().as_str()
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_prefixed_and_links_are_urls() {
        let mut seen = std::collections::BTreeSet::new();
        for property in Property::ALL {
            let name = property.name();
            assert!(seen.insert(name), "{name} twice");
            assert!(name.starts_with("ct_"), "{name}");
            assert_eq!(name.ends_with("_link"), property.kind() == PropertyType::Url, "{name}");
            assert_eq!(Property::from_name(name), Some(*property));
        }
    }

    #[test]
    fn a_panel_is_compared_with_what_the_stores_let_out() {
        let config = crate::testing::config();
        let tidio = Name::parse("eu").unwrap();
        let mut panel: FlatMap<String, String> = Property::ALL
            .iter()
            .map(|property| (property.name().to_owned(), property.kind().as_str().to_owned()))
            .collect();
        assert_eq!(panel_problems(&config, &tidio, &panel), []);
        panel.remove("ct_timeline");
        panel.insert("ct_cart_link".to_owned(), "text".to_owned());
        let problems: Vec<String> =
            panel_problems(&config, &tidio, &panel).iter().map(ToString::to_string).collect();
        assert_eq!(
            problems,
            [
                "tidio.eu.panel.ct_cart_link: has another type than url in Tidio; delete it there and make it again, types cannot be changed.",
                "tidio.eu.panel.ct_timeline: is missing in Tidio: Settings, Contact properties, type text.",
            ]
        );
        assert_eq!(panel_problems(&config, &Name::parse("other").unwrap(), &panel), []);
    }

    #[test]
    fn the_policy_is_a_level_then_names_on_then_names_off() {
        use FieldPolicy::{Detailed, Minimal, Standard};
        use Property::{CartLines, CartTotal, OrderNumber};
        type Case = (FieldPolicy, &'static [Property], &'static [Property], [bool; 3]);
        let cases: &[Case] = &[
            // cart total, order number, cart lines
            (Minimal, &[], &[], [true, false, false]),
            (Standard, &[], &[], [true, true, false]),
            (Detailed, &[], &[], [true, true, true]),
            (Minimal, &[CartLines], &[], [true, false, true]),
            (Detailed, &[], &[CartTotal], [false, true, true]),
            (Minimal, &[CartLines], &[CartLines], [true, false, false]),
        ];
        for (level, allow, deny, want) in cases {
            let names = |list: &[Property]| list.iter().copied().map(PropertyName).collect();
            let policy = Policy::new(*level, names(allow), names(deny));
            let got = [CartTotal, OrderNumber, CartLines].map(|property| policy.permits(property));
            assert_eq!(got, *want, "{level:?} {allow:?} {deny:?}");
        }
    }

    #[test]
    fn a_link_that_is_too_long_is_left_out_and_a_text_is_cut() {
        let mut properties = Properties::default();
        properties.set(Property::CartLink, &format!("https://x.example/{}", "a".repeat(1000)));
        properties.set(Property::CartLines, &"ü".repeat(1200));
        assert_eq!(properties.get(Property::CartLink), Some(""));
        assert_eq!(properties.get(Property::CartLines).map(|v| v.chars().count()), Some(1000));
    }
}
