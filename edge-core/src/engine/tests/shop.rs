//! A shop in memory: orders with versions, which can be out of reach.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use contract::FlatMap;
use serde_json::{Value, json};

use super::sqlite::Fuse;
use crate::commerce::{Order, OrderHistory};
use crate::config::Config;
use crate::engine::shop::{
    ChangedPage, CustomerView, Customers, GoneCustomer, MessagesPage, OrderHead, Shop, ShopError, Window,
};
use crate::fact::{CreatePolicy, Fact};
use crate::json;
use crate::project::{self, HistoryPlace};
use crate::testing::numbers;

/// Rows of a page: small, so that walks have several.
const PAGE: usize = 3;

#[derive(Clone)]
pub struct ShopOrder {
    pub version: u64,
    pub customer: Option<String>,
    pub state: String,
    pub changed_ms: u64,
    /// Members of commercetools' order, for a shop that tells real timelines.
    pub members: Value,
}

pub struct FakeShop {
    pub orders: RefCell<BTreeMap<String, ShopOrder>>,
    pub create: Cell<CreatePolicy>,
    /// The Messages API: when each was made, and what it says.
    pub messages: RefCell<Vec<(u64, Fact)>>,
    /// Customers whose records were deleted.
    pub gone: RefCell<BTreeSet<String>>,
    /// Addresses that customers changed to.
    pub emails: RefCell<BTreeMap<String, String>>,
    /// With the properties that a store of this configuration lets out, instead of a short timeline.
    pub real: Option<Config>,
    /// Reads that fail, from the next one on.
    pub failing: Cell<u32>,
    /// With how much time they ask for.
    pub asking_ms: Cell<Option<u64>>,
    pub reads: RefCell<Vec<(&'static str, usize)>>,
    clock: Rc<Cell<u64>>,
    /// How far the engine's clock is behind the vendors'.
    pub ahead_ms: Rc<Cell<u64>>,
    fuse: Rc<Fuse>,
}

impl FakeShop {
    pub fn new(fuse: Rc<Fuse>, clock: Rc<Cell<u64>>, ahead_ms: Rc<Cell<u64>>) -> Self {
        FakeShop {
            orders: RefCell::default(),
            create: Cell::new(CreatePolicy::OnOrder),
            messages: RefCell::default(),
            gone: RefCell::default(),
            emails: RefCell::default(),
            real: None,
            failing: Cell::new(0),
            asking_ms: Cell::new(None),
            reads: RefCell::default(),
            clock,
            ahead_ms,
            fuse,
        }
    }

    /// Changes an order; gives its new version.
    pub fn change(&self, id: &str, customer: Option<u64>, state: &str) -> u64 {
        self.change_members(id, customer, state, &|_| {})
    }

    /// The same with a change of its members.
    pub fn change_members(
        &self,
        id: &str,
        customer: Option<u64>,
        state: &str,
        change: &dyn Fn(&mut Value),
    ) -> u64 {
        let mut orders = self.orders.borrow_mut();
        let version = orders.get(id).map_or(1, |order| order.version + 1);
        let customer = customer.map(|customer| customer.to_string());
        let changed_ms = self.clock.get() + self.ahead_ms.get();
        let mut members = orders.get(id).map_or_else(|| json!({}), |order| order.members.clone());
        change(&mut members);
        let order = ShopOrder { version, customer, state: state.to_owned(), changed_ms, members };
        orders.insert(id.to_owned(), order);
        version
    }

    fn view(&self, id: &str) -> CustomerView {
        let own = timeline(self, id);
        let email = self.emails.borrow().get(id).cloned().unwrap_or_else(|| format!("c{id}@example.com"));
        CustomerView {
            customer: id.to_owned(),
            contact: format!("shop:customer:{id}"),
            distinct_id: format!("d-{id}"),
            has_orders: !own.is_empty(),
            email: Some(email),
            first_name: Some("Anna".to_owned()),
            last_name: None,
            create: self.create.get(),
            properties: match &self.real {
                Some(config) => self.properties(config, id),
                None => FlatMap::from([("ct_timeline".to_owned(), own)]),
            },
        }
    }

