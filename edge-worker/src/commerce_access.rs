//! The access token of a commercetools project: minted once per deployment, shared by all isolates.
//!
//! In scope: the isolate's copy, the question to the project's Durable Object, minting when the object cannot be
//! asked. Out of scope: the object ([`crate::commerce_access_do`]) and what the token is used for.
//!
//! Minting is metered by commercetools and takes longer than all reads of a call, so only the object does it. Should
//! two tokens be minted, both are good: nothing breaks, it only costs.

use std::cell::RefCell;

use contract::FlatMap;
use edge_core::commerce::{Answer, CommerceError};
use edge_core::config::{CommerceProject, Name, Secret};
use edge_core::json;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use worker::Env;

use crate::commerce_fetch::{token_request, whole_token_request};
use crate::http::CorrelationId;
use crate::log::{self, Level};
use crate::object_call;
use crate::platform;

/// Binding of the class in `wrangler.toml`.
pub const BINDING: &str = "COMMERCE_ACCESS";

/// A token is renewed this long before it expires, in milliseconds.
const RENEW_EARLY_MS: u64 = 60_000;

/// An access token of ours.
#[derive(Clone)]
pub struct AccessToken {
    /// The token.
    pub value: Secret,
    /// From when on it is not used any more.
    pub expires_at_ms: u64,
}

impl AccessToken {
    /// What stands for the token where the token itself must not: SHA-256 in hex.
    pub fn fingerprint(&self) -> String {
        hex::encode(Sha256::digest(self.value.expose().as_bytes()))
    }

    /// Can it still be used?
    pub fn is_live(&self, now_ms: u64) -> bool {
        self.expires_at_ms > now_ms
    }
}

/// The question to the object.
#[derive(Serialize, Deserialize)]
pub struct Wanted {
    /// The user's name for the project.
    pub project: String,
    /// Fingerprint of a token that commercetools no longer accepts.
    pub refused: Option<String>,
    /// Correlation id of the call that needs the token.
    pub correlation_id: String,
}

/// The object's answer. It never leaves the deployment.
#[derive(Serialize, Deserialize)]
pub struct Granted {
    /// The token, or a word for why there is none.
    pub access_token: Result<String, String>,
    /// As [`AccessToken::expires_at_ms`].
    pub expires_at_ms: u64,
}

thread_local! {
    static KNOWN: RefCell<FlatMap<Name, AccessToken>> = const { RefCell::new(FlatMap::new()) };
}

