//! Writing differences in batches, and what to do with each way in which that can fail.

use super::breaker::{self, Vendor};
use super::contact::{self, Contact};
use super::outbox::{self, Pending};
use super::sql::{SqlError, transaction};
use super::tidio::{ContactPatch, Tidio, TidioError};
use super::{Engine, Ports, catalogue, journal};

/// A batch that fails without a reason is cut in two from this attempt on; before that the vendor may just have
/// had a bad moment.
const BISECT_FROM_ATTEMPT: u64 = 2;

/// A refused batch makes the catalogue suspect when it is older than this.
const SUSPECT_AFTER_MS: u64 = 60_000;

/// Whose failure it was.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Health {
    /// The vendor answers: the failure belongs to what was sent.
    Up,
    /// The vendor is out, or nothing can be said: nobody's attempts are counted.
    Out,
}

struct Item {
    row: Pending,
    tidio_id: String,
    patch: ContactPatch,
}

impl<P: Ports> Engine<P> {
    /// Sends the differences of up to 100 contacts in one request.
    /// 1. One block drops rows without a difference.
    /// 2. The call. Values are absolute, so it may happen twice.
    /// 3. One block records what is known to stand in Tidio now.
    pub(super) async fn patch(&self, rows: Vec<(Pending, Contact)>) -> Result<(), SqlError> {
        let priority = super::most_urgent(&rows);
        let items = self.items(rows)?;
        let Some(first) = items.first() else { return Ok(()) };
        let Some(slot) = self.slot(priority)? else { return Ok(()) };
        let correlation_id = first.row.correlation_id.clone();
        let tidio = self.ports.tidio();
        let answer = if items.len() == 1 {
            tidio.patch(&correlation_id, &first.tidio_id, &first.patch).await
        } else {
            let list: Vec<(String, ContactPatch)> =
                items.iter().map(|item| (item.tidio_id.clone(), item.patch.clone())).collect();
            tidio.patch_batch(&correlation_id, &list).await
        };
        let status = answer.status;
        match self.settle(slot, answer)? {
            Ok(()) => self.written(&items, status),
            Err(error) => self.not_written(&items, status, &error).await,
        }
    }

    fn items(&self, rows: Vec<(Pending, Contact)>) -> Result<Vec<Item>, SqlError> {
        let now = self.ports.now_ms();
        transaction(self.ports.sql(), |sql| {
            let catalogue = catalogue::current(sql)?;
            let mut missing: Vec<String> = Vec::new();
            let mut items = Vec::with_capacity(rows.len());
            for (row, contact) in &rows {
                missing
                    .extend(contact.property_names().filter(|name| !catalogue.has(name)).map(str::to_owned));
                let patch = contact.difference(|name| catalogue.has(name));
                match &contact.tidio_id {
                    Some(tidio_id) if patch != ContactPatch::default() => {
                        items.push(Item { row: row.clone(), tidio_id: tidio_id.clone(), patch });
                    }
                    _ => outbox::remove(sql, &row.contact)?,
                }
            }
            missing.sort();
            missing.dedup();
            for name in catalogue::note_missing(sql, &missing, now)? {
                journal::write(sql, now, "", &name, "property_missing", "not defined in the Tidio panel")?;
            }
            Ok(items)
        })
    }

    fn written(&self, items: &[Item], status: Option<u16>) -> Result<(), SqlError> {
        let now = self.ports.now_ms();
        transaction(self.ports.sql(), |sql| {
            let catalogue = catalogue::current(sql)?;
            for item in items {
                let key = &item.row.contact;
                let Some(mut contact) = contact::find(sql, key)? else { continue };
                contact.note_written(&item.patch);
                contact::save(sql, &contact, now)?;
                let told = succeeded(status, &names_of(&item.patch));
                journal::write(sql, now, &item.row.correlation_id, key, "written", &told)?;
                // A fact that came during the call may have left something to send.
                if contact.difference(|name| catalogue.has(name)) == ContactPatch::default() {
                    outbox::remove(sql, key)?;
                } else {
                    outbox::renew(sql, key, now)?;
                }
            }
            Ok(())
        })
    }

    async fn not_written(
        &self,
        items: &[Item],
        status: Option<u16>,
        error: &TidioError,
    ) -> Result<(), SqlError> {
        let now = self.ports.now_ms();
        let rows: Vec<Pending> = items.iter().map(|item| item.row.clone()).collect();
        self.note_answer(&rows, status, error)?;
        match (error, items) {
            (TidioError::OutcomeUnknown { .. }, _) => {
                self.note_unknown(items)?;
                self.failed(&rows, error).await
            }
            (TidioError::Rejected { code, field }, [item]) => {
                self.refused_one(&item.row, &item.patch, code, field.as_deref())
            }
            (TidioError::NotFound, [item]) => transaction(self.ports.sql(), |sql| {
                let Some(mut contact) = contact::find(sql, &item.row.contact)? else { return Ok(()) };
                contact.disown();
                contact::save(sql, &contact, now)?;
                outbox::fail(sql, &item.row, now, self.ports.random(), error.cause())?;
                journal::write(sql, now, &item.row.correlation_id, &item.row.contact, "gone", "")
            }),
            (TidioError::Rejected { .. } | TidioError::NotFound, _) => self.refused_batch(&rows),
            _ => self.failed(&rows, error).await,
        }
    }

