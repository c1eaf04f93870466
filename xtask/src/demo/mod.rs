//! The demo: both vendors as emulators, the Worker in real workerd, and the shop.
//!
//! Invariant: when this returns, whatever the reason, nothing it started is alive.

mod port;
mod probe;
pub mod services;

use std::{fs, path::PathBuf, thread, time::Duration};

use crate::{
    build::{self, Artefact, Profile},
    failure::{Failure, Outcome},
    group::Group,
    interrupt,
    job::{Job, tail_of},
    paths,
    platform::Stopwatch,
    report::{say, seconds, step},
    setup::{browser, npm},
};
use services::Service;

/// Seconds a service gets until it answers; a busy machine needs a good part of them for the shop and wrangler.
const READY_SECONDS: f64 = 240.0;
const UNEXPECTED: &str = "The scripted visit did not find what it should; its report is above.";
const POLL: Duration = Duration::from_millis(100);

/// The running demo. Dropping it stops everything.
#[derive(Debug)]
pub struct Running {
    services: Vec<(Service, Group)>,
    state: PathBuf,
}

/// Builds everything, starts the demo and keeps it running until the user stops it.
///
/// # Errors
/// When a build fails, a port is taken, or a service does not start or ends by itself.
pub fn run() -> Outcome {
    let mut running = start()?;
    say("");
    say(format!("  Shop          {}", services::SHOP.url()));
    say(format!("  Agent inbox   {}/inbox", services::TIDIO.url()));
    say(format!("  Edge          {}/healthz", services::EDGE.url()));
    say(format!("  commercetools {} (emulator)", services::COMMERCETOOLS.url()));
    say("");
    say("Sign in as anna.schmidt@example.com / anna-demo or james.miller@example.com / james-demo.");
    say("Ctrl-C stops everything.");
    let ended = running.until_stopped();
    running.stop();
    ended
}

/// Builds everything, lets a browser make one scripted visit, and stops everything.
///
/// # Errors
/// When the demo does not start, or the visit finds something wrong.
pub fn check() -> Outcome {
    let watch = Stopwatch::start();
    let outcome = visit();
    say(format!("demo --check took {}.", seconds(watch.seconds())));
    outcome
}

fn visit() -> Outcome {
    let script = paths::in_root("tests/e2e/demo-check.mjs");
    let browser = browser::ensure()?;
    let mut running = start()?;
    let log = paths::logs().join("demo-check.log");
    let visited = step("scripted visit", || {
        let job = Job::new(npm::node()?, &log).args([&script]).env("PATH", npm::search_path());
        variables()
            .into_iter()
            .fold(job, |job, (name, value)| job.env(name, value))
            .env("CHROMIUM_BIN", &browser)
            .run()
    });
    running.stop();
    say(fs::read_to_string(&log).unwrap_or_default().trim_end());
    visited.map_err(|failure| if interrupt::requested() { failure } else { Failure::new(UNEXPECTED) })
}

/// Where the services are, for scripts.
pub fn variables() -> [(&'static str, String); 4] {
    [
        ("SHOP_URL", services::SHOP.url()),
        ("EDGE_URL", services::EDGE.url()),
        ("COMMERCETOOLS_URL", services::COMMERCETOOLS.url()),
        ("TIDIO_URL", services::TIDIO.url()),
    ]
}

/// Builds everything, starts the services and waits until each answers.
///
/// # Errors
/// When a build fails, a port is taken, or a service does not start. Nothing is left running then.
pub fn start() -> Outcome<Running> {
    for service in services::ALL {
        port::require_free(service.port, service.name)?;
    }
    build::run(Artefact::All, Profile::Release)?;
    let state = paths::target().join("demo").join(format!("state-{}", std::process::id()));
    // The emulators forget everything when they stop; storage that remembers them would be of no use.
    paths::remove(&state)?;
    paths::make_dir(&state)?;
    let mut running = Running { services: Vec::new(), state };
    step("start emulators, edge and shop", || {
        for service in services::ALL {
            running.add(service)?;
        }
        services::ALL.iter().try_for_each(|service| running.wait_for(*service))
    })?;
    Ok(running)
}

impl Running {
    fn add(&mut self, service: Service) -> Outcome {
        let group = service.job(&self.state)?.start()?;
        self.services.push((service, group));
        Ok(())
    }

    fn wait_for(&mut self, service: Service) -> Outcome {
        let watch = Stopwatch::start();
        while !probe::status(service.port, service.health).is_some_and(|status| (200..300).contains(&status))
        {
            self.all_alive()?;
            if interrupt::requested() {
                return Err(interrupt::failure());
            }
            if watch.seconds() > READY_SECONDS {
                let sentence = format!("{} did not answer within {READY_SECONDS} seconds.", service.name);
                return Err(Failure::new(sentence).with_detail(tail_of(&service.log())));
            }
            thread::sleep(POLL);
        }
        Ok(())
    }

    fn all_alive(&mut self) -> Outcome {
        for (service, group) in &mut self.services {
            if let Some(status) = group.ended()? {
                let sentence = format!("{} ended by itself ({status}).", service.name);
                return Err(Failure::new(sentence).with_detail(tail_of(&service.log())));
            }
        }
        Ok(())
    }

    fn until_stopped(&mut self) -> Outcome {
        while !interrupt::requested() {
            self.all_alive()?;
            thread::sleep(POLL);
        }
        Ok(())
    }

    /// Stops every service, in the reverse order of starting, and removes the Worker's storage.
    pub fn stop(&mut self) {
        if self.services.is_empty() {
            return;
        }
        say("· stopping …");
        thread::scope(|scope| {
            for (_, group) in self.services.iter_mut().rev() {
                scope.spawn(|| group.stop());
            }
        });
        self.services.clear();
        let _ = paths::remove(&self.state);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}
