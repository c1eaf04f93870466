//! One file per endpoint: translate, call `edge_core`, translate back.

mod admin;
mod bootstrap;
mod consent;
mod doctor;
pub mod events;
mod health;
mod identify;
mod operations;
mod page;
pub mod webhooks;

pub use admin::explain_route;
pub use bootstrap::bootstrap;
pub use consent::consent;
pub use doctor::doctor;
pub use health::{healthz, readyz};
pub use identify::identify;
pub use operations::operate;
