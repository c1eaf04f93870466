//! The browser side of the bridge: consent, then session, then identity, then the Tidio widget.
//!
//! In scope: the decisions ([`machine`], [`identity`], [`consent`], [`session`], [`fields`], [`retry`]) as plain
//! Rust that is tested natively, and a thin shell (`web`) that carries them out in a page. Out of scope: the
//! launcher and the choice of the moment, which are the npm package's boot part, so that a page pays for this
//! module only when chat is wanted.

pub mod consent;
pub mod fields;
pub mod identity;
pub mod machine;
pub mod outgoing;
pub mod page;
pub mod retry;
pub mod session;
pub mod status;

mod platform;
mod web;
pub mod wire;
