//! The inbox: every incoming fact by its idempotency key, stored before the caller is answered.

use contract::FlatMap;
use serde::{Deserialize, Serialize};

use super::contact::{self, Contact, Source, Stage};
use super::sql::{Row, Sql, SqlError, first, from_json, to_json};
use super::{Priority, Settings, catalogue, consent, histories, journal, outbox, tally};
use crate::fact::{ContactSeen, CustomerFact, Fact, IdentityLink, OrderFact, TidioNews};

/// Facts absorbed in one block.
const BLOCK: u32 = 100;

/// How many facts of a submission were new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Stored now.
    pub stored: u32,
    /// Known already, by their idempotency key.
    pub known: u32,
}

/// Stores facts that are not known yet. Repeatable.
pub fn store<S: Sql>(sql: &S, facts: &[Fact], priority: Priority, now_ms: u64) -> Result<Receipt, SqlError> {
    let mut receipt = Receipt::default();
    for fact in facts {
        let known = first(sql.exec("SELECT 1 FROM inbox WHERE id = ?1", &[fact.id().into()])?).is_some();
        if known {
            receipt.known += 1;
            continue;
        }
        sql.exec(
            "INSERT INTO inbox (id, kind, subject, payload, priority, correlation_id, received_ms, due_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
            &[
                fact.id().into(),
                fact.kind().into(),
                fact.subject().into(),
                to_json(fact)?.into(),
                priority.number().into(),
                fact.correlation_id().into(),
                now_ms.into(),
            ],
        )?;
        journal::write(sql, now_ms, fact.correlation_id(), fact.subject(), "received", fact.kind())?;
        receipt.stored += 1;
    }
    Ok(receipt)
}

/// Turns due facts into what should stand in Tidio. Gives how many there were.
pub fn absorb<S: Sql>(sql: &S, settings: &Settings, now_ms: u64) -> Result<usize, SqlError> {
    let rows = sql.exec(
        "SELECT id, payload, priority FROM inbox WHERE +due_ms <= ?1 AND due_ms IS NOT NULL AND kind <> 'order'
         ORDER BY priority, due_ms, id LIMIT ?2",
        &[now_ms.into(), BLOCK.into()],
    )?;
    for row in &rows {
        let outcome = absorb_row(sql, settings, row, now_ms)?;
        sql.exec(
            "UPDATE inbox SET payload = NULL, due_ms = NULL, outcome = ?2 WHERE id = ?1",
            &[row.text(0)?.into(), outcome.into()],
        )?;
    }
    Ok(rows.len())
}

fn absorb_row<S: Sql>(
    sql: &S,
    settings: &Settings,
    row: &Row,
    now_ms: u64,
) -> Result<&'static str, SqlError> {
    let fact: Fact = from_json(&row.text(1)?)?;
    let priority = Priority::from_number(row.number(2)?);
    match &fact {
        Fact::Identity(link) => merge_link(sql, settings, link, Source::Shopper, priority, now_ms),
        Fact::Consent(fact) => consent::absorb(sql, fact, priority, now_ms),
        Fact::ContactSeen(seen) => absorb_seen(sql, seen, now_ms),
        // Not selected above: an order is read first.
        Fact::Order(_) => Ok("misplaced"),
        Fact::Customer(fact) => absorb_customer(sql, fact, priority, now_ms),
        Fact::TidioNews(news) => absorb_news(sql, news, now_ms),
    }
}