    /// What store `de` lets out of a customer's history.
    fn properties(&self, config: &Config, customer: &str) -> FlatMap<String, String> {
        let (orders, numbers) = (self.orders.borrow(), numbers());
        let own = orders.iter().filter(|(_, order)| order.customer.as_deref() == Some(customer));
        let mut own: Vec<Order> = own
            .map(|(id, order)| {
                let mut members = order.members.clone();
                (members["id"], members["orderNumber"]) = (json!(id), json!(id));
                (members["version"], members["orderState"]) = (json!(order.version), json!(order.state));
                json::take(&crate::testing::order(&members)).unwrap()
            })
            .collect();
        own.sort_by(|a, b| b.created_at.cmp(&a.created_at));
        let (store, project, _) = config.store("de").unwrap();
        let place = HistoryPlace { store, project, locale: "en-GB", numbers: &numbers };
        let history = OrderHistory { total: own.len() as u64, orders: own };
        project::history(place, None, &history).permitted(&store.policy)
    }

    fn call<T>(&self, name: &'static str, size: usize, read: impl FnOnce() -> T) -> Result<T, ShopError> {
        if self.fuse.burns() {
            return Err(ShopError::Unavailable);
        }
        self.reads.borrow_mut().push((name, size));
        self.clock.set(self.clock.get() + 5);
        if self.failing.get() > 0 {
            self.failing.set(self.failing.get() - 1);
            let busy = |retry_after_ms| ShopError::Busy { retry_after_ms };
            return Err(self.asking_ms.get().map_or(ShopError::Unavailable, busy));
        }
        Ok(read())
    }
}

/// What a contact says about the orders of a customer.
pub fn timeline(shop: &FakeShop, customer: &str) -> String {
    let orders = shop.orders.borrow();
    let own = orders.iter().filter(|(_, order)| order.customer.as_deref() == Some(customer));
    own.map(|(number, order)| format!("{number} {} v{}", order.state, order.version))
        .collect::<Vec<_>>()
        .join("; ")
}

fn head(id: &str, order: &ShopOrder) -> OrderHead {
    OrderHead {
        id: id.to_owned(),
        version: order.version,
        number: Some(format!("N-{id}")),
        customer: order.customer.clone(),
        changed_ms: Some(order.changed_ms),
    }
}

impl Shop for FakeShop {
    async fn orders(&self, _: &str, _: &str, ids: &[String]) -> Result<Vec<OrderHead>, ShopError> {
        self.call("orders", ids.len(), || {
            let orders = self.orders.borrow();
            ids.iter().filter_map(|id| Some(head(id, orders.get(id)?))).collect()
        })
    }

    async fn customers(&self, _: &str, _: &str, ids: &[String]) -> Result<Customers, ShopError> {
        self.call("customers", ids.len(), || {
            let (gone, there): (Vec<&String>, Vec<&String>) =
                ids.iter().partition(|id| self.gone.borrow().contains(*id));
            let gone = gone
                .into_iter()
                .map(|id| GoneCustomer { customer: id.clone(), contact: format!("shop:customer:{id}") });
            Customers { views: there.into_iter().map(|id| self.view(id)).collect(), gone: gone.collect() }
        })
    }

    async fn changed(
        &self,
        _: &str,
        _: &str,
        window: &Window,
        after: Option<&str>,
    ) -> Result<ChangedPage, ShopError> {
        self.call("changed", 1, || {
            let orders = self.orders.borrow();
            // Another order of ids than that of their text, as the vendor has.
            let mut all: Vec<(&String, &ShopOrder)> = orders.iter().collect();
            all.sort_by_key(|(id, _)| std::cmp::Reverse((*id).clone()));
            let start =
                after.map_or(0, |after| all.iter().take_while(|(id, _)| id.as_str() >= after).count());
            let found: Vec<OrderHead> = all
                .into_iter()
                .skip(start)
                .filter(|(_, order)| (window.from_ms..=window.until_ms).contains(&order.changed_ms))
                .take(PAGE)
                .map(|(id, order)| head(id, order))
                .collect();
            let after = (found.len() == PAGE).then(|| found.last().unwrap().id.clone());
            ChangedPage { heads: found, after }
        })
    }

    async fn messages(
        &self,
        _: &str,
        _: &str,
        window: &Window,
        after: Option<&str>,
    ) -> Result<MessagesPage, ShopError> {
        self.call("messages", 1, || {
            let all = self.messages.borrow();
            let start: usize = after.map_or(0, |after| after.parse().unwrap());
            let found: Vec<(usize, &(u64, Fact))> = all
                .iter()
                .enumerate()
                .skip(start)
                .filter(|(_, (at, _))| (window.from_ms..=window.until_ms).contains(at))
                .take(PAGE)
                .collect();
            MessagesPage {
                facts: found.iter().map(|(_, (_, fact))| fact.clone()).collect(),
                seen: found.len() as u64,
                newest_ms: found.iter().map(|(_, (at, _))| *at).max(),
                after: (found.len() == PAGE).then(|| (found.last().unwrap().0 + 1).to_string()),
            }
        })
    }
}