    /// What Tidio answered, in the story of everybody whom the request was for.
    pub(super) fn note_answer(
        &self,
        rows: &[Pending],
        status: Option<u16>,
        error: &TidioError,
    ) -> Result<(), SqlError> {
        let (now, told) = (self.ports.now_ms(), error.told(status));
        transaction(self.ports.sql(), |sql| {
            rows.iter().try_for_each(|row| {
                journal::write(sql, now, &row.correlation_id, &row.contact, "answered", &told)
            })
        })
    }

    fn note_unknown(&self, items: &[Item]) -> Result<(), SqlError> {
        let now = self.ports.now_ms();
        transaction(self.ports.sql(), |sql| {
            for item in items {
                let Some(mut contact) = contact::find(sql, &item.row.contact)? else { continue };
                contact.note_unknown(&item.patch);
                contact::save(sql, &contact, now)?;
            }
            Ok(())
        })
    }

    /// Tidio refuses a batch as a whole: read the catalogue again if it may be old, else cut the batch in two.
    pub(super) fn refused_batch(&self, rows: &[Pending]) -> Result<(), SqlError> {
        let now = self.ports.now_ms();
        transaction(self.ports.sql(), |sql| {
            if catalogue::current(sql)?.is_fresh(now, SUSPECT_AFTER_MS) {
                outbox::bisect(sql, rows)
            } else {
                catalogue::expire(sql)
            }
        })
    }

    /// Tidio refuses one contact: set the named value aside, else give the contact up.
    pub(super) fn refused_one(
        &self,
        row: &Pending,
        patch: &ContactPatch,
        code: &str,
        field: Option<&str>,
    ) -> Result<(), SqlError> {
        let now = self.ports.now_ms();
        let handled = transaction(self.ports.sql(), |sql| {
            if !catalogue::current(sql)?.is_fresh(now, SUSPECT_AFTER_MS) {
                catalogue::expire(sql)?;
                return Ok(true);
            }
            let (Some(field), Some(mut contact)) = (field, contact::find(sql, &row.contact)?) else {
                return Ok(false);
            };
            if !contact.note_refused(patch, field) {
                return Ok(false);
            }
            contact::save(sql, &contact, now)?;
            journal::write(sql, now, &row.correlation_id, &row.contact, "value_refused", field)?;
            Ok(true)
        })?;
        if handled {
            return Ok(());
        }
        self.give_up(row, "rejected", &format!("{code}: {}", names_of(patch)))
    }

    /// A call failed for a reason that may be the vendor's. Asks the vendor; counts attempts only when it is up.
    pub(super) async fn failed(&self, rows: &[Pending], error: &TidioError) -> Result<(), SqlError> {
        if self.vendor_failed(error).await? == Health::Out {
            return Ok(());
        }
        let now = self.ports.now_ms();
        let mut exhausted = Vec::new();
        transaction(self.ports.sql(), |sql| {
            exhausted.clear();
            let worn = rows.iter().all(|row| row.attempts + 1 >= BISECT_FROM_ATTEMPT);
            if rows.len() > 1 && worn {
                outbox::bisect(sql, rows)?;
            }
            // One draw for the batch, so that it stays together.
            let random = self.ports.random();
            for row in rows {
                if !outbox::fail(sql, row, now, random, error.cause())? {
                    exhausted.push(row.clone());
                }
            }
            Ok(())
        })?;
        for row in &exhausted {
            self.give_up(row, error.cause(), "given up after 72 hours")?;
        }
        Ok(())
    }

    /// Finds out whether the vendor as a whole is out, with one cheap read, and opens the breaker if it is.
    pub(super) async fn vendor_failed(&self, error: &TidioError) -> Result<Health, SqlError> {
        match error {
            TidioError::RateLimited { .. } => Ok(Health::Out),
            TidioError::Unauthorised => {
                self.open_breaker(self.ports.now_ms(), error)?;
                Ok(Health::Out)
            }
            TidioError::Rejected { .. } | TidioError::NotFound => Ok(Health::Up),
            TidioError::Unavailable | TidioError::OutcomeUnknown { .. } => self.read_catalogue().await,
        }
    }

    /// Reads the panel's properties: the probe of the breaker and the refresh of the catalogue in one.
    pub(super) async fn read_catalogue(&self) -> Result<Health, SqlError> {
        let Some(slot) = self.slot(super::Priority::Interactive)? else { return Ok(Health::Out) };
        let answer = self.ports.tidio().properties("").await;
        let result = self.settle(slot, answer)?;
        let now = self.ports.now_ms();
        match result {
            Ok(definitions) => transaction(self.ports.sql(), |sql| {
                catalogue::replace(sql, &definitions, now, "")?;
                breaker::close(sql, Vendor::Tidio)?;
                Ok(Health::Up)
            }),
            Err(TidioError::RateLimited { .. }) => Ok(Health::Out),
            Err(error) => {
                self.open_breaker(now, &error)?;
                Ok(Health::Out)
            }
        }
    }

    pub(super) fn open_breaker(&self, now: u64, error: &TidioError) -> Result<(), SqlError> {
        transaction(self.ports.sql(), |sql| {
            breaker::open(sql, Vendor::Tidio, now, self.ports.random(), error.cause(), None)?;
            journal::write(sql, now, "", "tidio", "breaker_open", error.cause())
        })
    }
}

/// What the journal keeps of a success: the status, and what was sent or made.
pub(super) fn succeeded(status: Option<u16>, what: &str) -> String {
    format!("{} {what}", status.unwrap_or_default())
}

fn names_of(patch: &ContactPatch) -> String {
    let names: Vec<&str> = patch.fields.keys().chain(patch.properties.keys()).map(String::as_str).collect();
    names.join(" ")
}
