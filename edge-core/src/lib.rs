//! The rules of the edge: verify, project, diff, coalesce, retry, route, erase.
//!
//! Pure: no clock, no network, no platform. What varies is passed in, and everything outside is a port.
#![forbid(unsafe_code)]

pub mod fact;
