//! The doors for what other machines tell us: order events of commercetools by four services, webhooks of Tidio.
//!
//! In scope: is it real, what is it about, what does the sender need to hear. Out of scope: HTTP, fetching keys and
//! the mathematics of RSA (port [`Trust`]), and what becomes of an order (it is read fresh).
//!
//! Invariant: nothing in a body is believed before its sender is proven. commercetools promises no order, no speed,
//! and delivers more than once. What we do not understand is acknowledged and counted: a service that is told "no"
//! sends the same again for a day.

mod answer;
mod notice;
mod pubsub;
mod sns;
#[cfg(test)]
mod tests;
mod trust;
mod webhook;

use subtle::ConstantTimeEq;

pub use answer::{Reply, Service, Verdict, markdown};
pub(crate) use notice::notice;
pub use notice::{Notice, Sorted, read, sort};
pub use pubsub::{Push, push, push_senders};
pub use sns::{Delivery, Headers, delivery};
pub use trust::{Cache, Certificate, Fetched, RsaKey, Trust};
pub use webhook::{MAX_WEBHOOK_BYTES, webhook};

use crate::config::{CommerceProject, Config, Secret};

/// Largest request: commercetools' own bodies stay below 256 KB, Event Grid sends batches of up to 1 MB, and Pub/Sub's
/// Base64 adds a third.
pub const MAX_EVENT_BYTES: usize = 1024 * 1024;

/// Why a delivery is refused: what the sender hears, and a stable word for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Decides the answer.
    pub verdict: Verdict,
    /// Stable word; never anything that was sent.
    pub why: &'static str,
}

impl Refusal {
    pub(crate) const fn new(verdict: Verdict, why: &'static str) -> Self {
        Refusal { verdict, why }
    }

    pub(crate) const fn unproven(why: &'static str) -> Self {
        Refusal::new(Verdict::Unproven, why)
    }

    pub(crate) const fn unreadable(why: &'static str) -> Self {
        Refusal::new(Verdict::Unreadable, why)
    }
}

/// Is this one of the secrets that both sides know? In constant time for each; no secret opens nothing.
pub fn is_secret(presented: Option<&str>, expected: &[Secret]) -> bool {
    let presented = presented.unwrap_or_default().as_bytes();
    let fits = |secret: &Secret| {
        !secret.expose().is_empty() && bool::from(presented.ct_eq(secret.expose().as_bytes()))
    };
    expected.iter().filter(|secret| fits(secret)).count() > 0
}

/// The commercetools project that a shared secret speaks for (EventBridge and Event Grid).
///
/// # Errors
/// No project takes events by secret, or it is none of theirs.
pub fn secret_holder<'a>(
    config: &'a Config,
    presented: Option<&str>,
) -> Result<&'a CommerceProject, Refusal> {
    let mut all =
        config.commercetools.values().filter(|project| !project.events_secrets.is_empty()).peekable();
    if all.peek().is_none() {
        return Err(Refusal::new(Verdict::NotSetUp, "no_secret_configured"));
    }
    all.find(|project| is_secret(presented, &project.events_secrets)).ok_or(Refusal::unproven("secret"))
}
