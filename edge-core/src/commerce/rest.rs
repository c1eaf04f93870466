//! What commercetools knows about a subject, by up to three REST reads at the same time.
//!
//! In scope: paths and decoding. Out of scope: whose the answers are ([`super::owner`]).

use futures_util::future;
use serde::de::DeserializeOwned;

use super::{Cart, Commerce, CommerceError, Customer, Extent, Found, HISTORY_LIMIT, Order, Page};
use crate::config::{CommerceProject, StoreKey};
use crate::json;
use crate::link::percent_encode;
use crate::proof::{ProvenSubject, Subject};

/// Reads it all.
///
/// # Errors
/// As the port, without [`CommerceError::NotFound`].
pub(super) async fn read(
    port: &impl Commerce,
    proven: &ProvenSubject,
    project: &CommerceProject,
    extent: Extent<'_>,
) -> Result<Found, CommerceError> {
    port.prepare().await?;
    let (customer, cart, orders) = future::try_join3(
        customer(port, proven),
        cart(port, proven, extent.store),
        orders(port, proven, project, extent),
    )
    .await?;
    Ok(Found { customer, cart, orders, may_miss_names: false })
}

async fn customer(port: &impl Commerce, proven: &ProvenSubject) -> Result<Option<Customer>, CommerceError> {
    let Subject::Customer(id) = proven.subject() else { return Ok(None) };
    record(port, &format!("/customers/{}", encoded(id))).await
}

async fn cart(
    port: &impl Commerce,
    proven: &ProvenSubject,
    store: &StoreKey,
) -> Result<Option<Cart>, CommerceError> {
    let base = format!("/in-store/key={}/carts", encoded(store.as_str()));
    match (proven.cart(), proven.subject()) {
        (Some(id), _) => record(port, &format!("{base}/{}", encoded(id))).await,
        (None, Subject::Customer(id)) => record(port, &format!("{base}/customer-id={}", encoded(id))).await,
        (None, Subject::Anonymous(id)) => {
            let page: Option<Page<Cart>> = record(port, &anonymous_cart(&base, id)).await?;
            Ok(page.and_then(|page| page.results.into_iter().next()))
        }
        (None, Subject::Guest) => Ok(None),
    }
}

async fn orders(
    port: &impl Commerce,
    proven: &ProvenSubject,
    project: &CommerceProject,
    extent: Extent<'_>,
) -> Result<Option<Page<Order>>, CommerceError> {
    if !extent.orders {
        return Ok(None);
    }
    let (predicate, variable, id) = match proven.subject() {
        Subject::Customer(id) => ("customerId = :customer", "&var.customer=", id),
        Subject::Anonymous(id) => ("anonymousId = :anonymous", "&var.anonymous=", id),
        Subject::Guest => return Ok(None),
    };
    let mut path = format!("/in-store/key={}/orders?where=", encoded(extent.store.as_str()));
    percent_encode(predicate, &mut path);
    path.push_str(variable);
    percent_encode(id, &mut path);
    path.push_str("&sort=");
    percent_encode("createdAt desc", &mut path);
    path.push_str(&format!("&limit={HISTORY_LIMIT}"));
    path.push_str(project.order_expansion());
    record(port, &path).await
}

fn anonymous_cart(base: &str, id: &str) -> String {
    let mut path = format!("{base}?where=");
    percent_encode("anonymousId = :anonymous and cartState = \"Active\"", &mut path);
    path.push_str("&var.anonymous=");
    percent_encode(id, &mut path);
    path.push_str("&sort=");
    percent_encode("lastModifiedAt desc", &mut path);
    path.push_str("&limit=1&withTotal=false");
    path
}

/// A record; `None` if there is none.
async fn record<T: DeserializeOwned>(port: &impl Commerce, path: &str) -> Result<Option<T>, CommerceError> {
    match port.get(path).await {
        Ok(body) => json::read_text(&body).map(Some).map_err(|_detail| CommerceError::Malformed),
        Err(CommerceError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    percent_encode(text, &mut out);
    out
}
