//! The last order and the history, as an agent sees them.

use contract::MAX_PROPERTY_CHARS;

use super::cart::shipping_methods;
use super::{Context, minute, words};
use crate::commerce::{Order, OrderHistory, ShippingInfo};
use crate::property::{Properties, Property};
use crate::text;

/// How much of an id stands in for a missing order number: the first block of a UUID.
const SHORT_ID_CHARS: usize = 8;

/// The properties of the last order; cleared if there is none.
pub fn order(context: &Context<'_>, order: Option<&Order>) -> Properties {
    let mut properties = Properties::default();
    let mut set = |property, value: Option<String>| properties.set_or_clear(property, value.as_deref());
    set(Property::OrderNumber, order.map(number));
    set(Property::OrderStatus, state(order, |order| order.order_state.as_deref()));
    set(Property::OrderPayment, state(order, |order| order.payment_state.as_deref()));
    set(Property::OrderShipment, state(order, |order| order.shipment_state.as_deref()));
    set(
        Property::OrderShipping,
        order.and_then(|order| shipping_methods(order.shipping_info.as_ref(), &order.shipping)),
    );
    set(Property::OrderTracking, order.and_then(tracking));
    set(Property::OrderReturns, order.and_then(returns));
    set(Property::OrderTotal, order.map(|order| order.total_price.text(&context.numbers)));
    set(Property::OrderPlaced, order.and_then(|order| order.created_at.as_deref().and_then(minute)));
    set(
        Property::OrderLink,
        order.and_then(|order| {
            context.store.order_link.expand(&|name| context.variable(name, ("orderId", &order.id)))
        }),
    );
    properties
}

/// The last order together with the number of orders and a line for each, newest first.
pub fn history(context: &Context<'_>, history: &OrderHistory) -> Properties {
    let mut properties = order(context, history.orders.first());
    properties.set(Property::Orders, &context.numbers.count(history.total));
    let lines: Vec<String> = history.orders.iter().map(|order| line(context, order)).collect();
    let timeline = text::join_lines(&lines, MAX_PROPERTY_CHARS, |rest| format!("… and {rest} more"));
    properties.set(Property::Timeline, &timeline);
    properties
}

fn line(context: &Context<'_>, order: &Order) -> String {
    let placed = order.created_at.as_deref().and_then(minute).unwrap_or_else(|| "(no date)".to_owned());
    let mut parts = vec![placed, number(order), order.total_price.text(&context.numbers)];
    let states = [&order.order_state, &order.payment_state, &order.shipment_state];
    parts.extend(states.into_iter().flatten().map(|state| words(state)));
    text::clean_line(&parts.join(" · "), MAX_PROPERTY_CHARS)
}

fn number(order: &Order) -> String {
    match order.order_number.as_deref().filter(|number| !number.trim().is_empty()) {
        Some(number) => text::clean_line(number, MAX_PROPERTY_CHARS),
        None => order.id.chars().take(SHORT_ID_CHARS).collect(),
    }
}

fn state(order: Option<&Order>, of: impl Fn(&Order) -> Option<&str>) -> Option<String> {
    order.and_then(of).map(words)
}

/// `DHL 0034…, DHL 0035…`; parcels that travel back are left to the returns.
fn tracking(order: &Order) -> Option<String> {
    let several = order.shipping.iter().filter_map(|shipping| shipping.shipping_info.as_ref());
    let infos = order.shipping_info.iter().chain(several);
    let parcels =
        infos.flat_map(|info: &ShippingInfo| &info.deliveries).flat_map(|delivery| &delivery.parcels);
    let texts: Vec<String> = parcels
        .filter_map(|parcel| parcel.tracking_data.as_ref())
        .filter(|tracking| !tracking.is_return)
        .filter_map(|tracking| {
            let id = tracking.tracking_id.as_deref()?;
            Some(match tracking.carrier.as_deref() {
                Some(carrier) => format!("{carrier} {id}"),
                None => id.to_owned(),
            })
        })
        .collect();
    (!texts.is_empty()).then(|| texts.join(", "))
}

/// `1 × advised, refund initial`: one entry per returned item.
fn returns(order: &Order) -> Option<String> {
    let items = order.return_info.iter().flat_map(|info| &info.items);
    let texts: Vec<String> = items
        .map(|item| {
            let shipment = item.shipment_state.as_deref().map_or_else(|| "unknown".to_owned(), words);
            let payment = item.payment_state.as_deref().map(|state| format!(", {}", words(state)));
            format!("{} × {shipment}{}", item.quantity, payment.unwrap_or_default())
        })
        .collect();
    (!texts.is_empty()).then(|| texts.join("; "))
}
