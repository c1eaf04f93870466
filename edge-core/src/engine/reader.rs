//! The shop port over commercetools' queries: which requests, what is read of their answers, how it is projected.
//!
//! Only orders of stores that this Tidio project serves are seen. A row that cannot be read is left out, so that
//! one strange order does not stop its neighbours.

use contract::FlatMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::predicate::{date_time, literal, literals, read_date_time};
use super::shop::{
    ChangedPage, CustomerView, Customers, GoneCustomer, OrderHead, PAGE_LIMIT, ShopError, Window,
};
use crate::commerce::{Commerce, CommerceError, Customer, HISTORY_LIMIT, Order, OrderHistory};
use crate::config::{CommerceProject, Config, Store, TidioProject};
use crate::identity::{contact_key, distinct_id};
use crate::json;
use crate::link::percent_encode;
use crate::number::NumberFormats;
use crate::project::{self, HistoryPlace};
use crate::property::Property;
use crate::text;

/// Where the answers belong.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The configuration, for its stores.
    pub config: &'a Config,
    /// The commercetools project that is read.
    pub project: &'a CommerceProject,
    /// The Tidio project that is written.
    pub tidio: &'a TidioProject,
    /// How the locales write numbers.
    pub numbers: &'a NumberFormats,
}

impl<'a> Scope<'a> {
    /// The scope of two projects by the user's names for them; `None` if one of them does not exist.
    pub fn find(config: &'a Config, project: &str, tidio: &str, numbers: &'a NumberFormats) -> Option<Self> {
        let (project, tidio) = (config.commercetools.get(project)?, config.tidio.get(tidio)?);
        Some(Scope { config, project, tidio, numbers })
    }

    fn stores(&self) -> impl Iterator<Item = &'a Store> {
        let (project, tidio) = (&self.project.name, &self.tidio.name);
        self.config
            .stores
            .values()
            .filter(move |store| store.commercetools == *project && store.tidio == *tidio)
    }

    /// `store(key in ("de", "uk"))`
    fn store_predicate(&self) -> String {
        let keys: Vec<String> = self.stores().map(|store| format!("\"{}\"", store.key.as_str())).collect();
        format!("store(key in ({}))", keys.join(", "))
    }
}

/// The commercetools projects whose orders concern a Tidio project.
pub fn projects_of(config: &Config, tidio: &str) -> Vec<String> {
    let mut names: Vec<String> = config
        .stores
        .values()
        .filter(|store| store.tidio.as_str() == tidio)
        .map(|store| store.commercetools.to_string())
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Order numbers are kept up to here, in characters: the object's database takes no row of two megabytes.
const NUMBER_CHARS: usize = 256;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireHead {
    id: String,
    version: u64,
    order_number: Option<String>,
    customer_id: Option<String>,
    last_modified_at: Option<String>,
}

#[derive(Deserialize)]
struct WireId {
    id: String,
}

/// A page: its rows are read one by one, straight into what is wanted of them.
pub(super) struct Page {
    /// Each as JSON text of its own.
    pub(super) rows: Vec<String>,
    /// As many rows as were asked for: there may be more.
    pub(super) is_full: bool,
}

impl Page {
    /// The rows that can be read.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Vec<T> {
        self.rows.iter().filter_map(|row| json::read_text(row).ok()).collect()
    }

    /// Id of the last row as returned, where there may be more: ids are not ordered by their text.
    fn after(&self) -> Option<String> {
        let last = self.rows.last().filter(|_| self.is_full)?;
        json::read_text::<WireId>(last).ok().map(|row| row.id)
    }
}

/// Largest page of several rows, in bytes: its rows are copied out of it. A single row may have what commercetools lets a
/// document have, 16 MB (its limits: "JSON document size").
const PAGE_BYTES: usize = 8 * 1024 * 1024;

/// See [`Shop::orders`](super::shop::Shop::orders).
pub async fn orders(
    commerce: &impl Commerce,
    scope: Scope<'_>,
    ids: &[String],
) -> Result<Vec<OrderHead>, ShopError> {
    let Some(list) = literals(ids) else { return Ok(Vec::new()) };
    let predicate = format!("id in ({list}) and {}", scope.store_predicate());
    Ok(heads(&all(commerce, "/orders", &predicate).await?))
}

