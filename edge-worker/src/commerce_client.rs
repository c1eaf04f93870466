//! commercetools over `fetch`, as the port that `edge_core` reads through.
//!
//! In scope: a token for each call, one renewal when it is refused. Out of scope: where tokens come from
//! ([`crate::commerce_access`]), time-outs and repetitions ([`crate::commerce_fetch`]).
//!
//! Every call is a read, so each may be repeated.

use std::cell::RefCell;

use edge_core::commerce::{Answer, Commerce, CommerceError, Shortcut};
use edge_core::config::{CommerceProject, LocaleTag, Name, Reads};
use worker::Env;

use crate::commerce_access::{access_token, refused};
use crate::commerce_fetch::{introspection_request, query_request, read_request};
use crate::http::CorrelationId;
use crate::log::{self, Level};
use crate::platform;

/// How long an isolate takes no shortcut that led nowhere, in milliseconds.
const DETOUR_MS: u64 = 5 * 60_000;
/// Codes of the lines about it.
const QUERY_REFUSED: &str = "commerce_query_refused";
const NAME_MISSING: &str = "commerce_name_missing";

/// A shortcut that is not taken for a while.
struct Detour {
    project: Name,
    /// Of a project whose names are read in all languages; without it queries are made over REST.
    locale: Option<LocaleTag>,
    until_ms: u64,
}

impl Detour {
    fn is_around(&self, project: &CommerceProject, shortcut: Shortcut<'_>) -> bool {
        let locale = match shortcut {
            Shortcut::Query => None,
            Shortcut::Names(locale) => Some(locale),
        };
        self.project == project.name && self.locale.as_ref() == locale
    }
}

thread_local! {
    /// One at most for each project, and for each of its locales.
    static DETOURS: RefCell<Vec<Detour>> = const { RefCell::new(Vec::new()) };
}

/// A commercetools project, for one request of ours.
pub struct CommerceClient<'a> {
    env: &'a Env,
    project: &'a CommerceProject,
    correlation_id: &'a CorrelationId,
}

impl<'a> CommerceClient<'a> {
    /// All calls carry this correlation id.
    pub fn new(env: &'a Env, project: &'a CommerceProject, correlation_id: &'a CorrelationId) -> Self {
        CommerceClient { env, project, correlation_id }
    }

    fn refused(&self) -> CommerceError {
        refused(self.project, self.correlation_id)
    }

    async fn read(&self, path: &str, token: &str) -> Answer {
        read_request(self.project, self.correlation_id, path, token).send().await
    }

    /// Sends what is asked with our token, and once more if the token is no longer accepted.
    async fn with_token(&self, asked: Asked<'_>) -> Result<Answer, CommerceError> {
        let token = access_token(self.env, self.project, self.correlation_id, None).await?;
        let answer = self.send(asked, token.value.expose()).await;
        if answer != Answer::TokenRefused {
            return Ok(answer);
        }
        // Revoked before its time. Other reads may have found out too: whoever comes first renews it.
        let token = access_token(self.env, self.project, self.correlation_id, Some(&token)).await?;
        Ok(self.send(asked, token.value.expose()).await)
    }

    async fn send(&self, asked: Asked<'_>, token: &str) -> Answer {
        match asked {
            Asked::Path(path) => self.read(path, token).await,
            Asked::Query(query) => {
                query_request(self.project, self.correlation_id, query, token).send().await
            }
        }
    }
}

/// What is asked with our own token.
#[derive(Clone, Copy)]
enum Asked<'a> {
    Path(&'a str),
    Query(&'a str),
}

impl Commerce for CommerceClient<'_> {
    async fn prepare(&self) -> Result<(), CommerceError> {
        access_token(self.env, self.project, self.correlation_id, None).await.map(|_kept_in_the_isolate| ())
    }

    async fn get(&self, path: &str) -> Result<String, CommerceError> {
        match self.with_token(Asked::Path(path)).await? {
            Answer::Body(body) => Ok(body),
            Answer::TokenRefused | Answer::Failed(CommerceError::Rejected) => Err(self.refused()),
            Answer::Failed(error) => Err(error),
        }
    }

    fn takes(&self, shortcut: Shortcut<'_>) -> bool {
        let is_in_force = |detour: &Detour| {
            detour.is_around(self.project, shortcut) && platform::now_ms() < detour.until_ms
        };
        self.project.reads == Reads::GraphQl
            && !DETOURS.with_borrow(|detours| detours.iter().any(is_in_force))
    }

    async fn query(&self, request: &str) -> Result<String, CommerceError> {
        match self.with_token(Asked::Query(request)).await? {
            Answer::Body(body) => Ok(body),
            Answer::TokenRefused => Err(self.refused()),
            Answer::Failed(error) => Err(error),
        }
    }

    fn leads_nowhere(&self, shortcut: Shortcut<'_>) {
        let project = self.project.name.clone();
        let locale = match shortcut {
            Shortcut::Query => {
                log::write(
                    Level::Warn,
                    "commercetools refused a GraphQL query; reads go over REST for a while.",
                    &[
                        ("code", &&QUERY_REFUSED),
                        ("commercetools", &&project),
                        ("correlation_id", &self.correlation_id),
                    ],
                );
                None
            }
            Shortcut::Names(locale) => {
                log::write(
                    Level::Info,
                    "A product has no name in the visitor's language; names come in all languages for a while.",
                    &[
                        ("code", &&NAME_MISSING),
                        ("commercetools", &&project),
                        ("locale", &locale),
                        ("correlation_id", &self.correlation_id),
                    ],
                );
                Some(locale.clone())
            }
        };
        let until_ms = platform::now_ms().saturating_add(DETOUR_MS);
        DETOURS.with_borrow_mut(|detours| {
            detours.retain(|detour| !detour.is_around(self.project, shortcut));
            detours.push(Detour { project, locale, until_ms });
        });
    }

    async fn introspect(&self, access_token: &str) -> Result<String, CommerceError> {
        match introspection_request(self.project, self.correlation_id, access_token).send().await {
            Answer::Body(body) => Ok(body),
            Answer::TokenRefused | Answer::Failed(CommerceError::Rejected) => Err(self.refused()),
            Answer::Failed(error) => Err(error),
        }
    }

    async fn get_as(&self, access_token: &str, path: &str) -> Result<String, CommerceError> {
        match self.read(path, access_token).await {
            Answer::Body(body) => Ok(body),
            Answer::TokenRefused => Err(CommerceError::Rejected),
            Answer::Failed(error) => Err(error),
        }
    }
}
