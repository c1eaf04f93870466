//! The Worker: `worker-build` with every tool it would otherwise download.

use std::path::Path;

use super::{
    Profile,
    optimise::{EXTENSIONS, optimise, reorder},
    order::name_by_order,
    shorten::shorten,
    unless_current,
    unused::{drop_exports, drop_glue},
};
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

const SOURCES: [&str; 7] =
    ["Cargo.toml", "Cargo.lock", "package-lock.json", "edge-worker", "edge-core", "edge-json", "contract"];

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
            let (flag, flavour) = match profile {
                Profile::Release => ("--release", Flavour::Small),
                Profile::Dev => ("--dev", Flavour::Plain),
            };
            let mut environment = with_npm_programs(&compiler::environment(flavour)?);
            if profile == Profile::Release {
                add_flag(&mut environment, INLINING);
            }
            npm::ensure_packages()?;
            Job::new(tools::worker_build()?, paths::logs().join("build-worker.log"))
                .args([flag])
                .env("CARGO_TARGET_DIR", &target)
                // A sixth less than the workspace's `s`.
                .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "z")
                .env_remove("RUSTFLAGS")
                .env("PATH", npm::search_path())
                .envs(&environment)
                .env("WASM_BINDGEN_BIN", tools::wasm_bindgen()?)
                .env("WASM_OPT_BIN", npm::program("wasm-opt")?)
                .env("ESBUILD_BIN", npm::program("esbuild")?)
                .dir(&paths::in_root("edge-worker"))
                .run()?;
            match profile {
                Profile::Release => make_small(&results[0], &results[1]),
                Profile::Dev => Ok(()),
            }
        },
    )
}

/// What nobody asks for goes; the rest is optimised; functions are put in the order that compresses best; the names
/// between module and glue become short.
fn make_small(glue: &Path, module: &Path) -> Outcome {
    drop_glue(glue)?;
    drop_exports(module, glue)?;
    let log = |what: &str| paths::logs().join(format!("build-worker-{what}.log"));
    let extensions: Vec<&str> = EXTENSIONS.into_iter().chain([EXCEPTIONS]).collect();
    let options: Vec<&str> = extensions.iter().copied().chain([CALLED_ONCE]).collect();
    optimise(module, &options, log("opt"))?;
    name_by_order(module)?;
    reorder(module, &extensions, log("order"))?;
    shorten(module, glue)
}

/// worker-build's glue catches JavaScript's exceptions inside the module.
const EXCEPTIONS: &str = "--enable-exception-handling";

/// A function that is called once stays one: moved into its caller it saves a few bytes, and costs a tenth after
/// compression.
const CALLED_ONCE: &str = "--one-caller-inline-max-function-size=20";

/// How much of a function is built into its callers. By itself `z` builds next to nothing in, and a request then goes
/// through a thousand small functions, each too small for the platform to optimise it soon. Measured, and what it costs:
/// docs/benchmarks.md.
const INLINING: &str = "-Cllvm-args=-inline-threshold=90";

/// Adds a flag of the compiler to its variables.
fn add_flag(environment: &mut Vec<(String, String)>, flag: &str) {
    const FLAGS: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";
    match environment.iter_mut().find(|(name, _)| name == FLAGS) {
        Some((_, flags)) => *flags = format!("{flags} {flag}"),
        None => environment.push((FLAGS.to_owned(), flag.to_owned())),
    }
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
    let mut inputs = Inputs::default()
        .word(include_str!("worker.rs"))
        .word(include_str!("optimise.rs"))
        .word(include_str!("order.rs"))
        .word(include_str!("sections.rs"))
        .word(include_str!("shorten.rs"))
        .word(include_str!("unused.rs"))
        .word(&format!("{profile:?}"));
    for source in SOURCES {
        inputs = inputs.path(&paths::in_root(source))?;
    }
    Ok(inputs.hash())
}
