//! Pub/Sub push: a request with a Google-signed token, and the notification in Base64 inside the body.
//!
//! Steps: 1. the token's form and claims, which need no key; 2. the key of Google that it names; 3. the signature;
//! 4. the body and the subscription that it names. A token is good for an hour, so it proves the sender and not the
//! message: a message that is sent again is known by its own key.

use std::cell::RefCell;

use serde::Deserialize;

use super::trust::{Cache, Find, Trust};
use super::{Refusal, Verdict};
use crate::base64;
use crate::config::{CommerceProject, Config, GOOGLE_KEYS_URL, PubSubSettings};
use crate::json;
use crate::jws::Jws;

/// Google's tokens are about 1 KB.
const MAX_TOKEN_BYTES: usize = 8 * 1024;
/// How far Google's clock and ours may be apart, in seconds.
const SKEW_SECONDS: u64 = 60;
const ISSUERS: [&str; 2] = ["https://accounts.google.com", "accounts.google.com"];

/// A push, read.
#[derive(Clone, Debug)]
pub struct Push<'a> {
    /// The project that it speaks for.
    pub project: &'a CommerceProject,
    /// The notification as commercetools published it.
    pub body: Vec<u8>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    email: Option<String>,
    email_verified: Option<bool>,
    iat: u64,
    exp: u64,
}

/// The projects for which a push with this `Authorization` header may speak: all whose settings fit the token.
///
/// # Errors
/// The token is not Google's, not for us, or cannot be checked now.
pub async fn push_senders<'a>(
    config: &'a Config,
    trust: &impl Trust,
    cache: &RefCell<Cache>,
    authorization: Option<&str>,
    now_ms: u64,
) -> Result<Vec<&'a CommerceProject>, Refusal> {
    let served = |project: &&CommerceProject| project.events.pubsub.is_some();
    if !config.commercetools.values().any(|project| served(&project)) {
        return Err(Refusal::new(Verdict::NotSetUp, "pubsub_not_configured"));
    }
    let token = authorization
        .and_then(|header| header.split_once(' '))
        .filter(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && token.len() <= MAX_TOKEN_BYTES)
        .map(|(_, token)| token.trim())
        .ok_or(Refusal::unproven("token_missing"))?;
    let malformed = Refusal::unproven("token_malformed");
    let token = Jws::read(token).ok_or(malformed)?;
    let claims: Claims = token.claims().ok_or(malformed)?;
    if token.header.alg != "RS256" || token.header.has_crit {
        return Err(Refusal::unproven("token_algorithm"));
    }
    check_claims(&claims, now_ms)?;
    let senders: Vec<&CommerceProject> = config
        .commercetools
        .values()
        .filter(|project| project.events.pubsub.as_ref().is_some_and(|settings| fits(settings, &claims)))
        .collect();
    let settings = senders.iter().find_map(|project| project.events.pubsub.as_ref());
    let settings = settings.ok_or(Refusal::unproven("token_audience"))?;
    let url = settings.keys_url.as_ref().map_or(GOOGLE_KEYS_URL, |url| url.as_str());
    let kid = token.header.kid.as_deref().ok_or(Refusal::unproven("token_key_unknown"))?;
    let key = match look_up(trust, cache, url, kid, now_ms).await {
        Find::Key(key) => key,
        Find::Unknown => return Err(Refusal::unproven("token_key_unknown")),
        Find::Fetch | Find::Unreachable => {
            return Err(Refusal::new(Verdict::KeysUnreachable, "google_keys"));
        }
    };
    if trust.is_signed(&key, token.signed.as_bytes(), &token.signature).await {
        Ok(senders)
    } else {
        Err(Refusal::unproven("token_signature"))
    }
}

fn check_claims(claims: &Claims, now_ms: u64) -> Result<(), Refusal> {
    let now = now_ms / 1_000;
    if !ISSUERS.contains(&claims.iss.as_str()) {
        return Err(Refusal::unproven("token_issuer"));
    }
    if claims.email_verified != Some(true) {
        return Err(Refusal::unproven("token_email"));
    }
    if now >= claims.exp.saturating_add(SKEW_SECONDS) {
        return Err(Refusal::unproven("token_expired"));
    }
    if claims.iat > now.saturating_add(SKEW_SECONDS) || claims.iat > claims.exp {
        return Err(Refusal::unproven("token_not_yet_valid"));
    }
    Ok(())
}

fn fits(settings: &PubSubSettings, claims: &Claims) -> bool {
    settings.audience.as_str() == claims.aud
        && claims.email.as_deref() == Some(settings.service_account.as_str())
}

/// The key, after at most one fetch.
async fn look_up(trust: &impl Trust, cache: &RefCell<Cache>, url: &str, kid: &str, now_ms: u64) -> Find {
    let found = cache.borrow().find(url, kid, now_ms);
    if found != Find::Fetch {
        return found;
    }
    cache.borrow_mut().trying(url, now_ms);
    let fetched = trust.fetch(url).await;
    let mut cache = cache.borrow_mut();
    cache.store(url, &fetched, now_ms);
    cache.find(url, kid, now_ms)
}

#[derive(Deserialize)]
struct Envelope {
    message: Option<Message>,
    subscription: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    data: Option<String>,
}

/// Reads the body of a push whose senders are proven.
///
/// # Errors
/// A subscription that is none of theirs, or a body without a notification.
pub fn push<'a>(senders: &[&'a CommerceProject], body: &[u8]) -> Result<Push<'a>, Refusal> {
    let envelope: Envelope = json::read(body).map_err(|_not_json| Refusal::unreadable("not_json"))?;
    // With "payload unwrapping" nothing says which subscription it is. Not acknowledged, so that nothing is lost until
    // somebody switches it off.
    let Some(subscription) = envelope.subscription else { return Err(Refusal::unproven("unwrapped")) };
    let is_allowed = |project: &&&CommerceProject| {
        let settings = project.events.pubsub.as_ref();
        settings
            .is_some_and(|settings| settings.subscriptions.iter().any(|name| name.as_str() == subscription))
    };
    let project = senders.iter().find(is_allowed).ok_or(Refusal::unproven("subscription_unknown"))?;
    let data = envelope.message.and_then(|message| message.data).ok_or(Refusal::unreadable("no_data"))?;
    let body = base64::decode(&data).ok_or(Refusal::unreadable("not_base64"))?;
    Ok(Push { project, body })
}
