//! `wasm-opt` over a finished module, for size.

use std::path::{Path, PathBuf};

use crate::{failure::Outcome, job::Job, setup::npm};

/// The WebAssembly extensions the compiler uses; every browser that can run a module of ours has had them since 2022,
/// and so has workerd.
pub const EXTENSIONS: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Makes a module smaller, in place; the names of its functions go, too.
///
/// # Errors
/// When the module needs an extension that is not among the options.
pub fn optimise(module: &Path, options: &[&str], log: PathBuf) -> Outcome {
    // Twice: the second pass finds what the first one made possible.
    Job::new(npm::program("wasm-opt")?, log)
        .args(["-Oz", "-Oz", "--converge"])
        .args(options)
        .args(["--strip-debug", "--strip-producers"])
        .args([module, Path::new("-o"), module])
        .env("PATH", npm::search_path())
        .run()
}

/// Puts the functions of an optimised module in the order of their names, in place; the names go.
///
/// # Errors
/// When the module needs an extension that is not among the options.
pub fn reorder(module: &Path, options: &[&str], log: PathBuf) -> Outcome {
    Job::new(npm::program("wasm-opt")?, log)
        .args(options)
        .args(["--reorder-functions-by-name"])
        // What the optimiser does last, while it writes.
        .args(["--generate-stack-ir", "--optimize-stack-ir"])
        .args(["--strip-debug", "--strip-producers"])
        .args([module, Path::new("-o"), module])
        .env("PATH", npm::search_path())
        .run()
}
