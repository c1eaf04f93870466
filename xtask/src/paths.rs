//! Where things are: the checkout, its build folders, and the tool cache of the user.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::failure::{Failure, Outcome};

/// The checkout this tool was built from.
pub fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_path_buf()
}

/// A path inside the checkout.
pub fn in_root(path: &str) -> PathBuf {
    root().join(path)
}

/// `target/` of the checkout, or what `CARGO_TARGET_DIR` says.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| in_root("target"), |dir| root().join(dir))
}

/// Full logs of builds and tests.
pub fn logs() -> PathBuf {
    target().join("logs")
}

/// The user's tool cache: shared by all checkouts, keyed by tool version, safe to delete.
///
/// # Errors
/// When neither `XDG_CACHE_HOME` nor `HOME` is set.
pub fn cache() -> Outcome<PathBuf> {
    cache_in(env::var_os("XDG_CACHE_HOME").map(PathBuf::from), env::var_os("HOME").map(PathBuf::from))
}

fn cache_in(xdg: Option<PathBuf>, home: Option<PathBuf>) -> Outcome<PathBuf> {
    xdg.filter(|dir| dir.is_absolute())
        .or_else(|| home.map(|home| home.join(".cache")))
        .map(|base| base.join("commercetools-tidio"))
        .ok_or_else(|| Failure::new("Set HOME or XDG_CACHE_HOME: the tool cache needs a place."))
}

/// Creates a folder and its parents.
///
/// # Errors
/// When the file system refuses.
pub fn make_dir(path: &Path) -> Outcome {
    fs::create_dir_all(path).map_err(Failure::on("create", path))
}

/// Removes a file or folder if it is there.
///
/// # Errors
/// When the file system refuses.
pub fn remove(path: &Path) -> Outcome {
    let Ok(meta) = path.symlink_metadata() else { return Ok(()) };
    let removed = if meta.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    removed.map_err(Failure::on("remove", path))
}

/// Finds a program on the search path.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|dir| dir.join(name)).find(|file| is_executable(file))
}

/// Whether the file can be started.
pub fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(file).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_follows_the_usual_variables() {
        let path = |text: &str| Some(PathBuf::from(text));
        for (xdg, home, expected) in [
            (path("/x"), path("/h"), Some("/x/commercetools-tidio")),
            (path("relative"), path("/h"), Some("/h/.cache/commercetools-tidio")),
            (None, path("/h"), Some("/h/.cache/commercetools-tidio")),
            (None, None, None),
        ] {
            assert_eq!(cache_in(xdg, home).ok(), expected.map(PathBuf::from));
        }
    }

    #[test]
    fn programs_are_found_on_the_path() {
        assert!(find_program("sh").is_some());
        assert!(find_program("no-such-program-here").is_none());
    }
}