/// The isolate's token, else the deployment's. `refused` is one that commercetools did not accept.
///
/// # Errors
/// As [`CommerceError`], without `NotFound`. Repeatable.
pub async fn access_token(
    env: &Env,
    project: &CommerceProject,
    correlation_id: &CorrelationId,
    refused: Option<&AccessToken>,
) -> Result<AccessToken, CommerceError> {
    let is_usable = |token: &AccessToken| {
        token.is_live(platform::now_ms())
            && refused.is_none_or(|refused| refused.value.expose() != token.value.expose())
    };
    let known = KNOWN.with_borrow(|known| known.get(&project.name).cloned());
    if let Some(token) = known.filter(is_usable) {
        return Ok(token);
    }
    let token = match ask_object(env, project, correlation_id, refused).await {
        Some(answer) => answer?,
        None => {
            let fields: &[(&'static str, &dyn log::LoggableValue)] =
                &[("commercetools", &&project.name), ("correlation_id", &correlation_id)];
            log::write(
                Level::Warn,
                "The token object could not be asked; this isolate mints its own.",
                fields,
            );
            mint(project, correlation_id).await?
        }
    };
    KNOWN.with_borrow_mut(|known| known.insert(project.name.clone(), token.clone()));
    Ok(token)
}

/// `None` if the object cannot be reached.
async fn ask_object(
    env: &Env,
    project: &CommerceProject,
    correlation_id: &CorrelationId,
    refused: Option<&AccessToken>,
) -> Option<Result<AccessToken, CommerceError>> {
    let wanted = Wanted {
        project: project.name.to_string(),
        refused: refused.map(AccessToken::fingerprint),
        correlation_id: correlation_id.as_str().to_owned(),
    };
    let answer = object_call::ask(env, BINDING, project.name.as_str(), "/token", &wanted).await;
    let granted: Granted = json::read(&answer.ok()?).ok()?;
    Some(match granted.access_token {
        Ok(value) => Ok(AccessToken { value: Secret::new(value), expires_at_ms: granted.expires_at_ms }),
        Err(word) => Err(error(&word)),
    })
}

/// A new token from commercetools.
///
/// # Errors
/// As [`CommerceError`], without `NotFound`. Repeatable.
pub async fn mint(
    project: &CommerceProject,
    correlation_id: &CorrelationId,
) -> Result<AccessToken, CommerceError> {
    let now_ms = platform::now_ms();
    match token_request(project, correlation_id).send().await {
        Answer::Body(body) => read_token(&body, now_ms).ok_or(CommerceError::Malformed),
        Answer::TokenRefused | Answer::Failed(CommerceError::Rejected | CommerceError::NotFound) => {
            Err(refused(project, correlation_id))
        }
        Answer::Failed(error) => Err(error),
    }
}

/// The scopes that our API client has, separated by spaces. The token that comes with them is not used.
///
/// # Errors
/// As [`CommerceError`], without `NotFound`. Repeatable, but each call mints a token.
pub async fn granted_scopes(
    project: &CommerceProject,
    correlation_id: &CorrelationId,
) -> Result<String, CommerceError> {
    #[derive(Deserialize)]
    struct Scoped {
        scope: String,
    }
    match whole_token_request(project, correlation_id).send().await {
        Answer::Body(body) => json::read(body.as_bytes())
            .map(|answer: Scoped| answer.scope)
            .map_err(|_| CommerceError::Malformed),
        Answer::TokenRefused | Answer::Failed(CommerceError::Rejected | CommerceError::NotFound) => {
            Err(refused(project, correlation_id))
        }
        Answer::Failed(error) => Err(error),
    }
}

/// Nobody but the operator can help here, so it is an error in the log.
pub fn refused(project: &CommerceProject, correlation_id: &CorrelationId) -> CommerceError {
    log::write(
        Level::Error,
        "commercetools refused the credentials or scopes of this API client.",
        &[("commercetools", &&project.name), ("correlation_id", &correlation_id)],
    );
    CommerceError::Rejected
}

fn read_token(body: &str, now_ms: u64) -> Option<AccessToken> {
    #[derive(Deserialize)]
    struct TokenAnswer {
        access_token: String,
        expires_in: u64,
    }
    let answer: TokenAnswer = json::read(body.as_bytes()).ok()?;
    let lifetime_ms = answer.expires_in.checked_mul(1000)?;
    Some(AccessToken {
        value: Secret::new(answer.access_token),
        expires_at_ms: now_ms.checked_add(lifetime_ms.saturating_sub(RENEW_EARLY_MS))?,
    })
}

/// The word for an error between isolate and object.
pub const fn word(error: CommerceError) -> &'static str {
    match error {
        CommerceError::NotFound => "not_found",
        CommerceError::Unavailable | CommerceError::Busy { .. } => "unavailable",
        CommerceError::Timeout => "timeout",
        CommerceError::Rejected => "rejected",
        CommerceError::Malformed | CommerceError::TooLarge => "malformed",
    }
}

fn error(word: &str) -> CommerceError {
    match word {
        "timeout" => CommerceError::Timeout,
        "rejected" => CommerceError::Rejected,
        "malformed" => CommerceError::Malformed,
        _ => CommerceError::Unavailable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_end_a_minute_early_and_nonsense_is_no_token() {
        let token =
            read_token(r#"{"access_token":"t","expires_in":3600,"token_type":"Bearer"}"#, 1_000).unwrap();
        assert_eq!(token.value.expose(), "t");
        assert_eq!(token.expires_at_ms, 1_000 + 3_540_000);
        assert!(token.is_live(3_540_999) && !token.is_live(3_541_000));
        for body in ["", "{}", r#"{"access_token":"t"}"#, r#"{"access_token":"t","expires_in":-1}"#, "<html>"]
        {
            assert!(read_token(body, 0).is_none(), "{body}");
        }
    }

    #[test]
    fn errors_travel_between_isolate_and_object() {
        for known in [
            CommerceError::Unavailable,
            CommerceError::Timeout,
            CommerceError::Rejected,
            CommerceError::Malformed,
        ] {
            assert_eq!(error(word(known)), known);
        }
    }
}
