//! The table of endpoints.

use contract::ErrorCode;

use super::{Incoming, Method, Outgoing};

/// An endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// Is the Worker alive?
    Healthz,
    /// Is it configured, and do the vendors accept it?
    Readyz,
    /// Public settings of a store and locale.
    Bootstrap,
    /// Who is asking?
    Identify,
    /// The cart has changed.
    Cart,
    /// Consent was given or withdrawn.
    Consent,
    /// A dry run of the routing rules.
    ExplainRoute,
    /// Events by an EventBridge API destination.
    EventBridge,
    /// Events by an Event Grid webhook.
    EventGrid,
    /// Events by a Pub/Sub push subscription.
    PubSub,
    /// Events by an SNS topic.
    Sns,
    /// What Tidio tells.
    TidioWebhooks,
    /// What is missing or mistyped.
    Doctor,
    /// Operations: everything below `/admin/`.
    Admin,
}

/// Path, method, endpoint.
const TABLE: &[(&str, Method, Endpoint)] = &[
    ("/healthz", Method::Get, Endpoint::Healthz),
    ("/readyz", Method::Get, Endpoint::Readyz),
    ("/v1/bootstrap", Method::Get, Endpoint::Bootstrap),
    ("/v1/identify", Method::Post, Endpoint::Identify),
    ("/v1/cart", Method::Post, Endpoint::Cart),
    ("/v1/consent", Method::Post, Endpoint::Consent),
    ("/admin/routes/explain", Method::Get, Endpoint::ExplainRoute),
    ("/admin/doctor", Method::Get, Endpoint::Doctor),
    ("/v1/events/eventbridge", Method::Post, Endpoint::EventBridge),
    ("/v1/events/eventgrid", Method::Post, Endpoint::EventGrid),
    ("/v1/events/pubsub", Method::Post, Endpoint::PubSub),
    ("/v1/events/sns", Method::Post, Endpoint::Sns),
    ("/v1/tidio/webhooks", Method::Post, Endpoint::TidioWebhooks),
    // Event Grid asks first whether anything is wanted.
    ("/v1/events/eventgrid", Method::Options, Endpoint::EventGrid),
];

impl Endpoint {
    /// Name for logs.
    pub const fn name(self) -> &'static str {
        match self {
            Endpoint::Healthz => "healthz",
            Endpoint::Readyz => "readyz",
            Endpoint::Bootstrap => "bootstrap",
            Endpoint::Identify => "identify",
            Endpoint::Cart => "cart",
            Endpoint::Consent => "consent",
            Endpoint::ExplainRoute => "routes_explain",
            Endpoint::EventBridge => "eventbridge",
            Endpoint::EventGrid => "eventgrid",
            Endpoint::PubSub => "pubsub",
            Endpoint::Sns => "sns",
            Endpoint::TidioWebhooks => "tidio_webhooks",
            Endpoint::Doctor => "doctor",
            Endpoint::Admin => "admin",
        }
    }

    /// Do other machines or operations call it, so that the answer comes after the deed?
    pub const fn is_for_machines(self) -> bool {
        matches!(
            self,
            Endpoint::EventBridge
                | Endpoint::EventGrid
                | Endpoint::PubSub
                | Endpoint::Sns
                | Endpoint::TidioWebhooks
                | Endpoint::Admin
        )
    }

    /// Do pages of other origins call it?
    pub const fn is_for_browsers(self) -> bool {
        matches!(self, Endpoint::Bootstrap | Endpoint::Identify | Endpoint::Cart | Endpoint::Consent)
    }
}

/// The endpoint of a path and method. A preflight finds the endpoint that it asks about.
///
/// # Errors
/// `route_unknown`, `method_not_allowed`: the caller's.
pub fn find(path: &str, method: Method) -> Result<Endpoint, ErrorCode> {
    let mut known = TABLE.iter().filter(|(at, ..)| *at == path).peekable();
    if known.peek().is_none() {
        if path.starts_with("/admin/") && matches!(method, Method::Get | Method::Post) {
            return Ok(Endpoint::Admin);
        }
        return Err(ErrorCode::RouteUnknown);
    }
    known
        .find(|(_, served, endpoint)| {
            *served == method || (method == Method::Options && endpoint.is_for_browsers())
        })
        .map(|(.., endpoint)| *endpoint)
        .ok_or(ErrorCode::MethodNotAllowed)
}

/// The refusal of a path or method that is not served; one of a method names those that are.
pub fn unserved(incoming: &Incoming, code: ErrorCode) -> Outgoing {
    let refusal = Outgoing::problem(code, &incoming.correlation_id);
    let methods: Vec<&str> =
        TABLE.iter().filter(|(at, ..)| *at == incoming.path).map(|row| named(row)).collect();
    if methods.is_empty() { refusal } else { refusal.with("allow", methods.join(", ")) }
}

/// What a row of the table serves.
const fn named((_, method, endpoint): &(&str, Method, Endpoint)) -> &'static str {
    match method {
        Method::Get if endpoint.is_for_browsers() => "GET, HEAD, OPTIONS",
        Method::Get => "GET, HEAD",
        Method::Post if endpoint.is_for_browsers() => "POST, OPTIONS",
        Method::Post => "POST",
        Method::Options | Method::Other => "OPTIONS",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_methods_lead_to_endpoints() {
        use Method::{Get, Options, Other, Post};
        let cases = [
            ("/healthz", Get, Ok(Endpoint::Healthz)),
            ("/v1/identify", Post, Ok(Endpoint::Identify)),
            ("/v1/identify", Options, Ok(Endpoint::Identify)),
            ("/v1/identify", Get, Err(ErrorCode::MethodNotAllowed)),
            ("/v1/identify", Other, Err(ErrorCode::MethodNotAllowed)),
            ("/healthz", Options, Err(ErrorCode::MethodNotAllowed)),
            ("/admin/routes/explain", Options, Err(ErrorCode::MethodNotAllowed)),
            ("/v1/identify/", Post, Err(ErrorCode::RouteUnknown)),
            ("/V1/identify", Post, Err(ErrorCode::RouteUnknown)),
            ("/", Get, Err(ErrorCode::RouteUnknown)),
        ];
        for (path, method, want) in cases {
            assert_eq!(find(path, method), want, "{method:?} {path}");
        }
    }
}
