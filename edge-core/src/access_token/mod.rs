//! A shopper's own commercetools access token as proof of who the shopper is.
//!
//! In scope: what an introspection answer must say before it is believed, the alternative by the shopper's own
//! profile, and a short memory of answers. Out of scope: calling the token service.
//!
//! Invariants: exactly one subject, or none is believed; a token of another project in the same region is refused;
//! only the SHA-256 of a token is remembered, never the token.

#[cfg(test)]
mod tests;

use contract::{ErrorCode, FlatMap, MAX_TOKEN_BYTES};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::commerce::{Commerce, CommerceError};
use crate::config::{AccessTokens, CommerceProject, ProjectKey, StoreKey};
use crate::json;
use crate::proof::{ProvenSubject, Subject, is_id};

/// How long an answer about a token is believed, in milliseconds: a revoked token lives on for at most this long.
pub const MEMORY_MS: u64 = 2 * 60 * 1000;

/// How many answers are remembered; about 300 bytes each.
pub const MEMORY_ENTRIES: usize = 1_000;

/// `exp` values above this are milliseconds: as seconds they would lie in the year 5138.
const MILLISECONDS_FROM: u64 = 100_000_000_000;

/// Answers about tokens, by project and hash of the token.
#[derive(Debug, Default)]
pub struct Memory(FlatMap<[u8; 32], (u64, ProvenSubject)>);

impl Memory {
    fn get(&self, key: &[u8; 32], now_ms: u64) -> Option<ProvenSubject> {
        self.0.get(key).filter(|(until_ms, _)| *until_ms > now_ms).map(|(_, proven)| proven.clone())
    }

    fn put(&mut self, key: [u8; 32], until_ms: u64, proven: ProvenSubject, now_ms: u64) {
        if self.0.len() >= MEMORY_ENTRIES {
            self.0.retain(|_, (until_ms, _)| *until_ms > now_ms);
        }
        // Still full of live answers: the next ones are simply asked for again.
        if self.0.len() < MEMORY_ENTRIES {
            self.0.insert(key, (until_ms, proven));
        }
    }
}

/// Whom an access token speaks for, in a store of a project.
///
/// # Errors
/// `token_unsupported`, `token_too_large`, `token_malformed`, `token_inactive`, `token_subject`, `token_project`: the
/// caller's. `commerce_*`: the vendor's.
pub async fn prove(
    port: &impl Commerce,
    memory: &std::cell::RefCell<Memory>,
    project: &CommerceProject,
    store: &StoreKey,
    access_token: &str,
    now_ms: u64,
) -> Result<ProvenSubject, ErrorCode> {
    if project.access_tokens == AccessTokens::Off {
        return Err(ErrorCode::TokenUnsupported);
    }
    check_form(access_token)?;
    let key = key(&project.project_key, store, access_token);
    if let Some(proven) = memory.borrow().get(&key, now_ms) {
        return Ok(proven);
    }
    let (proven, expires_at_ms) = match project.access_tokens {
        AccessTokens::Introspection => {
            let body = port.introspect(access_token).await?;
            read_introspection(&body, &project.project_key, store, now_ms)?
        }
        AccessTokens::Me | AccessTokens::Off => (own_profile(port, access_token).await?, u64::MAX),
    };
    let until_ms = now_ms.saturating_add(MEMORY_MS).min(expires_at_ms);
    memory.borrow_mut().put(key, until_ms, proven.clone(), now_ms);
    Ok(proven)
}

fn check_form(access_token: &str) -> Result<(), ErrorCode> {
    if access_token.len() > MAX_TOKEN_BYTES {
        return Err(ErrorCode::TokenTooLarge);
    }
    // RFC 6750, 2.1.
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b);
    if access_token.is_empty() || !access_token.bytes().all(fits) {
        return Err(ErrorCode::TokenMalformed);
    }
    Ok(())
}

/// The store is part of the key because a token may be good for one store only.
fn key(project: &ProjectKey, store: &StoreKey, access_token: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [project.as_str(), "|", store.as_str(), "|", access_token] {
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

#[derive(Deserialize)]
struct Introspection {
    active: bool,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    exp: Option<u64>,
}

/// Believes an introspection answer, or says why not. Also gives the time at which the token ends.
fn read_introspection(
    body: &str,
    project: &ProjectKey,
    store: &StoreKey,
    now_ms: u64,
) -> Result<(ProvenSubject, u64), ErrorCode> {
    let answer: Introspection = json::read_text(body).map_err(|_detail| ErrorCode::CommerceMalformed)?;
    let expires_at_ms = match answer.exp {
        Some(exp) if exp > MILLISECONDS_FROM => exp,
        Some(exp) => exp.saturating_mul(1000),
        None => u64::MAX,
    };
    if !answer.active || expires_at_ms <= now_ms {
        return Err(ErrorCode::TokenInactive);
    }
    let subject = only_subject(&answer.scope).ok_or(ErrorCode::TokenSubject)?;
    if !answer.scope.split(' ').any(|scope| is_for(scope, project, store)) {
        return Err(ErrorCode::TokenProject);
    }
    Ok((ProvenSubject::new(subject, None), expires_at_ms))
}

/// The one subject among the scopes; several, even equal ones, are none.
fn only_subject(scopes: &str) -> Option<Subject> {
    let mut subjects = scopes.split(' ').filter_map(|scope| {
        let customer = scope.strip_prefix("customer_id:").map(|id| format!("customer:{id}"));
        customer.or_else(|| scope.strip_prefix("anonymous_id:").map(|id| format!("anon:{id}")))
    });
    let only = subjects.next()?;
    if subjects.next().is_some() {
        return None;
    }
    Subject::parse(&only)
}

/// Is this a permission for the project, or for this store of it? Scopes that name a person are no permission.
fn is_for(scope: &str, project: &ProjectKey, store: &StoreKey) -> bool {
    let mut parts = scope.split(':');
    let (name, of, only_in, rest) = (parts.next(), parts.next(), parts.next(), parts.next());
    let names_a_person = matches!(name, Some("customer_id" | "anonymous_id" | "external_user_id"));
    !names_a_person
        && of == Some(project.as_str())
        && only_in.is_none_or(|only| only == store.as_str())
        && rest.is_none()
}

/// The customer whose profile opens to the token.
async fn own_profile(port: &impl Commerce, access_token: &str) -> Result<ProvenSubject, ErrorCode> {
    #[derive(Deserialize)]
    struct Me {
        id: String,
    }
    let body = match port.get_as(access_token, "/me").await {
        Ok(body) => body,
        Err(CommerceError::Rejected) => return Err(ErrorCode::TokenInactive),
        // An anonymous session has no profile.
        Err(CommerceError::NotFound) => return Err(ErrorCode::TokenSubject),
        Err(error) => return Err(error.into()),
    };
    let me: Me = json::read_text(&body).map_err(|_detail| ErrorCode::CommerceMalformed)?;
    if !is_id(&me.id) {
        return Err(ErrorCode::CommerceMalformed);
    }
    Ok(ProvenSubject::new(Subject::Customer(me.id), None))
}
