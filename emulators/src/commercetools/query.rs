//! `where`, `sort`, `limit`, `offset`, `withTotal`: the mechanics that all queries share.

use super::error::{ApiError, Outcome};
use super::evaluate;
use super::kinds::Kind;
use super::predicate::{self, Operator, Predicate, Variables};
use super::project::{Doc, Project};
use super::schema::{self, Field};
use serde_json::{Value, json};
use std::cmp::Ordering;

const DEFAULT_LIMIT: usize = 20;
const MAX_LIMIT: usize = 500;
const MAX_OFFSET: usize = 10_000;
/// `total` never shows more than this when there is a predicate.
const MAX_TOTAL: usize = 10_000;

/// A checked query.
pub struct Query {
    predicate: Option<Predicate>,
    sort: Vec<SortKey>,
    limit: usize,
    offset: usize,
    with_total: bool,
}

struct SortKey {
    path: Vec<String>,
    time: bool,
    descending: bool,
}

/// Decoded query parameters in order.
pub type Parameters = [(String, String)];

impl Query {
    /// Reads the parameters of a query for resources with these fields.
    ///
    /// # Errors
    /// 400 `InvalidInput` for anything out of range or not understood.
    pub fn read(parameters: &Parameters, fields: &Field) -> Outcome<Self> {
        let mut variables = Variables::new();
        for (name, value) in parameters {
            if let Some(variable) = name.strip_prefix("var.") {
                variables.entry(variable.to_owned()).or_default().push(value.clone());
            }
        }
        let mut parts = Vec::new();
        let mut sort = Vec::new();
        for (name, value) in parameters {
            match name.as_str() {
                "where" => parts.push(predicate::parse(value, fields, &variables)?),
                "sort" => sort.push(SortKey::read(value, fields)?),
                _ => {}
            }
        }
        Ok(Self {
            predicate: (!parts.is_empty()).then_some(Predicate::All(parts)),
            sort,
            limit: bounded(parameters, "limit", DEFAULT_LIMIT, MAX_LIMIT)?,
            offset: bounded(parameters, "offset", 0, MAX_OFFSET)?,
            with_total: flag(parameters, "withTotal")?.unwrap_or(true),
        })
    }

    /// Runs the query over a kind's documents that `visible` accepts; the answer as REST gives it.
    pub fn run(&self, project: &Project, kind: Kind, visible: &dyn Fn(&Value) -> bool) -> Value {
        let (docs, total) = self.find(project, kind, visible);
        self.envelope(&docs, total)
    }

    /// The page's documents and, unless it is unwanted, how many there are altogether.
    pub fn find(
        &self,
        project: &Project,
        kind: Kind,
        visible: &dyn Fn(&Value) -> bool,
    ) -> (Vec<Doc>, Option<usize>) {
        let keep = |doc: &Doc| {
            visible(doc) && self.predicate.as_ref().is_none_or(|wanted| evaluate::holds(wanted, doc))
        };
        if let Some(candidates) = self.candidates(project, kind) {
            return self.page(candidates.into_iter().filter(keep).collect());
        }
        let after = self.predicate.as_ref().and_then(lower_id);
        let walk = project.walk(kind, after).filter(|doc| keep(doc));
        if self.sorted_by_id() && !self.with_total {
            // The common case of a walk through everything: stop as soon as the page is full.
            return (walk.skip(self.offset).take(self.limit).cloned().collect(), None);
        }
        self.page(walk.cloned().collect())
    }

    /// Runs the query over documents made for the occasion, such as product projections.
    pub fn run_over(&self, docs: Vec<Value>) -> Value {
        let keep = |doc: &Value| self.predicate.as_ref().is_none_or(|wanted| evaluate::holds(wanted, doc));
        let (docs, total) = self.page(docs.into_iter().filter(keep).map(Doc::new).collect());
        self.envelope(&docs, total)
    }

    /// Results left out before the first one.
    pub const fn offset(&self) -> usize {
        self.offset
    }

    fn sorted_by_id(&self) -> bool {
        self.sort.is_empty()
            || self.sort.first().is_some_and(|key| {
                !key.descending && key.path.len() == 1 && key.path.iter().all(|part| part == "id")
            })
    }

    fn page(&self, mut docs: Vec<Doc>) -> (Vec<Doc>, Option<usize>) {
        if !self.sorted_by_id() {
            docs.sort_by(|left, right| self.compare(left, right));
        }
        let found = docs.len();
        let total = if self.predicate.is_some() { found.min(MAX_TOTAL) } else { found };
        let page = docs.into_iter().skip(self.offset).take(self.limit).collect();
        (page, self.with_total.then_some(total))
    }

