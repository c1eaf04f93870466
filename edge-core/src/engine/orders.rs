//! From "something about this order changed" to what stands in the contact.
//!
//! A fact about an order never says what the order is like: it is read fresh, because events come late, twice and
//! in any order. Reading goes in two steps: orders by id tell whose they are and which version is the newest; the
//! customers' histories are read after that, so that many events of one shopper cost one read and one patch.
//!
//! Invariant: the table of orders holds the newest version ever seen; a fact about an older one is superseded.

use super::breaker::{self, Gate, Vendor};
use super::histories::{due_histories, mark_history, next_history, walks_first};
use super::shop::{ORDERS_PER_QUERY, OrderHead, Shop, ShopError};
use super::sql::{Sql, SqlError, first, transaction};
use super::{Engine, Ports, Priority, Step, dead, inbox, journal, retry};
use crate::fact::OrderFact;

/// Wait before an order is read again that commercetools still gives in an older version than the event's.
const STALE_READ_MS: u64 = 2_000;

/// A fact about an order, waiting in the inbox.
struct Waiting {
    id: String,
    fact: OrderFact,
    priority: Priority,
    attempts: u64,
    first_failed_ms: Option<u64>,
}

impl<P: Ports> Engine<P> {
    /// One read of the shop, if one is due.
    pub(super) async fn shop_step(&self, now: u64) -> Result<Step, SqlError> {
        let sql = self.ports.sql();
        let due = [next_order(sql)?, next_history(sql)?, super::cursor::next_due(sql)?];
        let Some(at) = due.into_iter().flatten().min() else { return Ok(Step::Wait(None)) };
        if at > now {
            return Ok(Step::Wait(Some(at)));
        }
        if let Gate::OpenUntil(until) = breaker::gate(sql, Vendor::Commercetools, now)? {
            return Ok(Step::Wait(Some(until)));
        }
        let orders = waiting_orders(sql, now)?;
        if let Some(first) = orders.first() {
            let project = first.fact.project.clone();
            return self.read_orders(&project, orders).await;
        }
        // A backfill meets most customers several times: walked to its end first, it reads each of them once.
        if walks_first(sql, now)? {
            return self.sync_step().await;
        }
        let histories = due_histories(sql, now)?;
        if let Some((project, rows)) = histories {
            return self.read_histories(&project, rows).await;
        }
        self.sync_step().await
    }

    /// 1. Facts about versions already seen end here.
    /// 2. The read; repeatable.
    /// 3. One block: newest versions, histories to read, facts done.
    async fn read_orders(&self, project: &str, rows: Vec<Waiting>) -> Result<Step, SqlError> {
        let now = self.ports.now_ms();
        let rows: Vec<Waiting> = transaction(self.ports.sql(), |sql| drop_superseded(sql, &rows, now))
            .map(|kept| rows.into_iter().filter(|row| kept.contains(&row.id)).collect())?;
        let Some(first) = rows.first() else { return Ok(Step::Done) };
        let mut ids: Vec<String> = rows.iter().map(|row| row.fact.order.clone()).collect();
        ids.sort();
        ids.dedup();
        let correlation_id = first.fact.correlation_id.clone();
        let heads = match self.ports.shop().orders(&correlation_id, project, &ids).await {
            Ok(heads) => heads,
            Err(error) => return self.shop_failed(error),
        };
        let now = self.ports.now_ms();
        let mut given_up = Vec::new();
        transaction(self.ports.sql(), |sql| {
            given_up.clear();
            breaker::close(sql, Vendor::Commercetools)?;
            for row in &rows {
                let head = heads.iter().find(|head| head.id == row.fact.order);
                if !self.take_order(sql, project, row, head, now)? {
                    given_up.push(row.id.clone());
                }
            }
            Ok(())
        })?;
        for row in rows.iter().filter(|row| given_up.contains(&row.id)) {
            self.bury_order(row)?;
        }
        Ok(Step::Done)
    }

    /// Gives false when the fact has had all its chances.
    fn take_order(
        &self,
        sql: &P::Sql,
        project: &str,
        row: &Waiting,
        head: Option<&OrderHead>,
        now: u64,
    ) -> Result<bool, SqlError> {
        let fact = &row.fact;
        let Some(head) = head else {
            // Gone, or of a store that another Tidio project serves. Its contact, if we know it, is read again.
            let known = order_customer(sql, project, &fact.order)?;
            sql.exec(
                "DELETE FROM shop_order WHERE project = ?1 AND id = ?2",
                &[project.into(), (&fact.order).into()],
            )?;
            let outcome = if known.is_some() { "gone" } else { "not_ours" };
            if let Some(customer) = known {
                mark_history(sql, project, &customer, row.priority, &fact.correlation_id, now)?;
            }
            return finish(sql, row, outcome, now).map(|()| true);
        };
        // The read is behind the event: it shows an older version, or an order that was deleted.
        if fact.deleted || fact.version.is_some_and(|version| head.version < version) {
            let first_failed = row.first_failed_ms.unwrap_or(now);
            let delay = STALE_READ_MS + retry::delay_ms(row.attempts, self.ports.random());
            sql.exec(
                "UPDATE inbox SET attempts = attempts + 1, first_failed_ms = ?2, due_ms = ?3 WHERE id = ?1",
                &[(&row.id).into(), first_failed.into(), (now + delay).into()],
            )?;
            return Ok(!retry::exhausted(row.attempts + 1, first_failed, now));
        }
        let outcome = note_head(sql, project, head, row.priority, &fact.correlation_id, now)?;
        finish(sql, row, outcome, now).map(|()| true)
    }

