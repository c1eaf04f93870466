//! The browser module, twice from one crate: as WebAssembly, and as the JavaScript twin that `wasm2js` makes for
//! pages whose policy forbids WebAssembly.
//!
//! Results: `npm/dist/wasm/bridge_wasm_bg.{js,wasm}` (glue and module) and `npm/dist/js/bridge_wasm.js` (the twin's
//! entry, which imports its own glue and the translated module beside it). `npm/scripts/build.mjs` bundles them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    Profile,
    optimise::{EXTENSIONS, optimise},
    shorten::shorten,
    unless_current,
    worker::with_npm_programs,
};
use crate::{
    failure::{Failure, Outcome},
    job::Job,
    paths,
    setup::{
        compiler::{self, Flavour, TARGET},
        npm, tools,
    },
    stamp::Inputs,
};

const SOURCES: [&str; 5] = ["Cargo.toml", "Cargo.lock", "package-lock.json", "bridge-wasm", "contract"];
/// One of the two builds of the crate.
struct Variant {
    name: &'static str,
    flavour: Flavour,
    /// Folder under `npm/dist/`.
    folder: &'static str,
}

/// Builds both variants.
///
/// # Errors
/// When a tool is missing or the code does not compile.
pub fn build(profile: Profile) -> Outcome {
    let flavour = match profile {
        Profile::Release => Flavour::Small,
        Profile::Dev => Flavour::Plain,
    };
    variant(&Variant { name: "wasm", flavour, folder: "wasm" }, profile)?;
    variant(&Variant { name: "twin", flavour: Flavour::SmallMvp, folder: "js" }, profile)
}

fn variant(variant: &Variant, profile: Profile) -> Outcome {
    let target = paths::target().join(format!("bridge-{}", variant.name));
    let output = paths::in_root("npm/dist").join(variant.folder);
    let results =
        ["bridge_wasm.js", "bridge_wasm_bg.js", "bridge_wasm_bg.wasm"].map(|file| output.join(file));
    let stamp = target.join(format!("{}.stamp", variant.name));
    let what = format!("bridge ({})", variant.name);
    unless_current(
        &what,
        &stamp,
        &results,
        || inputs(variant, profile),
        || {
            npm::ensure_packages()?;
            let module = compile(variant, profile, &target)?;
            let staged = target.join("staged");
            paths::remove(&staged)?;
            bind(&module, &staged, variant, profile)?;
            if profile == Profile::Release {
                let extensions: &[&str] =
                    if variant.flavour == Flavour::SmallMvp { &[] } else { &EXTENSIONS };
                optimise(&staged.join("bridge_wasm_bg.wasm"), extensions, log(variant, "opt"))?;
            }
            if variant.flavour == Flavour::SmallMvp {
                translate(&staged, variant)?;
            } else if profile == Profile::Release {
                shorten(&staged.join("bridge_wasm_bg.wasm"), &staged.join("bridge_wasm_bg.js"))?;
            }
            if let Some(parent) = output.parent() {
                paths::make_dir(parent)?;
            }
            paths::remove(&output)?;
            fs::rename(&staged, &output).map_err(Failure::on("create", &output))
        },
    )
}

fn inputs(variant: &Variant, profile: Profile) -> Outcome<String> {
    let mut inputs = Inputs::default()
        .word(include_str!("bridge.rs"))
        .word(include_str!("optimise.rs"))
        .word(include_str!("sections.rs"))
        .word(include_str!("shorten.rs"))
        .word(variant.name);
    inputs = inputs.word(&format!("{profile:?}"));
    for source in SOURCES {
        inputs = inputs.path(&paths::in_root(source))?;
    }
    Ok(inputs.hash())
}

fn log(variant: &Variant, what: &str) -> PathBuf {
    paths::logs().join(format!("build-bridge-{}-{what}.log", variant.name))
}

fn compile(variant: &Variant, profile: Profile, target: &Path) -> Outcome<PathBuf> {
    let environment = compiler::environment(variant.flavour)?;
    let (flags, folder): (&[&str], _) = match profile {
        Profile::Release => (&["--release"], "release"),
        Profile::Dev => (&[], "debug"),
    };
    Job::cargo(log(variant, "cargo"))
        .args(["build", "--package", "bridge-wasm", "--lib", "--target", TARGET])
        .args(flags)
        .env("CARGO_TARGET_DIR", target)
        // A kilobyte less after compression than the workspace's `s`; speed is of no concern here.
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "z")
        .env_remove("RUSTFLAGS")
        .envs(&with_npm_programs(&environment))
        .run()?;
    let module = target.join(TARGET).join(folder).join("bridge_wasm.wasm");
    if module.is_file() {
        return Ok(module);
    }
    Err(Failure::new(
        "bridge-wasm built no module: its manifest must say crate-type = [\"cdylib\", \"rlib\"].",
    ))
}

fn bind(module: &Path, staged: &Path, variant: &Variant, profile: Profile) -> Outcome {
    let detail: &[&str] = match profile {
        Profile::Release => &["--remove-name-section", "--remove-producers-section"],
        Profile::Dev => &["--debug"],
    };
    Job::new(tools::wasm_bindgen()?, log(variant, "bindgen"))
        .args(["--target", "bundler", "--no-typescript", "--out-name", "bridge_wasm", "--out-dir"])
        .args([staged, module])
        .args(detail)
        .run()
}

/// Turns the module into JavaScript and points the entry at it.
fn translate(staged: &Path, variant: &Variant) -> Outcome {
    let module = staged.join("bridge_wasm_bg.wasm");
    Job::new(npm::program("wasm2js")?, log(variant, "wasm2js"))
        .args([Path::new("-Oz"), &module, Path::new("-o"), &staged.join("bridge_wasm_bg.wasm.js")])
        .env("PATH", npm::search_path())
        .run()?;
    let entry = staged.join("bridge_wasm.js");
    let text = fs::read_to_string(&entry).map_err(Failure::on("read", &entry))?;
    fs::write(&entry, with_translated_import(&text)?).map_err(Failure::on("write", &entry))
}

fn with_translated_import(entry: &str) -> Outcome<String> {
    const IMPORT: &str = "\"./bridge_wasm_bg.wasm\"";
    if !entry.contains(IMPORT) {
        return Err(Failure::new("wasm-bindgen's entry imports no module; its output has changed its form."));
    }
    Ok(entry.replace(IMPORT, "\"./bridge_wasm_bg.wasm.js\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_twins_entry_imports_the_translated_module() {
        let entry =
            "import * as wasm from \"./bridge_wasm_bg.wasm\";\nexport * from \"./bridge_wasm_bg.js\";\n";
        let expected =
            "import * as wasm from \"./bridge_wasm_bg.wasm.js\";\nexport * from \"./bridge_wasm_bg.js\";\n";
        assert_eq!(with_translated_import(entry).unwrap(), expected);
        assert!(with_translated_import("export {};").is_err());
    }
}
