//! Contacts: what should stand in Tidio, what does, and the difference.
//!
//! Ordering invariant: of two facts about the same value the one observed later wins, whichever arrives first; of
//! two observed in the same millisecond the one with the greater id. So any order and any repetition of facts ends
//! in the same `desired`.

use contract::FlatMap;

use super::sql::{Row, Sql, SqlError, first, from_json, to_json};
use super::stored;
use super::tidio::{ContactDraft, ContactPatch, TidioContact};
use crate::fact::{CreatePolicy, IdentityLink};

/// E-mail address among the desired values. Fields start with `@`, which no property name does.
pub const EMAIL: &str = "@email";
const FIRST_NAME: &str = "@first_name";
const LAST_NAME: &str = "@last_name";
const CREATE: &str = "@create";
const ORDERED: &str = "@ordered";
/// The newest word on the consent to share, see [`super::consent`].
pub(super) const SHARE: &str = "@share";

/// How the id of a reading of orders starts.
pub const READING: &str = "orders:";

/// Where a link comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The shopper was there.
    Shopper,
    /// An order of the shopper changed.
    Orders,
    /// The last order of the shopper is gone.
    NoOrders,
}

/// Values that travel along but are no reason to write: a new correlation id alone must not cost a request.
const PASSIVE: &[&str] = &["ct_correlation_id"];

/// Longest property value in Tidio, in characters.
const VALUE_CHARS: usize = contract::MAX_PROPERTY_CHARS;

/// Where the search for the Tidio contact stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// To be looked up.
    Lookup,
    /// Not there, and may be created.
    Create,
    /// A create was sent and its outcome is not known: to be read back before anything else.
    Verify,
    /// The Tidio id is known.
    Ready,
    /// Not there, and not to be created; the next fact is a reason to look again.
    Absent,
}

impl Stage {
    /// Stored text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Stage::Lookup => "lookup",
            Stage::Create => "create",
            Stage::Verify => "verify",
            Stage::Ready => "ready",
            Stage::Absent => "absent",
        }
    }

    /// From a column.
    pub fn read(row: &Row, column: usize) -> Result<Self, SqlError> {
        Stage::parse(&row.text(column)?).ok_or(SqlError::Shape(column))
    }

    fn parse(text: &str) -> Option<Self> {
        [Stage::Lookup, Stage::Create, Stage::Verify, Stage::Ready, Stage::Absent]
            .into_iter()
            .find(|stage| stage.as_str() == text)
    }
}

/// A value, when it was observed and by which fact. An empty value means: clear it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    pub(super) value: String,
    pub(super) at_ms: u64,
    pub(super) by: String,
}

/// A row of table `contact`. Holds personal data: never print one.
#[derive(Clone)]
pub struct Contact {
    /// `<commercetools project key>:customer:<id>`.
    pub key: String,
    /// Opaque id shared with the browser; the only thing by which a Tidio contact is recognised.
    pub distinct_id: String,
    /// Tidio's id, once known.
    pub tidio_id: Option<String>,
    /// Where the search stands.
    pub stage: Stage,
    /// Until then the widget may still create the contact itself.
    pub grace_until_ms: u64,
    /// Fruitless read-backs since a create with unknown outcome.
    pub read_backs: u64,
    /// What should stand in Tidio.
    pub desired: FlatMap<String, Observed>,
    /// What we know to stand there; `None` means that a write with unknown outcome touched it.
    pub written: FlatMap<String, Option<String>>,
    /// Values that Tidio refused; they are not sent again until they change.
    pub refused: FlatMap<String, String>,
    /// Erased or withdrawn: facts are dropped.
    pub suppressed: bool,
}

const COLUMNS: &str =
    "key, distinct_id, tidio_id, stage, grace_until_ms, read_backs, desired, written, refused,
    suppressed";

impl Contact {
    fn new(key: &str, distinct_id: &str, grace_until_ms: u64) -> Self {
        Contact {
            key: key.to_owned(),
            distinct_id: distinct_id.to_owned(),
            tidio_id: None,
            stage: Stage::Lookup,
            grace_until_ms,
            read_backs: 0,
            desired: FlatMap::new(),
            written: FlatMap::new(),
            refused: FlatMap::new(),
            suppressed: false,
        }
    }

    fn from_row(row: &Row) -> Result<Self, SqlError> {
        let desired = stored::read_desired(&row.text(6)?)?;
        Ok(Contact {
            key: row.text(0)?,
            distinct_id: row.text(1)?,
            tidio_id: row.optional_text(2)?,
            stage: Stage::read(row, 3)?,
            grace_until_ms: row.number(4)?,
            read_backs: row.number(5)?,
            written: stored::read_written(&desired, &row.text(7)?)?,
            desired,
            refused: from_json(&row.text(8)?)?,
            suppressed: row.number(9)? != 0,
        })
    }

