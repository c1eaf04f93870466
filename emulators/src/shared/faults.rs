//! Faults on demand: slow, wrong, broken or missing answers, by request.

use super::platform::Rng;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::{Mutex, PoisonError};

/// One rule. The first rule that matches a request and is not used up decides.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// HTTP method; absent matches all.
    pub method: Option<String>,
    /// Start of the path, such as `/demo-shop/carts`; absent matches all.
    #[serde(alias = "path")]
    pub path_prefix: Option<String>,
    pub kind: Kind,
    /// Milliseconds for `latency_ms`; the status for `status` (default 503) and `html` (default 502).
    pub value: Option<u64>,
    /// Headers added to a `status` or `html` answer, such as `retry-after`.
    #[serde(default)]
    pub headers: Map<String, Value>,
    /// Body of a `status` answer (JSON, or a string sent as text).
    pub body: Option<Value>,
    /// Let this many matching requests pass first.
    #[serde(default)]
    pub skip: u64,
    /// Apply at most this often; absent means always.
    pub times: Option<u64>,
    /// Apply with this probability (0 to 1); absent means 1.
    pub probability: Option<f64>,
    /// Seed of the dice for `probability`.
    #[serde(default)]
    pub seed: u64,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The right answer, later.
    LatencyMs,
    /// An error status instead of the effect.
    Status,
    /// A web page instead of the effect, as a gateway in front of an API sends it.
    Html,
    /// The effect happens; half of the answer arrives, then the connection breaks.
    Truncate,
    /// The connection breaks and nothing happened.
    ResetBefore,
    /// The effect happens, the connection breaks without an answer.
    ResetAfter,
    /// The effect happens; the answer is 200 without a body.
    Empty,
}

impl Kind {
    /// The name used in requests and in the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LatencyMs => "latency_ms",
            Self::Status => "status",
            Self::Html => "html",
            Self::Truncate => "truncate",
            Self::ResetBefore => "reset_before",
            Self::ResetAfter => "reset_after",
            Self::Empty => "empty",
        }
    }
}

struct Rule {
    fault: Fault,
    seen: u64,
    used: u64,
    dice: Rng,
}

/// The rules in force.
#[derive(Default)]
pub struct Faults {
    rules: Mutex<Vec<Rule>>,
}

impl Faults {
    /// Adds rules after those already there.
    pub fn add(&self, faults: Vec<Fault>) {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        rules.extend(faults.into_iter().map(|fault| Rule {
            dice: Rng::seeded(fault.seed),
            fault,
            seen: 0,
            used: 0,
        }));
    }

    /// The rules and how often each was applied.
    pub fn list(&self) -> Vec<(Fault, u64)> {
        let rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        rules.iter().map(|rule| (rule.fault.clone(), rule.used)).collect()
    }

    /// Removes all rules.
    pub fn clear(&self) {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The fault for this request, if one applies; counts it as used.
    pub fn take(&self, method: &str, path: &str) -> Option<Fault> {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        rules.iter_mut().find_map(|rule| rule.apply(method, path))
    }
}

impl Rule {
    fn apply(&mut self, method: &str, path: &str) -> Option<Fault> {
        let fault = &self.fault;
        let matches = fault.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && fault.path_prefix.as_deref().is_none_or(|prefix| path.starts_with(prefix));
        if !matches {
            return None;
        }
        self.seen += 1;
        let exhausted = fault.times.is_some_and(|times| self.used >= times);
        if self.seen <= fault.skip || exhausted {
            return None;
        }
        if fault.probability.is_some_and(|probability| !self.dice.chance(probability)) {
            return None;
        }
        self.used += 1;
        Some(fault.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn hits(fault: Value, requests: &[(&str, &str)]) -> Vec<bool> {
        let faults = Faults::default();
        faults.add(vec![serde_json::from_value(fault).unwrap()]);
        requests.iter().map(|(method, path)| faults.take(method, path).is_some()).collect()
    }

    #[test]
    fn rules_match_and_run_out() {
        let three = [("GET", "/p/carts/1"), ("POST", "/p/carts/1"), ("GET", "/p/orders")];
        let cases = [
            (json!({"kind": "empty"}), vec![true, true, true]),
            (json!({"kind": "empty", "method": "get"}), vec![true, false, true]),
            (json!({"kind": "empty", "path_prefix": "/p/carts"}), vec![true, true, false]),
            (json!({"kind": "status", "value": 500, "times": 1}), vec![true, false, false]),
            (json!({"kind": "status", "value": 500, "skip": 1, "times": 1}), vec![false, true, false]),
            (json!({"kind": "reset_after", "probability": 0.0}), vec![false, false, false]),
            (json!({"kind": "reset_before", "probability": 1.0}), vec![true, true, true]),
        ];
        for (fault, expected) in cases {
            assert_eq!(hits(fault.clone(), &three), expected, "{fault}");
        }
    }

    #[test]
    fn dice_are_repeatable_and_fair_enough() {
        let requests = vec![("GET", "/x"); 1000];
        let fault = json!({"kind": "status", "probability": 0.2, "seed": 7});
        let first = hits(fault.clone(), &requests);
        assert_eq!(first, hits(fault, &requests));
        let count = first.iter().filter(|hit| **hit).count();
        assert!((150..250).contains(&count), "{count}");
    }
}
