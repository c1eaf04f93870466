//! Finding the Tidio contact of a shopper, and creating it when there is none: never two for one shopper.
//!
//! Tidio adds a contact on every create call and cannot be asked by distinct id. So: look up by address, compare
//! the distinct id; give the widget some time to make the contact itself; then store the intent, create, and after
//! an unknown outcome read back, twice and with time between, before another create is considered.

use super::contact::{self, Contact, Stage};
use super::outbox::{self, Pending};
use super::send::succeeded;
use super::sql::{SqlError, transaction};
use super::tidio::{ContactDraft, ContactPage, Tidio, TidioContact, TidioError};
use super::{Engine, Ports, catalogue, dead, journal};

/// Pages of one look-up; an address with more than a thousand contacts is not a shopper's.
const LOOKUP_PAGES: usize = 10;

/// Wait before a create with unknown outcome is read back; longer than the adapter's time-out.
const READ_BACK_MS: u64 = 15_000;

/// Fruitless read-backs after which the create is taken to have failed.
const READ_BACKS: u64 = 2;

/// Result of a look-up.
enum Found {
    Contact(Box<TidioContact>),
    Nothing,
    /// Not finished: no slot, or a failure that was dealt with. Nothing may be concluded.
    Open,
}

impl<P: Ports> Engine<P> {
    /// Looks one contact up and decides what follows. Repeatable: a read, then one block.
    pub(super) async fn look_up(&self, row: &Pending, contact: &Contact) -> Result<(), SqlError> {
        let Some(email) = contact.email() else {
            let now = self.ports.now_ms();
            return transaction(self.ports.sql(), |sql| {
                leave_absent(sql, row, now, "no address to look up by")
            });
        };
        match self.find_by_email(row, email, &contact.distinct_id).await? {
            Found::Contact(found) => self.adopt(row, &found, "by address"),
            Found::Nothing => {
                let now = self.ports.now_ms();
                transaction(self.ports.sql(), |sql| self.not_there(sql, row, now))
            }
            Found::Open => Ok(()),
        }
    }

    async fn find_by_email(&self, row: &Pending, email: &str, distinct_id: &str) -> Result<Found, SqlError> {
        let mut cursor: Option<String> = None;
        for _ in 0..LOOKUP_PAGES {
            let Some(slot) = self.slot(row.priority)? else { return Ok(Found::Open) };
            let call = self.ports.tidio().contacts(&row.correlation_id, Some(email), cursor.as_deref());
            let answer = call.await;
            let status = answer.status;
            let page: ContactPage = match self.settle(slot, answer)? {
                Ok(page) => page,
                Err(error) => {
                    self.note_answer(std::slice::from_ref(row), status, &error)?;
                    self.failed(std::slice::from_ref(row), &error).await?;
                    return Ok(Found::Open);
                }
            };
            let ours =
                page.contacts.into_iter().find(|contact| contact.distinct_id.as_deref() == Some(distinct_id));
            if let Some(contact) = ours {
                return Ok(Found::Contact(Box::new(contact)));
            }
            cursor = page.cursor;
            if cursor.is_none() {
                break;
            }
        }
        Ok(Found::Nothing)
    }

    /// Takes over a contact that Tidio has; what it lacks is sent next.
    pub(super) fn adopt(&self, row: &Pending, found: &TidioContact, how: &str) -> Result<(), SqlError> {
        let now = self.ports.now_ms();
        transaction(self.ports.sql(), |sql| {
            let Some(mut contact) = contact::find(sql, &row.contact)? else { return Ok(()) };
            contact.adopt(found);
            contact::save(sql, &contact, now)?;
            outbox::renew(sql, &row.contact, now)?;
            journal::write(sql, now, &row.correlation_id, &row.contact, "found", how)
        })
    }

