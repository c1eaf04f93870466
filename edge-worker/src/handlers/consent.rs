//! `POST /v1/consent`: a shopper gave or withdrew consent, and the contact follows.
//!
//! I/O in order: read the body; with a commercetools access token, ask who it is; hand the fact to the Tidio project's
//! object; answer. 204 means kept, so a page may repeat anything that got another answer: of consent, the word
//! observed last counts.

use contract::{ConsentRequest, ErrorCode};
use edge_core::config::{Config, Secret};
use edge_core::engine::Priority;
use edge_core::fact::Fact;
use edge_core::identify::Call;
use edge_core::json;
use worker::Env;

use super::identify::{StorePlace, memory, store_for};
use crate::commerce_client::CommerceClient;
use crate::http::{Incoming, Outgoing, allow_for_any_store, allow_for_store};
use crate::log::{self, Level};
use crate::numbers;
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
    let refuse = |code| Outgoing::problem(code, &incoming.correlation_id);
    let parsed =
        body.and_then(|body| json::read::<ConsentRequest>(&body).map_err(|_detail| ErrorCode::BodyMalformed));
    let place =
        parsed.and_then(|request| store_for(config, &request.store, origin).map(|place| (request, place)));
    let (request, place) = match place {
        Ok(found) => found,
        Err(ErrorCode::OriginForbidden) => {
            return refuse(ErrorCode::OriginForbidden).with("vary", "origin");
        }
        Err(code) => return allow_for_any_store(refuse(code), config, origin),
    };
    let answer = match keep(env, config, place, incoming, &request, now_ms).await {
        Ok(()) => Outgoing::empty(204).with("cache-control", "no-store"),
        Err(code) => refuse(code),
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
    let (memory, numbers) = (memory(), numbers::formats());
    let call = Call {
        correlation_id: incoming.correlation_id.as_str(),
        now_ms,
        access_token: incoming.bearer.as_ref().map(Secret::expose),
        memory: &memory,
        numbers: &numbers,
    };
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
