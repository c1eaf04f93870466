//! The demo's two Tidio projects. The property catalogue is what a merchant sets up by hand in the
//! panel; its names and types follow the project's set-up guide.

use super::{
    flows::{Condition, Flow, Step, Trigger},
    model::{Department, Operator, Plan, PropertyDefinition, PropertyType},
    project::Project,
};

/// Public key of the demo project for the German and British stores.
pub const DEMO_EU: &str = "demodemodemodemodemodemodemo0001";
/// Public key of the demo project for the American store.
pub const DEMO_US: &str = "demodemodemodemodemodemodemo0002";

/// Name, label, heading and type of each property.
const PROPERTIES: [(&str, &str, &str, PropertyType); 30] = {
    use PropertyType::{Text, Url};
    [
        ("ct_identity", "Identity", "Who", Text),
        ("ct_customer_number", "Customer no.", "Who", Text),
        ("ct_store", "Store", "Who", Text),
        ("ct_locale", "Locale", "Who", Text),
        ("ct_country", "Country", "Who", Text),
        ("ct_currency", "Currency", "Who", Text),
        ("ct_consent", "Consent", "Who", Text),
        ("ct_route", "Route", "Who", Text),
        ("ct_cart_total", "Total", "Cart", Text),
        ("ct_cart_items", "Items", "Cart", Text),
        ("ct_cart_lines", "Contents", "Cart", Text),
        ("ct_cart_shipping", "Shipping", "Cart", Text),
        ("ct_cart_updated", "Updated", "Cart", Text),
        ("ct_cart_link", "Open cart", "Cart", Url),
        ("ct_order_number", "Number", "Last order", Text),
        ("ct_order_status", "Status", "Last order", Text),
        ("ct_order_payment", "Payment", "Last order", Text),
        ("ct_order_shipment", "Shipment", "Last order", Text),
        ("ct_order_shipping", "Shipping", "Last order", Text),
        ("ct_order_tracking", "Tracking", "Last order", Text),
        ("ct_order_returns", "Returns", "Last order", Text),
        ("ct_order_total", "Total", "Last order", Text),
        ("ct_order_placed", "Placed", "Last order", Text),
        ("ct_order_link", "Open order", "Last order", Url),
        ("ct_product", "Product", "Page", Text),
        ("ct_product_link", "Open product", "Page", Url),
        ("ct_orders", "Orders", "History", Text),
        ("ct_timeline", "Timeline", "History", Text),
        ("ct_correlation_id", "Correlation id", "Trace", Text),
        ("ct_agent_link", "Whole picture", "Trace", Url),
    ]
};

const OPERATORS: [(&str, &str, &str); 3] = [
    ("Mara Lindner", "mara@kessel.example", "owner"),
    ("Tom Becker", "tom@kessel.example", "chat_agent"),
    ("Grace Osei", "grace@kessel.example", "chat_agent"),
];

/// A stamp from before any run, so that the seed does not depend on the clock.
const LAST_SEEN: &str = "2026-01-05T08:00:00+00:00";

/// Project A on Premium, project B on Plus, both without people.
pub fn seed_demo() -> Vec<Project> {
    let mut eu = demo(DEMO_EU, "Kessel EU", "ci_demo_eu", "cs_demo_eu");
    eu.plan = Plan::Premium;
    eu.flows = vec![to_desk("de", "German desk"), to_desk("uk", "English desk")];
    let mut us = demo(DEMO_US, "Kessel US", "ci_demo_us", "cs_demo_us");
    us.plan = Plan::Plus;
    us.flows = vec![to_desk("us", "US desk")];
    vec![eu, us]
}

fn demo(public_key: &str, name: &str, client_id: &str, client_secret: &str) -> Project {
    let mut project = Project::new(public_key, name, client_id, client_secret);
    for desk in ["German desk", "English desk", "US desk"] {
        let id = project.ids.named(&format!("department {desk}"));
        project.departments.push(Department { id, name: desk.into() });
    }
    project.operators = OPERATORS
        .iter()
        .map(|(name, email, role)| Operator {
            id: project.ids.named(&format!("operator {email}")),
            active: true,
            email: (*email).into(),
            name: (*name).into(),
            role,
            picture: None,
            last_seen: LAST_SEEN.into(),
        })
        .collect();
    project.properties = PROPERTIES
        .iter()
        .map(|(name, label, group, kind)| PropertyDefinition {
            name: (*name).into(),
            kind: *kind,
            label: (*label).into(),
            group: (*group).into(),
        })
        .collect();
    project
}

/// A flow that hands a chat to a desk once the visitor writes, by the route the shop's bridge has set.
fn to_desk(route: &str, desk: &str) -> Flow {
    Flow {
        name: format!("Route {route}"),
        when: Trigger::AnyMessage,
        conditions: vec![Condition {
            property: "ct_route".into(),
            equals: None,
            contains: Some(route.into()),
        }],
        then: vec![Step::Assign(desk.into())],
    }
}
