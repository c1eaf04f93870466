//! The alarm of a Durable Object, with what is known of it in memory.
//!
//! The platform keeps one alarm an object and redelivers it until its handler has succeeded, so an alarm that was set
//! survives everything. What is remembered here only saves questions: a life of the object that does not know asks.
//!
//! Ordering invariant: whether to set the alarm is decided and the call is made without an await in between, so a
//! later time never takes the place of an earlier one.

use std::cell::Cell;
use std::rc::Rc;

use worker::worker_sys::DurableObjectStorage;

use crate::call::Call;
use crate::{platform, web};

/// After a run that a crowd came for, events wait this long for others, so that they cost a few runs and reads a second
/// and not one each. Milliseconds.
const REST_MS: u64 = 150;

/// So many calls since the last run are a crowd. Fewer are a shopper or two, and nobody waits.
const CROWD: u32 = 5;

/// An alarm this late is taken to be forgotten and set again; a run may last longer, then that costs one call.
const FORGOTTEN_MS: u64 = 30_000;

/// Word for an alarm that may not be set.
const NOT_SET: &str = "alarm_not_set";

#[derive(Clone, Copy)]
enum Known {
    /// Nothing: the object has just come to life, or a call failed.
    Nothing,
    /// None is set.
    Unset,
    /// Set for then, in milliseconds since the Unix epoch.
    At(u64),
}

/// See the module.
pub struct ObjectAlarm {
    storage: Rc<DurableObjectStorage>,
    known: Cell<Known>,
    /// Events since the last run ended.
    arrived: Cell<u32>,
    rest_until_ms: Cell<u64>,
}

impl ObjectAlarm {
    /// The alarm of the object with this storage.
    pub fn new(storage: Rc<DurableObjectStorage>) -> Self {
        ObjectAlarm {
            storage,
            known: Cell::new(Known::Nothing),
            arrived: Cell::new(0),
            rest_until_ms: Cell::new(0),
        }
    }

    /// The handler begins: from now on the platform has no alarm but one that is set meanwhile.
    pub fn went_off(&self) {
        self.known.set(Known::Unset);
        self.rest();
    }

    /// The handler has done its work.
    pub fn has_run(&self) {
        self.rest();
        self.arrived.set(0);
    }

    fn rest(&self) {
        let rest_ms = if self.arrived.get() < CROWD { 0 } else { REST_MS };
        self.rest_until_ms.set(platform::now_ms() + rest_ms);
    }

    /// An event has come: makes sure of an alarm soon, at once if the object has rested, else when it has.
    ///
    /// # Errors
    /// A stable word: the alarm may not be set.
    pub async fn wake_soon(&self) -> Result<(), &'static str> {
        self.arrived.set(self.arrived.get().saturating_add(1));
        let now_ms = platform::now_ms();
        // A clock that has come back must not make anybody wait for longer.
        self.wake_at(self.rest_until_ms.get().clamp(now_ms, now_ms + REST_MS)).await
    }

    /// Makes sure of an alarm at that time or earlier: one looks at everything that is due and sets the next itself.
    /// Repeatable.
    ///
    /// # Errors
    /// A stable word: the alarm may not be set.
    pub async fn wake_at(&self, at_ms: u64) -> Result<(), &'static str> {
        if let Known::Nothing = self.known.get() {
            let set = Call::begin(|call| web::alarm_of(call, &self.storage)).await;
            let set = set.body.map(|_known| set.text.parse().ok()).ok_or(NOT_SET)?;
            // Somebody else may have learned it meanwhile, and more.
            if let Known::Nothing = self.known.get() {
                self.known.set(set.map_or(Known::Unset, Known::At));
            }
        }
        let now_ms = platform::now_ms();
        let at_ms = at_ms.max(now_ms);
        if let Known::At(set) = self.known.get()
            && set <= at_ms
            && now_ms < set.saturating_add(FORGOTTEN_MS)
        {
            return Ok(());
        }
        self.known.set(Known::At(at_ms));
        #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are below 2^53")]
        let outcome = Call::begin(|call| web::set_alarm(call, &self.storage, at_ms as f64)).await;
        if outcome.body.is_none() {
            self.known.set(Known::Nothing);
            return Err(NOT_SET);
        }
        Ok(())
    }
}
