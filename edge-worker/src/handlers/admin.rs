//! `/admin/…`: for operations, behind the secret `ADMIN_TOKEN`.

use contract::{ErrorCode, Identity};
use edge_core::config::{Config, Secret};
use edge_core::identify::Place;
use edge_core::route::{self, Verdict};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::http::{Incoming, Outgoing};

/// Lets the caller in, or says why not. Without a configured token there is nothing at these paths.
///
/// # Errors
/// `route_unknown`, `caller_unauthorized`: the caller's.
pub fn authorise(config: &Config, bearer: Option<&Secret>) -> Result<(), ErrorCode> {
    let expected = config.admin_token.as_ref().ok_or(ErrorCode::RouteUnknown)?;
    if is_token(expected, bearer) { Ok(()) } else { Err(ErrorCode::CallerUnauthorized) }
}

/// Is this the token? Takes the same time wherever they differ.
pub fn is_token(expected: &Secret, given: Option<&Secret>) -> bool {
    let given = given.map(Secret::expose).unwrap_or_default();
    // Hashes are of equal length, so that the comparison does not tell the token's.
    let [expected, given] = [expected.expose(), given].map(|text| Sha256::digest(text.as_bytes()));
    expected.ct_eq(&given).into()
}

#[derive(Serialize)]
struct Explanation<'a> {
    store: &'a str,
    locale: &'a str,
    identity: Identity,
    route: Option<&'a str>,
    department: Option<&'a str>,
    tags: Vec<&'a str>,
    rules: Vec<Verdict>,
}

/// `GET /admin/routes/explain?store&locale&identity`: which rule decides for such a visitor, and why not the ones
/// before it. Answers from the configuration alone; repeatable.
pub fn explain_route(config: &Config, incoming: &Incoming) -> Outgoing {
    match explanation(config, incoming) {
        Ok(answer) => answer,
        Err(code) => Outgoing::problem(code, &incoming.correlation_id),
    }
}

fn explanation(config: &Config, incoming: &Incoming) -> Result<Outgoing, ErrorCode> {
    authorise(config, incoming.bearer.as_ref())?;
    let parameter = |name| incoming.parameter(name).unwrap_or_default();
    let place = Place::find(config, &parameter("store"), &parameter("locale"))?;
    let identity = match parameter("identity").as_str() {
        "verified" => Identity::Verified,
        "claimed" => Identity::Claimed,
        "guest" | "" => Identity::Guest,
        _ => return Err(ErrorCode::BodyMalformed),
    };
    let (rules, visitor) = (&place.store.routes, place.visitor(identity));
    let rule = route::choose(rules, visitor);
    Ok(Outgoing::json(
        200,
        &Explanation {
            store: place.store.key.as_str(),
            locale: place.locale.tag.as_str(),
            identity,
            route: rule.map(|rule| rule.route.as_str()),
            department: rule.and_then(|rule| rule.department.as_ref()).map(|department| department.as_str()),
            tags: rule.map(|rule| rule.tags.iter().map(|tag| tag.as_str()).collect()).unwrap_or_default(),
            rules: route::explain(rules, visitor),
        },
    ))
}
