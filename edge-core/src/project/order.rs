//! The last order, as an agent sees it.

use contract::MAX_PROPERTY_CHARS;

use super::cart::shipping_methods;
use super::{Context, minute, words};
use crate::commerce::{Delivery, Order, TrackingData};
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

/// The order number, else what stands in for it.
pub(super) fn number(order: &Order) -> String {
    match order.order_number.as_deref().filter(|number| text::is_filled(number)) {
        Some(number) => text::clean_line(number, MAX_PROPERTY_CHARS),
        None => short_id(order),
    }
}

pub(super) fn short_id(order: &Order) -> String {
    order.id.chars().take(SHORT_ID_CHARS).collect()
}

/// What was sent, with one address or several.
pub(super) fn delivered(order: &Order) -> impl Iterator<Item = &Delivery> {
    let several = order.shipping.iter().filter_map(|shipping| shipping.shipping_info.as_ref());
    order.shipping_info.iter().chain(several).flat_map(|info| &info.deliveries)
}

/// `DHL 0034…`; a parcel without a number has no name.
pub(super) fn parcel_name(tracking: &TrackingData) -> Option<String> {
    let id = tracking.tracking_id.as_deref().filter(|id| text::is_filled(id))?;
    Some(match tracking.carrier.as_deref().filter(|carrier| text::is_filled(carrier)) {
        Some(carrier) => format!("{carrier} {id}"),
        None => id.to_owned(),
    })
}

fn state(order: Option<&Order>, of: impl Fn(&Order) -> Option<&str>) -> Option<String> {
    order.and_then(of).map(words)
}

/// `DHL 0034…, DHL 0035…`; parcels that travel back are left to the returns.
fn tracking(order: &Order) -> Option<String> {
    let parcels = delivered(order).flat_map(|delivery| &delivery.parcels);
    let texts: Vec<String> = parcels
        .filter_map(|parcel| parcel.tracking_data.as_ref())
        .filter(|tracking| !tracking.is_return)
        .filter_map(parcel_name)
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