/// See [`Shop::changed`](super::shop::Shop::changed).
pub async fn changed(
    commerce: &impl Commerce,
    scope: Scope<'_>,
    window: &Window,
    after: Option<&str>,
) -> Result<ChangedPage, ShopError> {
    let stores = match &window.store {
        None => scope.store_predicate(),
        // A store that this Tidio project does not serve has nothing for it.
        Some(key) => match scope.stores().find(|store| store.key.as_str() == key) {
            Some(store) => format!("store(key = \"{}\")", store.key.as_str()),
            None => return Ok(ChangedPage { heads: Vec::new(), after: None }),
        },
    };
    let mut predicate = format!(
        "lastModifiedAt >= \"{}\" and lastModifiedAt <= \"{}\" and {stores}",
        date_time(window.from_ms),
        date_time(window.until_ms),
    );
    if let Some(after) = after {
        predicate.push_str(&format!(" and id > {}", literal(after).ok_or(ShopError::Rejected)?));
    }
    let page = query(commerce, "/orders", &predicate, "id asc", PAGE_LIMIT, "").await?;
    Ok(ChangedPage { heads: heads(&page), after: page.after() })
}

/// See [`Shop::customers`](super::shop::Shop::customers).
pub async fn customers(
    commerce: &impl Commerce,
    scope: Scope<'_>,
    correlation_id: &str,
    ids: &[String],
) -> Result<Customers, ShopError> {
    let Some(list) = literals(ids) else { return Ok(Customers::default()) };
    let predicate = format!("id in ({list})");
    let page = all(commerce, "/customers", &predicate).await?;
    let records: Vec<Customer> = page.read();
    let known: Vec<String> = records.iter().map(|record| record.id.clone()).collect();
    let histories = histories(commerce, scope, known).await?;
    let views = records.into_iter().filter_map(|record| {
        let orders = histories.get(&record.id).map_or(&[][..], Vec::as_slice);
        view(scope, record, orders, correlation_id)
    });
    Ok(Customers { views: views.collect(), gone: gone(scope, ids, &page) })
}

/// Who is not in the answer to a question for all of them. A row that cannot be read is there all the same.
fn gone(scope: Scope<'_>, ids: &[String], page: &Page) -> Vec<GoneCustomer> {
    let there: Vec<WireId> = page.read();
    let is_there = |id: &str| there.iter().any(|row| row.id == id);
    let asked = ids.iter().filter(|id| literal(id).is_some());
    asked
        .filter(|id| !is_there(id))
        .map(|id| GoneCustomer { customer: id.clone(), contact: contact_key(&scope.project.project_key, id) })
        .collect()
}

/// Orders by customer, newest first. A page that is full may be cut: then the customers are asked for in halves,
/// and a single one for the newest orders only, of which there may be several pages.
async fn histories(
    commerce: &impl Commerce,
    scope: Scope<'_>,
    customers: Vec<String>,
) -> Result<FlatMap<String, Vec<Order>>, ShopError> {
    let mut found: FlatMap<String, Vec<Order>> = FlatMap::new();
    let mut pending = vec![(customers, 0)];
    while let Some((group, offset)) = pending.pop() {
        let Some(list) = literals(&group) else { continue };
        let predicate = format!("customerId in ({list}) and {}", scope.store_predicate());
        let expansion = scope.project.order_expansion();
        let rest = if offset > 0 { format!("{expansion}&offset={offset}") } else { expansion.to_owned() };
        let page =
            query(commerce, "/orders", &predicate, "createdAt desc", PAGE_LIMIT - offset, &rest).await?;
        if page.is_full && group.len() > 1 {
            let (left, right) = group.split_at(group.len() / 2);
            pending.extend([(left.to_vec(), 0), (right.to_vec(), 0)]);
            continue;
        }
        for order in page.read::<Order>() {
            let Some(customer) = order.customer_id.clone() else { continue };
            let known = found.get_or_default(customer);
            // One that was placed between two pages moves the others on by one.
            if known.iter().all(|earlier| earlier.id != order.id) {
                known.push(order);
            }
        }
        let read = offset + page.rows.len();
        if page.is_full && read < PAGE_LIMIT {
            pending.push((group, read));
        }
    }
    Ok(found)
}

