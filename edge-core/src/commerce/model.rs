//! What we read of commercetools' resources, over REST and by GraphQL: only the members that are used, every one that
//! may be missing or null optional, unknown members ignored, states kept as text because the vendor adds new ones.

use serde::{Deserialize, Deserializer};

use super::Items;
use crate::localized::{LocalizedString, Preferences};
use crate::money::{self, Money};
use crate::number::NumberFormat;

/// What is null is what is absent: nothing.
fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A customer record.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Customer {
    /// Id.
    pub id: String,
    /// Number that the shop shows.
    pub customer_number: Option<String>,
    /// Address; unique within the project.
    pub email: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Locale that the customer prefers.
    pub locale: Option<String>,
}

/// A reference by key.
#[derive(Clone, Debug, Deserialize)]
pub struct KeyReference {
    /// Key of the resource.
    pub key: String,
}

/// A cart.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cart {
    /// Id.
    pub id: String,
    /// RFC 3339, UTC.
    pub last_modified_at: Option<String>,
    /// `Active`, `Merged`, `Ordered`, `Frozen`, or something newer.
    pub cart_state: Option<String>,
    /// Owner.
    pub customer_id: Option<String>,
    /// Owner, before a login.
    pub anonymous_id: Option<String>,
    /// Store.
    pub store: Option<KeyReference>,
    /// Locale of the cart.
    pub locale: Option<String>,
    /// Sum after discounts, with shipping.
    pub total_price: Money,
    /// Items.
    #[serde(default)]
    pub line_items: Items,
    /// Items without a product, and so without a variant.
    #[serde(default)]
    pub custom_line_items: Items,
    /// Pieces in all; absent for an empty cart.
    pub total_line_item_quantity: Option<u64>,
    /// Shipping with one address.
    pub shipping_info: Option<ShippingInfo>,
    /// Shipping with several.
    #[serde(default, deserialize_with = "nullable")]
    pub shipping: Vec<Shipping>,
    /// Discount on the whole.
    pub discount_on_total_price: Option<DiscountOnTotal>,
    /// Codes that the shopper gave.
    #[serde(default, deserialize_with = "nullable")]
    pub discount_codes: Vec<DiscountCode>,
    /// The company for which the shopper buys.
    pub business_unit: Option<KeyReference>,
}

impl Cart {
    /// Has every item that may be shown a name?
    pub fn is_named(&self) -> bool {
        self.line_items
            .iter()
            .chain(self.custom_line_items.iter())
            .all(|item| item.name.filled().next().is_some())
    }
}

/// A discount code in a cart.
#[derive(Clone, Debug, Deserialize)]
pub struct DiscountCode {
    /// `MatchesCart` if it applies; anything else says why it does not.
    pub state: Option<String>,
}

/// An item of a cart.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LineItem {
    /// Name of the product.
    #[serde(default)]
    pub name: LocalizedString,
    /// Variant, of which only the stock keeping unit is read.
    pub variant: Option<Variant>,
    /// Pieces.
    pub quantity: u64,
    /// Sum after discounts.
    pub total_price: Option<LinePrice>,
}

/// A price of an item: as [`Money`], but a query does not ask for what is the cart's anyway.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LinePrice {
    /// As [`Money::cent_amount`].
    pub cent_amount: i64,
    /// As [`Money::currency_code`]; else the cart's, which is that of all its items.
    pub currency_code: Option<String>,
    /// As [`Money::fraction_digits`]; else the cart's.
    pub fraction_digits: Option<u8>,
    /// As [`Money::precise_amount`].
    pub precise_amount: Option<i128>,
}

impl LinePrice {
    /// As [`Money::text`], in a cart of this sum; appended.
    pub fn write(&self, text: &mut String, cart: &Money, numbers: &NumberFormat) {
        let currency = self.currency_code.as_ref().unwrap_or(&cart.currency_code);
        let amount = self.precise_amount.unwrap_or_else(|| i128::from(self.cent_amount));
        money::write(text, amount, self.fraction_digits.unwrap_or(cart.fraction_digits), currency, numbers);
    }

    /// [`LinePrice::write`] appends at least so many characters, in any locale: digits, a space, the currency.
    pub(super) fn least_chars(&self) -> usize {
        let more = match self.precise_amount {
            // Rare, and nobody has compared the two amounts.
            Some(_) => None,
            None => self.cent_amount.unsigned_abs().checked_ilog10(),
        };
        let currency = self.currency_code.as_ref().map_or(3, |code| code.chars().count());
        more.unwrap_or_default() as usize + 2 + currency
    }
}

