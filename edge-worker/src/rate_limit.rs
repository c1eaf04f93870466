//! Limits on what one visitor, and one store, may ask of the public endpoints.
//!
//! In scope: the keys and the two bindings. Out of scope: the counts, which stand in `wrangler.toml`, and how the
//! platform keeps them (per data centre, and not to the last request).
//!
//! Without a binding there is no limit, and a binding that fails lets everybody through: a fault of the limiter must
//! not become a fault of the chat.

use edge_core::config::StoreKey;
use worker::Env;

use crate::call::Call;
use crate::log::{self, Level};
use crate::web;

/// Binding for visitors.
const PER_VISITOR: &str = "RATE_PER_VISITOR";
/// Binding for stores.
const PER_STORE: &str = "RATE_PER_STORE";

/// May the visitor at this address ask once more? Repeatable, but every call counts.
pub async fn visitor_may(env: &Env, address: Option<&str>) -> bool {
    match address {
        Some(address) => may(env, PER_VISITOR, visitor_key(address)).await,
        None => true,
    }
}

/// May pages of this store ask once more? Repeatable, but every call counts.
pub async fn store_may(env: &Env, store: &StoreKey) -> bool {
    may(env, PER_STORE, store.to_string()).await
}

async fn may(env: &Env, binding: &'static str, key: String) -> bool {
    let outcome = Call::begin(|call| web::may_ask(call, env, binding, &key)).await;
    if outcome.text == "failed" {
        log::write(Level::Warn, "A rate limit could not be asked.", &[("binding", &&binding)]);
    }
    outcome.text != "no"
}

/// An IPv4 address; of an IPv6 address the first four groups, because a household has all of the rest.
fn visitor_key(address: &str) -> String {
    match address.parse::<std::net::Ipv6Addr>() {
        Ok(address) => match address.segments() {
            [a, b, c, d, ..] => format!("{a:x}:{b:x}:{c:x}:{d:x}::/64"),
        },
        Err(_not_v6) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_household_is_one_visitor() {
        let cases = [
            ("203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
            ("::1", "0:0:0:0::/64"),
            ("nonsense", "nonsense"),
        ];
        for (address, want) in cases {
            assert_eq!(visitor_key(address), want);
        }
    }
}
