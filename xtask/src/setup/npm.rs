//! npm packages of the workspace, and a Node that is new enough for them.

use std::path::PathBuf;

use super::versions;
use crate::{
    failure::{Failure, Outcome},
    job::{Job, output_of},
    lock, paths,
    report::step,
    stamp::{self, Inputs},
};

/// wrangler, Miniflare and the official commercetools SDK need this Node or a newer one.
const NODE: (u32, u32) = (22, 12);

/// Installs the packages of the lock file, if it changed since they were installed.
///
/// # Errors
/// When npm is missing or fails.
pub fn ensure_packages() -> Outcome {
    let modules = paths::in_root("node_modules");
    let stamp = modules.join(".installed-for");
    let hash = inputs()?;
    if stamp::is_current(&stamp, &hash) {
        return Ok(());
    }
    let _lock = lock::acquire(&paths::target().join("npm.lock"))?;
    if stamp::is_current(&stamp, &hash) {
        return Ok(());
    }
    let npm = paths::find_program("npm")
        .ok_or_else(|| Failure::new("Install Node.js with npm: npm is not on the search path."))?;
    // `ci` installs exactly what the lock file says; without one there is nothing exact to install.
    let command = if paths::in_root("package-lock.json").is_file() { "ci" } else { "install" };
    step(&format!("npm packages (npm {command})"), || {
        Job::new(npm, paths::logs().join("npm.log"))
            .args([command, "--no-audit", "--no-fund", "--prefer-offline"])
            // The install of these packages runs on the machine's own Node; only their use needs a newer one.
            .env("npm_config_engine_strict", "false")
            // A registry that stumbles once among a thousand downloads is no reason to begin again.
            .env("npm_config_fetch_retries", "5")
            .env("WRANGLER_SEND_METRICS", "false")
            .run()
            .map_err(|failure| failure.advise("Check that the npm registry can be reached."))
    })?;
    stamp::write(&stamp, &inputs()?)
}

fn inputs() -> Outcome<String> {
    let mut inputs = Inputs::default();
    for file in ["package-lock.json", "package.json"] {
        inputs = inputs.path(&paths::in_root(file))?;
    }
    for workspace in ["npm", "demo-storefront", "tests", "bench"] {
        inputs = inputs.path(&paths::in_root(workspace).join("package.json"))?;
    }
    Ok(inputs.hash())
}

/// A program of an installed npm package.
///
/// # Errors
/// When the package is not installed.
pub fn program(name: &str) -> Outcome<PathBuf> {
    let file = paths::in_root("node_modules/.bin").join(name);
    if paths::is_executable(&file) {
        return Ok(file);
    }
    Err(Failure::new(format!(
        "The npm packages lack `{name}`; delete node_modules and run `cargo xtask setup`."
    )))
}

/// The folder of a Node that is new enough: the npm package's, else the one on the search path.
///
/// # Errors
/// When neither is.
pub fn node() -> Outcome<PathBuf> {
    let packaged = paths::in_root("node_modules/.bin/node");
    let candidates = [Some(packaged), paths::find_program("node")];
    candidates
        .into_iter()
        .flatten()
        .find(|node| {
            output_of(node, &["--version"]).is_some_and(|found| versions::at_least(&found, NODE.0, NODE.1))
        })
        .ok_or_else(|| {
            Failure::new(format!("Install Node.js {}.{} or newer; what is there is older.", NODE.0, NODE.1))
        })
}

/// The search path with the workspace's programs, and so its Node, in front.
pub fn search_path() -> String {
    let own = paths::in_root("node_modules/.bin");
    let rest = std::env::var("PATH").unwrap_or_default();
    format!("{}:{rest}", own.display())
}
