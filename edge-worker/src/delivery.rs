//! What happens after the answer: a fact goes to the Durable Object of its Tidio project.

use edge_core::config::Name;
use edge_core::engine::Priority;
use edge_core::fact::{Fact, IdentityLink};
use worker::Env;

use crate::http::CorrelationId;
use crate::log::{self, Level};
use crate::tidio_project_do::submit;

/// A fact on its way to a Tidio project's object.
#[derive(Debug)]
pub struct Delivery {
    tidio: Name,
    link: IdentityLink,
    correlation_id: CorrelationId,
}

impl Delivery {
    /// The link of a verified customer, for this Tidio project.
    pub fn new(tidio: Name, link: IdentityLink, correlation_id: CorrelationId) -> Self {
        Delivery { tidio, link, correlation_id }
    }

    /// Hands it over. Repeatable: the object drops a fact that it knows.
    ///
    /// A failure is logged and nothing else: the page has its answer, and the next identify brings the same state.
    pub async fn send(self, env: &Env) {
        if let Err(error) =
            submit(env, &self.tidio, Priority::Interactive, &[Fact::Identity(self.link)]).await
        {
            log::write(
                Level::Error,
                "A link could not be handed to its Tidio project's object.",
                &[("code", &&error), ("tidio", &&self.tidio), ("correlation_id", &&self.correlation_id)],
            );
        }
    }
}
