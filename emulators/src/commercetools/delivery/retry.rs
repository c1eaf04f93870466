//! When each service tries again, and when it gives up.

use super::target::Service;
use crate::shared::platform::Rng;

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// An answer; `retry_after` in seconds if it said so.
    Answered { status: u16, retry_after: Option<i64> },
    /// No answer: refused, reset or too late.
    Failed(String),
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Delivered,
    /// Wait this long (in the service's own time) and try again.
    RetryAfterMs(u64),
    GiveUp,
}

const HOUR_MS: u64 = 3_600_000;

impl Service {
    /// How long the service waits for an answer, in milliseconds.
    pub const fn timeout_ms(self) -> u64 {
        match self {
            Self::EventBridge => 5_000,
            Self::PubSub => 10_000,
            Self::Sns => 15_000,
            Self::EventGrid => 30_000,
        }
    }

    /// Decides after attempt number `number` (from 1), `age_ms` after the first.
    pub fn next(self, attempt: &Attempt, number: u32, age_ms: u64, dice: &mut Rng) -> Next {
        if self.acknowledged(attempt) {
            return Next::Delivered;
        }
        if !self.worth_repeating(attempt) || number >= self.most_attempts() || age_ms >= self.longest_ms() {
            return Next::GiveUp;
        }
        let retry_after = match attempt {
            Attempt::Answered { retry_after, .. } => *retry_after,
            Attempt::Failed(_) => None,
        };
        let own = self.wait_ms(number, dice);
        match retry_after {
            // EventBridge documents both: a negative value ends it, a positive one is obeyed.
            Some(seconds) if self == Self::EventBridge => match u64::try_from(seconds) {
                Ok(seconds) => Next::RetryAfterMs(own.max(seconds * 1000)),
                Err(_) => Next::GiveUp,
            },
            _ => Next::RetryAfterMs(own),
        }
    }

    const fn acknowledged(self, attempt: &Attempt) -> bool {
        match (self, attempt) {
            (_, Attempt::Failed(_)) => false,
            (Self::PubSub, Attempt::Answered { status, .. }) => {
                matches!(*status, 102 | 200 | 201 | 202 | 204)
            }
            (_, Attempt::Answered { status, .. }) => *status >= 200 && *status < 300,
        }
    }

    const fn worth_repeating(self, attempt: &Attempt) -> bool {
        match (self, attempt) {
            (_, Attempt::Failed(_)) | (Self::PubSub, _) => true,
            (Self::EventBridge, Attempt::Answered { status, .. }) => *status == 429 || *status >= 500,
            // Other client errors mean that the endpoint does not want it.
            (Self::Sns, Attempt::Answered { status, .. }) => {
                *status == 429 || *status < 400 || *status >= 500
            }
            (Self::EventGrid, Attempt::Answered { status, .. }) => !matches!(*status, 400 | 413),
        }
    }

    const fn most_attempts(self) -> u32 {
        match self {
            Self::EventBridge => 185,
            Self::PubSub => u32::MAX,
            Self::Sns => 50,
            Self::EventGrid => 30,
        }
    }

    const fn longest_ms(self) -> u64 {
        match self {
            Self::EventBridge | Self::EventGrid => 24 * HOUR_MS,
            Self::PubSub => 7 * 24 * HOUR_MS,
            Self::Sns => HOUR_MS,
        }
    }

    /// The wait after attempt `number`.
    fn wait_ms(self, number: u32, dice: &mut Rng) -> u64 {
        const EVENT_GRID_SECONDS: [u64; 7] = [10, 30, 60, 300, 600, 1800, 3600];
        let doubled =
            |first: u64, most: u64| first.saturating_mul(1 << number.saturating_sub(1).min(20)).min(most);
        match self {
            Self::EventBridge => 100 + dice.below(doubled(1_000, 600_000)),
            Self::PubSub => doubled(100, 60_000) + dice.below(100),
            Self::Sns => match number {
                1..=3 => 0,
                4..=5 => 1_000,
                6..=15 => doubled(1_000, 20_000),
                _ => 20_000,
            },
            Self::EventGrid => {
                let position = usize::try_from(number).unwrap_or(usize::MAX).saturating_sub(1);
                EVENT_GRID_SECONDS.get(position).copied().unwrap_or(12 * 3600) * 1000
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_of_each_service() {
        use Service::{EventBridge, EventGrid, PubSub, Sns};
        let statuses = [200, 202, 204, 301, 400, 401, 404, 413, 429, 500, 503];
        // d = delivered, r = again, x = given up.
        let table = [
            (EventBridge, "dddxxxxxrrr"),
            (PubSub, "dddrrrrrrrr"),
            (Sns, "dddrxxxxrrr"),
            (EventGrid, "dddrxrrxrrr"),
        ];
        for (service, expected) in table {
            let found: String = statuses
                .iter()
                .map(|status| {
                    let attempt = Attempt::Answered { status: *status, retry_after: None };
                    match service.next(&attempt, 1, 0, &mut Rng::seeded(1)) {
                        Next::Delivered => 'd',
                        Next::RetryAfterMs(_) => 'r',
                        Next::GiveUp => 'x',
                    }
                })
                .collect();
            assert_eq!(found, expected, "{service:?}");
        }
    }

    #[test]
    fn nobody_tries_for_ever() {
        let late = Attempt::Failed("reset".to_owned());
        for service in [Service::EventBridge, Service::PubSub, Service::Sns, Service::EventGrid] {
            assert_eq!(
                service.next(&late, 2, 8 * 24 * HOUR_MS, &mut Rng::seeded(1)),
                Next::GiveUp,
                "{service:?}"
            );
        }
        let stop = Attempt::Answered { status: 503, retry_after: Some(-1) };
        assert_eq!(Service::EventBridge.next(&stop, 1, 0, &mut Rng::seeded(1)), Next::GiveUp);
        let wait = Attempt::Answered { status: 503, retry_after: Some(7) };
        assert_eq!(Service::EventBridge.next(&wait, 1, 0, &mut Rng::seeded(1)), Next::RetryAfterMs(7_000));
    }
}
