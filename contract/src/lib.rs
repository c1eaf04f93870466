//! What the browser bridge and the edge say to each other: requests, replies, limits and error codes.
//!
//! In scope: shapes, units, ranges and stable codes. Out of scope: how either side decides anything.
//! Members are camelCase on the wire, as commercetools writes them. Unknown members are ignored on both
//! sides, so that an older page keeps working with a newer edge; a breaking change raises
//! [`CONTRACT_VERSION`] and the edge answers [`ErrorCode::ContractUnsupported`] to what it no longer speaks.
#![forbid(unsafe_code)]

mod code;
mod flat_map;
mod limits;
mod messages;

pub use code::{ErrorCode, Problem};
pub use flat_map::FlatMap;
pub use limits::*;
pub use messages::*;
