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
    /// In bytes.
    pub limit: u64,
}

impl Budget {
    /// Whether the size is within the limit.
    pub fn holds(&self, bytes: Bytes) -> bool {
        let size = match self.unit {
            Unit::Brotli => bytes.brotli,
            Unit::Gzip => bytes.gzip,
        };
        size <= self.limit
    }
}

/// Stands for the entry of the npm package bundled with what it loads at once; no file of that name is shipped.
pub const BOOT: &str = "npm/dist/index.js (bundled)";

/// Every artefact that users download or deploy.
pub const BUDGETS: [Budget; 4] = [
    Budget { name: "boot", files: &[BOOT], unit: Unit::Brotli, limit: 2_000 },
    Budget {
        name: "module and glue",
        files: &["npm/dist/wasm/bridge_wasm_bg.wasm", "npm/dist/engine.js"],
        unit: Unit::Brotli,
        limit: 24_000,
    },
    Budget { name: "JavaScript twin", files: &["npm/dist/twin.js"], unit: Unit::Brotli, limit: 36_000 },
    Budget {
        name: "Worker",
        files: &["edge-worker/build/index.js", "edge-worker/build/index_bg.wasm"],
        unit: Unit::Gzip,
        limit: 300 * 1_024,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_itself_is_within_budget() {
        let of = |unit| Budget { name: "x", files: &[], unit, limit: 10 };
        for (unit, gzip, brotli, expected) in [
            (Unit::Brotli, 99, 10, true),
            (Unit::Brotli, 0, 11, false),
            (Unit::Gzip, 10, 99, true),
            (Unit::Gzip, 11, 0, false),
        ] {
            assert_eq!(of(unit).holds(Bytes { raw: 0, gzip, brotli }), expected);
        }
    }
}
