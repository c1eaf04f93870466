//! The seeded simulation: everything at once, in an order that only the seed knows.
//!
//! Facts are lost, doubled and shuffled; both vendors fail before and after their effects; the process is stopped
//! between any two effects; the clock jumps. When all is calm again every contact must be what the shop and the
//! visits say, once, within the budget, and no older state may ever have been written over a newer one. Whoever
//! withdrew consent shows no orders; Tidio is left alone for as long as it asks; a replay that changes nothing sends
//! nothing.
//!
//! `SIM_SEEDS` and `SIM_FIRST` choose the seeds; a failure names its seed, which repeats it exactly.

mod checks;
mod mutants;

use super::vendor::Fault;
use super::*;
use crate::engine::admin::AdminRequest;
use crate::engine::dead;
use crate::engine::tidio::TidioError;
use crate::fact::ConsentFact;

/// Seeds of an ordinary test run; `cargo xtask sim` runs many more.
const SEEDS: u64 = 150;

const CUSTOMERS: u64 = 5;
const ORDERS: u64 = 6;

struct Dice(World);

impl Dice {
    fn below(&self, limit: u64) -> u64 {
        self.0.random() % limit
    }

    fn chance(&self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// What must be true in the end, kept beside the engine in the simplest possible way.
#[derive(Default)]
struct Model {
    /// Newest visit of each customer: time, fact id, properties.
    visits: BTreeMap<u64, (u64, String, String)>,
    /// Newest withdrawal of each customer: time, fact id.
    noes: BTreeMap<u64, (u64, String)>,
    delivered: u64,
    stops: u64,
}

struct Sim {
    world: World,
    dice: Dice,
    engine: Engine<World>,
    bag: Vec<Fact>,
    model: Model,
    serial: u64,
    poisoned: Option<u64>,
    /// Tidio takes the poisoned address by now.
    healed: bool,
}

impl Sim {
    fn new(world: World) -> Self {
        let dice = Dice(world.clone());
        // The smallest budget is one that a few contacts spend.
        world.vendor.limit.set([8, 60, 120][dice.below(3) as usize]);
        world.vendor.latency_ms.set(dice.below(400));
        world.shop.create.set(if dice.chance(50) { CreatePolicy::OnOrder } else { CreatePolicy::Never });
        let poisoned = dice.chance(10).then(|| dice.below(CUSTOMERS));
        if let Some(customer) = poisoned {
            world.vendor.poison.borrow_mut().push(format!("c{customer}@example.com"));
        }
        // Look-ups alone, by walks of several pages, and both.
        world.vendor.page.set(1 + dice.below(4) as usize);
        let settings = Settings {
            assumed_pages: dice.below(4),
            reconcile_ms: 600_000,
            ..world.settings.borrow().clone()
        };
        *world.settings.borrow_mut() = settings;
        let engine = world.open();
        engine.begin_sync(&["main".to_owned()]).unwrap();
        Sim {
            world,
            dice,
            engine,
            bag: Vec::new(),
            model: Model::default(),
            serial: 0,
            poisoned,
            healed: false,
        }
    }

    fn act(&mut self) {
        match self.dice.below(13) {
            0..=2 => self.change_order(),
            3 | 4 => self.visit(),
            5 | 6 => self.deliver(),
            7 => self.trouble(),
            8 => self.jump(),
            9 => self.withdraw(),
            10 => self.heal(),
            11 => {
                if self.replay().is_err() {
                    self.restart();
                }
            }
            _ => {
                if self.engine.begin_sync(&["main".to_owned()]).is_err() {
                    self.restart();
                }
            }
        }
        let for_ms = self.dice.below(40_000);
        self.run(for_ms);
    }

    fn change_order(&mut self) {
        let number = self.dice.below(ORDERS);
        let owner = (number < ORDERS - 1).then_some(number % CUSTOMERS);
        let id = format!("o{number}");
        let version = self.world.shop.change(&id, owner, &format!("s{}", self.dice.below(4)));
        for kind in ["message", "change"] {
            if self.dice.chance(85) {
                let copies = 1 + u64::from(self.dice.chance(10));
                let fact = order(&format!("{kind}:{id}:{version}"), &id, Some(version));
                self.bag.extend((0..copies).map(|_| fact.clone()));
            }
        }
    }

    fn visit(&mut self) {
        let customer = self.dice.below(CUSTOMERS);
        self.serial += 1;
        let known = self
            .world
            .vendor
            .contacts
            .borrow()
            .iter()
            .any(|contact| contact.distinct_id.as_deref() == Some(&format!("d-{customer}")));
        // The widget makes the contact when the visitor is introduced, or never.
        let first = !self.model.visits.contains_key(&customer);
        if first && !known && !self.pending_create(customer) && self.dice.chance(40) {
            self.world.vendor.introduce(&format!("d-{customer}"), &format!("c{customer}@example.com"));
        }
        let (now, store) = (self.world.clock.get(), format!("s{}", self.dice.below(3)));
        let fact = link(self.serial, customer, now, &[("ct_store", &store)]);
        let entry = (now, fact.id().to_owned(), store);
        let newest = self.model.visits.entry(customer).or_insert_with(|| entry.clone());
        if (entry.0, &entry.1) > (newest.0, &newest.1) {
            *newest = entry;
        }
        self.bag.push(fact);
    }

    /// The shopper takes the consent to share back; the next visit gives it again.
    fn withdraw(&mut self) {
        let customer = self.dice.below(CUSTOMERS);
        self.serial += 1;
        let said = [("ct_consent", "chat only"), ("ct_timeline", ""), ("ct_cart_total", "")];
        let (id, now) = (format!("consent:{}", self.serial), self.world.clock.get());
        let entry = (now, id.clone());
        let newest = self.model.noes.entry(customer).or_insert_with(|| entry.clone());
        if entry > *newest {
            *newest = entry;
        }
        self.bag.push(Fact::Consent(ConsentFact {
            id,
            contact: format!("shop:customer:{customer}"),
            distinct_id: format!("d-{customer}"),
            share: false,
            properties: said.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            correlation_id: format!("corr-{}", self.serial),
            observed_at_ms: now,
        }));
    }

    /// Tidio takes the poisoned address from now on; what was given up waits for a replay.
    fn heal(&mut self) {
        self.healed = true;
        self.world.vendor.poison.borrow_mut().clear();
    }

    fn replay(&self) -> Result<(), crate::engine::sql::SqlError> {
        self.engine.admin(&AdminRequest::Replay(dead::Filter::default())).map(drop)
    }

    /// Dead letters are tried again. Where that changes nothing, nothing is sent.
    fn replay_in_peace(&self) -> Result<(), String> {
        let (before, calls) = (contents(&self.world.vendor), self.world.vendor.calls.borrow().len());
        self.replay().unwrap();
        if !self.world.settle(&self.engine, 10 * 24 * 3_600_000) {
            return Err("never at rest after a replay".to_owned());
        }
        let all = self.world.vendor.calls.borrow();
        let writes = all
            .iter()
            .skip(calls)
            .filter(|(_, name)| name.starts_with("patch") || name.starts_with("create"));
        match writes.count() {
            0 => Ok(()),
            _ if contents(&self.world.vendor) != before => Ok(()),
            count => Err(format!("{count} writes of what stood there already, by a replay")),
        }
    }

    /// A create may be on its way already; then the widget of this simulation keeps quiet.
    fn pending_create(&self, customer: u64) -> bool {
        let key = format!("shop:customer:{customer}");
        super::super::contact::find(&*self.world.sql, &key).map_or(true, |found| found.is_some())
    }

    fn deliver(&mut self) {
        if self.bag.is_empty() {
            return;
        }
        let index = self.dice.below(self.bag.len() as u64) as usize;
        let fact = self.bag[index].clone();
        // An error is no answer, so the sender keeps it; sometimes the answer itself is lost.
        if self.engine.submit(std::slice::from_ref(&fact), Priority::Event).is_err() {
            self.restart();
        } else if self.dice.chance(90) {
            self.bag.swap_remove(index);
            self.model.delivered += 1;
        }
    }

    fn trouble(&mut self) {
        let unknown = TidioError::OutcomeUnknown { status: Some(502) };
        let plan = (0..self.dice.below(12)).map(|_| match self.dice.below(10) {
            0 => Some(Fault::Before(unknown.clone())),
            1 => Some(Fault::After(unknown.clone())),
            2 => Some(Fault::Before(TidioError::Unavailable)),
            3 => Some(Fault::Before(TidioError::RateLimited { retry_after_ms: None })),
            _ => None,
        });
        let plan: Vec<Option<Fault>> = plan.collect();
        self.world.vendor.faults.borrow_mut().extend(plan);
        if self.dice.chance(30) {
            self.world.shop.failing.set(self.dice.below(4) as u32);
        }
        if self.dice.chance(60) {
            let at = self.world.fuse.effects.get() + 1 + self.dice.below(25);
            self.world.fuse.stop_at.set(Some(at));
        }
    }

    fn jump(&mut self) {
        let now = self.world.clock.get();
        let by = self.dice.below(3_600_000);
        if self.dice.chance(75) {
            self.world.clock.set(now + by);
        } else {
            // Only our clock goes back; the shop's goes on.
            let back = (by / 10).min(now / 2);
            self.world.clock.set(now - back);
            let ahead = &self.world.shop.ahead_ms;
            ahead.set(ahead.get() + back);
        }
    }

    fn restart(&mut self) {
        self.model.stops += 1;
        self.world.fuse.reset(None);
        // The process may have stopped before it heard that it must wait.
        self.world.vendor.closed_until.set(None);
        self.engine = self.world.open();
    }

    fn run(&mut self, for_ms: u64) {
        self.world.settle(&self.engine, for_ms);
        if self.world.fuse.is_burnt() {
            self.restart();
        }
    }

    /// Peace: everything that was not lost arrives, and the delta sync finds the rest.
    fn finish(&mut self) -> Result<(), String> {
        self.world.fuse.reset(None);
        self.world.vendor.faults.borrow_mut().clear();
        self.world.shop.failing.set(0);
        self.engine = self.world.open();
        for fact in std::mem::take(&mut self.bag) {
            submit(&self.engine, &[fact]);
        }
        // Our clock is put right.
        self.world.clock.set(self.world.clock.get() + self.world.shop.ahead_ms.replace(0));
        for _ in 0..3 {
            self.world.clock.set(self.world.clock.get() + 600_000);
            self.engine.begin_sync(&["main".to_owned()]).unwrap();
            if !self.world.settle(&self.engine, 10 * 24 * 3_600_000) {
                return Err("never at rest".to_owned());
            }
        }
        if self.poisoned.is_none() || self.healed { self.replay_in_peace() } else { Ok(()) }
    }
}

fn run_seed(seed: u64) -> Result<Model, String> {
    run_world(World::new(seed))
}

fn run_world(world: World) -> Result<Model, String> {
    let mut sim = Sim::new(world);
    for _ in 0..10 + sim.dice.below(30) {
        sim.act();
    }
    sim.finish()?;
    sim.check()?;
    Ok(sim.model)
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn every_seed_ends_as_a_calm_world_would() {
    let (first, seeds) = (setting("SIM_FIRST", 0), setting("SIM_SEEDS", SEEDS));
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    let totals = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|thread| {
                scope.spawn(move || {
                    let (mut delivered, mut stops) = (0, 0);
                    for seed in (first + thread..first + seeds).step_by(threads as usize) {
                        let model = run_seed(seed).unwrap_or_else(|why| panic!("seed {seed}: {why}"));
                        delivered += model.delivered;
                        stops += model.stops;
                        if (seed - first) % 5_000 == 0 && seeds > SEEDS {
                            println!("seed {seed} of {}", first + seeds);
                        }
                    }
                    (delivered, stops)
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1))
    });
    println!("{seeds} seeds, {} facts delivered in trouble, {} stops", totals.0, totals.1);
    assert!(totals.1 > 0 || seeds < 20, "the simulation never stopped the process");
}
