//! Runs one program to its end, with its output in a log file or on the terminal.

use std::{
    ffi::OsStr,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use crate::{
    failure::{Failure, Outcome},
    group::Group,
    paths,
};

/// Lines of a log that a failure shows.
const TAIL_LINES: usize = 40;
/// How often cargo asks a registry again that stumbles; its own three are over within seconds.
const NET_RETRY: &str = "10";
/// Bytes of a log that are read to find those lines.
const TAIL_BYTES: usize = 16_384;

/// A program with its arguments, environment and log file.
#[derive(Debug)]
pub struct Job {
    command: Command,
    log: PathBuf,
    is_shown: bool,
    limit: Option<Duration>,
}

impl Job {
    /// A job that logs to `log`. The environment is this process's, without what cargo added to it for us:
    /// a nested cargo or compiler must not mistake our package's variables for its own.
    pub fn new(program: impl AsRef<OsStr>, log: impl Into<PathBuf>) -> Self {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(comes_from_cargo) {
                command.env_remove(&name);
            }
        }
        command.current_dir(paths::root());
        if std::env::var_os("CARGO_NET_RETRY").is_none() {
            command.env("CARGO_NET_RETRY", NET_RETRY);
        }
        Self { command, log: log.into(), is_shown: false, limit: None }
    }

    /// `cargo`, the one that runs us if it does.
    pub fn cargo(log: impl Into<PathBuf>) -> Self {
        Self::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), log)
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Unsets a variable.
    #[must_use]
    pub fn env_remove(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Sets several variables.
    #[must_use]
    pub fn envs(mut self, values: &[(String, String)]) -> Self {
        self.command.envs(values.iter().map(|(name, value)| (name, value)));
        self
    }

    /// Runs in another folder than the checkout's root.
    #[must_use]
    pub fn dir(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// Shows the output on the terminal in place of the log: for what people watch.
    #[must_use]
    pub fn shown(mut self) -> Self {
        self.is_shown = true;
        self
    }

    /// Ends the program, with everything it started, when it runs for longer: for what is known to end.
    #[must_use]
    pub fn at_most(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Starts the program and leaves it running; a limit does not count here.
    ///
    /// # Errors
    /// When the log cannot be written or the program cannot be started.
    pub fn start(mut self) -> Outcome<Group> {
        self.command.stdin(Stdio::null());
        if self.is_shown {
            return Group::spawn(&mut self.command);
        }
        let log = open_log(&self.log)?;
        let errors = log.try_clone().map_err(Failure::on("write", &self.log))?;
        self.command.stdout(log).stderr(errors);
        Group::spawn(&mut self.command)
    }

    /// Runs the program to its end.
    ///
    /// # Errors
    /// When it cannot be started, ends with another code than 0 or takes longer than its limit (both with the
    /// end of its log), or the user asks to stop.
    pub fn run(self) -> Outcome {
        let program = Path::new(self.command.get_program())
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let first =
            self.command.get_args().next().map_or_else(String::new, |arg| format!(" {}", arg.display()));
        let (log, is_shown, limit) = (self.log.clone(), self.is_shown, self.limit);
        let mut group = self.start()?;
        let status = group
            .wait(limit)
            .map_err(|failure| if is_shown { failure } else { failure.with_detail(tail_of(&log)) })?;
        if status.success() {
            return Ok(());
        }
        if is_shown {
            return Err(Failure::new(format!("{program}{first} failed ({status}); see above.")));
        }
        let sentence = format!("{program}{first} failed ({status}); the whole log is {}.", log.display());
        Err(Failure::new(sentence).with_detail(tail_of(&log)))
    }
}

fn comes_from_cargo(name: &str) -> bool {
    const KEEP: [&str; 4] = ["CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_BUILD_JOBS", "CARGO_TERM_COLOR"];
    let ours = name == "CARGO" || name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    let user_setting =
        KEEP.contains(&name) || name.starts_with("CARGO_NET_") || name.starts_with("CARGO_HTTP_");
    !user_setting
        && (ours || matches!(name, "LD_LIBRARY_PATH" | "DYLD_FALLBACK_LIBRARY_PATH" | "RUST_RECURSION_COUNT"))
}

fn open_log(log: &Path) -> Outcome<File> {
    if let Some(parent) = log.parent() {
        paths::make_dir(parent)?;
    }
    File::create(log).map_err(Failure::on("write", log))
}

/// The last lines of a log; empty when there is none.
pub fn tail_of(log: &Path) -> String {
    let Ok(bytes) = fs::read(log) else { return String::new() };
    let recent = bytes.get(bytes.len().saturating_sub(TAIL_BYTES)..).unwrap_or_default();
    let text = String::from_utf8_lossy(recent);
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(TAIL_LINES)..).unwrap_or_default().join("\n")
}

/// What a program prints on standard output, trimmed; nothing when it cannot be run or fails.
pub fn output_of(program: impl AsRef<OsStr>, args: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(args)
        .current_dir(paths::root())
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("xtask-job-{name}-{}.log", std::process::id()))
    }

    #[test]
    fn a_failing_program_shows_the_end_of_its_log() {
        let log = log("fail");
        let failure = Job::new("sh", &log)
            .args(["-c", "seq 1 100; echo why >&2; exit 4"])
            .run()
            .unwrap_err()
            .to_string();
        assert!(failure.contains("    | why\n"), "{failure}");
        assert!(!failure.contains("    | 50\n"), "{failure}");
        assert!(failure.contains("sh -c failed"), "{failure}");
        paths::remove(&log).unwrap();
    }

    #[test]
    fn a_successful_program_is_quiet() {
        let log = log("fine");
        Job::new("sh", &log).args(["-c", "echo $WORD"]).env("WORD", "hello").run().unwrap();
        assert_eq!(tail_of(&log), "hello");
        paths::remove(&log).unwrap();
        assert_eq!(tail_of(&log), "");
    }

    #[test]
    fn cargos_variables_for_us_are_not_passed_on() {
        for (name, expected) in [
            ("CARGO", true),
            ("CARGO_PKG_NAME", true),
            ("CARGO_MANIFEST_DIR", true),
            ("LD_LIBRARY_PATH", true),
            ("CARGO_HOME", false),
            ("CARGO_HTTP_CAINFO", false),
            ("PATH", false),
        ] {
            assert_eq!(comes_from_cargo(name), expected, "{name}");
        }
    }
}
