//! `POST /v1/events/…`: order events in, by four services.
//!
//! I/O in order: read the body; fetch keys where a signature needs them (cached); hand the facts to the object of every
//! Tidio project that serves a store of the commercetools project, each of which drops facts that it knows; count the
//! rest; answer. 2xx means kept by all of them, so a service may repeat anything that got another answer.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use contract::{ErrorCode, FlatMap};
use edge_core::config::{CommerceProject, Config, Name};
use edge_core::engine::Priority;
use edge_core::engine::reader::projects_of;
use edge_core::intake::{
    self, Cache, Delivery, Fetched, Headers, Refusal, Reply, Service, Trust as _, Verdict,
};
use futures_util::future::maybe_done;
use worker::Env;

use crate::http::{Incoming, Outgoing};
use crate::log::{self, Level};
use crate::platform_trust::PlatformTrust;
use crate::tidio_project_do::{count, submit};

thread_local! {
    static KEYS: Rc<RefCell<Cache>> = Rc::default();
}

/// A delivery: which service says it is, what it shows as proof, and the body.
pub struct Arrival<'a> {
    /// The service whose route was called.
    pub service: Service,
    /// Shared secret, `Authorization`, or whether the delivery is raw; as the service has it.
    pub proof: Option<&'a str>,
    /// The body, or why there is none.
    pub body: Result<Vec<u8>, ErrorCode>,
    /// Milliseconds since the Unix epoch.
    pub now_ms: u64,
}

/// Answers a delivery.
pub async fn take(config: &Config, env: &Env, incoming: &Incoming, arrival: Arrival<'_>) -> Outgoing {
    let service = arrival.service;
    let verdict = match judge(config, env, incoming, arrival).await {
        Ok(()) => Verdict::Taken,
        Err(refusal) => {
            log::write(
                Level::Warn,
                "Events were refused.",
                &[
                    ("service", &&service.name()),
                    ("why", &&refusal.why),
                    ("correlation_id", &&incoming.correlation_id),
                ],
            );
            refusal.verdict
        }
    };
    match service.reply(verdict) {
        Reply::Acknowledge => Outgoing::empty(204),
        Reply::Refuse(code) => Outgoing::problem(code, &incoming.correlation_id),
    }
}

/// Proof first, then the body, then what is in it.
async fn judge(config: &Config, env: &Env, incoming: &Incoming, arrival: Arrival<'_>) -> Result<(), Refusal> {
    let Arrival { service, proof, body, now_ms } = arrival;
    let body = body.map_err(|code| match code {
        ErrorCode::BodyTooLarge => Refusal { verdict: Verdict::TooLarge, why: "too_large" },
        _ => Refusal { verdict: Verdict::NotKept, why: "broken_off" },
    });
    let (project, notification) = match service {
        Service::EventBridge | Service::EventGrid => (intake::secret_holder(config, proof)?, body?),
        Service::PubSub => {
            let senders =
                intake::push_senders(config, &PlatformTrust, &KEYS.with(Rc::clone), proof, now_ms).await?;
            let push = intake::push(&senders, &body?)?;
            (push.project, push.body)
        }
        Service::Sns => match signed(config, proof, &body?, now_ms).await? {
            Some(notification) => notification,
            None => return Ok(()),
        },
    };
    let notices = intake::read(&notification)?;
    let total = notices.len();
    let sorted = intake::sort(project, notices, incoming.correlation_id.as_str(), now_ms);
    log::write(
        Level::Info,
        "Events arrived.",
        &[
            ("service", &&service.name()),
            ("commercetools", &&project.name),
            ("events", &&(total as u64)),
            ("kept", &&(sorted.facts.len() as u64)),
            ("correlation_id", &&incoming.correlation_id),
        ],
    );
    keep(config, env, project, service, sorted).await
}

/// An SNS message; nothing more is to be done for a confirmation or the end of a subscription.
async fn signed<'a>(
    config: &'a Config,
    raw: Option<&str>,
    body: &[u8],
    now_ms: u64,
) -> Result<Option<(&'a CommerceProject, Vec<u8>)>, Refusal> {
    let later = Refusal { verdict: Verdict::KeysUnreachable, why: "confirmation" };
    let delivery =
        intake::delivery(config, &PlatformTrust, &KEYS.with(Rc::clone), Headers { raw }, body, now_ms)
            .await?;
    match delivery {
        Delivery::Notification { project, body } => Ok(Some((project, body.into_bytes()))),
        // Repeatable: AWS answers the same to a second one.
        Delivery::Confirm { url } => match PlatformTrust.fetch(&url).await {
            Fetched::Body { .. } => Ok(None),
            Fetched::Missing | Fetched::Unreachable => Err(later),
        },
        Delivery::Ended { project } => {
            let fields: &[(&'static str, &dyn log::LoggableValue)] = &[("commercetools", &&project.name)];
            log::write(Level::Warn, "A subscription to an SNS topic was ended.", fields);
            Ok(None)
        }
    }
}

async fn keep(
    config: &Config,
    env: &Env,
    project: &CommerceProject,
    service: Service,
    sorted: intake::Sorted,
) -> Result<(), Refusal> {
    let others: FlatMap<String, u64> = sorted
        .others
        .into_iter()
        .map(|(word, number)| (format!("event:{}/{word}", service.name()), number))
        .collect();
    let interested = interested(config, project);
    if !sorted.facts.is_empty() {
        let submissions = interested.iter().map(|tidio| submit(env, tidio, Priority::Event, &sorted.facts));
        for kept in side_by_side(submissions).await {
            kept.map_err(|why| Refusal { verdict: Verdict::NotKept, why })?;
        }
    }
    // Once, so that a sum over the Tidio projects is right. A measure and no ledger: what cannot be counted is taken all
    // the same.
    if let Some(tidio) = interested.first().filter(|_| !others.is_empty()) {
        let _uncounted = count(env, tidio, &others).await;
    }
    Ok(())
}

/// Outcomes of futures that run at the same time. `join_all` would bring its own scheduler along, for the few that
/// there are.
async fn side_by_side<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.map(|one| Box::pin(maybe_done(one))).collect();
    poll_fn(|context| {
        let mut pending = false;
        for one in &mut running {
            pending |= one.as_mut().poll(context).is_pending();
        }
        if pending { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    running.iter_mut().filter_map(|one| one.as_mut().take_output()).collect()
}

/// Event Grid's question whether anything is wanted: yes, from whoever knows the secret.
pub fn handshake(
    config: &Config,
    origin: Option<String>,
    secret: Option<&str>,
    incoming: &Incoming,
) -> Outgoing {
    let refuse = |code| Outgoing::problem(code, &incoming.correlation_id);
    match (intake::secret_holder(config, secret), origin) {
        (Ok(_project), Some(origin)) => Outgoing::empty(200)
            .with("webhook-allowed-origin", origin)
            .with("webhook-allowed-rate", "*")
            .with("allow", "OPTIONS, POST"),
        (Ok(_project), None) => refuse(ErrorCode::MethodNotAllowed),
        (Err(refusal), _) => refuse(refusal.verdict.code().unwrap_or(ErrorCode::CallerUnauthorized)),
    }
}

fn interested<'a>(config: &'a Config, project: &CommerceProject) -> Vec<&'a Name> {
    config
        .tidio
        .values()
        .filter(|tidio| tidio.openapi.is_some())
        .filter(|tidio| {
            projects_of(config, tidio.name.as_str()).iter().any(|name| name == project.name.as_str())
        })
        .map(|tidio| &tidio.name)
        .collect()
}
