//! The delta sync: a window of change times, walked by id, resumable after any stop. It finds what events missed,
//! and with a longer window it is the backfill.
//!
//! Invariants: the bound moves forward only after a whole window was walked, and only to the newest change that was
//! seen: it is a time of commercetools' clock, so a clock of ours that was ahead for a while skips nothing. Where the
//! walk stands is stored in the same block as what it found; windows overlap, and the table of orders makes the
//! overlap free.

use super::breaker::{self, Vendor};
use super::shop::{ChangedPage, OrderHead, Shop, Window};
use super::sql::{Row, Sql, SqlError, first, transaction};
use super::{Engine, Ports, Priority, Step, journal, orders, people};

/// How far a window reaches back into the one before it: clocks differ, and writes become visible late.
const OVERLAP_MS: u64 = 2 * 60_000;

/// How far behind now a window ends.
const LAG_MS: u64 = 30_000;

/// Name of the walk that follows the shop.
const DELTA: &str = "delta";

/// Name of the walk through the Messages API.
pub(super) const MESSAGES: &str = "messages";

/// Name of the walk that an operator starts.
const BACKFILL: &str = "backfill";

/// Name of the walk that only counts what a backfill would do.
const DRY_RUN: &str = "dry_run";

/// What a backfill is to cover.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Backfill {
    /// User's name of the commercetools project.
    pub project: String,
    /// Orders changed at or after; milliseconds since the Unix epoch.
    pub since_ms: u64,
    /// Only orders of the store with this key.
    pub store: Option<String>,
    /// Count only: nothing is written, here or in Tidio.
    pub dry_run: bool,
}

/// A walk, as operations sees it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Walk {
    /// User's name of the commercetools project.
    pub project: String,
    /// `delta`, `messages`, `backfill` or `dry_run`.
    pub kind: String,
    /// The only store it covers.
    pub store: Option<String>,
    /// The newest change seen by a walk that was completed, by commercetools' clock; milliseconds since the Unix
    /// epoch.
    pub done_until_ms: Option<u64>,
    /// The newest change seen so far.
    pub newest_ms: Option<u64>,
    /// When a walk was completed last, by our clock.
    pub walked_ms: Option<u64>,
    /// The window being walked, if one is.
    pub from_ms: Option<u64>,
    /// Its end.
    pub until_ms: Option<u64>,
    /// Last id seen in it.
    pub after: Option<String>,
    /// Orders looked at in this window.
    pub seen: u64,
    /// Orders among them that were new or newer.
    pub changed: u64,
    /// Customers to whom those belong; a dry run counts them.
    pub customers: u64,
    /// Stopped by hand.
    pub paused: bool,
}

const COLUMNS: &str =
    "project, kind, done_until_ms, from_ms, until_ms, after, seen, changed, paused, newest_ms,
     walked_ms, store, customers";

fn walk(row: &Row) -> Result<Walk, SqlError> {
    Ok(Walk {
        project: row.text(0)?,
        kind: row.text(1)?,
        done_until_ms: row.optional_number(2)?,
        from_ms: row.optional_number(3)?,
        until_ms: row.optional_number(4)?,
        after: row.optional_text(5)?,
        seen: row.number(6)?,
        changed: row.number(7)?,
        paused: row.number(8)? != 0,
        newest_ms: row.optional_number(9)?,
        walked_ms: row.optional_number(10)?,
        store: row.optional_text(11)?,
        customers: row.number(12)?,
    })
}

/// All walks.
pub fn list<S: Sql>(sql: &S) -> Result<Vec<Walk>, SqlError> {
    let rows = sql.exec(&format!("SELECT {COLUMNS} FROM walk ORDER BY project, kind"), &[])?;
    rows.iter().map(walk).collect()
}

fn save<S: Sql>(sql: &S, walk: &Walk) -> Result<(), SqlError> {
    sql.exec(
        "INSERT OR REPLACE INTO walk (project, kind, done_until_ms, from_ms, until_ms, after, seen, changed, paused,
             newest_ms, walked_ms, store, customers)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        &[
            (&walk.project).into(),
            (&walk.kind).into(),
            walk.done_until_ms.into(),
            walk.from_ms.into(),
            walk.until_ms.into(),
            walk.after.as_ref().into(),
            walk.seen.into(),
            walk.changed.into(),
            i64::from(walk.paused).into(),
            walk.newest_ms.into(),
            walk.walked_ms.into(),
            walk.store.as_ref().into(),
            walk.customers.into(),
        ],
    )?;
    Ok(())
}

