//! `POST /v1/identify` and `POST /v1/cart`: a page tells who its visitor is and gets what it may show.
//!
//! The two differ in when they are called; the answer is the same, because it is a function of the state.
//!
//! I/O in order: read the body; read commercetools (repeatable, only reads); answer; hand the link to the Tidio
//! project's object (repeatable: facts have an idempotency key and patches of one contact merge).

use contract::{ErrorCode, IdentifyRequest};
use edge_core::config::Config;
use edge_core::identify::{Identified, Place};
use edge_core::json;
use worker::Env;

use super::page::{Lent, refused, store_for};
use crate::commerce_client::CommerceClient;
use crate::delivery::Delivery;
use crate::http::{Incoming, Outgoing, allow_for_store};
use crate::rate_limit;

/// The answer, and what is to be delivered after it.
pub async fn identify(
    env: &Env,
    config: &Config,
    incoming: &Incoming,
    body: Result<Vec<u8>, ErrorCode>,
    now_ms: u64,
) -> (Outgoing, Option<Delivery>) {
    let origin = incoming.origin.as_deref();
    let refuse = |code| Outgoing::problem(code, &incoming.correlation_id);
    let parsed = body
        .and_then(|body| json::read::<IdentifyRequest>(&body).map_err(|_detail| ErrorCode::BodyMalformed));
    let found = parsed.and_then(|request| place(config, &request, origin).map(|place| (request, place)));
    let (request, place) = match found {
        Ok(found) => found,
        Err(code) => return (refused(config, incoming, code), None),
    };
    if !rate_limit::store_may(env, &place.store.key).await {
        return (allow_for_store(refuse(ErrorCode::RateLimited), place.store, origin), None);
    }
    let commerce = CommerceClient::new(env, place.project, &incoming.correlation_id);
    let lent = Lent::here();
    let call = lent.call(incoming, now_ms);
    let (answer, link) = match edge_core::identify::identify(config, place, &request, &commerce, call).await {
        Ok(Identified { reply, link }) => (Outgoing::json(200, &reply), link),
        Err(code) => (refuse(code), None),
    };
    let delivery =
        link.map(|link| Delivery::new(place.tidio.name.clone(), link, incoming.correlation_id.clone()));
    (allow_for_store(answer, place.store, origin), delivery)
}

/// The store and locale, if the store allows the page's origin.
fn place<'a>(
    config: &'a Config,
    request: &IdentifyRequest,
    origin: Option<&str>,
) -> Result<Place<'a>, ErrorCode> {
    store_for(config, &request.store, origin)?;
    Place::find(config, &request.store, &request.locale)
}
