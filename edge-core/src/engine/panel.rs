//! What the Tidio panel defines, for those who compare it with the configuration: `/readyz` and `/admin/doctor`.
//!
//! It may go on beside a run: the budget's slot is taken in one block, and what was read is stored in another.

use contract::FlatMap;
use serde::{Deserialize, Serialize};

use super::breaker::{self, Gate, Vendor};
use super::schema::{load, store};
use super::sql::SqlError;
use super::tidio::{Department, Tidio};
use super::{Engine, Ports, Priority, catalogue};

const STATE: &str = "departments";

/// What the panel defines, as far as Tidio said it lately.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Panel {
    /// Type by name of contact property; `None` if Tidio cannot be asked now.
    pub properties: Option<FlatMap<String, String>>,
    /// Departments; `None` if Tidio cannot be asked now.
    pub departments: Option<Vec<Department>>,
    /// Why Tidio cannot be asked, a stable word.
    pub cause: Option<String>,
}

#[derive(Default, Serialize, Deserialize)]
struct Departments {
    fetched_ms: u64,
    list: Vec<Department>,
}

impl<P: Ports> Engine<P> {
    /// What the panel defines, read anew if it is old: at most one request for each list in ten minutes, however
    /// often somebody asks. Repeatable.
    ///
    /// # Errors
    /// The database failed.
    pub async fn panel(&self) -> Result<Panel, SqlError> {
        let (sql, now) = (self.ports.sql(), self.ports.now_ms());
        let is_open = matches!(breaker::gate(sql, Vendor::Tidio, now)?, Gate::OpenUntil(_));
        let is_fresh = |catalogue: &catalogue::Catalogue| {
            catalogue.is_fresh(self.ports.now_ms(), self.settings.catalogue_max_age_ms)
        };
        if !is_fresh(&catalogue::current(sql)?) && !is_open {
            self.read_catalogue().await?;
        }
        let catalogue = catalogue::current(sql)?;
        let properties = is_fresh(&catalogue).then_some(catalogue.properties);
        let departments = if properties.is_some() { self.departments().await? } else { None };
        let is_whole = properties.is_some() && departments.is_some();
        let cause = breaker::cause(sql, Vendor::Tidio)?;
        let cause = if is_whole { None } else { cause.or_else(|| Some("unavailable".to_owned())) };
        Ok(Panel { properties, departments, cause })
    }

    /// A plan or a role may not let us read departments: that is no reason to stop writing, so the breaker is
    /// not told.
    async fn departments(&self) -> Result<Option<Vec<Department>>, SqlError> {
        let (sql, now) = (self.ports.sql(), self.ports.now_ms());
        let known: Departments = load(sql, STATE)?;
        let max_age_ms = self.settings.catalogue_max_age_ms;
        if known.fetched_ms > 0 && known.fetched_ms <= now && now - known.fetched_ms < max_age_ms {
            return Ok(Some(known.list));
        }
        let Some(slot) = self.slot(Priority::Interactive)? else { return Ok(None) };
        let answer = self.ports.tidio().departments("").await;
        let Ok(list) = self.settle(slot, answer)? else { return Ok(None) };
        store(sql, STATE, &Departments { fetched_ms: self.ports.now_ms().max(1), list: list.clone() })?;
        Ok(Some(list))
    }
}
