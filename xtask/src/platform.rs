//! The only file of this crate that reads the clock.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Measures how long something took.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts measuring.
    #[expect(clippy::disallowed_methods, reason = "platform.rs is where the clock is read")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Seconds since the start.
    pub fn seconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

/// Milliseconds since 1970; tells two builds of the same thing apart.
#[expect(clippy::disallowed_methods, reason = "platform.rs is where the clock is read")]
pub fn unix_millis() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_millis())
}
