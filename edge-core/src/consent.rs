//! `POST /v1/consent`, without HTTP: whose consent changed, and what follows for the contact.
//!
//! In scope: proof, and the fact for the engine. Out of scope: keeping it, and what the page does by itself.
//!
//! An identity token lives for minutes and a page for hours, so most withdrawals come with a token that has expired.
//! Withdrawing must be as easy as giving: for a withdrawal, and for nothing else, a token will do for a day after its
//! end. Such a token counts once, by its `jti`: whoever got hold of an old one cannot undo with it what the shopper
//! says later. Within its life a token counts as often as the shopper changes her mind.

#[cfg(test)]
mod tests;

use contract::{CONTRACT_VERSION, Consent, ConsentRequest, ErrorCode};

use crate::access_token;
use crate::commerce::Commerce;
use crate::config::{CommerceProject, Config, Store, TidioProject};
use crate::fact::ConsentFact;
use crate::identify::Call;
use crate::identity::{contact_key, distinct_id};
use crate::proof::{ProvenSubject, Subject};
use crate::property::{Properties, Property, consent_word};
use crate::token::{self, Freshness, Purpose};

/// How long after its end a token will do for a withdrawal, in seconds: a day.
pub const LATE_SECONDS: u64 = 24 * 60 * 60;

/// What a withdrawal leaves in the contact: none of it says more than that the shopper chatted with this store.
const KEPT: [Property; 3] = [Property::Identity, Property::Store, Property::Locale];

/// The fact that a change of consent is; `None` for a guest, of whom nothing is stored. Repeatable: it only reads.
///
/// # Errors
/// `contract_unsupported` and `token_*` are the caller's, `commerce_*` the vendor's.
pub async fn consent(
    config: &Config,
    (store, project, tidio): (&Store, &CommerceProject, &TidioProject),
    request: &ConsentRequest,
    commerce: &impl Commerce,
    call: Call<'_>,
) -> Result<Option<ConsentFact>, ErrorCode> {
    if !(1..=CONTRACT_VERSION).contains(&request.contract) {
        return Err(ErrorCode::ContractUnsupported);
    }
    let share = request.consent.chat == Consent::Granted && request.consent.share == Consent::Granted;
    let late_seconds = if share { 0 } else { LATE_SECONDS };
    let Some((proven, freshness)) =
        prove(config, store, project, request, commerce, call, late_seconds).await?
    else {
        return Ok(None);
    };
    let Subject::Customer(id) = proven.subject() else { return Ok(None) };
    let contact = contact_key(&project.project_key, id);
    let id_of_fact = match (freshness, proven.token_id()) {
        (Freshness::Expired, Some(token_id)) => format!("consent:late:{contact}:{token_id}"),
        _ => format!("consent:{}:{contact}:{}", call.correlation_id, call.now_ms),
    };
    Ok(Some(ConsentFact {
        id: id_of_fact,
        distinct_id: distinct_id(&tidio.distinct_id_key, &tidio.public_key, &project.project_key, id),
        contact,
        share,
        properties: properties(store, request, share, call),
        correlation_id: call.correlation_id.to_owned(),
        observed_at_ms: call.now_ms,
    }))
}

async fn prove(
    config: &Config,
    store: &Store,
    project: &CommerceProject,
    request: &ConsentRequest,
    commerce: &impl Commerce,
    call: Call<'_>,
    late_seconds: u64,
) -> Result<Option<(ProvenSubject, Freshness)>, ErrorCode> {
    if let Some(token) = &request.token {
        let purpose = Purpose {
            audience: &config.audience,
            project_key: project.project_key.as_str(),
            store: store.key.as_str(),
        };
        let now_seconds = call.now_ms / 1000;
        return token::verify_late(token, &config.token_keys, purpose, now_seconds, late_seconds).map(Some);
    }
    let Some(token) = call.access_token else { return Ok(None) };
    let proven = access_token::prove(commerce, call.memory, project, &store.key, token, call.now_ms).await?;
    Ok(Some((proven, Freshness::Live)))
}

/// A withdrawal clears also what today's policy would not let out: yesterday's may have.
fn properties(
    store: &Store,
    request: &ConsentRequest,
    share: bool,
    call: Call<'_>,
) -> contract::FlatMap<String, String> {
    let mut said = Properties::default();
    said.set(Property::Consent, consent_word(&request.consent));
    said.set(Property::CorrelationId, call.correlation_id);
    let mut properties = said.permitted(&store.policy);
    if !share {
        let cleared = Property::ALL.iter().filter(|property| !KEPT.contains(property));
        for property in cleared {
            properties.get_or_default(property.name().to_owned());
        }
    }
    properties
}
