//! Standard libraries for WebAssembly, built once from source and kept as a sysroot in the user's cache.
//!
//! A sysroot here is a folder with the built library, links to the compiler's own host library, and
//! `bin/rustc`, a small script that calls the compiler with `--sysroot` and, for this target only, with the
//! flags the library was built with. Build scripts and macros are compiled for the host as if nothing had changed.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
};

use super::compiler::{Compiler, Flavour, TARGET};
use crate::{
    failure::{Failure, Outcome},
    job::Job,
    lock, paths,
    platform::unix_millis,
    report::step,
    stamp::Inputs,
};

/// How a flavour's library is built, and what its users are compiled with.
struct Recipe {
    name: &'static str,
    features: &'static [&'static str],
    opt_level: &'static str,
    /// Flags that the library and the code on top of it must share.
    flags: &'static [&'static str],
}

const PLAIN: Recipe = Recipe { name: "plain", features: &[], opt_level: "\"s\"", flags: &[] };
// Panics end the module at once and carry no text or place. Nobody reads them in a shopper's browser; the Worker's
// own code cannot panic (lints deny it); and what would format them is a fifth of a module.
const SMALL: Recipe = Recipe {
    name: "small",
    features: &["-Zbuild-std-features=optimize_for_size"],
    opt_level: "\"z\"",
    flags: &["-Zunstable-options", "-Cpanic=immediate-abort", "-Zlocation-detail=none", "-Zfmt-debug=none"],
};
const SMALL_MVP: Recipe = Recipe {
    name: "small-mvp",
    features: &["-Zbuild-std-features=optimize_for_size"],
    opt_level: "\"z\"",
    flags: &[
        "-Zunstable-options",
        "-Cpanic=immediate-abort",
        "-Zlocation-detail=none",
        "-Zfmt-debug=none",
        "-Ctarget-cpu=mvp",
    ],
};

fn recipe(flavour: Flavour) -> &'static Recipe {
    match flavour {
        Flavour::Plain => &PLAIN,
        Flavour::Small => &SMALL,
        Flavour::SmallMvp => &SMALL_MVP,
    }
}

/// Whether this flavour is in the cache for this compiler.
///
/// # Errors
/// When there is no cache folder or the compiler does not run.
pub fn is_built(compiler: &Compiler, flavour: Flavour) -> Outcome<bool> {
    Ok(home(compiler, recipe(flavour))?.join("id").is_file())
}

/// The variables that make cargo use this flavour; builds it when it is not in the cache.
///
/// # Errors
/// When the library cannot be built.
pub fn ensure(compiler: &Compiler, flavour: Flavour) -> Outcome<Vec<(String, String)>> {
    let recipe = recipe(flavour);
    let home = home(compiler, recipe)?;
    if !home.join("id").is_file() {
        let cache = paths::cache()?;
        let _lock = lock::acquire(&cache.join("std").join(format!("{}.lock", recipe.name)))?;
        if !home.join("id").is_file() {
            let what = format!("standard library for WebAssembly ({}), from source", recipe.name);
            step(&what, || build(compiler, recipe, &cache, &home))?;
        }
    }
    variables(&home)
}

fn home(compiler: &Compiler, recipe: &Recipe) -> Outcome<PathBuf> {
    // All that decides what the folder holds: another compiler or another recipe is another library.
    let made_of =
        [compiler.version()?, manifest(recipe), script(&compiler.rustc, Path::new(""), recipe.flags)];
    let key = made_of
        .iter()
        .chain([&recipe.features.join(" ")])
        .fold(Inputs::default(), |key, word| key.word(word));
    let key = key.hash();
    let short: String = key.chars().take(12).collect();
    Ok(paths::cache()?.join("std").join(format!("{}-{short}", recipe.name)))
}

fn variables(home: &Path) -> Outcome<Vec<(String, String)>> {
    let id_file = home.join("id");
    let id = fs::read_to_string(&id_file).map_err(Failure::on("read", &id_file))?;
    let path = std::env::var("PATH").unwrap_or_default();
    Ok(vec![
        ("RUSTC".into(), home.join("bin/rustc").display().to_string()),
        // worker-build asks the `rustc` of the search path which targets it has.
        ("PATH".into(), format!("{}:{path}", home.join("bin").display())),
        // Cargo cannot see which library the script brings; a rebuilt one must rebuild what uses it.
        ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS".into(), format!("--cfg=std_build=\"{id}\"")),
    ])
}