pub(super) fn load<S: Sql>(sql: &S, project: &str, kind: &str) -> Result<Walk, SqlError> {
    let statement = format!("SELECT {COLUMNS} FROM walk WHERE project = ?1 AND kind = ?2");
    let found = first(sql.exec(&statement, &[project.into(), kind.into()])?);
    found.map_or_else(
        || {
            Ok(Walk {
                project: project.to_owned(),
                kind: kind.to_owned(),
                done_until_ms: None,
                from_ms: None,
                until_ms: None,
                after: None,
                seen: 0,
                changed: 0,
                customers: 0,
                store: None,
                paused: false,
                newest_ms: None,
                walked_ms: None,
            })
        },
        |row| walk(&row),
    )
}

/// When a page is due: always, while a window is open.
pub(super) fn next_due<S: Sql>(sql: &S) -> Result<Option<u64>, SqlError> {
    let rows = sql.exec("SELECT 0 FROM walk WHERE until_ms IS NOT NULL AND paused = 0 LIMIT 1", &[])?;
    first(rows).map(|row| row.number(0)).transpose()
}

impl<P: Ports> Engine<P> {
    /// Opens the next window of the delta sync of these commercetools projects, unless one is being walked, and now
    /// and then the walk through Tidio's contacts.
    /// Repeatable: the cron's call. The first call only sets the starting point; older orders are the backfill's.
    ///
    /// # Errors
    /// The database failed.
    pub fn begin_sync(&self, projects: &[String]) -> Result<(), SqlError> {
        let now = self.ports.now_ms();
        transaction(self.ports.sql(), |sql| {
            people::begin_if_old(sql, now, self.settings.reconcile_ms)?;
            open_windows(sql, projects, DELTA, now)
        })
    }

    /// Starts a backfill, or a dry run of one. One that is running goes on from where it is, with what it was
    /// started for: the answer tells.
    ///
    /// # Errors
    /// The database failed.
    pub fn begin_backfill(&self, wanted: &Backfill) -> Result<Walk, SqlError> {
        let now = self.ports.now_ms();
        transaction(self.ports.sql(), |sql| {
            let kind = if wanted.dry_run { DRY_RUN } else { BACKFILL };
            let mut walk = load(sql, &wanted.project, kind)?;
            walk.paused = false;
            if walk.until_ms.is_none() {
                walk.from_ms = Some(wanted.since_ms);
                walk.until_ms = Some(now);
                walk.store.clone_from(&wanted.store);
                (walk.after, walk.seen, walk.changed, walk.customers) = (None, 0, 0, 0);
                if wanted.dry_run {
                    forget_customers(sql, &wanted.project)?;
                }
            }
            save(sql, &walk)?;
            Ok(walk)
        })
    }

    /// Pauses or resumes a walk. Repeatable.
    ///
    /// # Errors
    /// The database failed.
    pub fn pause_walk(&self, project: &str, kind: &str, paused: bool) -> Result<(), SqlError> {
        self.ports.sql().exec(
            "UPDATE walk SET paused = ?3 WHERE project = ?1 AND kind = ?2",
            &[project.into(), kind.into(), i64::from(paused).into()],
        )?;
        Ok(())
    }

    /// One page of an open window.
    /// 1. The read; repeatable.
    /// 2. One block: newer versions, and where the walk stands.
    pub(super) async fn sync_step(&self) -> Result<Step, SqlError> {
        let statement = format!(
            "SELECT {COLUMNS} FROM walk WHERE until_ms IS NOT NULL AND paused = 0
             ORDER BY kind DESC, project LIMIT 1"
        );
        let Some(walk) = first(self.ports.sql().exec(&statement, &[])?).map(|row| walk(&row)).transpose()?
        else {
            return Ok(Step::Done);
        };
        let window = Window {
            from_ms: walk.from_ms.unwrap_or_default(),
            until_ms: walk.until_ms.unwrap_or_default(),
            store: walk.store.clone(),
        };
        let correlation_id = self.new_correlation_id();
        let (shop, after) = (self.ports.shop(), walk.after.as_deref());
        if walk.kind == MESSAGES {
            return match shop.messages(&correlation_id, &walk.project, &window, after).await {
                Ok(page) => self.take_messages(&walk, &page, &correlation_id),
                Err(error) => self.shop_failed(error),
            };
        }
        match shop.changed(&correlation_id, &walk.project, &window, after).await {
            Ok(page) => self.take_page(&walk, &page, &correlation_id),
            Err(error) => self.shop_failed(error),
        }
    }

