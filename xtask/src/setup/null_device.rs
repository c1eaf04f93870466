//! The null device, which every compiler's probe reads and every quiet program writes to.
//!
//! In scope: noticing that it is an ordinary file, and mending that. A program that is run as root with the null
//! device for its output file may replace it; from then on what one program writes there is what the next one
//! reads. Compilers then fail with syntax errors in a file that nobody wrote.

use std::{fs, os::unix::fs::FileTypeExt as _, path::Path};

use crate::{
    failure::{Failure, Outcome},
    job::Job,
    paths,
    report::step,
};

const NULL: &str = "/dev/null";

/// Makes sure that the null device is a device. Harmless when it is.
///
/// # Errors
/// When it is not, and we are not root or cannot replace it; the sentence says what to run.
pub fn ensure() -> Outcome {
    if is_device(Path::new(NULL)) {
        return Ok(());
    }
    let by_hand = format!("Run `mknod -m 666 {NULL}.new c 1 3 && mv {NULL}.new {NULL}` as root.");
    if !cfg!(target_os = "linux") || !rustix::process::geteuid().is_root() {
        return Err(Failure::new(format!("{NULL} is not a device on this machine. {by_hand}")));
    }
    step("null device", || {
        let fresh = format!("{NULL}.new");
        Job::new("mknod", paths::logs().join("null-device.log"))
            .args(["-m", "666", &fresh, "c", "1", "3"])
            .run()
            .and_then(|()| fs::rename(&fresh, NULL).map_err(Failure::on("replace", Path::new(NULL))))
            .map_err(|failure| failure.advise(&by_hand))
    })
}

fn is_device(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.file_type().is_char_device())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_the_place_of_the_device_is_noticed() {
        assert!(is_device(Path::new(NULL)));
        assert!(!is_device(&std::env::current_exe().unwrap()));
        assert!(!is_device(Path::new("/no/such/file")));
    }
}
