//! Random, legal updates of orders: each one a request as the shop's back office would send it.

use super::super::kinds::Kind;
use super::super::project::{Actor, Doc, Project, id_of, text};
use super::super::routes;
use crate::shared::platform::Rng;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What to do.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Number of updates.
    pub events: u64,
    #[serde(default)]
    pub seed: u64,
    /// Only these orders (ids); empty means all.
    #[serde(default)]
    pub orders: Vec<String>,
    /// At most this many updates a second; absent is as fast as it goes.
    pub per_second: Option<f64>,
    /// API client that appears as the one who made the change.
    #[serde(default = "back_office")]
    pub client_id: String,
}

fn back_office() -> String {
    "back-office".to_owned()
}

/// Applies the updates one by one.
pub struct Driver {
    orders: Vec<String>,
    dice: Rng,
    seed: u64,
    updated: BTreeSet<String>,
    messages: usize,
    refused: usize,
}

impl Driver {
    /// Chooses the orders.
    pub fn new(project: &Project, plan: &Plan) -> Self {
        let orders = if plan.orders.is_empty() {
            project.walk(Kind::Order, None).map(|order| id_of(order).to_owned()).collect()
        } else {
            plan.orders.clone()
        };
        Self {
            orders,
            dice: Rng::seeded(plan.seed),
            seed: plan.seed,
            updated: BTreeSet::new(),
            messages: 0,
            refused: 0,
        }
    }

    /// One update of one order.
    pub fn step(&mut self, project: &mut Project, actor: &Actor, number: u64) {
        let position = self.dice.below(u64::try_from(self.orders.len()).unwrap_or(0));
        let id = usize::try_from(position).ok().and_then(|position| self.orders.get(position));
        let Some(order) = id.and_then(|id| project.get(Kind::Order, id)) else {
            self.refused += 1;
            return;
        };
        let name = format!("{}-{number}", self.seed);
        let actions = choose(&order, &mut self.dice, &name);
        match routes::update_with(project, actor, Kind::Order, &order, &actions) {
            Ok(updated) => {
                let count = |doc: &Doc| doc["lastMessageSequenceNumber"].as_u64().unwrap_or(0);
                self.messages += usize::try_from(count(&updated) - count(&order)).unwrap_or(0);
                self.updated.insert(id_of(&order).to_owned());
            }
            Err(_) => self.refused += 1,
        }
    }

    /// What was done.
    pub fn report(&self) -> Value {
        json!({ "orders": self.updated, "messages": self.messages, "refused": self.refused })
    }
}

/// Actions that fit the state of the order.
fn choose(order: &Value, dice: &mut Rng, name: &str) -> Vec<Value> {
    let state = |member: &str| text(order, member).unwrap_or_default().to_owned();
    let (order_state, payment, shipment) =
        (state("orderState"), state("paymentState"), state("shipmentState"));
    let mut possible: Vec<Vec<Value>> = vec![
        vec![json!({ "action": "setCustomerEmail", "email": format!("shopper.{name}@example.com") })],
        vec![json!({ "action": "setPurchaseOrderNumber", "purchaseOrderNumber": format!("PO-{name}") })],
        vec![change("changeOrderState", "orderState", next_order_state(&order_state))],
        vec![change("changePaymentState", "paymentState", next_payment_state(&payment))],
        vec![change("changeShipmentState", "shipmentState", next_shipment_state(&shipment))],
    ];
    if order.get("shippingInfo").is_some() {
        possible.push(ship(order, name));
    }
    if let Some(parcel) = order["shippingInfo"]["deliveries"][0]["parcels"][0]["id"].as_str() {
        possible.push(vec![json!({
            "action": "setParcelTrackingData", "parcelId": parcel,
            "trackingData": { "trackingId": format!("TR-{name}"), "carrier": "DHL" },
        })]);
    }
    if let Some(line) = order["lineItems"][0]["id"].as_str() {
        let item =
            json!({ "quantity": 1, "lineItemId": line, "shipmentState": "Advised", "comment": "Too small" });
        possible.push(vec![
            json!({ "action": "addReturnInfo", "returnTrackingId": format!("R-{name}"), "items": [item] }),
        ]);
    }
    if let Some(item) = order["returnInfo"][0]["items"][0]["id"].as_str() {
        possible.push(vec![
            json!({ "action": "setReturnShipmentState", "returnItemId": item, "shipmentState": "Returned" }),
            json!({ "action": "setReturnPaymentState", "returnItemId": item, "paymentState": "Refunded" }),
        ]);
    }
    let position = dice.below(u64::try_from(possible.len()).unwrap_or(0));
    usize::try_from(position).ok().and_then(|position| possible.into_iter().nth(position)).unwrap_or_default()
}

fn change(action: &str, member: &str, value: &str) -> Value {
    json!({ "action": action, member: value })
}

fn ship(order: &Value, name: &str) -> Vec<Value> {
    let items: Vec<Value> = order["lineItems"]
        .as_array()
        .into_iter()
        .flatten()
        .take(1)
        .map(|line| json!({ "id": line["id"], "quantity": 1 }))
        .collect();
    let parcel = json!({ "trackingData": { "trackingId": format!("TR-{name}"), "carrier": "DHL" } });
    vec![
        json!({ "action": "addDelivery", "items": items, "parcels": [parcel] }),
        change("changeShipmentState", "shipmentState", "Shipped"),
    ]
}

fn next_order_state(now: &str) -> &'static str {
    match now {
        "Open" => "Confirmed",
        "Confirmed" => "Complete",
        "Complete" => "Cancelled",
        _ => "Open",
    }
}

fn next_payment_state(now: &str) -> &'static str {
    match now {
        "Pending" => "Paid",
        "Paid" => "CreditOwed",
        "CreditOwed" => "BalanceDue",
        _ => "Pending",
    }
}

fn next_shipment_state(now: &str) -> &'static str {
    match now {
        "Pending" => "Ready",
        "Ready" => "Shipped",
        "Shipped" => "Delivered",
        "Delivered" => "Partial",
        "Partial" => "Delayed",
        _ => "Pending",
    }
}
