//! What a failed call to the edge means, and when to try again.
//!
//! In scope: pure decisions. Out of scope: timers and randomness; both are arguments.

use crate::status::Code;

/// Tries of one call, the first included.
pub const MAX_ATTEMPTS: u32 = 5;

/// Ceiling of the first pause, in milliseconds. Doubles with every attempt.
pub const BASE_DELAY_MS: u32 = 1_000;

/// Ceiling of any pause, in milliseconds: nobody waits in a chat for longer than this.
pub const MAX_DELAY_MS: u32 = 30_000;

/// Shortest pause, in milliseconds, so that a small draw does not hammer an edge that is just restarting.
pub const MIN_DELAY_MS: u32 = 250;

/// Why a call to the edge gave no usable answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No answer at all: offline, name not found, connection cut, cross-origin refusal.
    Unreachable,
    /// No answer in time.
    Timeout,
    /// A success that is not the contract's JSON.
    Malformed,
    /// An error answer, with the stable code of its problem document when it had one.
    Refused {
        /// HTTP status.
        status: u16,
        /// Code of the edge, checked by [`stable_code`].
        code: Option<String>,
    },
}

/// What to do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// Worth repeating after a pause.
    Retry,
    /// Worth repeating once with a fresh token.
    RenewToken,
    /// Repeating gives the same answer.
    GiveUp,
}

impl Failure {
    /// The stable code for the status.
    pub fn code(&self) -> Code {
        match self {
            Failure::Unreachable => Code::Borrowed("edge_unreachable"),
            Failure::Timeout => Code::Borrowed("edge_timeout"),
            Failure::Malformed => Code::Borrowed("edge_malformed"),
            Failure::Refused { code: Some(code), .. } => Code::Owned(code.clone()),
            Failure::Refused { code: None, .. } => Code::Borrowed("edge_refused"),
        }
    }

    /// What to do about it.
    pub fn disposition(&self) -> Disposition {
        match self {
            Failure::Refused { code: Some(code), .. } if code == "token_expired" => Disposition::RenewToken,
            Failure::Refused { status: 408 | 425 | 429 | 500..=599, .. } => Disposition::Retry,
            Failure::Refused { .. } => Disposition::GiveUp,
            Failure::Unreachable | Failure::Timeout | Failure::Malformed => Disposition::Retry,
        }
    }
}

/// A code as the edge's problem documents carry it: lower-case letters and underscores, at most 40.
/// Anything else is not a code, and text from a stranger's proxy never reaches the page.
pub fn stable_code(text: &str) -> Option<String> {
    let fits = !text.is_empty() && text.len() <= 40;
    let plain = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    (fits && plain).then(|| text.to_owned())
}

/// The pause before the next attempt, in milliseconds, or `None` when there shall be none.
///
/// Exponential with full jitter: `attempt` counts the tries made so far, `draw` is 0..=255, evenly spread.
pub fn delay_ms(attempt: u32, draw: u8) -> Option<u32> {
    if attempt >= MAX_ATTEMPTS {
        return None;
    }
    let doubled = BASE_DELAY_MS.saturating_mul(1 << attempt.saturating_sub(1).min(10));
    let ceiling = doubled.min(MAX_DELAY_MS);
    Some((ceiling * (u32::from(draw) + 1) / 256).max(MIN_DELAY_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, code: &str) -> Failure {
        Failure::Refused { status, code: stable_code(code) }
    }

    #[test]
    fn every_failure_has_a_code_and_a_disposition() {
        let cases = [
            (Failure::Unreachable, "edge_unreachable", Disposition::Retry),
            (Failure::Timeout, "edge_timeout", Disposition::Retry),
            (Failure::Malformed, "edge_malformed", Disposition::Retry),
            (refused(401, "token_expired"), "token_expired", Disposition::RenewToken),
            (refused(401, "token_signature"), "token_signature", Disposition::GiveUp),
            (refused(404, "store_unknown"), "store_unknown", Disposition::GiveUp),
            (refused(403, ""), "edge_refused", Disposition::GiveUp),
            (refused(404, "<html>"), "edge_refused", Disposition::GiveUp),
            (refused(429, "rate_limited"), "rate_limited", Disposition::Retry),
            (refused(503, "commerce_unavailable"), "commerce_unavailable", Disposition::Retry),
            (refused(502, ""), "edge_refused", Disposition::Retry),
        ];
        for (failure, code, disposition) in cases {
            assert_eq!(failure.code(), code, "{failure:?}");
            assert_eq!(failure.disposition(), disposition, "{failure:?}");
        }
    }

    #[test]
    fn pauses_grow_to_a_ceiling_and_end() {
        for draw in [0, 1, 127, 255] {
            for attempt in 1..MAX_ATTEMPTS {
                let delay = delay_ms(attempt, draw).unwrap();
                assert!((MIN_DELAY_MS..=MAX_DELAY_MS).contains(&delay), "{attempt} {draw}: {delay}");
            }
            assert_eq!(delay_ms(MAX_ATTEMPTS, draw), None);
        }
        assert_eq!(delay_ms(1, 255), Some(1_000));
        assert_eq!(delay_ms(3, 255), Some(4_000));
        assert_eq!(delay_ms(3, 127), Some(2_000));
    }

    #[test]
    fn only_plain_words_are_codes() {
        let forty = "a".repeat(40);
        for good in ["not_kept", "token_expired", &forty] {
            assert_eq!(stable_code(good).as_deref(), Some(good));
        }
        for bad in ["", "Upper", "with space", "<b>", "digit1", &"a".repeat(41)] {
            assert_eq!(stable_code(bad), None, "{bad}");
        }
    }
}
