//! Which version of each tool: read from the pins in the root manifest, so that they stand in one place.

use std::fs;

use crate::{
    failure::{Failure, Outcome},
    paths,
};

/// The exactly pinned version of a workspace dependency.
///
/// # Errors
/// When the manifest has no exact pin (`=1.2.3`) of that name.
pub fn pinned(name: &str) -> Outcome<String> {
    let manifest = paths::in_root("Cargo.toml");
    let text = fs::read_to_string(&manifest).map_err(Failure::on("read", &manifest))?;
    pin_in(&text, name)
        .ok_or_else(|| Failure::new(format!("Pin {name} exactly (\"=x.y.z\") in the root Cargo.toml.")))
}

fn pin_in(manifest: &str, name: &str) -> Option<String> {
    let line = manifest
        .lines()
        .find(|line| line.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('=')))?;
    let (_, version) = line.split_once("\"=")?;
    let (version, _) = version.split_once('"')?;
    Some(version.to_owned())
}

/// Whether `version` (`v24.1.0`, `22.12.0`) is at least `major.minor`.
pub fn at_least(version: &str, major: u32, minor: u32) -> bool {
    let mut parts = version.trim().trim_start_matches('v').split('.').map(|part| part.parse::<u32>().ok());
    let (Some(Some(found_major)), Some(Some(found_minor))) = (parts.next(), parts.next()) else {
        return false;
    };
    (found_major, found_minor) >= (major, minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_are_found_in_both_spellings() {
        let manifest = "wasm-bindgen-futures = \"0.4\"\nwasm-bindgen = \"=0.2.130\"\nworker = { version = \"=0.8.7\", features = [] }\nloose = \"1\"\n";
        for (name, expected) in
            [("wasm-bindgen", Some("0.2.130")), ("worker", Some("0.8.7")), ("loose", None), ("absent", None)]
        {
            assert_eq!(pin_in(manifest, name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn the_root_manifest_pins_what_we_need() {
        for name in ["wasm-bindgen", "worker"] {
            assert!(pinned(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn versions_compare_by_number() {
        for (given, expected) in
            [("v24.21.0", true), ("22.12.0", true), ("22.9.0", false), ("v9.99.0", false), ("", false)]
        {
            assert_eq!(at_least(given, 22, 12), expected, "{given}");
        }
    }
}
