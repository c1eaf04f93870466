//! From "something about this order changed" to what stands in the contact.
//!
//! A fact about an order never says what the order is like: it is read fresh, because events come late, twice and
//! in any order. Reading goes in two steps: orders by id tell whose they are and which version is the newest; the
//! customers' histories are read after that, so that many events of one shopper cost one read and one patch.
//!
//! Invariant: the table of orders holds the newest version ever seen; a fact about an older one is superseded.

use super::breaker::{self, Gate, Vendor};
use super::contact::{self, READING, Source};
use super::shop::{
    CUSTOMERS_PER_QUERY, CustomerView, GoneCustomer, ORDERS_PER_QUERY, OrderHead, Shop, ShopError,
};
use super::sql::{Row, Sql, SqlError, first, transaction};
use super::{Engine, Ports, Priority, Step, dead, inbox, journal, retry};
use crate::fact::{IdentityLink, OrderFact};

/// Wait before an order is read again that commercetools still gives in an older version than the event's.
const STALE_READ_MS: u64 = 2_000;

/// The property that a reading of orders fills itself, if the store's policy lets it out.
const CORRELATION_PROPERTY: &str = "ct_correlation_id";

/// A fact about an order, waiting in the inbox.
struct Waiting {
    id: String,
    fact: OrderFact,
    priority: Priority,
    attempts: u64,
    first_failed_ms: Option<u64>,
}

