//! How long to wait before trying again, and when to stop trying.

/// First delay before jitter.
const BASE_MS: u64 = 2_000;

/// Longest delay before jitter: one hour.
pub const CAP_MS: u64 = 60 * 60 * 1_000;

/// Shortest delay after jitter, so that a lucky draw is not a busy loop.
const FLOOR_MS: u64 = 250;

/// A record is tried for at least 72 hours …
pub const GIVE_UP_AFTER_MS: u64 = 72 * 60 * 60 * 1_000;

/// … and at least this often. Attempts are not counted while the vendor is out, so an outage of any length uses
/// none of them.
pub const GIVE_UP_ATTEMPTS: u64 = 12;

/// Delay before attempt `attempts + 1`: exponential with full jitter. `random` is uniform over all of `u64`.
pub fn delay_ms(attempts: u64, random: u64) -> u64 {
    let exponent = u32::try_from(attempts.min(20)).unwrap_or(20);
    let ceiling = BASE_MS.saturating_mul(1 << exponent).min(CAP_MS);
    FLOOR_MS + random % ceiling
}

/// Whether a record that failed again belongs into the dead letters now.
pub fn exhausted(attempts: u64, first_failed_ms: u64, now_ms: u64) -> bool {
    attempts >= GIVE_UP_ATTEMPTS && now_ms.saturating_sub(first_failed_ms) >= GIVE_UP_AFTER_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_to_an_hour_and_jitter_down_to_the_floor() {
        for (attempts, random, expected) in [
            (0, 0, 250),
            (0, 1_999, 2_249),
            (1, 3_999, 4_249),
            (5, 63_999, 64_249),
            (30, 3_599_999, 3_600_249),
            (30, 3_600_000, 250),
        ] {
            assert_eq!(delay_ms(attempts, random), expected, "{attempts} {random}");
        }
    }

    #[test]
    fn giving_up_needs_both_time_and_attempts() {
        assert!(!exhausted(1_000, 0, GIVE_UP_AFTER_MS - 1));
        assert!(!exhausted(GIVE_UP_ATTEMPTS - 1, 0, GIVE_UP_AFTER_MS * 2));
        assert!(exhausted(GIVE_UP_ATTEMPTS, 0, GIVE_UP_AFTER_MS));
    }
}