/// Makes a link part of what should stand in its contact, and queues the contact if there is something to do.
pub(super) fn merge_link<S: Sql>(
    sql: &S,
    settings: &Settings,
    link: &IdentityLink,
    source: Source,
    priority: Priority,
    now_ms: u64,
) -> Result<&'static str, SqlError> {
    // A backfill meets shoppers who are not in front of a widget.
    let grace_ms = if priority == Priority::Backfill { 0 } else { settings.widget_grace_ms };
    let mut contact = contact::find_or_new(sql, &link.contact, &link.distinct_id, now_ms + grace_ms)?;
    if contact.suppressed {
        return Ok("suppressed");
    }
    contact.merge(link, source);
    if contact.is_withdrawn() {
        // The widget may have made the contact while consent held: then there is something to clear.
        if contact.stage == Stage::Absent && source == Source::Shopper {
            contact.stage = Stage::Lookup;
            outbox::enqueue(sql, &link.contact, priority, &link.correlation_id, now_ms)?;
        }
        contact::save(sql, &contact, now_ms)?;
        journal::write(sql, now_ms, &link.correlation_id, &link.contact, "held_back", "consent withdrawn")?;
        return Ok("held_back");
    }
    let worth_a_look = source == Source::Shopper || contact.may_create();
    if contact.stage == Stage::Absent && worth_a_look {
        contact.stage = Stage::Lookup;
    }
    keep(sql, &contact, priority, &link.correlation_id, now_ms)
}

/// Stores a contact, and queues it if there is something to write.
pub(super) fn keep<S: Sql>(
    sql: &S,
    contact: &Contact,
    priority: Priority,
    correlation_id: &str,
    now_ms: u64,
) -> Result<&'static str, SqlError> {
    contact::save(sql, contact, now_ms)?;
    let catalogue = catalogue::current(sql)?;
    // Before the first look at the panel every property counts as defined, so that the row is queued.
    let available = |name: &str| catalogue.fetched_ms == 0 || catalogue.has(name);
    let outcome = match contact.stage {
        Stage::Absent => "absent",
        Stage::Ready if contact.difference(available) == Default::default() => "unchanged",
        _ => "queued",
    };
    if outcome == "queued" {
        outbox::enqueue(sql, &contact.key, priority, correlation_id, now_ms)?;
    } else {
        journal::write(sql, now_ms, correlation_id, &contact.key, outcome, "")?;
    }
    Ok(outcome)
}

/// The stored fact about an order.
pub(super) fn order_fact(payload: &str) -> Result<OrderFact, SqlError> {
    match from_json(payload)? {
        Fact::Order(fact) => Ok(fact),
        _ => Err(SqlError::Failed("an inbox row of kind order holds another fact".to_owned())),
    }
}

/// A customer whom no contact stands for is nobody's business.
fn absorb_customer<S: Sql>(
    sql: &S,
    fact: &CustomerFact,
    priority: Priority,
    now_ms: u64,
) -> Result<&'static str, SqlError> {
    if contact::find(sql, &fact.contact)?.is_none() {
        return Ok("not_ours");
    }
    histories::mark_history(sql, &fact.project, &fact.customer, priority, &fact.correlation_id, now_ms)?;
    Ok("queued")
}

fn absorb_news<S: Sql>(sql: &S, news: &TidioNews, now_ms: u64) -> Result<&'static str, SqlError> {
    tally::add(sql, &FlatMap::from([(format!("webhook:{}", news.topic), 1)]))?;
    journal::write(sql, now_ms, &news.correlation_id, &news.subject, "webhook", &news.topic)?;
    Ok("noted")
}

fn absorb_seen<S: Sql>(sql: &S, seen: &ContactSeen, now_ms: u64) -> Result<&'static str, SqlError> {
    let Some(distinct_id) = &seen.distinct_id else { return Ok("not_ours") };
    let Some(mut contact) = contact::find_distinct(sql, distinct_id)? else { return Ok("not_ours") };
    if contact.suppressed {
        return Ok("suppressed");
    }
    if contact.tidio_id.is_some() {
        return Ok("known");
    }
    // What else stands in the contact is not known from here; everything desired is sent once.
    contact.tidio_id = Some(seen.tidio_id.clone());
    contact.stage = Stage::Ready;
    contact.written.clear();
    contact::save(sql, &contact, now_ms)?;
    outbox::enqueue(sql, &contact.key, Priority::Event, &seen.correlation_id, now_ms)?;
    outbox::renew(sql, &contact.key, now_ms)?;
    journal::write(sql, now_ms, &seen.correlation_id, &contact.key, "found", "by webhook")?;
    Ok("found")
}
