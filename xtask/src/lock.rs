//! Files that keep two runs of this tool from building the same thing at once.

use std::{
    fs::{File, TryLockError},
    path::Path,
};

use crate::{
    failure::{Failure, Outcome},
    paths,
    report::say,
};

/// Held until dropped; the operating system lets go of it if the process dies.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the open file is the lock")] File);

/// Waits for the lock on `file`, and says so when another run holds it.
///
/// # Errors
/// When the lock file cannot be created or locked.
pub fn acquire(file: &Path) -> Outcome<Lock> {
    if let Some(parent) = file.parent() {
        paths::make_dir(parent)?;
    }
    let handle = File::create(file).map_err(Failure::on("create", file))?;
    match handle.try_lock() {
        Ok(()) => return Ok(Lock(handle)),
        Err(TryLockError::WouldBlock) => {
            say(format!("· waiting for another run that holds {} …", file.display()));
        }
        Err(TryLockError::Error(error)) => return Err(Failure::on("lock", file)(error)),
    }
    handle.lock().map_err(Failure::on("lock", file))?;
    Ok(Lock(handle))
}
