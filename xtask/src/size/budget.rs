//! The budgets: how many bytes each artefact may have.

use super::Bytes;

/// Which compressed size is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// What browsers download.
    Brotli,
    /// What Cloudflare counts.
    Gzip,
}

/// One artefact and its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// As the user reads it.
    pub name: &'static str,
    /// Files of the checkout that make it up, or [`BOOT`].
    pub files: &'static [&'static str],
    /// Which size is limited.
    pub unit: Unit,
    /// In bytes; none for a part of another artefact, which is shown and not limited by itself.
    pub limit: Option<u64>,
}

impl Budget {
    /// Whether the size is within the limit.
    pub fn holds(&self, bytes: Bytes) -> bool {
        let size = match self.unit {
            Unit::Brotli => bytes.brotli,
            Unit::Gzip => bytes.gzip,
        };
        self.limit.is_none_or(|limit| size <= limit)
    }
}

/// Stands for the entry of the npm package bundled with what it loads at once; no file of that name is shipped.
pub const BOOT: &str = "npm/dist/index.js (bundled)";

const MODULE: &str = "npm/dist/wasm/bridge_wasm_bg.wasm";
const GLUE: &str = "npm/dist/engine.js";
const WORKER_ENTRY: &str = "edge-worker/build/index.js";
const WORKER_MODULE: &str = "edge-worker/build/index_bg.wasm";

/// Every artefact that users download or deploy; parts stand below their whole.
pub const BUDGETS: [Budget; 14] = [
    Budget { name: "boot", files: &[BOOT], unit: Unit::Brotli, limit: Some(2_000) },
    Budget { name: "module and glue", files: &[MODULE, GLUE], unit: Unit::Brotli, limit: Some(24_000) },
    Budget { name: "  bridge module", files: &[MODULE], unit: Unit::Brotli, limit: None },
    Budget { name: "  bridge glue", files: &[GLUE], unit: Unit::Brotli, limit: None },
    Budget { name: "JavaScript twin", files: &["npm/dist/twin.js"], unit: Unit::Brotli, limit: Some(36_000) },
    Budget { name: "  late: page", files: &["npm/dist/late/page.js"], unit: Unit::Brotli, limit: None },
    Budget { name: "  late: product", files: &["npm/dist/late/product.js"], unit: Unit::Brotli, limit: None },
    Budget { name: "  late: cart", files: &["npm/dist/late/cart.js"], unit: Unit::Brotli, limit: None },
    Budget {
        name: "  late: triggers",
        files: &["npm/dist/late/triggers.js"],
        unit: Unit::Brotli,
        limit: None,
    },
    Budget { name: "  late: ask", files: &["npm/dist/late/ask.js"], unit: Unit::Brotli, limit: None },
    Budget { name: "  late: session", files: &["npm/dist/late/session.js"], unit: Unit::Brotli, limit: None },
    Budget {
        name: "Worker",
        files: &[WORKER_ENTRY, WORKER_MODULE],
        unit: Unit::Gzip,
        limit: Some(300 * 1_024),
    },
    Budget { name: "  worker entry", files: &[WORKER_ENTRY], unit: Unit::Gzip, limit: None },
    Budget { name: "  worker module", files: &[WORKER_MODULE], unit: Unit::Gzip, limit: None },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_itself_is_within_budget() {
        for (unit, limit, gzip, brotli, expected) in [
            (Unit::Brotli, Some(10), 99, 10, true),
            (Unit::Brotli, Some(10), 0, 11, false),
            (Unit::Gzip, Some(10), 10, 99, true),
            (Unit::Gzip, Some(10), 11, 0, false),
            (Unit::Gzip, None, 99, 99, true),
        ] {
            let budget = Budget { name: "x", files: &[], unit, limit };
            assert_eq!(budget.holds(Bytes { raw: 0, gzip, brotli }), expected);
        }
    }
}
