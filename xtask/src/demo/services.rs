//! The four services of the demo: how each is started, and how one sees that it is ready.

use std::path::{Path, PathBuf};

use crate::{build, failure::Outcome, job::Job, paths, setup::npm};

/// One service: a name, a port of its own, and a path that answers 2xx when it is ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
    /// As the user reads it, and as its log is called.
    pub name: &'static str,
    /// On localhost.
    pub port: u16,
    /// Answers when the service is ready.
    pub health: &'static str,
}

/// The emulator of commercetools.
pub const COMMERCETOOLS: Service =
    Service { name: "commercetools-emulator", port: 8989, health: "/__emulator/requests" };
/// The emulator of Tidio, with the agent's inbox.
pub const TIDIO: Service = Service { name: "tidio-emulator", port: 8990, health: "/__emulator/requests" };
/// The Worker under `wrangler dev`.
pub const EDGE: Service = Service { name: "edge", port: 8787, health: "/healthz" };
/// The shop.
pub const SHOP: Service = Service { name: "shop", port: 3000, health: "/" };

/// All of them, in the order in which they are started.
pub const ALL: [Service; 4] = [COMMERCETOOLS, TIDIO, EDGE, SHOP];

/// The shop's settings in the demo. The secrets are worthless: they open nothing but the emulators.
const SHOP_SETTINGS: [(&str, &str); 14] = [
    ("PORT", "3000"),
    ("SHOP_URL", "http://localhost:3000"),
    ("SHOP_DEMO", "1"),
    // The visit runs under an enforced Content-Security-Policy, as it would in a careful shop.
    ("SHOP_CSP", "enforce"),
    ("CHAT_ORIGINS", "http://localhost:8990"),
    ("CTP_PROJECT_KEY", "demo-shop"),
    ("CTP_API_URL", "http://localhost:8989"),
    ("CTP_AUTH_URL", "http://localhost:8989"),
    ("CTP_CLIENT_ID", "demo-shop-backend"),
    ("CTP_CLIENT_SECRET", "demo-shop-backend-secret"),
    ("SESSION_SECRET", "demo-session-secret-0123456789abcdef0123456789"),
    ("BRIDGE_EDGE_URL", "http://localhost:8787"),
    ("BRIDGE_KEY_ID", "demo-1"),
    ("IDENTITY_KEY_DEMO_1", "demo-identity-key-0123456789abcdef0123456789"),
];

impl Service {
    /// Its address for a browser.
    pub fn url(self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Its log.
    pub fn log(self) -> PathBuf {
        paths::logs().join(format!("demo-{}.log", self.name))
    }

    /// How it is started; `state` is an empty folder for the Worker's storage.
    ///
    /// # Errors
    /// When a program it needs is missing.
    pub fn job(self, state: &Path) -> Outcome<Job> {
        let port = self.port.to_string();
        if self == EDGE {
            return edge(&port, state, self.log());
        }
        if self == SHOP {
            let job = SHOP_SETTINGS
                .iter()
                .fold(npm_job("npm", self.log()), |job, (name, value)| job.env(name, value));
            return Ok(job.args(["run", "start", "--workspace", "demo-storefront"]));
        }
        let vendor = if self == COMMERCETOOLS { "commercetools" } else { "tidio" };
        Ok(Job::new(build::emulators_program(), self.log()).args([vendor, "--port", &port, "--seed", "demo"]))
    }
}

fn npm_job(program: impl AsRef<std::ffi::OsStr>, log: PathBuf) -> Job {
    Job::new(program, log).env("PATH", npm::search_path()).env("NEXT_TELEMETRY_DISABLED", "1")
}

fn edge(port: &str, state: &Path, log: PathBuf) -> Outcome<Job> {
    let job = npm_job(npm::program("wrangler")?, log)
        .args(["dev", "--env", "demo", "--ip", "localhost", "--port", port])
        .args(["--show-interactive-dev-session=false", "--persist-to"])
        .args([state])
        .env("WRANGLER_SEND_METRICS", "false")
        .env("WRANGLER_LOG_PATH", paths::logs().join("wrangler"))
        // Made-up values for `Request.cf` instead of a download of real ones.
        .env("CLOUDFLARE_CF_FETCH_ENABLED", "false");
    Ok(job)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shops_settings_name_the_demos_services() {
        let setting = |wanted: &str| SHOP_SETTINGS.iter().find(|(name, _)| *name == wanted).unwrap().1;
        for (name, service) in [
            ("CTP_API_URL", COMMERCETOOLS),
            ("CTP_AUTH_URL", COMMERCETOOLS),
            ("BRIDGE_EDGE_URL", EDGE),
            ("SHOP_URL", SHOP),
            ("CHAT_ORIGINS", TIDIO),
        ] {
            assert_eq!(setting(name), service.url(), "{name}");
        }
        assert_eq!(setting("PORT"), SHOP.port.to_string());
    }

    #[test]
    fn no_two_services_share_a_port_or_a_log() {
        for (index, one) in ALL.iter().enumerate() {
            for other in &ALL[index + 1..] {
                assert_ne!(one.port, other.port);
                assert_ne!(one.log(), other.log());
            }
        }
    }
}
