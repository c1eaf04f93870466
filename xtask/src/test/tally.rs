//! How many tests a log reports, in the forms of cargo, of Node's runner and of Vitest.

/// Counts of one or more test runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests that were left out.
    pub skipped: u64,
}

impl Tally {
    /// The sum of two tallies.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        }
    }

    /// What a step counts for: the tests it reports, or itself if it reports none. A step that failed counts at
    /// least one failure, whatever its log says.
    #[must_use]
    pub fn of_step(log: &str, succeeded: bool) -> Self {
        let mut tally = Self::read(log);
        if succeeded && tally == Self::default() {
            tally.passed = 1;
        }
        if !succeeded {
            tally.failed = tally.failed.max(1);
        }
        tally
    }

    fn read(log: &str) -> Self {
        without_colours(log).lines().filter_map(line).fold(Self::default(), Self::plus)
    }
}

fn line(line: &str) -> Option<Tally> {
    let line = line.trim();
    if let Some(counts) = line.strip_prefix("test result: ") {
        // cargo: `test result: ok. 20 passed; 0 failed; 1 ignored; …`
        let count = |word| before(counts, word).unwrap_or(0);
        return Some(Tally { passed: count("passed"), failed: count("failed"), skipped: count("ignored") });
    }
    if let Some(counts) = line.strip_prefix("Tests ") {
        // Vitest: `Tests  1 failed | 12 passed | 2 skipped (15)`
        let count = |word| before(counts, word).unwrap_or(0);
        return Some(Tally { passed: count("passed"), failed: count("failed"), skipped: count("skipped") });
    }
    // Node: `ℹ pass 12` on a terminal, `# pass 12` elsewhere
    let rest = line.strip_prefix("ℹ ").or_else(|| line.strip_prefix("# "))?;
    let (word, number) = rest.split_once(' ')?;
    let number = number.trim().parse().ok()?;
    let none = Tally::default();
    match word {
        "pass" => Some(Tally { passed: number, ..none }),
        "fail" | "cancelled" => Some(Tally { failed: number, ..none }),
        "skipped" | "todo" => Some(Tally { skipped: number, ..none }),
        _ => None,
    }
}

/// The number that stands in front of a word.
fn before(text: &str, word: &str) -> Option<u64> {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c == ';' || c == '.').filter(|w| !w.is_empty()).collect();
    words.windows(2).find_map(|pair| match pair {
        [number, found] if *found == word => number.parse().ok(),
        _ => None,
    })
}

/// Removes the escape sequences that colour a terminal.
fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((head, tail)) = rest.split_once('\u{1b}') {
        plain.push_str(head);
        rest = tail.split_once('m').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_runners_summary_is_read() {
        for (log, succeeded, passed, failed, skipped) in [
            (
                "test result: ok. 20 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 7.10s",
                true,
                20,
                0,
                1,
            ),
            (
                "test result: ok. 2 passed; 0 failed; 0 ignored\ntest result: FAILED. 3 passed; 1 failed; 0 ignored",
                false,
                5,
                1,
                0,
            ),
            (
                "ℹ tests 5\nℹ suites 0\nℹ pass 3\nℹ fail 1\nℹ cancelled 1\nℹ skipped 0\nℹ todo 0",
                false,
                3,
                2,
                0,
            ),
            ("# tests 5\n# pass 4\n# fail 0\n# skipped 1\n# duration_ms 70.5", true, 4, 0, 1),
            (
                "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[31m1 failed\u{1b}[39m\u{1b}[22m | \u{1b}[32m12 passed\u{1b}[39m (13)",
                false,
                12,
                1,
                0,
            ),
            ("Tests  4 passed (4)", true, 4, 0, 0),
            ("no tests, a check", true, 1, 0, 0),
            ("no tests, a check", false, 0, 1, 0),
            ("test result: ok. 2 passed; 0 failed", false, 2, 1, 0),
        ] {
            assert_eq!(Tally::of_step(log, succeeded), Tally { passed, failed, skipped }, "{log}");
        }
    }
}
