//! The cart, as an agent sees it.

use contract::{CartSummary, MAX_PROPERTY_CHARS};

use super::{Context, minute};
use crate::commerce::{Cart, LineItem, MAX_NAME_CHARS, NO_NAME, Shipping, ShippingInfo};
use crate::localized::Preferences;
use crate::property::{Properties, Property};
use crate::text;

/// The cart's properties. Without a cart they are cleared and the count is 0, so that nothing stale stays.
pub fn cart(context: &Context<'_>, cart: Option<&Cart>) -> Properties {
    let mut properties = Properties::default();
    let Some(cart) = cart else {
        properties.set(Property::CartItems, "0");
        for property in [
            Property::CartTotal,
            Property::CartLines,
            Property::CartShipping,
            Property::CartUpdated,
            Property::CartLink,
        ] {
            properties.set(property, "");
        }
        return properties;
    };
    properties.set(Property::CartTotal, &total(context, cart));
    properties.set(Property::CartItems, &context.numbers.count(pieces(cart)));
    properties.set(Property::CartLines, &lines(context, cart));
    properties.set_or_clear(
        Property::CartShipping,
        shipping_methods(cart.shipping_info.as_ref(), &cart.shipping).as_deref(),
    );
    properties
        .set_or_clear(Property::CartUpdated, cart.last_modified_at.as_deref().and_then(minute).as_deref());
    let link = context
        .store
        .cart_link
        .as_ref()
        .and_then(|template| template.expand(&|name| context.variable(name, ("cartId", &cart.id))));
    properties.set_or_clear(Property::CartLink, link.as_deref());
    properties
}

/// What the page's triggers compare.
pub fn cart_summary(cart: &Cart) -> CartSummary {
    CartSummary {
        id: cart.id.clone(),
        minor_units: cart.total_price.cent_amount,
        currency: cart.total_price.currency_code.clone(),
        items: pieces(cart),
    }
}

/// The total, with what a discount on it took off, the codes that apply, and a word if the cart cannot be changed or
/// is a company's.
fn total(context: &Context<'_>, cart: &Cart) -> String {
    let mut total = cart.total_price.text(&context.numbers);
    if let Some(discount) =
        cart.discount_on_total_price.as_ref().filter(|d| d.discounted_amount.cent_amount != 0)
    {
        total.push_str(&format!(" (discount {})", discount.discounted_amount.text(&context.numbers)));
    }
    let codes =
        cart.discount_codes.iter().filter(|code| code.state.as_deref() == Some("MatchesCart")).count();
    match codes {
        0 => {}
        1 => total.push_str(" (1 discount code)"),
        several => total.push_str(&format!(" ({several} discount codes)")),
    }
    if cart.cart_state.as_deref() == Some("Frozen") {
        total.push_str(" (frozen)");
    }
    if let Some(unit) = &cart.business_unit {
        total.push_str(&format!(" (business unit {})", text::clean_line(&unit.key, MAX_NAME_CHARS)));
    }
    total
}

fn pieces(cart: &Cart) -> u64 {
    let products = cart.total_line_item_quantity.unwrap_or_else(|| cart.line_items.pieces());
    products.saturating_add(cart.custom_line_items.pieces())
}

fn lines(context: &Context<'_>, cart: &Cart) -> String {
    let names = context.preferences.with_second(cart.locale.as_deref());
    let write = |line: &mut String, item: &LineItem| {
        line.push_str(itoa::Buffer::new().format(item.quantity));
        line.push_str(" × ");
        line.push_str(&name(&names, item));
        if let Some(total) = &item.total_price {
            line.push_str(" – ");
            total.write(line, &cart.total_price, &context.numbers);
        }
    };
    let lines = cart.line_items.iter().chain(cart.custom_line_items.iter());
    let total = cart.line_items.count() + cart.custom_line_items.count();
    text::join_lines(lines, write, total, MAX_PROPERTY_CHARS, |rest| format!("… and {rest} more"))
}

/// The product's name in the best locale, else its stock keeping unit.
fn name(preferences: &Preferences<'_>, item: &LineItem) -> String {
    let name = preferences.pick(&item.name).or_else(|| item.sku()).unwrap_or(NO_NAME);
    text::clean_line(name, MAX_NAME_CHARS)
}

/// The shipping methods of one or of several shipments, each once; `None` if none has been chosen.
pub(super) fn shipping_methods(single: Option<&ShippingInfo>, several: &[Shipping]) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    let infos =
        single.into_iter().chain(several.iter().filter_map(|shipping| shipping.shipping_info.as_ref()));
    for name in infos.filter_map(|info| info.shipping_method_name.as_deref()) {
        if text::is_filled(name) && !names.contains(&name) {
            names.push(name);
        }
    }
    (!names.is_empty()).then(|| names.join(", "))
}
