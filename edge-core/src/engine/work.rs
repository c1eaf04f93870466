//! Which request to Tidio is worth making next: the most urgent first, and batches before single look-ups.

use super::contact::Contact;
use super::outbox::{self, Pending, Which};
use super::people::{self, People};
use super::sql::{SqlError, transaction};
use super::tidio::BATCH_LIMIT;
use super::{Engine, Ports, Priority, Step};

/// How long a create waits for others to join its batch while look-ups go on.
const CREATE_PATIENCE_MS: u64 = 2_000;

/// Wait before rows are looked at again about which nothing could be done.
const LOOK_AGAIN_MS: u64 = 1_000;

/// What could be sent now.
struct Work {
    ready: Vec<(Pending, Contact)>,
    create: Vec<(Pending, Contact)>,
    search: Vec<(Pending, Contact)>,
    /// Urgency of the walk's next page, if it is due.
    page: Option<Priority>,
    /// Whether the walk under way will bring more to send.
    has_more: bool,
}

enum Choice {
    Patch,
    Create,
    LookUp,
    Page,
}

impl Work {
    fn urgency(&self) -> Option<Priority> {
        [urgency(&self.ready), urgency(&self.create), urgency(&self.search), self.page]
            .into_iter()
            .flatten()
            .min()
    }

    /// Among what is as urgent as `most`, which is [`Work::urgency`].
    fn choose(&self, most: Priority, now: u64) -> Choice {
        let is_most = |rows: &[(Pending, Contact)]| urgency(rows) == Some(most);
        // A backfill can wait for a full batch while a walk fills it.
        let is_worth = |rows: &[(Pending, Contact)]| {
            is_most(rows)
                && (rows.len() >= BATCH_LIMIT
                    || most != Priority::Backfill
                    || !(self.has_more && self.page.is_some()))
        };
        let create = is_worth(&self.create);
        if is_worth(&self.ready) {
            Choice::Patch
        } else if is_most(&self.search) && !(create && has_waited(&self.create, now)) {
            Choice::LookUp
        } else if create {
            Choice::Create
        } else {
            Choice::Page
        }
    }
}

fn urgency(rows: &[(Pending, Contact)]) -> Option<Priority> {
    rows.first().map(|(row, _)| row.priority)
}

/// Creates wait a moment for look-ups, so that a crowd is created in batches.
fn has_waited(create: &[(Pending, Contact)], now: u64) -> bool {
    create.first().is_some_and(|(row, _)| row.due_ms + CREATE_PATIENCE_MS <= now)
}

impl<P: Ports> Engine<P> {
    /// One request's worth of work: the most urgent first, and batches before single look-ups.
    pub(super) async fn write(&self, now: u64) -> Result<Step, SqlError> {
        let sql = self.ports.sql();
        let walk = people::current(sql)?;
        let pages = people::pages(sql, self.settings.assumed_pages)?;
        let are_many = outbox::for_walk(sql, now, pages + 1)? > pages;
        if are_many && walk.may_begin(now) {
            return transaction(sql, |sql| people::begin(sql, now)).map(|()| Step::Done);
        }
        let alone = if are_many && walk.is_reading() { Which::Urgent } else { Which::Alone };
        let work = Work {
            ready: outbox::due(sql, now, Which::Ready, BATCH_LIMIT)?,
            create: outbox::due(sql, now, Which::Create, BATCH_LIMIT)?,
            search: outbox::due(sql, now, alone, 1)?,
            page: match walk.next_due(now) {
                Some(at) if at <= now => Some(outbox::urgency_of_walk(sql, walk.number())?),
                _ => None,
            },
            has_more: walk.is_reading(),
        };
        let Some(most_urgent) = work.urgency() else { return self.nothing_to_write(&walk, now) };
        if let Some(until) = self.blocked(now, most_urgent)? {
            return Ok(Step::Wait(Some(until)));
        }
        match work.choose(most_urgent, now) {
            Choice::Patch => self.patch(work.ready).await?,
            Choice::Create => self.create(work.create).await?,
            Choice::LookUp => {
                if let Some((row, contact)) = work.search.first() {
                    self.look_up(row, contact).await?;
                }
            }
            Choice::Page => self.people_page(&walk, most_urgent).await?,
        }
        Ok(Step::Done)
    }

    /// Rows are due, and nothing can be done about any. One whose contact is gone or absent: nothing will ever become
    /// of it. One that waits for the walk: until its next page. Whatever else is wrong with a row is put right by what
    /// stands in its contact; one that is still there after that waits, so that no mistake of ours makes a run spin.
    fn nothing_to_write(&self, walk: &People, now: u64) -> Result<Step, SqlError> {
        transaction(self.ports.sql(), |sql| outbox::mend(sql, walk.is_under_way(), now))?;
        let later = outbox::next_due_after(self.ports.sql(), now)?;
        let page = walk.next_due(now);
        let again = if page.is_none() { outbox::next_due(self.ports.sql())? } else { None };
        let again = again.filter(|at| *at <= now).map(|_still_due| now + LOOK_AGAIN_MS);
        Ok(Step::Wait([page, later, again].into_iter().flatten().min()))
    }
}
