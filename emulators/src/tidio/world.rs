//! Everything the emulator holds, behind one lock.
//!
//! Invariant: a request changes the world in one closure under the lock and answers from what it saw
//! there, so batches are all-or-nothing and no reader sees half a change. Announcements made inside
//! leave after the lock is released.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::sync::{Notify, broadcast};

use super::{error::ApiError, project::Project};
use crate::shared::{Harness, platform};

/// Announcements kept for a slow listener before it has to reload.
const BACKLOG: usize = 1_024;

/// News for open pages.
#[derive(Debug, Clone)]
pub enum News {
    /// The agent panel should read this person again.
    Panel {
        /// Public key.
        project: String,
        /// Person id; empty means the lists as a whole.
        person: String,
    },
    /// Something for the widget of one visitor.
    Widget {
        /// Public key.
        project: String,
        /// Visitor id.
        visitor: String,
        /// Event as sent to the page.
        event: Value,
    },
    /// Everything is back to the seed: pages have to register again.
    Reset,
}

/// The world as one closure sees it.
#[derive(Debug)]
pub struct World {
    /// All projects.
    pub projects: Vec<Project>,
    /// Wall time of this closure, in milliseconds. It stamps records and signatures, so that a receiver
    /// with an ordinary clock can check them.
    pub now_ms: u64,
    /// Vendor time of this closure, in milliseconds: the harness clock, which can run faster. It
    /// measures what the vendor enforces: rate windows and webhook retries.
    pub vendor_ms: u64,
    news: Vec<News>,
    due: bool,
}

impl World {
    /// A world of these projects that starts at a wall time. [`Tidio::with`] keeps its times.
    pub fn new(mut projects: Vec<Project>, now_ms: u64) -> Self {
        projects.iter_mut().for_each(|project| project.ids.start(now_ms));
        Self { projects, now_ms, vendor_ms: 0, news: Vec::new(), due: false }
    }

    /// The project with this public key.
    pub fn project(&mut self, public_key: &str) -> Result<&mut Project, ApiError> {
        self.projects
            .iter_mut()
            .find(|project| project.public_key == public_key)
            .ok_or_else(|| ApiError::missing("project"))
    }

    /// Announces something once the closure has ended.
    pub fn announce(&mut self, news: News) {
        self.news.push(news);
    }

    /// Wakes the webhook courier once the closure has ended.
    pub fn wake_courier(&mut self) {
        self.due = true;
    }

    /// Announces that a person changed.
    pub fn touched(&mut self, project: &str, person: &str) {
        self.announce(News::Panel { project: project.into(), person: person.into() });
    }
}

/// The emulator's state, shared by all handlers.
pub struct Tidio {
    world: Mutex<World>,
    /// Clock shared with the rest of the emulator.
    pub harness: Arc<Harness>,
    seed: fn() -> Vec<Project>,
    news: broadcast::Sender<News>,
    /// Rings when webhooks may be due earlier than the courier thinks.
    pub bell: Notify,
}

/// Handle passed to every handler.
pub type Shared = Arc<Tidio>;

impl Tidio {
    /// State that begins, and after [`Tidio::reset`] begins again, with the projects of `seed`.
    pub fn new(seed: fn() -> Vec<Project>, harness: Arc<Harness>) -> Shared {
        Arc::new(Self {
            world: Mutex::new(World::new(seed(), wall_ms())),
            harness,
            seed,
            news: broadcast::channel(BACKLOG).0,
            bell: Notify::new(),
        })
    }

    /// Runs one closure on the world, then sends what it announced.
    pub fn with<T>(&self, work: impl FnOnce(&mut World) -> T) -> T {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.now_ms = wall_ms();
        world.vendor_ms = u64::try_from(self.harness.clock.now_ms()).unwrap_or(0);
        let outcome = work(&mut world);
        let news = std::mem::take(&mut world.news);
        let due = std::mem::take(&mut world.due);
        drop(world);
        for item in news {
            // No listener is not a failure: the panel may be closed.
            let _ = self.news.send(item);
        }
        if due {
            self.bell.notify_one();
        }
        outcome
    }

    /// Back to the seed; open pages are told to read again.
    pub fn reset(&self) {
        let projects = (self.seed)();
        self.with(|world| {
            *world = World::new(projects, world.now_ms);
            world.announce(News::Reset);
        });
    }

    /// News from now on.
    pub fn listen(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }
}

fn wall_ms() -> u64 {
    u64::try_from(platform::wall_ms()).unwrap_or(0)
}
