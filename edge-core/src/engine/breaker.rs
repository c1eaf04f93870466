//! The breaker: while a vendor is out, nothing is sent but a probe now and then, and nothing burns attempts.

use serde::{Deserialize, Serialize};

use super::retry;
use super::schema::{load, store};
use super::sql::{Sql, SqlError};

/// Longest wait between two probes.
const PROBE_CAP_MS: u64 = 60_000;

/// Credentials do not heal by themselves: probe less often.
const UNAUTHORISED_PROBE_MS: u64 = 5 * 60_000;

/// Longest wait that a vendor can ask for: an hour.
const ASKED_CAP_MS: u64 = 60 * 60_000;

/// A clock that has come back makes a wait longer by this at most.
const CLOCK_MARGIN_MS: u64 = 60_000;

/// A vendor that can be out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vendor {
    /// Tidio.
    Tidio,
    /// commercetools.
    Commercetools,
}

impl Vendor {
    const fn state_name(self) -> &'static str {
        match self {
            Vendor::Tidio => "breaker:tidio",
            Vendor::Commercetools => "breaker:commercetools",
        }
    }
}

/// What the breaker allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Everything.
    Closed,
    /// One probe, now.
    Probe,
    /// Nothing until then, in milliseconds since the Unix epoch.
    OpenUntil(u64),
}

#[derive(Default, Serialize, Deserialize)]
struct State {
    failures: u64,
    probe_at_ms: Option<u64>,
    /// The wait when it began.
    #[serde(default)]
    wait_ms: u64,
    cause: Option<String>,
}

/// What may be sent now.
pub fn gate<S: Sql>(sql: &S, vendor: Vendor, now_ms: u64) -> Result<Gate, SqlError> {
    let state: State = load(sql, vendor.state_name())?;
    Ok(match state.probe_at_ms {
        None => Gate::Closed,
        Some(at) if at <= now_ms || at > now_ms + state.wait_ms + CLOCK_MARGIN_MS => Gate::Probe,
        Some(at) => Gate::OpenUntil(at),
    })
}

/// The vendor failed as a whole (again): wait before the next probe, at least as long as it `asked`.
pub fn open<S: Sql>(
    sql: &S,
    vendor: Vendor,
    now_ms: u64,
    random: u64,
    cause: &str,
    asked_ms: Option<u64>,
) -> Result<(), SqlError> {
    let mut state: State = load(sql, vendor.state_name())?;
    let wait = match cause {
        "unauthorised" => UNAUTHORISED_PROBE_MS,
        _ => retry::delay_ms(state.failures, random).min(PROBE_CAP_MS),
    };
    state.failures += 1;
    state.wait_ms = wait.max(asked_ms.unwrap_or(0).min(ASKED_CAP_MS));
    state.probe_at_ms = Some(now_ms + state.wait_ms);
    state.cause = Some(cause.to_owned());
    store(sql, vendor.state_name(), &state)
}

/// The vendor answers.
pub fn close<S: Sql>(sql: &S, vendor: Vendor) -> Result<(), SqlError> {
    store(sql, vendor.state_name(), &State::default())
}

/// Why the breaker is open, if it is.
pub fn cause<S: Sql>(sql: &S, vendor: Vendor) -> Result<Option<String>, SqlError> {
    load::<S, State>(sql, vendor.state_name()).map(|state| state.cause)
}