    /// The address to look the contact up by.
    pub fn email(&self) -> Option<&str> {
        self.desired_value(EMAIL)
    }

    /// Whether the newest word on it allows to create the contact.
    pub fn may_create(&self) -> bool {
        if self.is_withdrawn() {
            return false;
        }
        match self.desired_value(CREATE) {
            Some("on_identify") => true,
            Some("on_order") => self.desired_value(ORDERED).is_some(),
            _ => false,
        }
    }

    pub(super) fn desired_value(&self, name: &str) -> Option<&str> {
        self.desired.get(name).map(|seen| seen.value.as_str()).filter(|value| !value.is_empty())
    }

    pub(super) fn observe(&mut self, name: &str, value: &str, at_ms: u64, by: &str) {
        let value: String = value.chars().take(VALUE_CHARS).collect();
        let seen = Observed { value, at_ms, by: by.to_owned() };
        let newer = self
            .desired
            .get(name)
            .is_none_or(|old| (old.at_ms, old.by.as_str()) < (seen.at_ms, seen.by.as_str()));
        if newer {
            self.desired.insert(name.to_owned(), seen);
        }
    }

    /// Merges a link.
    pub fn merge(&mut self, link: &IdentityLink, source: Source) {
        if source != Source::Shopper && self.is_withdrawn() {
            return;
        }
        let at = match source {
            Source::Shopper => link.observed_at_ms,
            // Readings follow each other, whatever the clock says.
            Source::Orders | Source::NoOrders => link.observed_at_ms.max(self.last_reading_ms() + 1),
        };
        let by = link.id.as_str();
        let fields = [(EMAIL, &link.email), (FIRST_NAME, &link.first_name), (LAST_NAME, &link.last_name)];
        for (name, value) in fields {
            if let Some(value) = value {
                self.observe(name, value, at, by);
            }
        }
        let create = match link.create {
            CreatePolicy::Never => "never",
            CreatePolicy::OnIdentify => "on_identify",
            CreatePolicy::OnOrder => "on_order",
        };
        match source {
            Source::Shopper => {
                self.observe(CREATE, create, at, by);
                self.observe_share(true, at, by);
            }
            // What a shopper's visit said about it counts more: an order alone is no visit.
            Source::Orders | Source::NoOrders => {
                let create = if create == "on_identify" { "never" } else { create };
                self.observe(CREATE, create, 0, "");
            }
        }
        if source == Source::Orders {
            self.observe(ORDERED, "yes", at, by);
        }
        for (name, value) in &link.properties {
            self.observe(name, value, at, by);
        }
    }

    /// The shop no longer knows the customer: what it told of them is cleared. A visit observed later counts more.
    pub(super) fn forget_customer(&mut self, by: &str, observed_at_ms: u64) {
        let at = observed_at_ms.max(self.last_reading_ms() + 1);
        let names: Vec<String> = self.property_names().map(str::to_owned).collect();
        for name in names.iter().filter(|name| !PASSIVE.contains(&name.as_str())) {
            self.observe(name, "", at, by);
        }
        self.observe(CREATE, "never", at, by);
        if self.stage == Stage::Create {
            self.stage = Stage::Lookup;
        }
    }

    /// Time of the newest reading of orders.
    fn last_reading_ms(&self) -> u64 {
        let readings = self.desired.values().filter(|seen| seen.by.starts_with(READING));
        readings.map(|seen| seen.at_ms).max().unwrap_or(0)
    }

    /// What is to be sent so that Tidio has what it should; empty when there is no reason to write.
    /// `available` tells whether the panel defines a property.
    pub fn difference(&self, available: impl Fn(&str) -> bool) -> ContactPatch {
        let mut changed: FlatMap<&str, &str> = FlatMap::new();
        let mut passive: FlatMap<&str, &str> = FlatMap::new();
        for (name, seen) in &self.desired {
            let value = seen.value.as_str();
            let is_field = name.starts_with('@');
            if [CREATE, ORDERED, SHARE].contains(&name.as_str())
                || self.is_held_back(seen)
                || (is_field && value.is_empty())
                || (!is_field && !available(name))
            {
                continue;
            }
            if self.refused.get(name).is_some_and(|refused| refused == value) {
                continue;
            }
            let same = match self.written.get(name) {
                None => value.is_empty(),
                Some(None) => false,
                Some(Some(written)) => written == value,
            };
            if !same {
                let list = if PASSIVE.contains(&name.as_str()) { &mut passive } else { &mut changed };
                list.insert(name, value);
            }
        }
        if changed.is_empty() {
            return ContactPatch::default();
        }
        changed.extend(passive);
        patch_of(&changed)
    }

    /// The contact to create.
    pub fn draft(&self, available: impl Fn(&str) -> bool) -> ContactDraft {
        ContactDraft { distinct_id: self.distinct_id.clone(), content: self.difference(available) }
    }

