//! The vendor's request budget: so many requests per minute of vendor time, per project.
//!
//! The default is a fixed window that opens with its first request. A sliding window, in which no
//! 60 seconds ever hold more than the limit, can be chosen instead: the vendor does not say which of
//! the two it uses, and a client that keeps to the sliding one keeps to both.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// Length of the budget window in vendor time, from the vendor's rate table.
pub const WINDOW_MS: u64 = 60_000;

/// Closed windows kept for statistics.
const HISTORY: usize = 2_000;

/// How the minute is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// A window opens with the first request after the last one has ended.
    #[default]
    Fixed,
    /// Any 60 seconds count.
    Sliding,
}

/// One minute as it went, for statistics.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Minute {
    /// Vendor time at which it opened.
    pub opened_ms: u64,
    /// Requests let through.
    pub allowed: u32,
    /// Requests answered 429.
    pub refused: u32,
}

/// What a request is told about the budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Value of `x-ratelimit-limit`.
    pub limit: u32,
    /// Value of `x-ratelimit-remaining`.
    pub remaining: u32,
    /// False: answer 429.
    pub allowed: bool,
}

/// Counts requests of one project.
#[derive(Debug, Clone, Default)]
pub struct RateWindow {
    /// How the minute is measured.
    pub measure: Measure,
    /// The minute now open.
    current: Minute,
    closed: VecDeque<Minute>,
    recent: VecDeque<u64>,
    breaches: u64,
    total: u64,
}

impl RateWindow {
    /// Counts a request at a vendor time and says whether it may pass.
    pub fn admit(&mut self, limit: u32, vendor_ms: u64) -> Budget {
        self.roll(vendor_ms);
        self.total = self.total.saturating_add(1);
        let used = match self.measure {
            Measure::Fixed => self.current.allowed,
            Measure::Sliding => u32::try_from(self.recent.len()).unwrap_or(u32::MAX),
        };
        if used >= limit {
            self.current.refused = self.current.refused.saturating_add(1);
            self.breaches = self.breaches.saturating_add(1);
            return Budget { limit, remaining: 0, allowed: false };
        }
        self.current.allowed = self.current.allowed.saturating_add(1);
        self.recent.push_back(vendor_ms);
        Budget { limit, remaining: limit.saturating_sub(used).saturating_sub(1), allowed: true }
    }

    /// Requests answered 429 because the budget was spent.
    pub fn breaches(&self) -> u64 {
        self.breaches
    }

    /// Requests counted, refused ones included.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Minutes with at least one request, oldest first, the open one last.
    pub fn minutes(&self) -> Vec<Minute> {
        let open = std::iter::once(&self.current).filter(|minute| minute.opened_ms > 0);
        self.closed.iter().chain(open).cloned().collect()
    }

    fn roll(&mut self, vendor_ms: u64) {
        while self.recent.front().is_some_and(|at| at.saturating_add(WINDOW_MS) <= vendor_ms) {
            self.recent.pop_front();
        }
        if self.current.opened_ms > 0 && vendor_ms < self.current.opened_ms.saturating_add(WINDOW_MS) {
            return;
        }
        let ended =
            std::mem::replace(&mut self.current, Minute { opened_ms: vendor_ms, ..Minute::default() });
        if ended.opened_ms > 0 {
            self.closed.push_back(ended);
        }
        if self.closed.len() > HISTORY {
            self.closed.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_window_opens_with_its_first_request() {
        let mut rate = RateWindow::default();
        let answers: Vec<Budget> = (0..3).map(|n| rate.admit(2, 1_000 + n)).collect();
        let seen: Vec<(u32, bool)> = answers.iter().map(|b| (b.remaining, b.allowed)).collect();
        assert_eq!(seen, [(1, true), (0, true), (0, false)]);
        assert!(!rate.admit(2, 60_999).allowed);
        assert!(rate.admit(2, 61_000).allowed);
        assert_eq!((rate.breaches(), rate.total(), rate.minutes().len()), (2, 5, 2));
    }

    #[test]
    fn a_sliding_window_never_holds_more_than_the_limit() {
        let mut rate = RateWindow { measure: Measure::Sliding, ..RateWindow::default() };
        assert!(rate.admit(2, 1_000).allowed);
        assert!(rate.admit(2, 60_000).allowed);
        assert!(rate.admit(2, 61_000).allowed);
        assert!(!rate.admit(2, 61_001).allowed, "60,000 and 61,000 are both within the last minute");
        assert!(rate.admit(2, 120_000).allowed);
    }
}
