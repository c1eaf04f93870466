//! The only file that reads the clock, draws randomness or writes to the terminal.

#![expect(clippy::disallowed_methods, reason = "this file is where the real clock and randomness enter")]

use std::io::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

/// A clock that can be moved forward and sped up, for expiry and for accelerated runs.
pub struct Clock {
    base: Mutex<Base>,
}

#[derive(Clone, Copy)]
struct Base {
    real: Instant,
    shown_ms: i64,
    speed: f64,
}

impl Clock {
    /// Shows the real time, at speed 1.
    pub fn real() -> Self {
        Self { base: Mutex::new(Base { real: Instant::now(), shown_ms: wall_ms(), speed: 1.0 }) }
    }

    /// Milliseconds since 1970, as this emulator sees them.
    pub fn now_ms(&self) -> i64 {
        Self::shown(&self.base.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Jumps by `by_ms` (may be negative).
    pub fn advance(&self, by_ms: i64) {
        let mut base = self.base.lock().unwrap_or_else(PoisonError::into_inner);
        base.shown_ms = base.shown_ms.saturating_add(by_ms);
    }

    /// Lets time run `speed` times as fast from now on. Values that are not positive are ignored.
    pub fn set_speed(&self, speed: f64) {
        if speed.is_finite() && speed > 0.0 {
            let mut base = self.base.lock().unwrap_or_else(PoisonError::into_inner);
            *base = Base { shown_ms: Self::shown(&base), real: Instant::now(), speed };
        }
    }

    /// How many emulated seconds pass in a real one.
    pub fn speed(&self) -> f64 {
        self.base.lock().unwrap_or_else(PoisonError::into_inner).speed
    }

    #[expect(clippy::cast_possible_truncation, reason = "a run lasts far less than 2^53 ms")]
    fn shown(base: &Base) -> i64 {
        base.shown_ms.saturating_add((base.real.elapsed().as_secs_f64() * 1000.0 * base.speed) as i64)
    }
}

/// Milliseconds since 1970 by the machine's clock, whatever the emulator's clock has been told.
pub fn wall_ms() -> i64 {
    i64::try_from(OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000).unwrap_or_default()
}

const MILLISECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
const HTTP_DATE: &[BorrowedFormatItem<'_>] =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");

fn format_ms(ms: i64, format: &[BorrowedFormatItem<'_>]) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000)
        .ok()
        .and_then(|moment| moment.format(format).ok())
        .unwrap_or_default()
}

/// RFC 3339 in UTC with milliseconds, such as `2026-01-02T03:04:05.678Z`.
pub fn rfc3339(ms: i64) -> String {
    format_ms(ms, MILLISECONDS)
}

/// The form HTTP's `Date` header wants.
pub fn http_date(ms: i64) -> String {
    format_ms(ms, HTTP_DATE)
}

/// A new random (version 4) UUID as text.
pub fn new_uuid() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// A small seeded generator (SplitMix64): the same seed gives the same sequence everywhere.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// Starts the sequence that belongs to `seed`.
    pub const fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub const fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// A number from 0 up to, not including, `bound`; 0 when `bound` is 0.
    pub const fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.next_u64() % bound }
    }

    /// True with the given probability (0 to 1).
    #[expect(clippy::cast_precision_loss, reason = "53 bits are enough for a coin")]
    pub fn chance(&mut self, probability: f64) -> bool {
        ((self.next_u64() >> 11) as f64) < probability * 9_007_199_254_740_992.0
    }
}

/// Prints one line for the person or the script that started us.
pub fn announce(line: &str) {
    let mut out = std::io::stdout();
    // Nobody may be listening any more; that is no reason to stop serving.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Prints one line to standard error.
pub fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
