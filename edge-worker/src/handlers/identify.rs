//! `POST /v1/identify` and `POST /v1/cart`: a page tells who its visitor is and gets what it may show.
//!
//! The two differ in when they are called; the answer is the same, because it is a function of the state.
//!
//! I/O in order: read the body; read commercetools (repeatable, only reads); answer; hand the link to the Tidio
//! project's object (repeatable: facts have an idempotency key and patches of one contact merge).

use std::cell::RefCell;
use std::rc::Rc;

use contract::{ErrorCode, IdentifyRequest};
use edge_core::access_token::Memory;
use edge_core::config::{CommerceProject, Config, Secret, Store, TidioProject};
use edge_core::identify::{Call, Identified, Place};
use edge_core::json;
use worker::Env;

use crate::commerce_client::CommerceClient;
use crate::delivery::Delivery;
use crate::http::{Incoming, Outgoing, allow_for_any_store, allow_for_store};
use crate::numbers;
use crate::rate_limit;

thread_local! {
    static MEMORY: Rc<RefCell<Memory>> = Rc::default();
}

/// What this isolate remembers about access tokens.
pub fn memory() -> Rc<RefCell<Memory>> {
    MEMORY.with(Rc::clone)
}

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
    let request = match parsed {
        Ok(request) => request,
        Err(code) => return (allow_for_any_store(refuse(code), config, origin), None),
    };
    let place = match place(config, &request, origin) {
        Ok(place) => place,
        Err(ErrorCode::OriginForbidden) => {
            return (refuse(ErrorCode::OriginForbidden).with("vary", "origin"), None);
        }
        Err(code) => return (allow_for_any_store(refuse(code), config, origin), None),
    };
    if !rate_limit::store_may(env, &place.store.key).await {
        return (allow_for_store(refuse(ErrorCode::RateLimited), place.store, origin), None);
    }
    let commerce = CommerceClient::new(env, place.project, &incoming.correlation_id);
    let (memory, numbers) = (memory(), numbers::formats());
    let call = Call {
        correlation_id: incoming.correlation_id.as_str(),
        now_ms,
        access_token: incoming.bearer.as_ref().map(Secret::expose),
        memory: &memory,
        numbers: &numbers,
    };
    let (answer, link) = match edge_core::identify::identify(config, place, &request, &commerce, call).await {
        Ok(Identified { reply, link }) => (Outgoing::json(200, &reply), link),
        Err(code) => (refuse(code), None),
    };
    // Without the contact interface there is nobody to deliver to: the page carries everything.
    let delivery = link
        .filter(|_| place.tidio.openapi.is_some())
        .map(|link| Delivery::new(place.tidio.name.clone(), link, incoming.correlation_id.clone()));
    (allow_for_store(answer, place.store, origin), delivery)
}

/// The store must allow the page's origin. A browser always sends one with a POST, so none is not enough.
fn place<'a>(
    config: &'a Config,
    request: &IdentifyRequest,
    origin: Option<&str>,
) -> Result<Place<'a>, ErrorCode> {
    store_for(config, &request.store, origin)?;
    Place::find(config, &request.store, &request.locale)
}

/// The store with this key, if pages of that origin may call for it.
///
/// # Errors
/// `store_unknown`, `origin_forbidden`: the caller's.
pub fn store_for<'a>(
    config: &'a Config,
    key: &str,
    origin: Option<&str>,
) -> Result<StorePlace<'a>, ErrorCode> {
    let found = config.store(key).ok_or(ErrorCode::StoreUnknown)?;
    if !origin.is_some_and(|origin| found.0.allows_origin(origin)) {
        return Err(ErrorCode::OriginForbidden);
    }
    Ok(found)
}

/// A store with its two projects.
pub type StorePlace<'a> = (&'a Store, &'a CommerceProject, &'a TidioProject);
