//! The engine on a real SQLite against a Tidio in memory, with a clock that moves only when told.

mod admin;
mod answers;
mod clock;
mod consent;
mod crash;
mod flows;
mod order_flows;
mod people;
mod properties;
mod shop;
mod sim;
mod speed;
mod sqlite;
mod stored;
mod timeline;
mod vendor;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Engine, Ports, Priority, Settings};
use crate::fact::{CreatePolicy, CustomerFact, Fact, IdentityLink, OrderFact};
use crate::property::Property;
use shop::FakeShop;
use sqlite::{Fuse, Sqlite};
use vendor::Vendor;

/// Everything outside the engine: it survives a stop.
#[derive(Clone)]
pub struct World {
    pub sql: Rc<Sqlite>,
    pub vendor: Rc<Vendor>,
    pub shop: Rc<FakeShop>,
    pub clock: Rc<Cell<u64>>,
    pub fuse: Rc<Fuse>,
    pub settings: Rc<RefCell<Settings>>,
    seed: Rc<Cell<u64>>,
}

impl World {
    /// A world whose shop tells what a store really lets out.
    pub fn real(seed: u64) -> Self {
        let mut world = World::new(seed);
        let shop = Rc::get_mut(&mut world.shop).unwrap();
        shop.real = Some(crate::testing::config());
        let names = Property::ALL.iter().map(|property| property.name().to_owned());
        *world.vendor.properties.borrow_mut() = names.collect();
        world
    }

    pub fn new(seed: u64) -> Self {
        let (fuse, clock) = (Rc::new(Fuse::default()), Rc::new(Cell::new(1_000_000)));
        let ahead = Rc::new(Cell::new(0));
        World {
            sql: Rc::new(Sqlite::new(fuse.clone())),
            vendor: Rc::new(Vendor::new(fuse.clone(), clock.clone(), ahead.clone())),
            shop: Rc::new(FakeShop::new(fuse.clone(), clock.clone(), ahead)),
            clock,
            fuse,
            settings: Rc::new(RefCell::new(Settings { widget_grace_ms: 3_000, ..Settings::default() })),
            seed: Rc::new(Cell::new(seed)),
        }
    }

    /// Opens the engine, as often as it takes.
    pub fn open(&self) -> Engine<World> {
        let settings = self.settings.borrow().clone();
        Engine::open(self.clone(), settings.clone()).unwrap_or_else(|_| {
            self.fuse.reset(None);
            Engine::open(self.clone(), settings).unwrap()
        })
    }

    /// Runs until nothing is pending or vendor time has moved on by `limit_ms`. Gives whether it came to rest.
    pub fn settle(&self, engine: &Engine<World>, limit_ms: u64) -> bool {
        let end = self.clock.get() + limit_ms;
        for _ in 0..100_000 {
            match pollster::block_on(engine.run()) {
                Ok(None) => return true,
                Ok(Some(at)) => self.clock.set(at.max(self.clock.get())),
                Err(_) => return false,
            }
            if self.clock.get() > end {
                return false;
            }
        }
        panic!("the engine spins");
    }
}

impl Ports for World {
    type Sql = Sqlite;
    type Tidio = Vendor;
    type Shop = FakeShop;

    fn sql(&self) -> &Sqlite {
        &self.sql
    }

    fn tidio(&self) -> &Vendor {
        &self.vendor
    }

    fn shop(&self) -> &FakeShop {
        &self.shop
    }

    fn now_ms(&self) -> u64 {
        self.clock.get()
    }

    fn random(&self) -> u64 {
        // SplitMix64.
        self.seed.set(self.seed.get().wrapping_add(0x9E37_79B9_7F4A_7C15));
        let mut z = self.seed.get();
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// A link of customer `customer` seen at `at`, number `n`.
pub fn link(n: u64, customer: u64, at: u64, properties: &[(&str, &str)]) -> Fact {
    Fact::Identity(IdentityLink {
        id: format!("identify:{n}"),
        contact: format!("shop:customer:{customer}"),
        distinct_id: format!("d-{customer}"),
        email: Some(format!("c{customer}@example.com")),
        first_name: Some("Anna".to_owned()),
        last_name: None,
        create: CreatePolicy::OnIdentify,
        properties: properties
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        correlation_id: format!("corr-{n}"),
        observed_at_ms: at,
    })
}

/// A fact about an order.
pub fn order(key: &str, id: &str, version: Option<u64>) -> Fact {
    Fact::Order(OrderFact {
        id: format!("order:{key}"),
        project: "main".to_owned(),
        order: id.to_owned(),
        version,
        deleted: false,
        what: "OrderStateChanged".to_owned(),
        correlation_id: format!("corr-{key}"),
        observed_at_ms: 1,
    })
}

/// A fact about a customer record.
pub fn customer(key: &str, id: u64) -> Fact {
    Fact::Customer(CustomerFact {
        id: format!("customer:{key}"),
        project: "main".to_owned(),
        contact: format!("shop:customer:{id}"),
        customer: id.to_string(),
        correlation_id: format!("corr-{key}"),
        observed_at_ms: 1,
    })
}

/// What stands in Tidio, by distinct id, without the correlation id (which names whichever fact came last).
pub fn contents(vendor: &Vendor) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for contact in vendor.contacts.borrow().iter() {
        let mut properties = contact.properties.clone();
        properties.remove("ct_correlation_id");
        let text = format!("{:?} {:?} {properties:?}", contact.email, contact.first_name);
        all.entry(contact.distinct_id.clone().unwrap_or_default()).or_default().push(text);
    }
    all
}

pub fn submit(engine: &Engine<World>, facts: &[Fact]) {
    engine.submit(facts, Priority::Interactive).unwrap();
}