    fn bury_order(&self, row: &Waiting) -> Result<(), SqlError> {
        let now = self.ports.now_ms();
        transaction(self.ports.sql(), |sql| {
            let given = dead::Given {
                kind: "order",
                subject: &row.fact.order,
                cause: "stale_read",
                detail: &row.fact.what,
                attempts: row.attempts + 1,
                first_ms: row.first_failed_ms.unwrap_or(now),
                correlation_id: &row.fact.correlation_id,
            };
            dead::bury(sql, &given, now)?;
            finish(sql, row, "dead_letter", now)
        })
    }

    /// The shop failed: nothing is counted against anybody, and the breaker waits.
    pub(super) fn shop_failed(&self, error: ShopError) -> Result<Step, SqlError> {
        let now = self.ports.now_ms();
        transaction(self.ports.sql(), |sql| {
            let random = self.ports.random();
            breaker::open(sql, Vendor::Commercetools, now, random, error.cause(), error.asked_ms())?;
            journal::write(sql, now, "", "commercetools", "breaker_open", error.cause())
        })?;
        Ok(Step::Done)
    }
}

/// Takes the newest version of an order over; its customer's history is due if it is new to us.
pub(super) fn note_head<S: Sql>(
    sql: &S,
    project: &str,
    head: &OrderHead,
    priority: Priority,
    correlation_id: &str,
    now: u64,
) -> Result<&'static str, SqlError> {
    if seen_version(sql, project, &head.id)?.is_some_and(|seen| seen >= head.version) {
        return Ok("superseded");
    }
    // An order that changed hands leaves the history of the one who had it.
    let former =
        order_customer(sql, project, &head.id)?.filter(|former| Some(former) != head.customer.as_ref());
    if let Some(former) = &former {
        mark_history(sql, project, former, priority, correlation_id, now)?;
        journal::write(sql, now, correlation_id, &head.id, "order", "changed_hands")?;
    }
    sql.exec(
        "INSERT OR REPLACE INTO shop_order (project, id, version, number, customer) VALUES (?1, ?2, ?3, ?4, ?5)",
        &[
            project.into(),
            (&head.id).into(),
            head.version.into(),
            head.number.as_ref().into(),
            head.customer.as_ref().into(),
        ],
    )?;
    let Some(customer) = &head.customer else { return Ok("no_customer") };
    mark_history(sql, project, customer, priority, correlation_id, now)?;
    Ok("queued")
}

fn drop_superseded<S: Sql>(sql: &S, rows: &[Waiting], now: u64) -> Result<Vec<String>, SqlError> {
    let mut kept = Vec::with_capacity(rows.len());
    for row in rows {
        let seen = seen_version(sql, &row.fact.project, &row.fact.order)?;
        match (row.fact.version, seen) {
            (Some(version), Some(seen)) if seen >= version && !row.fact.deleted => {
                finish(sql, row, "superseded", now)?;
            }
            _ => kept.push(row.id.clone()),
        }
    }
    Ok(kept)
}

fn finish<S: Sql>(sql: &S, row: &Waiting, outcome: &str, now: u64) -> Result<(), SqlError> {
    sql.exec(
        // A dead letter keeps what it takes to try again; it names an order and nobody.
        "UPDATE inbox SET payload = CASE ?2 WHEN 'dead_letter' THEN payload END, due_ms = NULL, outcome = ?2
         WHERE id = ?1",
        &[(&row.id).into(), outcome.into()],
    )?;
    journal::write(sql, now, &row.fact.correlation_id, &row.fact.order, "order", outcome)
}

pub(super) fn seen_version<S: Sql>(sql: &S, project: &str, id: &str) -> Result<Option<u64>, SqlError> {
    let rows = sql.exec(
        "SELECT version FROM shop_order WHERE project = ?1 AND id = ?2",
        &[project.into(), id.into()],
    )?;
    first(rows).map(|row| row.number(0)).transpose()
}

fn order_customer<S: Sql>(sql: &S, project: &str, id: &str) -> Result<Option<String>, SqlError> {
    let rows = sql.exec(
        "SELECT customer FROM shop_order WHERE project = ?1 AND id = ?2",
        &[project.into(), id.into()],
    )?;
    first(rows).map_or(Ok(None), |row| row.optional_text(0))
}

fn waiting_orders<S: Sql>(sql: &S, now: u64) -> Result<Vec<Waiting>, SqlError> {
    let rows = sql.exec(
        "SELECT id, payload, priority, attempts, first_failed_ms FROM inbox
         WHERE +due_ms <= ?1 AND due_ms IS NOT NULL AND kind = 'order' ORDER BY priority, due_ms, id LIMIT ?2",
        &[now.into(), (ORDERS_PER_QUERY as u64).into()],
    )?;
    let mut waiting = Vec::with_capacity(rows.len());
    for row in &rows {
        waiting.push(Waiting {
            id: row.text(0)?,
            fact: inbox::order_fact(&row.text(1)?)?,
            priority: Priority::from_number(row.number(2)?),
            attempts: row.number(3)?,
            first_failed_ms: row.optional_number(4)?,
        });
    }
    let project = waiting.first().map(|row| row.fact.project.clone()).unwrap_or_default();
    waiting.retain(|row| row.fact.project == project);
    Ok(waiting)
}

fn next_order<S: Sql>(sql: &S) -> Result<Option<u64>, SqlError> {
    first(sql.exec("SELECT min(due_ms) FROM inbox WHERE due_ms IS NOT NULL AND kind = 'order'", &[])?)
        .map_or(Ok(None), |row| row.optional_number(0))
}
