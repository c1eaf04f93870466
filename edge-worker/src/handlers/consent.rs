//! `POST /v1/consent`: a shopper gave or withdrew consent, and the contact follows.
//!
//! I/O in order: read the body; with a commercetools access token, ask who it is; hand the fact to the Tidio project's
//! object; answer. 204 means kept, so a page may repeat anything that got another answer: of consent, the word
//! observed last counts.

use contract::{ConsentRequest, ErrorCode};
use edge_core::config::Config;
use edge_core::engine::Priority;
use edge_core::fact::Fact;
use edge_core::json;
use worker::Env;

use super::page::{Lent, StorePlace, refused, store_for};
use crate::commerce_client::CommerceClient;
use crate::http::{Incoming, Outgoing, allow_for_store};
use crate::log::{self, Level};
use crate::rate_limit;
use crate::tidio_project_do::submit;

/// Answers `POST /v1/consent`.
pub async fn consent(
    env: &Env,
    config: &Config,
    incoming: &Incoming,
    body: Result<Vec<u8>, ErrorCode>,
    now_ms: u64,
) -> Outgoing {
    let origin = incoming.origin.as_deref();
    let parsed =
        body.and_then(|body| json::read::<ConsentRequest>(&body).map_err(|_detail| ErrorCode::BodyMalformed));
    let place =
        parsed.and_then(|request| store_for(config, &request.store, origin).map(|place| (request, place)));
    let (request, place) = match place {
        Ok(found) => found,
        Err(code) => return refused(config, incoming, code),
    };
    let answer = match keep(env, config, place, incoming, &request, now_ms).await {
        Ok(()) => Outgoing::empty(204).with("cache-control", "no-store"),
        Err(code) => Outgoing::problem(code, &incoming.correlation_id),
    };
    allow_for_store(answer, place.0, origin)
}

async fn keep(
    env: &Env,
    config: &Config,
    place: StorePlace<'_>,
    incoming: &Incoming,
    request: &ConsentRequest,
    now_ms: u64,
) -> Result<(), ErrorCode> {
    let (store, project, tidio) = place;
    if !rate_limit::store_may(env, &store.key).await {
        return Err(ErrorCode::RateLimited);
    }
    let commerce = CommerceClient::new(env, project, &incoming.correlation_id);
    let lent = Lent::here();
    let call = lent.call(incoming, now_ms);
    let fact = edge_core::consent::consent(config, place, request, &commerce, call).await?;
    // Without the contact interface nothing was written that could follow.
    let Some(fact) = fact.filter(|_| tidio.openapi.is_some()) else { return Ok(()) };
    let kept = submit(env, &tidio.name, Priority::Interactive, &[Fact::Consent(fact)]).await;
    kept.map(drop).map_err(|code| {
        log::write(
            Level::Error,
            "A word on consent could not be kept.",
            &[("code", &&code), ("tidio", &&tidio.name), ("correlation_id", &&incoming.correlation_id)],
        );
        ErrorCode::TidioUnavailable
    })
}
