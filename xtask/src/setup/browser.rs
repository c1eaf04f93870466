//! A Chromium for the scripted visits.

use std::{
    env,
    path::{Path, PathBuf},
};

use super::debian;
use crate::{
    failure::{Failure, Outcome},
    paths,
};

const NAMES: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const MACOS: [&str; 2] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/// The browser to use: `CHROMIUM_BIN` if set, else one that is installed, else Debian's.
///
/// # Errors
/// One sentence that says what to install.
pub fn ensure() -> Outcome<PathBuf> {
    if let Some(chosen) = env::var_os("CHROMIUM_BIN").map(PathBuf::from) {
        let usable = paths::is_executable(&chosen);
        let problem = || Failure::new(format!("CHROMIUM_BIN names no program: {}.", chosen.display()));
        return if usable { Ok(chosen) } else { Err(problem()) };
    }
    if let Some(found) = installed() {
        return Ok(found);
    }
    debian::install(&["chromium"], "The browser checks need Chromium")
        .map_err(|failure| failure.advise("Or install any Chromium and set CHROMIUM_BIN."))?;
    installed().ok_or_else(|| Failure::new("Install Chromium, or set CHROMIUM_BIN to it."))
}

fn installed() -> Option<PathBuf> {
    let on_macos =
        || MACOS.iter().map(Path::new).find(|file| paths::is_executable(file)).map(Path::to_path_buf);
    NAMES.iter().find_map(|name| paths::find_program(name)).or_else(on_macos)
}
