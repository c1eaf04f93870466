//! Whose a record is: the one place that decides whether it leaves, whichever way it was read.

use super::{Belongings, Cart, CommerceError, Found, KeyReference, Order, OrderHistory, Page};
use crate::config::StoreKey;
use crate::proof::{ProvenSubject, Subject};

/// What of the records found belongs to the subject, in this store.
///
/// # Errors
/// [`CommerceError::NotFound`] if a proven customer's record is gone, [`CommerceError::Malformed`] if it is another's.
pub(super) fn belongings(
    proven: &ProvenSubject,
    store: &StoreKey,
    found: Found,
) -> Result<Belongings, CommerceError> {
    let customer = match proven.subject() {
        Subject::Customer(id) => {
            let customer = found.customer.ok_or(CommerceError::NotFound)?;
            if customer.id != *id {
                return Err(CommerceError::Malformed);
            }
            Some(customer)
        }
        Subject::Anonymous(_) | Subject::Guest => None,
    };
    let is_theirs =
        |cart: &Cart| is_current(cart) && owns_cart(proven, cart) && is_of_store(cart.store.as_ref(), store);
    Ok(Belongings {
        customer,
        cart: found.cart.filter(is_theirs),
        history: found.orders.map(|page| history(proven.subject(), store, page)).unwrap_or_default(),
    })
}

fn history(subject: &Subject, store: &StoreKey, page: Page<Order>) -> OrderHistory {
    let mut orders = page.results;
    orders.retain(|order| owns_order(subject, order) && is_of_store(order.store.as_ref(), store));
    let total = page.total.unwrap_or_default().max(orders.len() as u64);
    OrderHistory { total: if orders.is_empty() { 0 } else { total }, orders }
}

/// A cart that has become an order, or part of another cart, is no cart any more.
fn is_current(cart: &Cart) -> bool {
    matches!(cart.cart_state.as_deref(), None | Some("Active" | "Frozen"))
}

/// A cart proven by its id may still belong to a customer; then it must be the same one. A customer's cart never
/// opens for a guest or an anonymous session, and an anonymous session's cart for nobody else.
fn owns_cart(proven: &ProvenSubject, cart: &Cart) -> bool {
    let is_proven_cart = proven.cart() == Some(cart.id.as_str());
    match proven.subject() {
        Subject::Customer(id) => match cart.customer_id.as_deref() {
            Some(owner) => owner == id,
            None => is_proven_cart,
        },
        Subject::Anonymous(id) => {
            cart.customer_id.is_none()
                && match cart.anonymous_id.as_deref() {
                    Some(owner) => owner == id,
                    None => is_proven_cart,
                }
        }
        Subject::Guest => cart.customer_id.is_none() && is_proven_cart,
    }
}

/// An anonymous session's order that has become a customer's belongs to that customer alone.
fn owns_order(subject: &Subject, order: &Order) -> bool {
    match subject {
        Subject::Customer(id) => order.customer_id.as_ref() == Some(id),
        Subject::Anonymous(id) => order.customer_id.is_none() && order.anonymous_id.as_ref() == Some(id),
        Subject::Guest => false,
    }
}

fn is_of_store(reference: Option<&KeyReference>, store: &StoreKey) -> bool {
    reference.is_some_and(|reference| reference.key == store.as_str())
}
