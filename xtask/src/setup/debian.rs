//! Debian packages, for machines that have nothing but package registries.

use std::path::Path;

use crate::{
    failure::{Failure, Outcome},
    job::{Job, output_of},
    lock, paths,
    report::step,
};

/// Installs what is missing of `packages`.
///
/// # Errors
/// One sentence that says what to install, when this is not Debian, we are not root, or apt refuses.
pub fn install(packages: &[&str], reason: &str) -> Outcome {
    let missing: Vec<&str> = packages.iter().copied().filter(|package| !is_installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let wanted = missing.join(" ");
    if paths::find_program("apt-get").is_none() {
        return Err(Failure::new(format!("{reason}, and this system has no apt-get to install it with.")));
    }
    if !rustix::process::geteuid().is_root() {
        return Err(Failure::new(format!("{reason}: run `apt-get install {wanted}` as root.")));
    }
    let cache = paths::cache()?;
    let _lock = lock::acquire(&cache.join("apt.lock"))?;
    step(&format!("Debian packages: {wanted}"), || {
        apt(&["update", "-q"], &cache.join("logs/apt-update.log"))?;
        let mut args = vec!["install", "-q", "-y", "--no-install-recommends"];
        args.extend(&missing);
        apt(&args, &cache.join("logs/apt-install.log"))
            .map_err(|failure| failure.advise(&format!("{reason}: install {wanted} by hand.")))
    })
}

fn apt(args: &[&str], log: &Path) -> Outcome {
    Job::new("apt-get", log)
        // Another installation may be under way on a machine that has just started.
        .args(["-o", "DPkg::Lock::Timeout=600", "-o", "Acquire::Retries=3"])
        .args(args)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .run()
}

fn is_installed(package: &str) -> bool {
    output_of("dpkg-query", &["--show", "--showformat=${Status}", package])
        .is_some_and(|status| status == "install ok installed")
}
