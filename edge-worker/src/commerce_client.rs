//! commercetools over `fetch`, as the port that `edge_core` reads through.
//!
//! In scope: a token for each call, one renewal when it is refused. Out of scope: where tokens come from
//! ([`crate::commerce_access`]), time-outs and repetitions ([`crate::commerce_fetch`]).
//!
//! Every call is a read, so each may be repeated.

use edge_core::commerce::{Answer, Commerce, CommerceError};
use edge_core::config::CommerceProject;
use worker::Env;

use crate::commerce_access::{access_token, refused};
use crate::commerce_fetch::{introspection_request, read_request};
use crate::http::CorrelationId;

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
}

impl Commerce for CommerceClient<'_> {
    async fn prepare(&self) -> Result<(), CommerceError> {
        access_token(self.env, self.project, self.correlation_id, None).await.map(|_kept_in_the_isolate| ())
    }

    async fn get(&self, path: &str) -> Result<String, CommerceError> {
        let token = access_token(self.env, self.project, self.correlation_id, None).await?;
        let mut answer = self.read(path, token.value.expose()).await;
        if answer == Answer::TokenRefused {
            // Revoked before its time. Other reads may have found out too: whoever comes first renews it.
            let token = access_token(self.env, self.project, self.correlation_id, Some(&token)).await?;
            answer = self.read(path, token.value.expose()).await;
        }
        match answer {
            Answer::Body(body) => Ok(body),
            Answer::TokenRefused | Answer::Failed(CommerceError::Rejected) => Err(self.refused()),
            Answer::Failed(error) => Err(error),
        }
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
