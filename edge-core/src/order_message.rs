//! The order messages of commercetools that change something an agent sees.
//!
//! The one list: the command line and the Terraform module subscribe to exactly these, from the file that a test
//! prints from it (`tests/docs.rs`). An order message of another type that arrives all the same is a reason to read
//! the order, like any other; a message that is missing here is found by the delta sync, later.
//!
//! Left out on purpose: addresses and custom fields (no property shows them), prices of parts, line-item states.

/// Messages that lead to the same thing.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// What happened, for people.
    pub what: &'static str,
    /// Types, as `Subscription.messages[].types` takes them. `reference`: commercetools API, `types/message/*.raml`.
    pub types: &'static [&'static str],
    /// What an agent sees of it.
    pub becomes: &'static str,
}

/// All of them, in the order of the list.
pub const GROUPS: &[Group] = &[
    Group {
        what: "an order is placed or imported",
        types: &["OrderCreated", "OrderCreatedFromRecurringOrder", "OrderImported"],
        becomes: "a line with its date; the `ct_order_…` properties tell of the newest order, `ct_orders` counts",
    },
    Group {
        what: "an order is deleted",
        types: &["OrderDeleted"],
        becomes: "its lines go, and the properties tell of the order before it; the same if it vanishes before it is read",
    },
    Group {
        what: "confirmed, completed, cancelled; payment and shipment states",
        types: &["OrderStateChanged", "OrderPaymentStateChanged", "OrderShipmentStateChanged"],
        becomes: "the line \"now\" of the order, without a date, because commercetools keeps none; a state from the future is shown as it is",
    },
    Group {
        what: "a state of the shop's own workflow",
        types: &["OrderStateTransition"],
        becomes: "its name in the contact's language in the line \"now\", where `workflow_states = \"names\"`",
    },
    Group {
        what: "deliveries, parcels, tracking",
        types: &[
            "DeliveryAdded",
            "DeliveryRemoved",
            "ParcelAddedToDelivery",
            "ParcelRemovedFromDelivery",
            "ParcelTrackingDataUpdated",
        ],
        becomes: "a line a shipment with its parcels' carriers and numbers, and a line for each parcel that came later or travels back",
    },
    Group {
        what: "returns and refunds",
        types: &["ReturnInfoAdded", "ReturnInfoSet", "OrderReturnShipmentStateChanged"],
        becomes: "a line when a return was registered, and one for where each thing stands, dated by its last change; several refunds are several lines. commercetools has no message for a refund alone: the changes of orders tell it, else the delta sync finds it",
    },
    Group {
        what: "whose order it is",
        types: &["OrderCustomerEmailSet", "OrderCustomerSet", "OrderStoreSet"],
        becomes: "it leaves the former customer's contact and enters the new one's; the address given at the checkout proves nobody and moves nothing",
    },
    Group {
        what: "an edit is applied",
        types: &[ORDER_EDIT_APPLIED],
        becomes: "total and everything else as they are after the edit",
    },
];

/// The types of all groups.
pub fn types() -> impl Iterator<Item = &'static str> {
    GROUPS.iter().flat_map(|group| group.types.iter().copied())
}

/// The message of an applied order edit. A Subscription to changes of orders stays silent for edits, so it needs this
/// one beside them.
pub const ORDER_EDIT_APPLIED: &str = "OrderEditApplied";

/// The list as the tools read it: JSON, one type a line.
pub fn json() -> String {
    let quoted: Vec<String> = types().map(|name| format!("  \"{name}\"")).collect();
    format!("[\n{}\n]\n", quoted.join(",\n"))
}

/// What becomes of each group, as a table.
pub fn markdown() -> String {
    let mut text = String::from("| what happened | messages | in the contact |\n| --- | --- | --- |\n");
    for group in GROUPS {
        let types: Vec<String> = group.types.iter().map(|name| format!("`{name}`")).collect();
        text.push_str(&format!("| {} | {} | {} |\n", group.what, types.join(", "), group.becomes));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;
    use crate::fact::Fact;
    use crate::intake::{read, sort};
    use crate::testing::config;

    #[test]
    fn every_type_is_read_as_news_of_its_order() {
        for name in types() {
            let body = json!({
                "notificationType": "Message", "projectKey": "shop", "sequenceNumber": 1, "resourceVersion": 1,
                "resource": { "typeId": "order", "id": "o-1" }, "type": name,
            });
            let notices = read(body.to_string().as_bytes()).unwrap();
            let sorted = sort(&config().commercetools["main"], notices, "corr", 1);
            assert!(matches!(&sorted.facts[..], [Fact::Order(order)] if order.what == name), "{name}");
        }
    }

    #[test]
    fn no_type_is_listed_twice() {
        assert_eq!(types().collect::<BTreeSet<_>>().len(), types().count());
    }
}
