//! The Worker: `worker-build` with every tool it would otherwise download.

use super::{Profile, unless_current};
use crate::{
    failure::Outcome,
    job::Job,
    paths,
    setup::{
        compiler::{self, Flavour},
        npm, tools,
    },
    stamp::Inputs,
};

const SOURCES: [&str; 6] =
    ["Cargo.toml", "Cargo.lock", "package-lock.json", "edge-worker", "edge-core", "contract"];

/// Builds `edge-worker/build/`.
///
/// # Errors
/// When a tool is missing or the code does not compile.
pub fn build(profile: Profile) -> Outcome {
    let target = paths::target().join("wasm");
    let output = paths::in_root("edge-worker/build");
    let results = [output.join("index.js"), output.join("index_bg.wasm")];
    unless_current(
        "worker",
        &target.join("worker.stamp"),
        &results,
        || inputs(profile),
        || {
            let environment = compiler::environment(Flavour::Plain)?;
            npm::ensure_packages()?;
            let flag = match profile {
                Profile::Release => "--release",
                Profile::Dev => "--dev",
            };
            Job::new(tools::worker_build()?, paths::logs().join("build-worker.log"))
                .args([flag])
                .env("CARGO_TARGET_DIR", &target)
                .env_remove("RUSTFLAGS")
                .env("PATH", npm::search_path())
                .envs(&with_npm_programs(&environment))
                .env("WASM_BINDGEN_BIN", tools::wasm_bindgen()?)
                .env("WASM_OPT_BIN", npm::program("wasm-opt")?)
                .env("ESBUILD_BIN", npm::program("esbuild")?)
                .dir(&paths::in_root("edge-worker"))
                .run()
        },
    )
}

/// The compiler's variables, with the npm programs' folder added to a search path among them.
pub fn with_npm_programs(environment: &[(String, String)]) -> Vec<(String, String)> {
    let programs = paths::in_root("node_modules/.bin");
    let add = |(name, value): &(String, String)| match name.as_str() {
        "PATH" => (name.clone(), format!("{}:{value}", programs.display())),
        _ => (name.clone(), value.clone()),
    };
    environment.iter().map(add).collect()
}

fn inputs(profile: Profile) -> Outcome<String> {
    let mut inputs = Inputs::default().word(include_str!("worker.rs")).word(&format!("{profile:?}"));
    for source in SOURCES {
        inputs = inputs.path(&paths::in_root(source))?;
    }
    Ok(inputs.hash())
}
