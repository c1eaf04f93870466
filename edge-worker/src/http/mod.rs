//! HTTP without the platform: what came in, which endpoint it is for, and what goes out. All of it runs natively.

mod cors;
mod incoming;
mod outgoing;
mod routes;

pub use cors::{allow_for_any_store, allow_for_store, preflight};
pub use incoming::{CorrelationId, Incoming, Method, bearer, is_json, path_and_query};
pub use outgoing::Outgoing;
pub use routes::{Endpoint, find, unserved};
