//! Customers' histories: which are due, and what becomes of what is read.
//!
//! A customer whose order changed, or whose record did, is read as a whole: record, newest orders, timeline. Many
//! reasons for one customer are one reading.

use super::contact::{self, READING, Source};
use super::shop::{CUSTOMERS_PER_QUERY, CustomerView, GoneCustomer, Shop};
use super::sql::{Row, Sql, SqlError, first, transaction};
use super::{Engine, Ports, Priority, Step, breaker, inbox, journal};
use crate::fact::IdentityLink;
use breaker::Vendor;

/// The property that a reading of orders fills itself, if the store's policy lets it out.
const CORRELATION_PROPERTY: &str = "ct_correlation_id";

/// A history to be read.
pub(super) struct Due {
    customer: String,
    priority: Priority,
    mark: u64,
    correlation_id: String,
}

impl<P: Ports> Engine<P> {
    /// 1. The read; repeatable.
    /// 2. One block: what should stand in each contact, outbox, histories done. A history marked again meanwhile
    ///    stays due.
    pub(super) async fn read_histories(&self, project: &str, rows: Vec<Due>) -> Result<Step, SqlError> {
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

pub(super) fn due_histories<S: Sql>(sql: &S, now: u64) -> Result<Option<(String, Vec<Due>)>, SqlError> {
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

pub(super) fn walks_first<S: Sql>(sql: &S, now: u64) -> Result<bool, SqlError> {
    if super::cursor::next_due(sql)?.is_none() {
        return Ok(false);
    }
    let rows = sql.exec(
        "SELECT count(*) FROM (SELECT 1 FROM history WHERE due_ms <= ?1 LIMIT ?2)",
        &[now.into(), HISTORIES_AHEAD.into()],
    )?;
    let urgent = sql.exec(
        "SELECT 1 FROM history WHERE +due_ms <= ?1 AND priority < ?2 LIMIT 1",
        &[now.into(), Priority::Backfill.number().into()],
    )?;
    let waiting = first(rows).map_or(Ok(0), |row| row.number(0))?;
    Ok(urgent.is_empty() && waiting < HISTORIES_AHEAD)
}

pub(super) fn next_history<S: Sql>(sql: &S) -> Result<Option<u64>, SqlError> {
    first(sql.exec("SELECT min(due_ms) FROM history", &[])?).map_or(Ok(None), |row| row.optional_number(0))
}
