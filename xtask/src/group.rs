//! Process groups: each child leads one, so that it can be stopped together with everything it started.
//!
//! Invariant: nothing started through this module is alive after its [`Group`] was stopped or dropped, and
//! nothing at all after [`sweep`] (on Linux, where orphans are handed to this process).

use std::{
    fs,
    os::unix::process::CommandExt as _,
    process::{Child, Command, ExitStatus},
    thread,
    time::Duration,
};

use rustix::process::{
    Pid, Signal, WaitOptions, kill_process, kill_process_group, test_kill_process_group, wait,
};

use crate::{
    failure::{Failure, Outcome},
    interrupt,
    platform::Stopwatch,
    report::seconds,
};

/// How often a running child is looked at.
const POLL: Duration = Duration::from_millis(25);
/// Seconds a child gets between the polite and the hard signal.
const GRACE_SECONDS: f64 = 5.0;

/// A child process and its descendants.
#[derive(Debug)]
pub struct Group {
    child: Child,
    leader: Option<Pid>,
}

impl Group {
    /// Starts the command as the leader of a new process group.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn spawn(command: &mut Command) -> Outcome<Self> {
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command
            .process_group(0)
            .spawn()
            .map_err(|error| Failure::new(format!("Cannot start {program}: {error}.")))?;
        let leader = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        Ok(Self { child, leader })
    }

    /// Whether the leader has ended, and how.
    ///
    /// # Errors
    /// When the operating system does not know the child.
    pub fn ended(&mut self) -> Outcome<Option<ExitStatus>> {
        self.child.try_wait().map_err(|error| Failure::new(format!("Lost a child process: {error}.")))
    }

    /// Waits for the leader; stops the whole group when the user asks to stop or the time is over.
    ///
    /// # Errors
    /// When the user asked to stop, or the leader still runs after `limit`.
    pub fn wait(&mut self, limit: Option<Duration>) -> Outcome<ExitStatus> {
        let watch = Stopwatch::start();
        loop {
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            if let Some(limit) = limit.filter(|limit| watch.seconds() > limit.as_secs_f64()) {
                self.stop();
                return Err(Failure::new(format!("Stopped after {}.", seconds(limit.as_secs_f64()))));
            }
            if interrupt::requested() {
                self.stop();
                return Err(interrupt::failure());
            }
            thread::sleep(POLL);
        }
    }

    /// Asks the group to end, waits a little, then ends it. Harmless when it has ended already.
    pub fn stop(&mut self) {
        if !self.is_alive() {
            return;
        }
        self.signal(Signal::INT);
        let watch = Stopwatch::start();
        while self.is_alive() && watch.seconds() < GRACE_SECONDS {
            if watch.seconds() > GRACE_SECONDS / 2.0 {
                self.signal(Signal::TERM);
            }
            thread::sleep(POLL);
        }
        self.signal(Signal::KILL);
        let _ = self.child.wait();
        // The leader is gone; a busy machine may take a moment to end the others.
        let watch = Stopwatch::start();
        while self.is_alive() && watch.seconds() < GRACE_SECONDS {
            thread::sleep(POLL);
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(leader) = self.leader {
            let _ = kill_process_group(leader, signal);
        }
    }

    fn is_alive(&mut self) -> bool {
        let Some(leader) = self.leader else { return false };
        let _ = self.child.try_wait();
        test_kill_process_group(leader).is_ok() && has_living_member(leader)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if self.is_alive() {
            self.stop();
        }
    }
}

/// From now on orphaned descendants belong to this process, so that [`sweep`] can find them.
pub fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// Ends every descendant that left its group, and returns what had to be ended.
pub fn sweep() -> Vec<String> {
    let mut ended = Vec::new();
    let watch = Stopwatch::start();
    loop {
        let children = children_of(std::process::id());
        let living: Vec<_> = children.iter().filter(|child| child.alive).collect();
        if children.is_empty() || (living.is_empty() && watch.seconds() > 1.0) {
            break;
        }
        if watch.seconds() > GRACE_SECONDS {
            break;
        }
        for child in living {
            if !ended.contains(&child.label) {
                ended.push(child.label.clone());
            }
            let hard = watch.seconds() > 1.0;
            let _ = kill_process(child.pid, if hard { Signal::KILL } else { Signal::TERM });
        }
        collect_ended();
        thread::sleep(POLL);
    }
    ended
}