fn build(compiler: &Compiler, recipe: &Recipe, cache: &Path, home: &Path) -> Outcome {
    let work = cache.join("work").join(format!("std-{}", recipe.name));
    paths::remove(&work)?;
    write_empty_crate(&work, recipe)?;
    let mut flags = vec!["-Cembed-bitcode=yes"];
    flags.extend(recipe.flags);
    let log = cache.join("logs").join(format!("std-{}.log", recipe.name));
    Job::cargo(log)
        .args(["build", "--release", "--target", TARGET, "-Zbuild-std=std,panic_abort"])
        .args(recipe.features)
        .env("RUSTC", &compiler.rustc)
        // The compiler is a stable one; its own library may be built with it all the same.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", flags.join(" "))
        .env("CARGO_TARGET_DIR", work.join("target"))
        .dir(&work)
        .run()?;
    let staged = work.join("sysroot");
    assemble(compiler, &work, &staged)?;
    write_script(&staged.join("bin/rustc"), &script(&compiler.rustc, home, recipe.flags))?;
    let id = format!("{}-{}", recipe.name, unix_millis());
    fs::write(staged.join("id"), id).map_err(Failure::on("write", &staged))?;
    paths::remove(home)?;
    fs::rename(&staged, home).map_err(Failure::on("create", home))?;
    paths::remove(&work)
}

fn write_empty_crate(work: &Path, recipe: &Recipe) -> Outcome {
    let source = work.join("src");
    paths::make_dir(&source)?;
    for (name, text) in [("Cargo.toml", manifest(recipe).as_str()), ("src/lib.rs", "")] {
        let file = work.join(name);
        fs::write(&file, text).map_err(Failure::on("write", &file))?;
    }
    Ok(())
}

fn manifest(recipe: &Recipe) -> String {
    format!(
        "[package]\nname = \"seed\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [profile.release]\nopt-level = {}\npanic = \"abort\"\ncodegen-units = 1\n",
        recipe.opt_level
    )
}

/// Puts the built library and links to the compiler's own files into `staged`.
fn assemble(compiler: &Compiler, work: &Path, staged: &Path) -> Outcome {
    let libraries = staged.join("lib/rustlib").join(TARGET).join("lib");
    paths::make_dir(&libraries)?;
    let built = work.join("target").join(TARGET).join("release/deps");
    for entry in built.read_dir().map_err(Failure::on("list", &built))?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libseed-") {
            fs::copy(entry.path(), libraries.join(&name)).map_err(Failure::on("copy", &entry.path()))?;
        }
    }
    let version = compiler.version()?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.ok_or_else(|| Failure::new("The compiler does not say which host it is for."))?;
    let theirs = compiler.sysroot.join("lib/rustlib").join(host);
    let ours = staged.join("lib/rustlib").join(host);
    paths::make_dir(&ours)?;
    link(&theirs.join("lib"), &ours.join("lib"))?;
    if theirs.join("bin/rust-lld").exists() {
        return link(&theirs.join("bin"), &ours.join("bin"));
    }
    // Debian's compiler calls its linker `rust-lld` as well but does not bring one of that name.
    let lld = paths::find_program("lld-19").or_else(|| paths::find_program("lld"));
    let lld = lld.ok_or_else(|| Failure::new("Install lld (Debian: lld-19), the linker for WebAssembly."))?;
    paths::make_dir(&ours.join("bin"))?;
    link(&lld, &ours.join("bin/rust-lld"))
}

fn link(original: &Path, name: &Path) -> Outcome {
    symlink(original, name).map_err(Failure::on("create", name))
}

fn write_script(file: &Path, text: &str) -> Outcome {
    if let Some(parent) = file.parent() {
        paths::make_dir(parent)?;
    }
    fs::write(file, text).map_err(Failure::on("write", file))?;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).map_err(Failure::on("make executable", file))
}

/// The stand-in for `rustc`.
fn script(rustc: &Path, home: &Path, flags: &[&str]) -> String {
    let call = format!("exec {} --sysroot {} \"$@\"", quoted(rustc), quoted(home));
    if flags.is_empty() {
        return format!("#!/bin/sh\n{call}\n");
    }
    // The flags need a stable compiler to accept unstable options, and only those: `-Zallow-features=` keeps
    // crates that look for a nightly compiler from finding one.
    let flags = flags.join(" ");
    format!(
        "#!/bin/sh\ncase \" $* \" in\n*\" {TARGET} \"* | *\"--target={TARGET} \"*)\n  \
         RUSTC_BOOTSTRAP=1 {call} {flags} -Zallow-features= ;;\n*) {call} ;;\nesac\n"
    )
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_changes_only_builds_for_webassembly() {
        let home = Path::new("/it's/here");
        let small = script(Path::new("/bin/echo"), home, SMALL.flags);
        for (args, expected) in [
            (vec!["x.rs"], "--sysroot /it's/here x.rs"),
            (
                vec!["--target", TARGET, "x.rs"],
                "--sysroot /it's/here --target wasm32-unknown-unknown x.rs -Zunstable-options \
                 -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none -Zallow-features=",
            ),
        ] {
            let output =
                std::process::Command::new("sh").args(["-c", &small, "rustc"]).args(args).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), expected);
        }
        let plain = script(Path::new("/bin/echo"), home, &[]);
        assert!(!plain.contains("BOOTSTRAP"), "{plain}");
    }
}