/// The view of the store where the newest order was placed: the same that an identify call in that store gives.
fn view(scope: Scope<'_>, record: Customer, orders: &[Order], correlation_id: &str) -> Option<CustomerView> {
    let newest = orders.first().and_then(|order| order.store.as_ref()).map(|store| store.key.as_str());
    let store = match newest {
        Some(key) => scope.stores().find(|store| store.key.as_str() == key)?,
        None => scope.stores().next()?,
    };
    let own: Vec<Order> = orders
        .iter()
        .filter(|order| order.store.as_ref().is_some_and(|key| key.key == store.key.as_str()))
        .cloned()
        .collect();
    let locale = store.locales.first()?;
    let total = own.len() as u64;
    let history = OrderHistory { orders: own.into_iter().take(HISTORY_LIMIT).collect(), total };
    let place =
        HistoryPlace { store, project: scope.project, locale: locale.tag.as_str(), numbers: scope.numbers };
    let mut properties = project::history(place, Some(&record), &history);
    properties.set_or_clear(Property::CustomerNumber, record.customer_number.as_deref());
    properties.set(Property::CorrelationId, correlation_id);
    let clean = |name: &Option<String>| {
        name.as_deref().map(|name| text::clean_line(name, 100)).filter(|name| !name.is_empty())
    };
    let project_key = &scope.project.project_key;
    let key = &scope.tidio.distinct_id_key;
    Some(CustomerView {
        contact: contact_key(project_key, &record.id),
        distinct_id: distinct_id(key, &scope.tidio.public_key, project_key, &record.id),
        has_orders: total > 0,
        first_name: clean(&record.first_name),
        last_name: clean(&record.last_name),
        email: record.email,
        create: store.create,
        properties: properties.permitted(&store.policy),
        customer: record.id,
    })
}

/// Every row, by as many pages as it takes: for questions by id, where a row that is missing means something.
async fn all(commerce: &impl Commerce, resource: &str, predicate: &str) -> Result<Page, ShopError> {
    let mut page = query(commerce, resource, predicate, "id asc", PAGE_LIMIT, "").await?;
    while page.is_full {
        let after = page.after().as_deref().and_then(literal).ok_or(ShopError::Rejected)?;
        let rest = format!("{predicate} and id > {after}");
        let next = query(commerce, resource, &rest, "id asc", PAGE_LIMIT, "").await?;
        page.is_full = next.is_full;
        page.rows.extend(next.rows);
    }
    Ok(page)
}

/// One page of at most `limit` rows, and fewer where so many are too large, or too slow, to be read. `rest` is what the
/// path ends in.
pub(super) async fn query(
    commerce: &impl Commerce,
    resource: &str,
    predicate: &str,
    sort: &str,
    limit: usize,
    rest: &str,
) -> Result<Page, ShopError> {
    let mut path = format!("{resource}?where=");
    percent_encode(predicate, &mut path);
    path.push_str("&sort=");
    percent_encode(sort, &mut path);
    loop {
        let rows = limit.min(rows::most());
        let answer = commerce.get(&format!("{path}&limit={rows}&withTotal=false{rest}")).await;
        let body = match answer {
            Ok(body) if body.len() > PAGE_BYTES && rows::too_many(rows) => continue,
            Ok(body) => body,
            Err(CommerceError::TooLarge | CommerceError::Timeout) if rows::too_many(rows) => continue,
            Err(CommerceError::Rejected | CommerceError::NotFound) => return Err(ShopError::Rejected),
            Err(CommerceError::Busy { retry_after_ms }) => return Err(ShopError::Busy { retry_after_ms }),
            Err(_) => return Err(ShopError::Unavailable),
        };
        rows::good();
        let found = json::rows(&body, "results").map_err(|_not_a_page| ShopError::Unavailable)?;
        return Ok(Page {
            is_full: found.len() >= rows,
            rows: found.into_iter().map(str::to_owned).collect(),
        });
    }
}

fn heads(page: &Page) -> Vec<OrderHead> {
    page.read::<WireHead>()
        .into_iter()
        .map(|head| OrderHead {
            id: head.id,
            version: head.version,
            number: head.order_number.map(|number| number.chars().take(NUMBER_CHARS).collect()),
            customer: head.customer_id,
            changed_ms: head.last_modified_at.as_deref().and_then(read_date_time),
        })
        .collect()
}

mod rows;
#[cfg(test)]
mod tests;
