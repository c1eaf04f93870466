//! What both emulators need and neither vendor defines: request log, faults, clock, listening.
//!
//! Everything here is reached under `/__emulator/` and never appears in the request log:
//! `GET health`, `GET|DELETE requests`, `POST|GET|DELETE faults`, `POST reset`, `GET|POST clock`.

mod admin;
mod faults;
mod middleware;
pub mod platform;
mod requests;
pub mod server;

pub use middleware::Client;

use axum::Router;
use faults::Faults;
use platform::Clock;
use requests::RequestLog;
use std::sync::Arc;

/// Puts an emulator back to its seed; the harness clears its own log and faults itself.
pub type Reset = Arc<dyn Fn() + Send + Sync>;

/// Shared machinery of one running emulator.
pub struct Harness {
    /// Short vendor name, shown by the health endpoint.
    pub name: &'static str,
    /// The emulator's only source of time.
    pub clock: Clock,
    requests: RequestLog,
    faults: Faults,
    correlation_header: Option<&'static str>,
}

impl Harness {
    /// A harness with an empty log, no faults and a clock that follows the real one.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            clock: Clock::real(),
            requests: RequestLog::default(),
            faults: Faults::default(),
            correlation_header: None,
        }
    }

    /// Makes every answer carry this header: the request's value, or a new UUID.
    pub fn with_correlation_header(mut self, header: &'static str) -> Self {
        self.correlation_header = Some(header);
        self
    }

    /// Adds log, faults, correlation id and the `/__emulator` endpoints to a vendor's routes.
    pub fn wrap(self: &Arc<Self>, vendor: Router, reset: Reset) -> Router {
        let around = axum::middleware::from_fn_with_state(Arc::clone(self), middleware::around);
        vendor.merge(admin::routes(Arc::clone(self), reset)).layer(around)
    }
}
