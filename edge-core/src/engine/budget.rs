//! The request budget of one Tidio project: never exceeded, whatever window the vendor counts in.
//!
//! A request holds its slot from before it is sent until a whole window after its answer came. The vendor counted
//! it somewhere between those two moments, so in no stretch of one window can it have counted more than the limit,
//! whether its window is fixed or sliding. Requests of other tools show in the vendor's `remaining` header and
//! hold slots too. The rows survive a restart, and so does the promise.

use serde::{Deserialize, Serialize};

use super::Priority;
use super::schema::{load, store};
use super::sql::{Sql, SqlError, first, transaction};
use super::tidio::{Rate, TidioError};

/// Tidio counts per minute (its REST reference).
pub const WINDOW_MS: u64 = 60_000;

/// Added to the window against rounding on the vendor's side; costs 0.4 % of the budget.
const MARGIN_MS: u64 = 250;

/// A request without a recorded answer (the object was restarted) is over by then: three times the adapter's
/// time-out.
pub const REQUEST_OVER_MS: u64 = 30_000;

/// Longest wait that an answer can ask for: an hour.
const LONGEST_WAIT_MS: u64 = 60 * 60_000;

/// Until the first answer tells the limit: that of the smallest plan with contact calls (Plus).
const ASSUMED_LIMIT: u32 = 60;

/// Share of the budget that only a waiting person may use: a thirtieth, so that a backfill still gets 96 %.
const RESERVE_DIVISOR: u32 = 30;

/// Smallest reserve, in requests.
const RESERVE_MIN: u32 = 2;

#[derive(Default, Serialize, Deserialize)]
struct Known {
    limit: Option<u32>,
    foreign: u32,
    foreign_until_ms: u64,
    blocked_until_ms: u64,
    /// For how long, when the wait began.
    #[serde(default)]
    blocked_for_ms: u64,
}

const STATE: &str = "budget";

/// A permission for exactly one request.
#[derive(Debug, PartialEq, Eq)]
pub struct Slot(u64);

/// When there is a slot again, if there is none now.
pub fn free_at<S: Sql>(sql: &S, now_ms: u64, priority: Priority) -> Result<Option<u64>, SqlError> {
    transaction(sql, |sql| check(sql, now_ms, priority))
}

/// Takes a slot, or says when to ask again.
pub fn take<S: Sql>(sql: &S, now_ms: u64, priority: Priority) -> Result<Result<Slot, u64>, SqlError> {
    transaction(sql, |sql| {
        if let Some(until) = check(sql, now_ms, priority)? {
            return Ok(Err(until));
        }
        sql.exec("INSERT INTO request (sent_ms) VALUES (?1)", &[now_ms.into()])?;
        let row = first(sql.exec("SELECT last_insert_rowid()", &[])?).ok_or(SqlError::Shape(0))?;
        Ok(Ok(Slot(row.number(0)?)))
    })
}

fn check<S: Sql>(sql: &S, now_ms: u64, priority: Priority) -> Result<Option<u64>, SqlError> {
    let known: Known = load(sql, STATE)?;
    // A clock that was ahead and has come back must not make the wait longer than was asked for, by more than a window.
    let longest = now_ms.saturating_add(known.blocked_for_ms + WINDOW_MS);
    if now_ms < known.blocked_until_ms && known.blocked_until_ms <= longest {
        return Ok(Some(known.blocked_until_ms));
    }
    forget_old(sql, now_ms)?;
    let foreign = if now_ms < known.foreign_until_ms { known.foreign } else { 0 };
    if count(sql)? + u64::from(foreign) < u64::from(allowance(&known, priority)) {
        return Ok(None);
    }
    next_free(sql, now_ms, &known).map(Some)
}

