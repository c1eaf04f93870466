//! A Tidio in memory with the vendor's rules, which can fail before or after taking effect.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use contract::FlatMap;

use super::sqlite::Fuse;
use crate::engine::tidio::{
    Answer, ContactDraft, ContactPage, ContactPatch, Department, PropertyDefinition, Rate, Tidio,
    TidioContact, TidioError,
};

/// How a call goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The error, and nothing was done.
    Before(TidioError),
    /// It was done, and then the error.
    After(TidioError),
}

pub struct Vendor {
    pub contacts: RefCell<Vec<TidioContact>>,
    pub properties: RefCell<Vec<String>>,
    /// Addresses that Tidio refuses.
    pub poison: RefCell<Vec<String>>,
    /// Faults of the next calls; `None` is a good call.
    pub faults: RefCell<VecDeque<Option<Fault>>>,
    /// Pages of the whole list fail while set.
    pub list_fault: RefCell<Option<Fault>>,
    /// All calls fail while set.
    pub outage: RefCell<Option<Fault>>,
    pub calls: RefCell<Vec<(u64, &'static str)>>,
    pub limit: Cell<u32>,
    pub breaches: Cell<u32>,
    /// Until when Tidio has said that it takes nothing, by its own clock, and how far ahead that was then.
    pub closed_until: Cell<Option<(u64, u64)>>,
    /// Calls that were made before that time. A clock that jumped meanwhile is no fault.
    pub hasty: Cell<u32>,
    /// The batch that was refused last, and how often in a row.
    refused: RefCell<(Vec<String>, u32)>,
    /// The first time that a timeline lost a version it had.
    pub step_back: RefCell<Option<String>>,
    pub clock: Rc<Cell<u64>>,
    /// How far the engine's clock is behind the vendors'.
    ahead_ms: Rc<Cell<u64>>,
    pub latency_ms: Cell<u64>,
    /// Contacts on a page of the list.
    pub page: Cell<usize>,
    fuse: Rc<Fuse>,
    next_id: Cell<u32>,
}

impl Vendor {
    pub fn new(fuse: Rc<Fuse>, clock: Rc<Cell<u64>>, ahead_ms: Rc<Cell<u64>>) -> Self {
        let names = ["ct_identity", "ct_store", "ct_cart_total", "ct_timeline", "ct_correlation_id"];
        Vendor {
            contacts: RefCell::default(),
            properties: RefCell::new(names.map(str::to_owned).to_vec()),
            poison: RefCell::default(),
            faults: RefCell::default(),
            list_fault: RefCell::default(),
            outage: RefCell::default(),
            calls: RefCell::default(),
            limit: Cell::new(120),
            breaches: Cell::new(0),
            closed_until: Cell::new(None),
            hasty: Cell::new(0),
            refused: RefCell::default(),
            step_back: RefCell::default(),
            clock,
            ahead_ms,
            latency_ms: Cell::new(20),
            page: Cell::new(100),
            fuse,
            next_id: Cell::new(1),
        }
    }

    pub fn count(&self, name: &str) -> usize {
        self.calls.borrow().iter().filter(|(_, call)| *call == name).count()
    }

    /// Adds a contact as the widget does.
    pub fn introduce(&self, distinct_id: &str, email: &str) -> String {
        let content = ContactPatch {
            fields: FlatMap::from([("email".to_owned(), Some(email.to_owned()))]),
            ..ContactPatch::default()
        };
        self.add(&ContactDraft { distinct_id: distinct_id.to_owned(), content }).id
    }

    fn add(&self, draft: &ContactDraft) -> TidioContact {
        let id = format!("t{}", self.next_id.replace(self.next_id.get() + 1));
        let mut contact = TidioContact {
            id,
            distinct_id: Some(draft.distinct_id.clone()),
            email: None,
            first_name: None,
            last_name: None,
            properties: FlatMap::new(),
        };
        apply(&mut contact, &draft.content);
        self.contacts.borrow_mut().push(contact.clone());
        contact
    }