/// A product variant.
#[derive(Clone, Debug, Deserialize)]
pub struct Variant {
    /// Stock keeping unit.
    pub sku: Option<String>,
}

/// One of several shipments.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Shipping {
    /// How it travels.
    pub shipping_info: Option<ShippingInfo>,
}

/// How something travels.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShippingInfo {
    /// Plain text, not localized.
    pub shipping_method_name: Option<String>,
    /// Orders: what has been sent.
    #[serde(default, deserialize_with = "nullable")]
    pub deliveries: Vec<Delivery>,
}

/// What was sent at one time.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// RFC 3339, UTC.
    pub created_at: Option<String>,
    /// Parcels.
    #[serde(default, deserialize_with = "nullable")]
    pub parcels: Vec<Parcel>,
}

/// A parcel.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Parcel {
    /// RFC 3339, UTC.
    pub created_at: Option<String>,
    /// Tracking.
    pub tracking_data: Option<TrackingData>,
}

/// Tracking of a parcel; every member is optional and there is no link.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrackingData {
    /// Number.
    pub tracking_id: Option<String>,
    /// Carrier.
    pub carrier: Option<String>,
    /// Does it travel back to the shop?
    #[serde(default, deserialize_with = "nullable")]
    pub is_return: bool,
}

/// A discount on the total.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DiscountOnTotal {
    /// What was taken off.
    pub discounted_amount: Money,
}

/// An order.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// Id.
    pub id: String,
    /// Rises with every change.
    pub version: u64,
    /// Number that the shop shows; optional.
    pub order_number: Option<String>,
    /// RFC 3339, UTC.
    pub created_at: Option<String>,
    /// RFC 3339, UTC.
    pub last_modified_at: Option<String>,
    /// RFC 3339, UTC; imported orders only.
    pub completed_at: Option<String>,
    /// State of the shop's own workflow.
    pub state: Option<WorkflowState>,
    /// `Open`, `Confirmed`, `Complete`, `Cancelled`, or something newer.
    pub order_state: Option<String>,
    /// `Paid` and others.
    pub payment_state: Option<String>,
    /// `Shipped` and others.
    pub shipment_state: Option<String>,
    /// Owner.
    pub customer_id: Option<String>,
    /// Owner without an account.
    pub anonymous_id: Option<String>,
    /// Address given at the checkout. It proves nothing.
    pub customer_email: Option<String>,
    /// Store.
    pub store: Option<KeyReference>,
    /// Locale of the order.
    pub locale: Option<String>,
    /// Sum after discounts, with shipping.
    pub total_price: Money,
    /// Shipping with one address.
    pub shipping_info: Option<ShippingInfo>,
    /// Shipping with several.
    #[serde(default, deserialize_with = "nullable")]
    pub shipping: Vec<Shipping>,
    /// Returns.
    #[serde(default, deserialize_with = "nullable")]
    pub return_info: Vec<ReturnInfo>,
}

/// A state of a workflow: an expanded reference, whose record is `obj`, or the record itself.
#[derive(Clone, Debug, Deserialize)]
pub struct WorkflowState {
    /// Key.
    pub key: Option<String>,
    /// Name.
    #[serde(default)]
    pub name: LocalizedString,
    /// The record, where the reference was expanded.
    pub obj: Option<Box<WorkflowState>>,
}

impl WorkflowState {
    /// The name in the best locale, else the key; `None` if the reference was not expanded.
    pub fn name(&self, preferences: &Preferences<'_>) -> Option<&str> {
        let state = self.obj.as_deref().unwrap_or(self);
        preferences.pick(&state.name).or(state.key.as_deref())
    }
}

/// Things that come back together.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReturnInfo {
    /// Number of the shipment that brings them back.
    pub return_tracking_id: Option<String>,
    /// RFC 3339, UTC; what the shop says.
    pub return_date: Option<String>,
    /// What comes back.
    #[serde(default, deserialize_with = "nullable")]
    pub items: Vec<ReturnItem>,
}

/// A thing that comes back.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReturnItem {
    /// RFC 3339, UTC.
    pub created_at: Option<String>,
    /// RFC 3339, UTC.
    pub last_modified_at: Option<String>,
    /// Pieces.
    #[serde(default, deserialize_with = "nullable")]
    pub quantity: u64,
    /// `Advised`, `Returned`, `BackInStock`, `Unusable`, or something newer.
    pub shipment_state: Option<String>,
    /// `Refunded` and others.
    pub payment_state: Option<String>,
}

/// A page of a query.
#[derive(Clone, Debug, Deserialize)]
pub struct Page<T> {
    /// How many there are in all; an estimate.
    pub total: Option<u64>,
    /// This page.
    pub results: Vec<T>,
}
