//! Command-line tools that come as crates: built once per version into the user's cache.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::versions;
use crate::{
    failure::{Failure, Outcome},
    job::Job,
    lock, paths,
    report::step,
};

/// A tool to be built from its crate.
struct Tool {
    /// Name of the program, and of its folder in the cache.
    program: &'static str,
    /// Crate that holds it.
    package: &'static str,
    /// The workspace dependency whose version the tool must share.
    pin: &'static str,
    arguments: &'static [&'static str],
    /// What to do when the build fails.
    advice: &'static str,
}

// Debug builds: they take a quarter of the time to build and run for a second or two per build.
const WASM_BINDGEN: Tool = Tool {
    program: "wasm-bindgen",
    package: "wasm-bindgen-cli",
    pin: "wasm-bindgen",
    arguments: &["--no-default-features"],
    advice: "Check that crates.io can be reached.",
};
const WORKER_BUILD: Tool = Tool {
    program: "worker-build",
    package: "worker-build",
    pin: "worker",
    arguments: &[],
    advice: "It needs OpenSSL's headers (Debian: libssl-dev and pkg-config) and crates.io.",
};

/// The `wasm-bindgen` program of exactly the version of the library.
///
/// # Errors
/// When it has to be built and that fails.
pub fn wasm_bindgen() -> Outcome<PathBuf> {
    ensure(&WASM_BINDGEN)
}

/// The `worker-build` program of exactly the version of the `worker` crate.
///
/// # Errors
/// When it has to be built and that fails.
pub fn worker_build() -> Outcome<PathBuf> {
    ensure(&WORKER_BUILD)
}

fn ensure(tool: &Tool) -> Outcome<PathBuf> {
    let version = versions::pinned(tool.pin)?;
    let name = format!("{}-{version}", tool.program);
    let cache = paths::cache()?;
    let home = cache.join("tools").join(&name);
    let program = home.join("bin").join(tool.program);
    if paths::is_executable(&program) {
        return Ok(program);
    }
    let _lock = lock::acquire(&cache.join("tools").join(format!("{name}.lock")))?;
    if paths::is_executable(&program) {
        return Ok(program);
    }
    step(&format!("{} {version}, from crates.io", tool.program), || install(tool, &version, &cache, &home))?;
    Ok(program)
}

fn install(tool: &Tool, version: &str, cache: &Path, home: &Path) -> Outcome {
    let work = cache.join("work").join(format!("{}-{version}", tool.program));
    paths::remove(&work)?;
    paths::make_dir(&work)?;
    let staged = work.join("root");
    Job::cargo(cache.join("logs").join(format!("{}.log", tool.program)))
        .args(["install", tool.package, "--version", version, "--bin", tool.program, "--debug", "--root"])
        .args([&staged])
        .args(tool.arguments)
        .env("CARGO_TARGET_DIR", work.join("target"))
        .env_remove("RUSTFLAGS")
        // Away from the checkout, whose cargo configuration is none of this tool's business.
        .dir(&work)
        .run()
        .map_err(|failure| failure.advise(tool.advice))?;
    paths::remove(home)?;
    fs::rename(&staged, home).map_err(Failure::on("create", home))?;
    paths::remove(&work)
}
