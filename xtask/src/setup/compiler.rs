//! Which Rust compiler builds WebAssembly here, and with which standard library.
//!
//! There are two ways to a compiler. At a desk rustup adds what is missing (the target, the library's source).
//! Where rustup has no server to talk to, Debian's packages bring a compiler of their own together with the
//! source of its library. Rustup is tried first; what was once found to work is not tried again.

use std::path::{Path, PathBuf};

use super::{debian, sysroot};
use crate::{
    failure::{Failure, Outcome},
    job::{Job, output_of},
    lock, paths,
};

/// The target of everything built here.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's compiler, the source of its standard library, and a linker.
const DEBIAN_PACKAGES: [&str; 3] = ["rustc-web", "rust-web-src", "lld-19"];
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_SYSROOT: &str = "/usr";

/// What a build is for decides how its standard library was built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// The ordinary library: debug builds.
    Plain,
    /// The smallest library: the Worker, and what shoppers download.
    Small,
    /// The smallest library for a processor without any WebAssembly extension, as `wasm2js` needs it.
    SmallMvp,
}

/// A compiler and the folder it finds its libraries in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compiler {
    /// The program.
    pub rustc: PathBuf,
    /// Its own `--print sysroot`.
    pub sysroot: PathBuf,
}

/// The variables under which cargo builds for WebAssembly in this flavour; installs and builds what is missing.
///
/// # Errors
/// One sentence that says what to install.
pub fn environment(flavour: Flavour) -> Outcome<Vec<(String, String)>> {
    let rustup = rustup_compiler();
    if let Some(compiler) = rustup.as_ref().filter(|compiler| compiler.suffices_for(flavour)) {
        return built(compiler, flavour);
    }
    let debian = Compiler { rustc: DEBIAN_RUSTC.into(), sysroot: DEBIAN_SYSROOT.into() };
    if debian.has_source() && sysroot::is_built(&debian, flavour)? {
        return built(&debian, flavour);
    }
    let _lock = lock::acquire(&paths::cache()?.join("compiler.lock"))?;
    if let Some(compiler) = &rustup {
        add_with_rustup(flavour)?;
        if compiler.suffices_for(flavour) {
            return built(compiler, flavour);
        }
    }
    debian::install(&DEBIAN_PACKAGES, "WebAssembly needs a standard library for it").map_err(|failure| {
        let command = if flavour == Flavour::Plain {
            "target add wasm32-unknown-unknown"
        } else {
            "component add rust-src"
        };
        failure.advise(&format!("With rustup, `rustup {command}` is enough."))
    })?;
    if !debian.has_source() {
        return Err(Failure::new("Debian's rust-web-src brought no library source for /usr/bin/rustc."));
    }
    built(&debian, flavour)
}

fn built(compiler: &Compiler, flavour: Flavour) -> Outcome<Vec<(String, String)>> {
    if flavour == Flavour::Plain && compiler.has_target() {
        return Ok(vec![("RUSTC".into(), compiler.rustc.display().to_string())]);
    }
    sysroot::ensure(compiler, flavour)
}

impl Compiler {
    fn suffices_for(&self, flavour: Flavour) -> bool {
        if flavour == Flavour::Plain { self.has_target() } else { self.has_source() }
    }

    fn has_target(&self) -> bool {
        let folder = self.sysroot.join("lib/rustlib").join(TARGET).join("lib");
        folder.read_dir().is_ok_and(|entries| {
            entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
        })
    }

    fn has_source(&self) -> bool {
        paths::is_executable(&self.rustc) && self.library_source().join("Cargo.lock").is_file()
    }

    /// The folder with the source of the standard library.
    pub fn library_source(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib/src/rust/library")
    }

    /// The compiler's full version text.
    ///
    /// # Errors
    /// When the compiler does not run.
    pub fn version(&self) -> Outcome<String> {
        output_of(&self.rustc, &["-vV"])
            .ok_or_else(|| Failure::new(format!("{} does not run.", self.rustc.display())))
    }
}

/// The compiler on the search path, addressed directly and not through rustup's stand-in.
fn rustup_compiler() -> Option<Compiler> {
    let sysroot = PathBuf::from(output_of("rustc", &["--print", "sysroot"])?);
    let own = sysroot.join("bin/rustc");
    let rustc = if paths::is_executable(&own) { own } else { paths::find_program("rustc")? };
    (sysroot != Path::new(DEBIAN_SYSROOT)).then_some(Compiler { rustc, sysroot })
}

fn add_with_rustup(flavour: Flavour) -> Outcome {
    let Some(rustup) = paths::find_program("rustup") else { return Ok(()) };
    let args = match flavour {
        Flavour::Plain => ["target", "add", TARGET],
        Flavour::Small | Flavour::SmallMvp => ["component", "add", "rust-src"],
    };
    crate::report::say(format!("· rustup {} …", args.join(" ")));
    // A refusal is no failure yet: Debian's packages come next.
    let log = paths::cache()?.join("logs/rustup.log");
    match Job::new(rustup, log).args(args).run() {
        Err(_) if !crate::interrupt::requested() => {
            crate::report::say("· rustup cannot; trying Debian's packages");
            Ok(())
        }
        outcome => outcome,
    }
}
