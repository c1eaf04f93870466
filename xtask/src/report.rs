//! The only file of this crate that writes to the terminal.

use std::{
    io::Write as _,
    sync::atomic::{AtomicBool, Ordering},
};

use crate::platform::Stopwatch;
use crate::{failure::Failure, failure::Outcome};

static QUIET: AtomicBool = AtomicBool::new(false);

/// Prints one line. Output that nobody reads any more (a closed pipe) is not an error.
pub fn say(line: impl AsRef<str>) {
    if QUIET.load(Ordering::SeqCst) {
        return;
    }
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{}", line.as_ref());
    let _ = out.flush();
}

/// Runs something without its progress lines, for output that a program reads.
///
/// # Errors
/// Whatever `run` returns.
pub fn quietly<T>(run: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    QUIET.store(true, Ordering::SeqCst);
    let outcome = run();
    QUIET.store(false, Ordering::SeqCst);
    outcome
}

/// Prints a failure to standard error.
pub fn say_failure(failure: &Failure) {
    let _ = writeln!(std::io::stderr().lock(), "{failure}");
}

/// Runs a step that takes a while: says what it does, then how long it took.
///
/// # Errors
/// Whatever the step returns; the failing step has been named by then.
pub fn step<T>(what: &str, run: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    say(format!("· {what} …"));
    let watch = Stopwatch::start();
    let outcome = run();
    let verdict = if outcome.is_ok() { "✓" } else { "✗" };
    say(format!("{verdict} {what} ({})", seconds(watch.seconds())));
    outcome
}

/// Seconds as people write them: `0.4 s`, `75 s`, `12 min 05 s`.
pub fn seconds(seconds: f64) -> String {
    if seconds < 10.0 {
        return format!("{seconds:.1} s");
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a duration in whole seconds"
    )]
    let whole = seconds.round() as u64;
    if whole < 120 { format!("{whole} s") } else { format!("{} min {:02} s", whole / 60, whole % 60) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        for (given, expected) in [(0.04, "0.0 s"), (9.96, "10.0 s"), (75.2, "75 s"), (725.0, "12 min 05 s")] {
            assert_eq!(seconds(given), expected);
        }
    }
}