fn collect_ended() {
    while let Ok(Some(_)) = wait(WaitOptions::NOHANG) {}
}

/// Whether a member of the group still runs. Those that ended and wait to be collected, by this process or by
/// another one that adopted them, do not count. Where there is no `/proc`, every member counts.
fn has_living_member(leader: Pid) -> bool {
    let Ok(entries) = fs::read_dir("/proc") else { return true };
    let group = leader.as_raw_nonzero().get();
    let stats = entries.flatten().filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok());
    stats
        .into_iter()
        .any(|stat| parse_stat(&stat).is_some_and(|stat| stat.group == group && stat.state != 'Z'))
}

struct Descendant {
    pid: Pid,
    label: String,
    alive: bool,
}

/// The direct children of a process, from `/proc`; none where there is no such folder.
fn children_of(parent: u32) -> Vec<Descendant> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries
        .flatten()
        .filter_map(|entry| {
            let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            let Stat { name, state, .. } = parse_stat(&stat).filter(|stat| stat.parent == parent)?;
            Some(Descendant {
                pid: Pid::from_raw(pid)?,
                label: format!("{name} ({pid})"),
                alive: state != 'Z',
            })
        })
        .collect()
}

/// What `/proc/<pid>/stat` says about a process.
#[derive(Debug, PartialEq, Eq)]
struct Stat<'a> {
    name: &'a str,
    state: char,
    parent: u32,
    group: i32,
}

/// Reads such a line. The name may hold spaces and brackets.
fn parse_stat(stat: &str) -> Option<Stat<'_>> {
    let (head, tail) = stat.rsplit_once(')')?;
    let (_, name) = head.split_once('(')?;
    let mut fields = tail.split_whitespace();
    let state = fields.next()?.chars().next()?;
    let parent = fields.next()?.parse().ok()?;
    Some(Stat { name, state, parent, group: fields.next()?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use std::process::Stdio;

    use super::*;

    #[test]
    fn stat_lines_are_read() {
        for (given, expected) in [
            ("12 (node) S 7 12 12", Some(Stat { name: "node", state: 'S', parent: 7, group: 12 })),
            ("12 (a) b (c)) Z 1 3", Some(Stat { name: "a) b (c)", state: 'Z', parent: 1, group: 3 })),
            ("nonsense", None),
        ] {
            assert_eq!(parse_stat(given), expected);
        }
    }

    #[test]
    fn stopping_a_group_ends_grandchildren_that_ignore_the_polite_signals() {
        let mut command = Command::new("sh");
        command.args(["-c", "(trap '' INT TERM; sleep 61.5) & wait"]).stdin(Stdio::null());
        let mut group = Group::spawn(&mut command).unwrap();
        thread::sleep(Duration::from_millis(200));
        assert!(group.is_alive());
        group.stop();
        assert!(!group.is_alive());
    }

    #[test]
    fn a_program_that_does_not_end_is_stopped_when_its_time_is_over() {
        let mut group = Group::spawn(Command::new("sleep").arg("61.5")).unwrap();
        let failure = group.wait(Some(Duration::from_millis(50))).unwrap_err();
        assert!(failure.to_string().starts_with("Stopped after"), "{failure}");
        assert!(!group.is_alive());
    }

    #[test]
    fn a_group_that_ended_is_reported_and_may_be_stopped_again() {
        let mut group = Group::spawn(Command::new("sh").args(["-c", "exit 3"])).unwrap();
        assert_eq!(group.wait(None).unwrap().code(), Some(3));
        group.stop();
        assert!(Group::spawn(&mut Command::new("/no/such/program")).is_err());
    }
}