    /// Takes over a contact that Tidio has.
    pub fn adopt(&mut self, found: &TidioContact) {
        self.tidio_id = Some(found.id.clone());
        self.stage = Stage::Ready;
        self.read_backs = 0;
        self.written =
            found.properties.iter().map(|(name, value)| (name.clone(), Some(value.clone()))).collect();
        let fields = [(EMAIL, &found.email), (FIRST_NAME, &found.first_name), (LAST_NAME, &found.last_name)];
        for (name, value) in fields {
            self.written.insert(name.to_owned(), Some(value.clone().unwrap_or_default()));
        }
    }

    /// Forgets the Tidio contact, which is gone.
    pub fn disown(&mut self) {
        self.tidio_id = None;
        self.stage = Stage::Lookup;
        self.written.clear();
    }

    /// Records that a patch arrived.
    pub fn note_written(&mut self, patch: &ContactPatch) {
        for (name, value) in entries(patch) {
            self.written.insert(name, Some(value));
        }
    }

    /// Records that a patch may or may not have arrived: its values are sent again.
    pub fn note_unknown(&mut self, patch: &ContactPatch) {
        for (name, _) in entries(patch) {
            self.written.insert(name, None);
        }
    }

    /// Records that Tidio refuses the value of a field or property. Gives false when the patch does not have it.
    pub fn note_refused(&mut self, patch: &ContactPatch, name: &str) -> bool {
        let found = entries(patch).find(|(entry, _)| entry.trim_start_matches('@') == name);
        if let Some((entry, value)) = found {
            self.refused.insert(entry, value);
            return true;
        }
        false
    }

    /// Property names that should stand in Tidio, without fields.
    pub fn property_names(&self) -> impl Iterator<Item = &str> {
        self.desired.keys().map(String::as_str).filter(|name| !name.starts_with('@'))
    }
}

fn patch_of(values: &FlatMap<&str, &str>) -> ContactPatch {
    let mut patch = ContactPatch::default();
    for (name, value) in values {
        let value = (!value.is_empty()).then(|| (*value).to_owned());
        match name.strip_prefix('@') {
            Some(field) => patch.fields.insert(field.to_owned(), value),
            None => patch.properties.insert((*name).to_owned(), value),
        };
    }
    patch
}

fn entries(patch: &ContactPatch) -> impl Iterator<Item = (String, String)> + '_ {
    let fields = patch.fields.iter().map(|(name, value)| (format!("@{name}"), value));
    let properties = patch.properties.iter().map(|(name, value)| (name.clone(), value));
    fields.chain(properties).map(|(name, value)| (name, value.clone().unwrap_or_default()))
}

/// The contact with this key.
pub fn find<S: Sql>(sql: &S, key: &str) -> Result<Option<Contact>, SqlError> {
    let statement = format!("SELECT {COLUMNS} FROM contact WHERE key = ?1");
    first(sql.exec(&statement, &[key.into()])?).map(|row| Contact::from_row(&row)).transpose()
}

/// The contact with this distinct id.
pub fn find_distinct<S: Sql>(sql: &S, distinct_id: &str) -> Result<Option<Contact>, SqlError> {
    let statement = format!("SELECT {COLUMNS} FROM contact WHERE distinct_id = ?1");
    first(sql.exec(&statement, &[distinct_id.into()])?).map(|row| Contact::from_row(&row)).transpose()
}

/// The contact with this key, or a new one whose widget grace starts now.
pub fn find_or_new<S: Sql>(
    sql: &S,
    key: &str,
    distinct_id: &str,
    grace_until_ms: u64,
) -> Result<Contact, SqlError> {
    Ok(find(sql, key)?.unwrap_or_else(|| Contact::new(key, distinct_id, grace_until_ms)))
}

/// Stores a contact.
pub fn save<S: Sql>(sql: &S, contact: &Contact, now_ms: u64) -> Result<(), SqlError> {
    sql.exec(
        "INSERT INTO contact (key, distinct_id, tidio_id, stage, grace_until_ms, read_backs, desired, written,
             refused, suppressed, changed_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (key) DO UPDATE SET distinct_id = ?2, tidio_id = ?3, stage = ?4, grace_until_ms = ?5,
             read_backs = ?6, desired = ?7, written = ?8, refused = ?9, suppressed = ?10, changed_ms = ?11",
        &[
            (&contact.key).into(),
            (&contact.distinct_id).into(),
            contact.tidio_id.as_ref().into(),
            contact.stage.as_str().into(),
            contact.grace_until_ms.into(),
            contact.read_backs.into(),
            stored::desired_json(&contact.desired)?.into(),
            stored::written_json(&contact.desired, &contact.written)?.into(),
            to_json(&contact.refused)?.into(),
            i64::from(contact.suppressed).into(),
            now_ms.into(),
        ],
    )?;
    Ok(())
}