    fn check(&self, patch: &ContactPatch) -> Result<(), TidioError> {
        let refused = |name: &str| {
            Err(TidioError::Rejected { code: "validation_error".to_owned(), field: Some(name.to_owned()) })
        };
        if let Some(name) = patch.properties.keys().find(|name| !self.properties.borrow().contains(name)) {
            return refused(name);
        }
        if patch.properties.values().flatten().any(|value| value == "refuse me") {
            return refused("ct_cart_total");
        }
        let email = patch.fields.get("email").cloned().flatten();
        if email.is_some_and(|email| self.poison.borrow().contains(&email)) {
            return Err(TidioError::Rejected { code: "poison".to_owned(), field: None });
        }
        Ok(())
    }

    fn patch_one(&self, id: &str, patch: &ContactPatch) -> Result<(), TidioError> {
        self.check(patch)?;
        let mut contacts = self.contacts.borrow_mut();
        let contact = contacts.iter_mut().find(|contact| contact.id == id).ok_or(TidioError::NotFound)?;
        let before = versions(contact);
        apply(contact, patch);
        if versions(contact) < before && versions(contact) > 0 {
            self.step_back.borrow_mut().get_or_insert(format!("{id}: {:?}", contact.properties));
        }
        Ok(())
    }

    /// A batch that is refused as a whole and sent again as it is will never arrive.
    fn refuse<T>(&self, names: Vec<String>, result: Result<T, TidioError>) -> Result<T, TidioError> {
        let mut last = self.refused.borrow_mut();
        if matches!(result, Err(TidioError::Rejected { .. })) && last.0 == names {
            last.1 += 1;
            assert!(last.1 < 20, "a refused batch of {} is sent again and again", names.len());
        } else {
            *last = (names, 0);
        }
        result
    }

    /// One request: budget, faults, effect, in this order. Gives an error of "the process" by burning the fuse.
    fn call<T>(&self, name: &'static str, effect: impl FnOnce() -> Result<T, TidioError>) -> Answer<T> {
        let lost = TidioError::OutcomeUnknown { status: None };
        if self.fuse.burns() {
            return Answer { status: None, rate: None, result: Err(lost) };
        }
        let sent = self.clock.get();
        let counted = sent + self.ahead_ms.get();
        let used =
            self.calls.borrow().iter().rev().take_while(|(at, _)| at + 60_000 > counted).count() as u32;
        self.calls.borrow_mut().push((counted, name));
        self.clock.set(sent + self.latency_ms.get());
        if self.closed_until.get().is_some_and(|(at, ahead)| counted < at && ahead == self.ahead_ms.get()) {
            self.hasty.set(self.hasty.get() + 1);
        }
        if used >= self.limit.get() {
            self.breaches.set(self.breaches.get() + 1);
        }
        let rate =
            Some(Rate { limit: self.limit.get(), remaining: self.limit.get().saturating_sub(used + 1) });
        let fault = self.outage.borrow().clone().or_else(|| self.faults.borrow_mut().pop_front().flatten());
        if let Some(Fault::Before(TidioError::RateLimited { retry_after_ms })) = &fault {
            let (ahead, wait_ms) = (self.ahead_ms.get(), retry_after_ms.unwrap_or(60_000));
            self.closed_until.set(Some((self.clock.get() + ahead + wait_ms, ahead)));
        }
        let result = match fault {
            Some(Fault::Before(error)) => Err(error),
            Some(Fault::After(error)) => effect().and(Err(error)),
            None => effect(),
        };
        Answer { status: status_of(&result), rate, result }
    }
}

/// The status with which Tidio says it.
fn status_of<T>(result: &Result<T, TidioError>) -> Option<u16> {
    match result {
        Ok(_) => Some(200),
        Err(TidioError::RateLimited { .. }) => Some(429),
        Err(TidioError::Unavailable) => Some(503),
        Err(TidioError::OutcomeUnknown { status }) => *status,
        Err(TidioError::Rejected { .. }) => Some(422),
        Err(TidioError::NotFound) => Some(404),
        Err(TidioError::Unauthorised) => Some(401),
    }
}

/// Sum of the versions that a timeline names; orders are never deleted in the simulation.
fn versions(contact: &TidioContact) -> u64 {
    let text = contact.properties.get("ct_timeline").map_or("", String::as_str);
    text.split("; ").filter_map(|line| line.rsplit_once(" v")?.1.parse::<u64>().ok()).sum()
}

fn apply(contact: &mut TidioContact, patch: &ContactPatch) {
    for (name, value) in &patch.fields {
        match name.as_str() {
            "email" => contact.email.clone_from(value),
            "first_name" => contact.first_name.clone_from(value),
            "last_name" => contact.last_name.clone_from(value),
            other => panic!("unknown field {other}"),
        }
    }
    for (name, value) in &patch.properties {
        match value {
            Some(value) => contact.properties.insert(name.clone(), value.clone()),
            None => contact.properties.remove(name),
        };
    }
}

impl Tidio for Vendor {
    async fn contacts(&self, _: &str, email: Option<&str>, cursor: Option<&str>) -> Answer<ContactPage> {
        if email.is_none() {
            self.faults.borrow_mut().extend(self.list_fault.borrow().clone().map(Some));
        }
        self.call("contacts", || {
            let start: usize = cursor.map_or(0, |cursor| cursor.parse().unwrap());
            let matching: Vec<TidioContact> = self
                .contacts
                .borrow()
                .iter()
                .filter(|contact| email.is_none() || contact.email.as_deref() == email)
                .cloned()
                .collect();
            let contacts: Vec<TidioContact> =
                matching.iter().skip(start).take(self.page.get()).cloned().collect();
            let end = start + contacts.len();
            Ok(ContactPage { contacts, cursor: (end < matching.len()).then(|| end.to_string()) })
        })
    }

