//! Ctrl-C and termination: remembered, so that whatever runs can be stopped in order.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};

use crate::failure::{Failure, Outcome};

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// Starts listening. To be called once, before anything is spawned.
///
/// # Errors
/// When the operating system refuses a handler.
pub fn listen() -> Outcome {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])
        .map_err(|error| Failure::new(format!("Cannot listen for Ctrl-C: {error}.")))?;
    thread::spawn(move || {
        for _ in signals.forever() {
            REQUESTED.store(true, Ordering::SeqCst);
        }
    });
    Ok(())
}

/// Whether the user asked to stop.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}

/// The failure that stands for "the user asked to stop".
pub fn failure() -> Failure {
    Failure::new("Stopped on request.")
}