/// Records that a request is over and what its headers said.
pub fn finish<S: Sql>(
    sql: &S,
    slot: &Slot,
    now_ms: u64,
    rate: Option<Rate>,
    error: Option<&TidioError>,
) -> Result<(), SqlError> {
    transaction(sql, |sql| {
        sql.exec("UPDATE request SET done_ms = ?2 WHERE id = ?1", &[slot.0.into(), now_ms.into()])?;
        let mut known: Known = load(sql, STATE)?;
        if let Some(rate) = rate.filter(|rate| rate.limit > 0) {
            known.limit = Some(rate.limit);
            let theirs = u64::from(rate.limit.saturating_sub(rate.remaining));
            let foreign = theirs.saturating_sub(count(sql)?);
            let current = if now_ms < known.foreign_until_ms { u64::from(known.foreign) } else { 0 };
            // Fewer foreign requests than seen before means that the vendor's window moved on.
            if foreign > 0 && foreign >= current {
                known.foreign = u32::try_from(foreign).unwrap_or(u32::MAX);
                known.foreign_until_ms = now_ms + WINDOW_MS;
            }
        }
        if let Some(TidioError::RateLimited { retry_after_ms }) = error {
            known.blocked_for_ms = retry_after_ms.unwrap_or(WINDOW_MS).clamp(1_000, LONGEST_WAIT_MS);
            known.blocked_until_ms = now_ms + known.blocked_for_ms;
        }
        store(sql, STATE, &known)
    })
}

/// Requests that count against the current window, and the limit.
pub fn usage<S: Sql>(sql: &S, now_ms: u64) -> Result<(u64, u32), SqlError> {
    let known: Known = load(sql, STATE)?;
    forget_old(sql, now_ms)?;
    Ok((count(sql)?, known.limit.unwrap_or(ASSUMED_LIMIT)))
}

/// Requests a minute for work that nobody waits for.
pub fn pace<S: Sql>(sql: &S) -> Result<u32, SqlError> {
    load(sql, STATE).map(|known| allowance(&known, Priority::Backfill))
}

fn allowance(known: &Known, priority: Priority) -> u32 {
    let limit = known.limit.unwrap_or(ASSUMED_LIMIT);
    match priority {
        Priority::Interactive => limit,
        Priority::Event | Priority::Backfill => {
            limit.saturating_sub((limit / RESERVE_DIVISOR).max(RESERVE_MIN)).max(1)
        }
    }
}

fn forget_old<S: Sql>(sql: &S, now_ms: u64) -> Result<(), SqlError> {
    // A clock that was ahead and has come back must not hold slots for longer than a window.
    sql.exec(
        "UPDATE request SET sent_ms = min(sent_ms, ?1), done_ms = min(done_ms, ?1)
         WHERE sent_ms > ?1 OR done_ms > ?1",
        &[now_ms.into()],
    )?;
    sql.exec(
        "DELETE FROM request WHERE coalesce(done_ms, sent_ms + ?2) <= ?1",
        &[now_ms.saturating_sub(WINDOW_MS + MARGIN_MS).into(), REQUEST_OVER_MS.into()],
    )?;
    Ok(())
}

fn count<S: Sql>(sql: &S) -> Result<u64, SqlError> {
    first(sql.exec("SELECT count(*) FROM request", &[])?).map_or(Ok(0), |row| row.number(0))
}

fn next_free<S: Sql>(sql: &S, now_ms: u64, known: &Known) -> Result<u64, SqlError> {
    let rows =
        sql.exec("SELECT min(coalesce(done_ms, sent_ms + ?1)) FROM request", &[REQUEST_OVER_MS.into()])?;
    let oldest = first(rows).map_or(Ok(None), |row| row.optional_number(0))?;
    let own = oldest.map(|done| done + WINDOW_MS + MARGIN_MS);
    let foreign = (now_ms < known.foreign_until_ms).then_some(known.foreign_until_ms);
    Ok([own, foreign].into_iter().flatten().min().unwrap_or(now_ms + 1_000).max(now_ms + 1))
}
