//! The order messages of commercetools that change something an agent sees.
//!
//! The one list: the command line and the Terraform module subscribe to exactly these, from the file that a test
//! prints from it (`tests/docs.rs`). An order message of another type that arrives all the same is a reason to read
//! the order, like any other; a message that is missing here is found by the delta sync, later.
//!
//! Left out on purpose: addresses and custom fields (no property shows them), prices of parts, line-item states.

/// Types, as `Subscription.messages[].types` takes them. `reference`: commercetools API, `types/message/*.raml`.
pub const ORDER_MESSAGES: &[&str] = &[
    // The order comes and goes.
    "OrderCreated",
    "OrderCreatedFromRecurringOrder",
    "OrderImported",
    "OrderDeleted",
    // Its states.
    "OrderStateChanged",
    "OrderPaymentStateChanged",
    "OrderShipmentStateChanged",
    "OrderStateTransition",
    // Parcels and their tracking.
    "DeliveryAdded",
    "DeliveryRemoved",
    "ParcelAddedToDelivery",
    "ParcelRemovedFromDelivery",
    "ParcelTrackingDataUpdated",
    // Returns and refunds.
    "ReturnInfoAdded",
    "ReturnInfoSet",
    "OrderReturnShipmentStateChanged",
    // Whose it is.
    "OrderCustomerEmailSet",
    "OrderCustomerSet",
    "OrderStoreSet",
    // Everything at once.
    ORDER_EDIT_APPLIED,
];

/// The message of an applied order edit. A Subscription to changes of orders stays silent for edits, so it needs this
/// one beside them.
pub const ORDER_EDIT_APPLIED: &str = "OrderEditApplied";

/// The list as the tools read it: JSON, one type a line.
pub fn json() -> String {
    let quoted: Vec<String> = ORDER_MESSAGES.iter().map(|name| format!("  \"{name}\"")).collect();
    format!("[\n{}\n]\n", quoted.join(",\n"))
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
        for name in ORDER_MESSAGES {
            let body = json!({
                "notificationType": "Message", "projectKey": "shop", "sequenceNumber": 1, "resourceVersion": 1,
                "resource": { "typeId": "order", "id": "o-1" }, "type": name,
            });
            let notices = read(body.to_string().as_bytes()).unwrap();
            let sorted = sort(&config().commercetools["main"], notices, "corr", 1);
            assert!(matches!(&sorted.facts[..], [Fact::Order(order)] if order.what == *name), "{name}");
        }
    }

    #[test]
    fn no_type_is_listed_twice() {
        assert_eq!(ORDER_MESSAGES.iter().collect::<BTreeSet<_>>().len(), ORDER_MESSAGES.len());
    }
}
