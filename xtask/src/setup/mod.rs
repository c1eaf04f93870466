//! Set-up: everything that has to be there before a build, a test or the demo.
//!
//! In scope: finding tools, and building or installing those that are missing. Out of scope: using them.
//! Every step may be repeated: it looks first and returns at once when nothing is missing. Results are built
//! under another name and renamed, so an interrupted run leaves nothing half done.

pub mod browser;
pub mod compiler;
mod debian;
pub mod npm;
mod null_device;
mod sysroot;
pub mod tools;
mod versions;

use std::thread;

use crate::failure::{Failure, Outcome};
use compiler::Flavour;

/// Does the whole set-up.
///
/// # Errors
/// The first problem; the other lanes finish what they can, so the next run has less to do.
pub fn everything() -> Outcome {
    null_device::ensure()?;
    // Three lanes: one mostly waits for Debian's mirror, one for npm's registry, one keeps the processors busy.
    lanes(vec![
        Box::new(|| {
            browser::ensure()?;
            // The plain library is for debug builds alone; the first of them makes it.
            compiler::environment(Flavour::Small)?;
            compiler::environment(Flavour::SmallMvp).map(drop)
        }),
        Box::new(|| {
            tools::wasm_bindgen()?;
            tools::worker_build().map(drop)
        }),
        Box::new(|| {
            npm::ensure_packages()?;
            npm::node().map(drop)
        }),
    ])
}

/// A sequence of steps that runs beside others.
pub type Lane = Box<dyn FnOnce() -> Outcome + Send>;

/// Runs lanes side by side and waits for all of them.
///
/// # Errors
/// The failure of the first lane that failed, in the order given.
pub fn lanes(lanes: Vec<Lane>) -> Outcome {
    thread::scope(|scope| {
        let running: Vec<_> = lanes.into_iter().map(|lane| scope.spawn(lane)).collect();
        let outcomes: Vec<Outcome> = running
            .into_iter()
            .map(|lane| lane.join().unwrap_or_else(|_| Err(Failure::new("A set-up step broke off."))))
            .collect();
        outcomes.into_iter().collect()
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_failing_lane_does_not_stop_the_others() {
        static RAN: AtomicUsize = AtomicUsize::new(0);
        let count = || {
            RAN.fetch_add(1, Ordering::SeqCst);
            Ok(())
        };
        let outcome = lanes(vec![Box::new(|| Err(Failure::new("No."))), Box::new(count), Box::new(count)]);
        assert_eq!(outcome, Err(Failure::new("No.")));
        assert_eq!(RAN.load(Ordering::SeqCst), 2);
    }
}