    /// A look-up, alone or by a walk, did not find the contact. Part of a block.
    pub(super) fn not_there(&self, sql: &P::Sql, row: &Pending, now: u64) -> Result<(), SqlError> {
        let Some(mut contact) = contact::find(sql, &row.contact)? else {
            return outbox::remove(sql, &row.contact);
        };
        if contact.stage == Stage::Verify {
            contact.read_backs += 1;
            if contact.read_backs >= READ_BACKS {
                contact.stage = Stage::Create;
                contact.read_backs = 0;
            }
            contact::save(sql, &contact, now)?;
            outbox::postpone(sql, &row.contact, now + READ_BACK_MS)?;
            return journal::write(sql, now, &row.correlation_id, &row.contact, "read_back", "not there");
        }
        // A clock that was ahead when the grace began and has come back: it begins again, once.
        let grace = contact.grace_until_ms.min(now + self.settings.widget_grace_ms);
        if grace < contact.grace_until_ms {
            contact.grace_until_ms = grace;
            contact::save(sql, &contact, now)?;
        }
        if now < grace {
            outbox::postpone(sql, &row.contact, grace)?;
            return journal::write(sql, now, &row.correlation_id, &row.contact, "waiting", "for the widget");
        }
        if contact.may_create() {
            contact.stage = Stage::Create;
            contact::save(sql, &contact, now)?;
            return outbox::postpone(sql, &row.contact, now);
        }
        leave_absent(sql, row, now, "not in Tidio, and not to be created")
    }

