//! commercetools over `fetch`, as the port that `edge_core` reads through.
//!
//! In scope: a token for each call, one renewal when it is refused. Out of scope: where tokens come from
//! ([`crate::commerce_access`]), time-outs and repetitions ([`crate::commerce_fetch`]).
//!
//! Every call is a read, so each may be repeated.

use std::cell::RefCell;

use contract::FlatMap;
use edge_core::commerce::{Answer, Commerce, CommerceError};
use edge_core::config::{CommerceProject, Name, Reads};
use worker::Env;

use crate::commerce_access::{access_token, refused};
use crate::commerce_fetch::{introspection_request, query_request, read_request};
use crate::http::CorrelationId;
use crate::log::{self, Level};
use crate::platform;

/// How long an isolate reads over REST after a project refused a query, in milliseconds.
const OVER_REST_MS: u64 = 5 * 60_000;
/// Code of the warning about it.
const QUERY_REFUSED: &str = "commerce_query_refused";

thread_local! {
    static OVER_REST_UNTIL_MS: RefCell<FlatMap<Name, u64>> = const { RefCell::new(FlatMap::new()) };
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

    fn takes_queries(&self) -> bool {
        self.project.reads == Reads::GraphQl
            && !OVER_REST_UNTIL_MS.with_borrow(|until| {
                until.get(&self.project.name).is_some_and(|until_ms| platform::now_ms() < *until_ms)
            })
    }

    async fn query(&self, request: &str) -> Result<String, CommerceError> {
        match self.with_token(Asked::Query(request)).await? {
            Answer::Body(body) => Ok(body),
            Answer::TokenRefused => Err(self.refused()),
            Answer::Failed(error) => Err(error),
        }
    }

    fn queries_refused(&self) {
        let fields: &[(&'static str, &dyn log::LoggableValue)] = &[
            ("code", &&QUERY_REFUSED),
            ("commercetools", &&self.project.name),
            ("correlation_id", &self.correlation_id),
        ];
        log::write(
            Level::Warn,
            "commercetools refused a GraphQL query; reads go over REST for a while.",
            fields,
        );
        let until_ms = platform::now_ms().saturating_add(OVER_REST_MS);
        OVER_REST_UNTIL_MS.with_borrow_mut(|until| until.insert(self.project.name.clone(), until_ms));
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