    fn envelope(&self, docs: &[Doc], total: Option<usize>) -> Value {
        let mut page = json!({ "limit": self.limit, "offset": self.offset, "count": docs.len() });
        if let Some(total) = total {
            page["total"] = json!(total);
        }
        page["results"] = docs.iter().map(|doc| Value::clone(doc)).collect();
        page
    }

    fn compare(&self, left: &Value, right: &Value) -> Ordering {
        self.sort
            .iter()
            .map(|key| key.compare(left, right))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }

    /// Documents found by an index, if the predicate pins an indexed field or the id.
    fn candidates(&self, project: &Project, kind: Kind) -> Option<Vec<Doc>> {
        let (field, values) = pinned(self.predicate.as_ref()?, kind)?;
        let mut docs: Vec<Doc> = if field == "id" {
            values.iter().filter_map(|id| project.get(kind, id)).collect()
        } else {
            values.iter().flat_map(|value| project.find(kind, field, value)).collect()
        };
        docs.sort_by_cached_key(|doc| super::ids::SortId::of(super::project::id_of(doc)));
        docs.dedup_by(|left, right| super::project::id_of(left) == super::project::id_of(right));
        Some(docs)
    }
}

/// An indexed field that must equal one of the values for the predicate to hold.
fn pinned(predicate: &Predicate, kind: Kind) -> Option<(&'static str, Vec<&str>)> {
    match predicate {
        Predicate::All(parts) => parts.iter().find_map(|part| pinned(part, kind)),
        Predicate::Compare { field, operator: Operator::Equal | Operator::In, values, .. } => {
            let known = kind.spec().indexed.iter().copied().chain(["id"]).find(|known| known == field)?;
            Some((known, values.iter().filter_map(Value::as_str).collect()))
        }
        _ => None,
    }
}

/// The id after which all results must lie.
fn lower_id(predicate: &Predicate) -> Option<&str> {
    match predicate {
        Predicate::All(parts) => parts.iter().find_map(lower_id),
        Predicate::Compare { field, operator: Operator::Greater, values, .. } if field == "id" => {
            values.first().and_then(Value::as_str)
        }
        _ => None,
    }
}

impl SortKey {
    fn read(text: &str, fields: &Field) -> Outcome<Self> {
        let malformed =
            |reason: &str| ApiError::invalid_input(format!("Malformed parameter: sort: {reason}"));
        let mut words = text.split_whitespace();
        let path = words.next().ok_or_else(|| malformed("it is empty."))?;
        let descending = match words.next() {
            None => false,
            Some(word) if word.eq_ignore_ascii_case("asc") => false,
            Some(word) if word.eq_ignore_ascii_case("desc") => true,
            Some(word) => return Err(malformed(&format!("'{word}' is neither 'asc' nor 'desc'."))),
        };
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        let mut field = fields;
        for part in &path {
            field =
                field.child(part).ok_or_else(|| malformed(&format!("the field '{part}' does not exist.")))?;
        }
        Ok(Self { path, time: matches!(field, Field::Time), descending })
    }

    fn compare(&self, left: &Value, right: &Value) -> Ordering {
        let order = match (self.value(left), self.value(right)) {
            (Some(left), Some(right)) => {
                let field = self.path.last().map(String::as_str).unwrap_or_default();
                evaluate::order(field, left, right, self.time).unwrap_or(Ordering::Equal)
            }
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        if self.descending { order.reverse() } else { order }
    }

    fn value<'a>(&self, doc: &'a Value) -> Option<&'a Value> {
        self.path.iter().try_fold(doc, |value, part| value.get(part))
    }
}

/// The last value of a parameter.
pub fn parameter<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    parameters.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// A boolean parameter.
pub fn flag(parameters: &Parameters, name: &str) -> Outcome<Option<bool>> {
    match parameter(parameters, name) {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(_) => {
            Err(ApiError::invalid_input(format!("Malformed parameter: {name}: expected true or false.")))
        }
    }
}

fn bounded(parameters: &Parameters, name: &str, default: usize, max: usize) -> Outcome<usize> {
    let Some(text) = parameter(parameters, name) else {
        return Ok(default);
    };
    let value = text.parse::<usize>().ok().filter(|value| *value <= max);
    value.ok_or_else(|| {
        ApiError::invalid_input(format!(
            "Malformed parameter: {name}: The value '{text}' must be between 0 and {max}."
        ))
    })
}

/// The predicate fields of a kind, for [`Query::read`].
pub fn fields_of(kind: Kind) -> &'static Field {
    schema::of(kind)
}