    /// Creates contacts. Not repeatable, therefore:
    /// 1. One block marks each as "outcome unknown". A stop after it leads to a read-back.
    /// 2. The call.
    /// 3. One block records the ids, or that nothing was done, or leaves the mark.
    ///
    /// What allowed the create may be gone by now: the shopper withdrew while an earlier one was read back.
    pub(super) async fn create(&self, rows: Vec<(Pending, Contact)>) -> Result<(), SqlError> {
        let (rows, unwanted): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|(_, contact)| contact.may_create());
        self.leave_uncreated(&unwanted)?;
        if rows.is_empty() {
            return Ok(());
        }
        let Some(slot) = self.slot(super::most_urgent(&rows))? else { return Ok(()) };
        let catalogue = catalogue::current(self.ports.sql())?;
        let drafts: Vec<ContactDraft> =
            rows.iter().map(|(_, contact)| contact.draft(|name| catalogue.has(name))).collect();
        let rows: Vec<Pending> = rows.into_iter().map(|(row, _)| row).collect();
        let correlation_id = rows.first().map(|row| row.correlation_id.clone()).unwrap_or_default();
        self.mark_sent(&rows)?;
        let (status, result) = match drafts.as_slice() {
            [draft] => {
                let answer = self.ports.tidio().create(&correlation_id, draft).await;
                (answer.status, self.settle(slot, answer)?.map(|id| vec![Some(id)]))
            }
            _ => {
                let answer = self.ports.tidio().create_batch(&correlation_id, &drafts).await;
                (answer.status, self.settle(slot, answer)?.map(|created| ids_of(&drafts, &created)))
            }
        };
        match result {
            Ok(ids) => self.created(&rows, &drafts, &ids, status),
            Err(error) => {
                self.note_answer(&rows, status, &error)?;
                self.not_created(&rows, &drafts, &error).await
            }
        }
    }

    fn leave_uncreated(&self, rows: &[(Pending, Contact)]) -> Result<(), SqlError> {
        let now = self.ports.now_ms();
        transaction(self.ports.sql(), |sql| {
            rows.iter().try_for_each(|(row, _)| leave_absent(sql, row, now, "not to be created any more"))
        })
    }

    fn mark_sent(&self, rows: &[Pending]) -> Result<(), SqlError> {
        let now = self.ports.now_ms();
        transaction(self.ports.sql(), |sql| {
            for row in rows {
                set_stage(sql, &row.contact, Stage::Verify, now)?;
                outbox::postpone(sql, &row.contact, now + READ_BACK_MS)?;
                // Whose answer is lost is only found by reading: this line says that we asked for it.
                journal::write(sql, now, &row.correlation_id, &row.contact, "creating", "")?;
            }
            Ok(())
        })
    }

    fn created(
        &self,
        rows: &[Pending],
        drafts: &[ContactDraft],
        ids: &[Option<String>],
        status: Option<u16>,
    ) -> Result<(), SqlError> {
        let now = self.ports.now_ms();
        transaction(self.ports.sql(), |sql| {
            for ((row, draft), id) in rows.iter().zip(drafts).zip(ids) {
                let Some(mut contact) = contact::find(sql, &row.contact)? else { continue };
                // An answer without our id says nothing: leave it to the read-back.
                let Some(id) = id else { continue };
                contact.tidio_id = Some(id.clone());
                contact.stage = Stage::Ready;
                contact.written.clear();
                contact.note_written(&draft.content);
                contact::save(sql, &contact, now)?;
                outbox::renew(sql, &row.contact, now)?;
                journal::write(
                    sql,
                    now,
                    &row.correlation_id,
                    &row.contact,
                    "created",
                    &succeeded(status, id),
                )?;
            }
            Ok(())
        })
    }

    async fn not_created(
        &self,
        rows: &[Pending],
        drafts: &[ContactDraft],
        error: &TidioError,
    ) -> Result<(), SqlError> {
        let now = self.ports.now_ms();
        match error {
            // The mark stays. The read-back is due in a while; the breaker learns of the failure.
            TidioError::OutcomeUnknown { .. } | TidioError::Unavailable => {
                self.vendor_failed(error).await.map(drop)
            }
            TidioError::Rejected { code, field } => {
                self.back_to(rows, Stage::Create)?;
                match (rows, drafts) {
                    ([row], [draft]) => self.refused_one(row, &draft.content, code, field.as_deref()),
                    _ => self.refused_batch(rows),
                }
            }
            TidioError::RateLimited { .. } | TidioError::NotFound => self.back_to(rows, Stage::Create),
            TidioError::Unauthorised => {
                self.back_to(rows, Stage::Create)?;
                self.open_breaker(now, error)
            }
        }
    }

    fn back_to(&self, rows: &[Pending], stage: Stage) -> Result<(), SqlError> {
        let now = self.ports.now_ms();
        transaction(self.ports.sql(), |sql| {
            for row in rows {
                set_stage(sql, &row.contact, stage, now)?;
                outbox::postpone(sql, &row.contact, now)?;
            }
            Ok(())
        })
    }

    /// Gives a contact up: dead letter, and off the list until the next fact.
    pub(super) fn give_up(&self, row: &Pending, cause: &str, detail: &str) -> Result<(), SqlError> {
        let now = self.ports.now_ms();
        transaction(self.ports.sql(), |sql| {
            let given = dead::Given {
                kind: "contact",
                subject: &row.contact,
                cause,
                detail,
                attempts: row.attempts + 1,
                first_ms: row.first_failed_ms.unwrap_or(now),
                correlation_id: &row.correlation_id,
            };
            dead::bury(sql, &given, now)?;
            if contact::find(sql, &row.contact)?.is_some_and(|contact| contact.tidio_id.is_none()) {
                set_stage(sql, &row.contact, Stage::Absent, now)?;
            }
            outbox::remove(sql, &row.contact)?;
            journal::write(sql, now, &row.correlation_id, &row.contact, "dead_letter", cause)
        })
    }
}

fn leave_absent<S: super::sql::Sql>(sql: &S, row: &Pending, now: u64, why: &str) -> Result<(), SqlError> {
    set_stage(sql, &row.contact, Stage::Absent, now)?;
    outbox::remove(sql, &row.contact)?;
    journal::write(sql, now, &row.correlation_id, &row.contact, "absent", why)
}

fn set_stage<S: super::sql::Sql>(sql: &S, key: &str, stage: Stage, now: u64) -> Result<(), SqlError> {
    sql.exec(
        "UPDATE contact SET stage = ?2, read_backs = 0, changed_ms = ?3 WHERE key = ?1",
        &[key.into(), stage.as_str().into(), now.into()],
    )?;
    Ok(())
}

fn ids_of(drafts: &[ContactDraft], created: &[TidioContact]) -> Vec<Option<String>> {
    drafts
        .iter()
        .map(|draft| {
            created
                .iter()
                .find(|contact| contact.distinct_id.as_deref() == Some(draft.distinct_id.as_str()))
                .map(|contact| contact.id.clone())
        })
        .collect()
}
