//! Scripts of the npm workspaces, with what they need to find the things they start.

use std::path::PathBuf;

use crate::{
    build,
    failure::Outcome,
    job::Job,
    paths,
    setup::{browser, npm},
};

/// A script of an npm workspace. It finds Node, Chromium, the built Worker and the emulators by variables.
///
/// # Errors
/// When Node or Chromium is missing and cannot be installed.
pub fn script(log: PathBuf, workspace: &str, name: &str) -> Outcome<Job> {
    npm::node()?;
    let job = Job::new("npm", log)
        .args(["run", name, "--workspace", workspace])
        .env("PATH", npm::search_path())
        .env("NEXT_TELEMETRY_DISABLED", "1")
        .env("WRANGLER_SEND_METRICS", "false")
        .env("EMULATORS_BIN", build::emulators_program())
        .env("WORKER_DIR", paths::in_root("edge-worker/build"))
        .env("CHROMIUM_BIN", browser::ensure()?);
    Ok(job)
}
