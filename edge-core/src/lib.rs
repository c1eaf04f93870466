//! The rules of the edge: verify, project, diff, coalesce, retry, route, erase.
//!
//! Pure: no clock, no network, no platform. What varies is passed in, and everything outside is a port.
#![forbid(unsafe_code)]

pub mod access_token;
pub mod base64;
pub mod claim;
pub mod commerce;
pub mod config;
pub mod consent;
pub mod doctor;
pub mod engine;
pub mod fact;
pub mod identify;
pub mod identity;
pub mod intake;
mod jws;
pub mod link;
pub mod localized;
pub mod money;
pub mod number;
pub mod order_message;
pub mod project;
pub mod proof;
pub mod property;
pub mod retry_after;
pub mod route;
#[cfg(test)]
mod testing;
pub mod text;
pub mod token;

pub use edge_json as json;
