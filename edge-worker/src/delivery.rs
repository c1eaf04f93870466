//! What happens after the answer: a fact goes to the Durable Object of its Tidio project.

use edge_core::config::Name;
use edge_core::fact::IdentityLink;
use worker::Env;

use crate::http::CorrelationId;
use crate::log::{self, Level};

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
        if let Err(error) = submit(env, &self.tidio, &self.link).await {
            log::write(
                Level::Error,
                "A link could not be handed to its Tidio project's object.",
                &[("code", &&error), ("tidio", &&self.tidio), ("correlation_id", &&self.correlation_id)],
            );
        }
    }
}

/// Binding of the Durable Object class.
const BINDING: &str = "TIDIO_PROJECT";

async fn submit(env: &Env, tidio: &Name, link: &IdentityLink) -> Result<(), &'static str> {
    let stub = env
        .durable_object(BINDING)
        .and_then(|namespace| namespace.get_by_name(tidio.as_str()))
        .map_err(|_detail| "object_unbound")?;
    let body = serde_json::to_string(&[link]).map_err(|_detail| "fact_unprintable")?;
    let mut init = worker::RequestInit::new();
    init.with_method(worker::Method::Post).with_body(Some(body.into()));
    let request = worker::Request::new_with_init("https://tidio-project/facts", &init)
        .map_err(|_detail| "fact_unprintable")?;
    let answer = stub.fetch_with_request(request).await.map_err(|_detail| "object_unreachable")?;
    if answer.status_code() < 300 { Ok(()) } else { Err("object_refused") }
}