    async fn create(&self, _: &str, draft: &ContactDraft) -> Answer<String> {
        self.call("create", || self.check(&draft.content).map(|()| self.add(draft).id))
    }

    async fn create_batch(&self, _: &str, drafts: &[ContactDraft]) -> Answer<Vec<TidioContact>> {
        self.call("create_batch", || {
            let names = drafts.iter().map(|draft| draft.distinct_id.clone()).collect();
            self.refuse(names, drafts.iter().try_for_each(|draft| self.check(&draft.content)))?;
            Ok(drafts.iter().map(|draft| self.add(draft)).collect())
        })
    }

    async fn patch(&self, _: &str, id: &str, patch: &ContactPatch) -> Answer<()> {
        self.call("patch", || self.patch_one(id, patch))
    }

    async fn patch_batch(&self, _: &str, patches: &[(String, ContactPatch)]) -> Answer<()> {
        self.call("patch_batch", || {
            let names = patches.iter().map(|(id, _)| id.clone()).collect();
            self.refuse(names, patches.iter().try_for_each(|(_, patch)| self.check(patch)))?;
            for (id, _) in patches {
                if !self.contacts.borrow().iter().any(|contact| &contact.id == id) {
                    return Err(TidioError::Rejected { code: "no_such_contact".to_owned(), field: None });
                }
            }
            patches.iter().try_for_each(|(id, patch)| self.patch_one(id, patch))
        })
    }

    async fn properties(&self, _: &str) -> Answer<Vec<PropertyDefinition>> {
        self.call("properties", || {
            let definition =
                |name: &String| PropertyDefinition { name: name.clone(), kind: "text".to_owned() };
            Ok(self.properties.borrow().iter().map(definition).collect())
        })
    }

    async fn departments(&self, _: &str) -> Answer<Vec<Department>> {
        self.call("departments", || {
            Ok(vec![Department { id: "dep-1".to_owned(), name: "German desk".to_owned() }])
        })
    }
}