    fn take_page(&self, walk: &Walk, page: &ChangedPage, correlation_id: &str) -> Result<Step, SqlError> {
        let now = self.ports.now_ms();
        transaction(self.ports.sql(), |sql| {
            breaker::close(sql, Vendor::Commercetools)?;
            // Paused meanwhile: what this page found is kept all the same.
            let mut next = load(sql, &walk.project, &walk.kind)?;
            for head in &page.heads {
                let is_changed = if walk.kind == DRY_RUN {
                    count_head(sql, &walk.project, head)?
                } else {
                    // One id an order, not one a page: each has a story of its own.
                    take_head(sql, &next, head, &self.new_correlation_id(), now)?
                };
                next.changed += u64::from(is_changed);
                next.newest_ms = next.newest_ms.max(head.changed_ms);
            }
            next.seen += page.heads.len() as u64;
            if walk.kind == DRY_RUN {
                next.customers = counted(sql, &walk.project)?;
                if page.after.is_none() {
                    forget_customers(sql, &walk.project)?;
                }
            }
            turn_page(sql, &mut next, page.after.as_ref(), correlation_id, now)
        })?;
        Ok(Step::Done)
    }
}

/// Opens the next window of a walk that follows the shop, unless one is being walked. The first call only sets the
/// starting point.
pub(super) fn open_windows<S: Sql>(
    sql: &S,
    projects: &[String],
    kind: &str,
    now: u64,
) -> Result<(), SqlError> {
    let until_ms = now.saturating_sub(LAG_MS);
    for project in projects {
        let mut walk = load(sql, project, kind)?;
        if walk.until_ms.is_some() {
            continue;
        }
        let done = walk.done_until_ms.unwrap_or(until_ms);
        walk.from_ms = Some(done.saturating_sub(OVERLAP_MS));
        walk.done_until_ms = Some(done);
        // A clock that is behind finds less, and the rest later.
        walk.until_ms = Some(until_ms.max(done));
        (walk.after, walk.seen, walk.changed) = (None, 0, 0);
        save(sql, &walk)?;
    }
    Ok(())
}

/// Stores where a walk stands after a page; after the last one, that its window is done.
pub(super) fn turn_page<S: Sql>(
    sql: &S,
    walk: &mut Walk,
    after: Option<&String>,
    correlation_id: &str,
    now: u64,
) -> Result<(), SqlError> {
    walk.after = after.cloned();
    if after.is_none() {
        walk.done_until_ms = walk.newest_ms.max(walk.done_until_ms);
        walk.walked_ms = Some(now);
        (walk.from_ms, walk.until_ms) = (None, None);
        let detail = format!("{} seen, {} changed", walk.seen, walk.changed);
        journal::write(sql, now, correlation_id, &walk.project, &walk.kind, &detail)?;
    }
    save(sql, walk)
}

/// Takes a changed order over. Gives whether it concerns a contact.
fn take_head<S: Sql>(
    sql: &S,
    walk: &Walk,
    head: &OrderHead,
    correlation_id: &str,
    now: u64,
) -> Result<bool, SqlError> {
    let outcome = orders::note_head(sql, &walk.project, head, Priority::Backfill, correlation_id, now)?;
    if outcome == "queued" {
        journal::write(sql, now, correlation_id, &head.id, "changed", &walk.kind)?;
    }
    Ok(outcome == "queued")
}

/// What a backfill would do with an order, without doing it.
fn count_head<S: Sql>(sql: &S, project: &str, head: &OrderHead) -> Result<bool, SqlError> {
    let seen = orders::seen_version(sql, project, &head.id)?;
    let Some(customer) = head.customer.as_ref().filter(|_| seen.is_none_or(|seen| seen < head.version))
    else {
        return Ok(false);
    };
    sql.exec(
        "INSERT OR IGNORE INTO counted_customer (project, customer) VALUES (?1, ?2)",
        &[project.into(), customer.into()],
    )?;
    Ok(true)
}

fn counted<S: Sql>(sql: &S, project: &str) -> Result<u64, SqlError> {
    let rows = sql.exec("SELECT count(*) FROM counted_customer WHERE project = ?1", &[project.into()])?;
    first(rows).map_or(Ok(0), |row| row.number(0))
}

fn forget_customers<S: Sql>(sql: &S, project: &str) -> Result<(), SqlError> {
    sql.exec("DELETE FROM counted_customer WHERE project = ?1", &[project.into()])?;
    Ok(())
}
