//! What npm builds: the package itself, and the demo shop that uses it.

use std::{fs, path::PathBuf};

use super::unless_current;
use crate::{
    failure::{Failure, Outcome},
    job::Job,
    paths,
    setup::npm,
    stamp::Inputs,
};

struct Build {
    what: &'static str,
    workspace: &'static str,
    sources: &'static [&'static str],
    result: &'static str,
}

const NPM: Build = Build {
    what: "npm package",
    workspace: "npm",
    // The two generated folders lie inside `dist`, which is otherwise a result.
    sources: &[
        "package-lock.json",
        "wrangler.toml",
        ".dev.vars.example",
        "npm",
        "npm/dist/wasm",
        "npm/dist/js",
    ],
    result: "npm/dist/index.js",
};
const SHOP: Build = Build {
    what: "shop",
    workspace: "demo-storefront",
    sources: &["package-lock.json", "demo-storefront", "npm/dist", "npm/package.json"],
    result: "demo-storefront/.next/BUILD_ID",
};

/// Bundles `npm/dist/`; the browser module must have been built.
///
/// # Errors
/// When npm packages are missing or the build script fails.
pub fn build_npm() -> Outcome {
    build(&NPM)
}

/// Copies the built Worker into `npm/dist/worker/`, where `wrangler.toml` of `init` looks for it.
///
/// # Errors
/// When the Worker was not built.
pub fn add_worker() -> Outcome {
    let (from, to) = (paths::in_root("edge-worker/build"), paths::in_root("npm/dist/worker"));
    fs::create_dir_all(&to).map_err(Failure::on("create", &to))?;
    for name in ["index.js", "index_bg.wasm"] {
        let file = from.join(name);
        fs::copy(&file, to.join(name)).map_err(Failure::on("copy", &file))?;
    }
    Ok(())
}

/// Builds the demo shop; the npm package must have been built.
///
/// # Errors
/// When npm packages are missing or the build script fails.
pub fn build_shop() -> Outcome {
    build(&SHOP)
}

fn build(build: &Build) -> Outcome {
    let stamp = paths::target().join("npm-builds").join(format!("{}.stamp", build.workspace));
    let results: [PathBuf; 1] = [paths::in_root(build.result)];
    unless_current(
        build.what,
        &stamp,
        &results,
        || inputs(build),
        || {
            npm::ensure_packages()?;
            npm::node()?;
            Job::new("npm", paths::logs().join(format!("build-{}.log", build.workspace)))
                .args(["run", "build", "--workspace", build.workspace])
                .env("PATH", npm::search_path())
                .env("NEXT_TELEMETRY_DISABLED", "1")
                .run()
        },
    )
}

fn inputs(build: &Build) -> Outcome<String> {
    let mut inputs = Inputs::default().word(include_str!("package.rs"));
    for source in build.sources {
        inputs = inputs.path(&paths::in_root(source))?;
    }
    Ok(inputs.hash())
}