/// A history to be read.
struct Due {
    customer: String,
    priority: Priority,
    mark: u64,
    correlation_id: String,
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
        if fact.version.is_some_and(|version| head.version < version) {
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

    /// 1. The read; repeatable.
    /// 2. One block: what should stand in each contact, outbox, histories done. A history marked again meanwhile
    ///    stays due.
    async fn read_histories(&self, project: &str, rows: Vec<Due>) -> Result<Step, SqlError> {
        let observed_at_ms = self.ports.now_ms();
        let ids: Vec<String> = rows.iter().map(|row| row.customer.clone()).collect();
        let correlation_id = rows.first().map(|row| row.correlation_id.clone()).unwrap_or_default();
        let read = match self.ports.shop().customers(&correlation_id, project, &ids).await {
            Ok(read) => read,
            Err(error) => return self.shop_failed(error),
        };
        let now = self.ports.now_ms();
        transaction(self.ports.sql(), |sql| {
            breaker::close(sql, Vendor::Commercetools)?;
            for row in &rows {
                let view = read.views.iter().find(|view| view.customer == row.customer);
                let gone = read.gone.iter().find(|gone| gone.customer == row.customer);
                match (view, gone) {
                    (Some(view), _) => self.take_view(sql, row, view, observed_at_ms, now)?,
                    (None, Some(gone)) => take_gone(sql, row, gone, observed_at_ms, now)?,
                    (None, None) => {
                        journal::write(
                            sql,
                            now,
                            &row.correlation_id,
                            &row.customer,
                            "customer_unreadable",
                            "",
                        )?;
                    }
                }
                sql.exec(
                    "DELETE FROM history WHERE project = ?1 AND customer = ?2 AND mark = ?3",
                    &[project.into(), (&row.customer).into(), row.mark.into()],
                )?;
            }
            Ok(())
        })?;
        Ok(Step::Done)
    }

    fn take_view(
        &self,
        sql: &P::Sql,
        row: &Due,
        view: &CustomerView,
        observed_at_ms: u64,
        now: u64,
    ) -> Result<(), SqlError> {
        let mut link = IdentityLink {
            id: reading(row, observed_at_ms),
            contact: view.contact.clone(),
            distinct_id: view.distinct_id.clone(),
            email: view.email.clone(),
            first_name: view.first_name.clone(),
            last_name: view.last_name.clone(),
            create: view.create,
            properties: view.properties.clone(),
            correlation_id: row.correlation_id.clone(),
            observed_at_ms,
        };
        if link.properties.contains_key(CORRELATION_PROPERTY) {
            link.properties.insert(CORRELATION_PROPERTY.to_owned(), row.correlation_id.clone());
        }
        let source = if view.has_orders { Source::Orders } else { Source::NoOrders };
        let outcome = inbox::merge_link(sql, &self.settings, &link, source, row.priority, now)?;
        journal::write(sql, now, &row.correlation_id, &view.contact, "orders_read", outcome)
    }

    /// The shop failed: nothing is counted against anybody, and the breaker waits.
    pub(super) fn shop_failed(&self, error: ShopError) -> Result<Step, SqlError> {
        let now = self.ports.now_ms();
        transaction(self.ports.sql(), |sql| {
            breaker::open(sql, Vendor::Commercetools, now, self.ports.random(), error.cause())?;
            journal::write(sql, now, "", "commercetools", "breaker_open", error.cause())
        })?;
        Ok(Step::Done)
    }
}

/// Id of a reading.
fn reading(row: &Due, observed_at_ms: u64) -> String {
    format!("{READING}{observed_at_ms:015}:{:09}", row.mark)
}

/// The customer record is gone. Its contact, if we know one, stays, without what the shop told of the customer.
fn take_gone<S: Sql>(
    sql: &S,
    row: &Due,
    gone: &GoneCustomer,
    observed_at_ms: u64,
    now: u64,
) -> Result<(), SqlError> {
    let known = contact::find(sql, &gone.contact)?.filter(|contact| !contact.suppressed);
    let outcome = match known {
        None => "no_contact",
        Some(mut contact) => {
            contact.forget_customer(&reading(row, observed_at_ms), observed_at_ms);
            inbox::keep(sql, &contact, row.priority, &row.correlation_id, now)?
        }
    };
    journal::write(sql, now, &row.correlation_id, &row.customer, "customer_gone", outcome)
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

/// A customer's history is to be read. One that is marked already is read once, for both.
pub(super) fn mark_history<S: Sql>(
    sql: &S,
    project: &str,
    customer: &str,
    priority: Priority,
    correlation_id: &str,
    now: u64,
) -> Result<(), SqlError> {
    sql.exec(
        "INSERT INTO history (project, customer, priority, due_ms, mark, correlation_id)
         VALUES (?1, ?2, ?3, ?4, 1, ?5)
         ON CONFLICT (project, customer) DO UPDATE SET priority = min(priority, ?3), due_ms = min(due_ms, ?4),
             mark = mark + 1, correlation_id = ?5",
        &[project.into(), customer.into(), priority.number().into(), now.into(), correlation_id.into()],
    )?;
    Ok(())
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

fn due_histories<S: Sql>(sql: &S, now: u64) -> Result<Option<(String, Vec<Due>)>, SqlError> {
    let head = sql.exec(
        "SELECT project FROM history WHERE +due_ms <= ?1 ORDER BY priority, due_ms, customer LIMIT 1",
        &[now.into()],
    )?;
    let Some(project) = first(head).map(|row| row.text(0)).transpose()? else { return Ok(None) };
    let rows = sql.exec(
        "SELECT customer, priority, mark, correlation_id FROM history
         WHERE +due_ms <= ?1 AND project = ?2 ORDER BY priority, due_ms, customer LIMIT ?3",
        &[now.into(), (&project).into(), (CUSTOMERS_PER_QUERY as u64).into()],
    )?;
    let rows = rows.iter().map(due).collect::<Result<Vec<Due>, SqlError>>()?;
    Ok(Some((project, rows)))
}

fn due(row: &Row) -> Result<Due, SqlError> {
    Ok(Due {
        customer: row.text(0)?,
        priority: Priority::from_number(row.number(1)?),
        mark: row.number(2)?,
        correlation_id: row.text(3)?,
    })
}

/// Histories of a backfill that may wait for the end of the walk which finds them.
const HISTORIES_AHEAD: u64 = 50_000;

fn walks_first<S: Sql>(sql: &S, now: u64) -> Result<bool, SqlError> {
    if super::cursor::next_due(sql)?.is_none() {
        return Ok(false);
    }
    let rows = sql.exec(
        "SELECT count(*) FROM (SELECT 1 FROM history WHERE due_ms <= ?1 LIMIT ?2)",
        &[now.into(), HISTORIES_AHEAD.into()],
    )?;
    let urgent = sql.exec(
        "SELECT 1 FROM history WHERE due_ms <= ?1 AND priority < ?2 LIMIT 1",
        &[now.into(), Priority::Backfill.number().into()],
    )?;
    let waiting = first(rows).map_or(Ok(0), |row| row.number(0))?;
    Ok(urgent.is_empty() && waiting < HISTORIES_AHEAD)
}

fn next_order<S: Sql>(sql: &S) -> Result<Option<u64>, SqlError> {
    first(sql.exec("SELECT min(due_ms) FROM inbox WHERE due_ms IS NOT NULL AND kind = 'order'", &[])?)
        .map_or(Ok(None), |row| row.optional_number(0))
}

fn next_history<S: Sql>(sql: &S) -> Result<Option<u64>, SqlError> {
    first(sql.exec("SELECT min(due_ms) FROM history", &[])?).map_or(Ok(None), |row| row.optional_number(0))
}
