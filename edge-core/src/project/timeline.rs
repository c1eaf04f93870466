//! The timeline: what happened to the orders, a line an event, newest first, in the contact's language.
//!
//! Everything comes from the orders as they are now, so whichever event was heard, heard twice or missed, the same
//! orders give the same text. A line has a date only if the order itself holds the date of that very thing. States
//! have none: they stand together in one line without a date, above the newest line of their order.
//!
//! In scope: which lines, their words and order, the cut. Out of scope: which orders are read.

use contract::MAX_PROPERTY_CHARS;

use super::order::{delivered, number, parcel_name, short_id};
use super::{Context, minute};
use crate::commerce::{Delivery, Order, Parcel, ReturnInfo, ReturnItem};
use crate::property::Property;
use crate::text;

/// Longest order number, name of a state, or return number, in characters; a longer one pushes the others out.
const MAX_PART_CHARS: usize = 60;

/// Parcels named in one line.
const MAX_PARCELS: usize = 5;

/// A line before it is dated and numbered: when it happened, as commercetools writes times, and what.
type Told<'o> = (Option<&'o str>, String);

/// The orders' lines, as many as fit; the number of lines left out stands at the end.
pub(super) fn timeline(context: &Context<'_>, orders: &[Order]) -> String {
    let lines = lines(context, orders);
    let total = lines.len();
    let write = |text: &mut String, line: &String| text.push_str(line);
    text::join_lines(lines.iter(), write, total, MAX_PROPERTY_CHARS, |rest| format!("… +{rest}"))
}

fn lines(context: &Context<'_>, orders: &[Order]) -> Vec<String> {
    let mut lines: Vec<(&str, String)> = orders.iter().flat_map(|order| story(context, order)).collect();
    // RFC 3339 in UTC sorts as text. The sort is stable: what has the same time stays as told.
    lines.sort_by(|a, b| b.0.cmp(a.0));
    lines.into_iter().map(|(_, line)| line).collect()
}

/// An order's lines, newest first, each with the time it is sorted by. What has no time goes above the newest line.
fn story<'o>(context: &Context<'_>, order: &'o Order) -> Vec<(&'o str, String)> {
    let shown = match context.may_tell(Property::OrderNumber) {
        true => text::clean_line(&number(order), MAX_PART_CHARS),
        false => short_id(order),
    };
    let mut told = vec![(order.created_at.as_deref(), placed(context, order))];
    if let Some(at) = order.completed_at.as_deref() {
        told.push((Some(at), context.language.say("completed").to_owned()));
    }
    told.extend(delivered(order).flat_map(|delivery| shipped(context, delivery)));
    if context.may_tell(Property::OrderReturns) {
        told.extend(order.return_info.iter().flat_map(|info| returned(context, info)));
    }
    // Told last is newest, if the times do not say otherwise.
    told.reverse();
    let (mut dated, mut undated): (Vec<(&str, String)>, Vec<String>) = Default::default();
    undated.extend(now(context, order).map(|now| format!("{shown} · {now}")));
    for (at, what) in told {
        match at.and_then(|at| Some((at, minute(at)?))) {
            Some((at, minute)) => dated.push((at, format!("{minute} · {shown} · {what}"))),
            None => undated.push(format!("{shown} · {what}")),
        }
    }
    dated.sort_by(|a, b| b.0.cmp(a.0));
    let newest = dated.first().map_or("", |(at, _)| *at);
    undated.into_iter().map(|line| (newest, line)).chain(dated).collect()
}

/// An order that was complete before commercetools had it was placed elsewhere, earlier.
fn placed(context: &Context<'_>, order: &Order) -> String {
    let is_imported = order.completed_at.is_some() && order.completed_at < order.created_at;
    context.language.say(if is_imported { "imported" } else { "placed" }).to_owned()
}

