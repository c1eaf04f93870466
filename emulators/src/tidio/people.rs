//! Visitors and contacts of one project, with the look-ups the vendor offers.
//!
//! Invariant: the e-mail and distinct-id indexes agree with the records, because records change only
//! through [`People::edit`]. Two people may share an e-mail or a distinct id: the vendor never merges.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::model::Person;

/// The people of one project in creation order.
#[derive(Debug, Clone, Default)]
pub struct People {
    records: BTreeMap<u64, Person>,
    by_id: HashMap<String, u64>,
    by_email: HashMap<String, BTreeSet<u64>>,
    by_distinct: HashMap<String, BTreeSet<u64>>,
    last_seq: u64,
}

impl People {
    /// Adds a person; the record gets the next position. The id must be new.
    pub fn insert(&mut self, mut person: Person) {
        self.last_seq = self.last_seq.saturating_add(1);
        person.seq = self.last_seq;
        self.by_id.insert(person.id.clone(), person.seq);
        self.index(&person);
        self.records.insert(person.seq, person);
    }

    /// The person with this id.
    pub fn get(&self, id: &str) -> Option<&Person> {
        self.records.get(self.by_id.get(id)?)
    }

    /// The contact with this id; a mere visitor is not one.
    pub fn contact(&self, id: &str) -> Option<&Person> {
        self.get(id).filter(|person| person.is_contact)
    }

    /// Changes one person and keeps the indexes right. `None` when there is no such person.
    pub fn edit<T>(&mut self, id: &str, change: impl FnOnce(&mut Person) -> T) -> Option<T> {
        let seq = *self.by_id.get(id)?;
        let mut person = self.records.remove(&seq)?;
        self.unindex(&person);
        let outcome = change(&mut person);
        self.index(&person);
        self.records.insert(seq, person);
        Some(outcome)
    }

    /// Forgets a person for good.
    pub fn remove(&mut self, id: &str) -> Option<Person> {
        let person = self.records.remove(&self.by_id.remove(id)?)?;
        self.unindex(&person);
        Some(person)
    }

    /// Contacts after a list position, optionally with exactly this address; at most `limit`, and the
    /// position of the last one when there are more.
    pub fn page(&self, after: u64, email: Option<&str>, limit: usize) -> (Vec<&Person>, Option<u64>) {
        let mut found: Vec<&Person> = match email {
            Some(address) => self.matching(&self.by_email, address).filter(|p| p.seq > after).collect(),
            None => self.after(after).take(limit.saturating_add(1)).collect(),
        };
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|person| person.seq);
        (found, next)
    }

    /// The oldest person with this distinct id.
    pub fn with_distinct_id(&self, distinct_id: &str) -> Option<&Person> {
        self.matching(&self.by_distinct, distinct_id).next()
    }

    /// The oldest contact with this address.
    pub fn with_email(&self, email: &str) -> Option<&Person> {
        self.matching(&self.by_email, email).find(|person| person.is_contact)
    }

    /// Everyone, oldest first.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Person> {
        self.records.values()
    }

    /// How many people there are, visitors included.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Contacts too many, by distinct id and by e-mail: each holder beyond the first counts once.
    pub fn duplicates(&self) -> (usize, usize) {
        let surplus = |index: &HashMap<String, BTreeSet<u64>>| {
            index.values().map(|holders| holders.len().saturating_sub(1)).sum()
        };
        (surplus(&self.by_distinct), surplus(&self.by_email))
    }

    fn after(&self, after: u64) -> impl Iterator<Item = &Person> {
        self.records.range(after.saturating_add(1)..).map(|(_, p)| p).filter(|person| person.is_contact)
    }

    fn matching<'a>(
        &'a self,
        index: &'a HashMap<String, BTreeSet<u64>>,
        value: &str,
    ) -> impl Iterator<Item = &'a Person> {
        index.get(value).into_iter().flatten().filter_map(|seq| self.records.get(seq))
    }

    fn index(&mut self, person: &Person) {
        if let Some(email) = &person.email {
            self.by_email.entry(email.clone()).or_default().insert(person.seq);
        }
        if let Some(distinct) = &person.distinct_id {
            self.by_distinct.entry(distinct.clone()).or_default().insert(person.seq);
        }
    }

    fn unindex(&mut self, person: &Person) {
        forget(&mut self.by_email, person.email.as_deref(), person.seq);
        forget(&mut self.by_distinct, person.distinct_id.as_deref(), person.seq);
    }
}

fn forget(index: &mut HashMap<String, BTreeSet<u64>>, value: Option<&str>, seq: u64) {
    let Some(value) = value else { return };
    let emptied = index.get_mut(value).is_some_and(|holders| {
        holders.remove(&seq);
        holders.is_empty()
    });
    if emptied {
        index.remove(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str, email: &str) -> Person {
        Person { id: id.into(), email: Some(email.into()), is_contact: true, ..Person::default() }
    }

    #[test]
    fn indexes_follow_every_edit() {
        let mut people = People::default();
        people.insert(person("a", "x@example.com"));
        people.insert(person("b", "x@example.com"));
        assert_eq!(people.duplicates(), (0, 1));
        people.edit("b", |b| b.email = Some("y@example.com".into()));
        assert_eq!(people.duplicates(), (0, 0));
        assert_eq!(people.with_email("y@example.com").map(|p| p.id.as_str()), Some("b"));
        people.remove("b");
        assert!(people.with_email("y@example.com").is_none());
        assert!(people.edit("b", |_| ()).is_none());
    }

    #[test]
    fn pages_end_with_no_cursor() {
        let mut people = People::default();
        for n in 0..5 {
            people.insert(person(&format!("p{n}"), "x@example.com"));
        }
        let (first, next) = people.page(0, None, 2);
        assert_eq!((first.len(), next), (2, Some(2)));
        let (last, next) = people.page(2, Some("x@example.com"), 3);
        assert_eq!((last.len(), next), (3, None));
    }
}