/// `now: complete, paid, delivered, Packed · 59.90 EUR`: the states, the workflow's among them, and the total.
fn now(context: &Context<'_>, order: &Order) -> Option<String> {
    let states = [
        (Property::OrderStatus, "order.", &order.order_state),
        (Property::OrderPayment, "payment.", &order.payment_state),
        (Property::OrderShipment, "shipment.", &order.shipment_state),
    ];
    let mut words: Vec<String> = Vec::new();
    for (property, kind, state) in states {
        let state = state.as_deref().filter(|_| context.may_tell(property));
        words.extend(state.map(|state| context.language.state(kind, state)));
    }
    let workflow = order.state.as_ref().filter(|_| context.may_tell(Property::OrderStatus));
    let name = workflow.and_then(|state| state.name(&context.preferences));
    words.extend(name.map(|name| text::clean_line(name, MAX_PART_CHARS)));
    let states =
        (!words.is_empty()).then(|| format!("{}: {}", context.language.say("now"), words.join(", ")));
    let total = context.may_tell(Property::OrderTotal).then(|| order.total_price.text(&context.numbers));
    let parts: Vec<String> = states.into_iter().chain(total).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// The shipment with the parcels it was made with; a parcel that came later, or travels back, has its own line.
fn shipped<'o>(context: &Context<'_>, delivery: &'o Delivery) -> Vec<Told<'o>> {
    let made = delivery.created_at.as_deref();
    let at = |parcel: &'o Parcel| parcel.created_at.as_deref().or(made);
    let (mut first, mut later): (Vec<&Parcel>, Vec<Told<'o>>) = Default::default();
    for parcel in &delivery.parcels {
        let is_return = parcel.tracking_data.as_ref().is_some_and(|tracking| tracking.is_return);
        if is_return {
            later.push((at(parcel), parcels(context, "return_parcel", &[parcel])));
        } else if at(parcel).and_then(minute) == made.and_then(minute) {
            first.push(parcel);
        } else {
            later.push((at(parcel), parcels(context, "parcel", &[parcel])));
        }
    }
    later.insert(0, (made, parcels(context, "shipment", &first)));
    later
}

/// `Shipment: DHL 0034, DHL 0035, +2`; a parcel without a number is not named.
fn parcels(context: &Context<'_>, label: &'static str, parcels: &[&Parcel]) -> String {
    let label = context.language.say(label);
    let names: Vec<String> = match context.may_tell(Property::OrderTracking) {
        true => parcels.iter().filter_map(|parcel| parcel_name(parcel.tracking_data.as_ref()?)).collect(),
        false => Vec::new(),
    };
    if names.is_empty() {
        return label.to_owned();
    }
    let mut shown: Vec<String> =
        names.iter().take(MAX_PARCELS).map(|name| text::clean_line(name, MAX_PART_CHARS)).collect();
    if names.len() > MAX_PARCELS {
        shown.push(format!("+{}", names.len() - MAX_PARCELS));
    }
    format!("{label}: {}", shown.join(", "))
}

/// What came back: when it was registered, and where each thing stands, as of its last change. Things of one return
/// that were changed together to the same states share a line, others never do: two refunds are two lines.
fn returned<'o>(context: &Context<'_>, info: &'o ReturnInfo) -> Vec<Told<'o>> {
    let made = |item: &'o ReturnItem| item.created_at.as_deref().or(info.return_date.as_deref());
    let changed = |item: &'o ReturnItem| item.last_modified_at.as_deref().or(made(item));
    let mut groups: Vec<(&'o ReturnItem, u64)> = Vec::new();
    for item in &info.items {
        let alike = |last: &'o ReturnItem| {
            changed(last) == changed(item)
                && made(last) == made(item)
                && (&last.shipment_state, &last.payment_state) == (&item.shipment_state, &item.payment_state)
        };
        match groups.last_mut() {
            Some((last, quantity)) if alike(last) => *quantity = quantity.saturating_add(item.quantity),
            _ => groups.push((item, item.quantity)),
        }
    }
    let mut told = Vec::with_capacity(2 * groups.len());
    for (item, quantity) in groups {
        if made(item) != changed(item) {
            let (label, word) = (context.language.say("return"), context.language.say("registered"));
            told.push((made(item), format!("{label}: {quantity} × {word}")));
        }
        told.push((changed(item), return_state(context, info, item, quantity)));
    }
    told
}

/// `Return: 1 × back in stock, refunded (R-77)`
fn return_state(context: &Context<'_>, info: &ReturnInfo, item: &ReturnItem, quantity: u64) -> String {
    let states = [("returned.", &item.shipment_state), ("refund.", &item.payment_state)];
    let words: Vec<String> = states
        .into_iter()
        .filter_map(|(kind, state)| Some(context.language.state(kind, state.as_deref()?)))
        .collect();
    let mut line = format!("{}: {quantity} × {}", context.language.say("return"), words.join(", "));
    let id = info.return_tracking_id.as_deref().filter(|_| context.may_tell(Property::OrderTracking));
    if let Some(id) = id.map(|id| text::clean_line(id, MAX_PART_CHARS)).filter(|id| !id.is_empty()) {
        line.push_str(&format!(" ({id})"));
    }
    line
}

#[cfg(test)]
mod tests;
