//! Port: the object's own SQLite database.
//!
//! In scope: values, rows and the two things an adapter must do. Out of scope: any statement; those stand beside
//! the code that owns the table.

use thiserror::Error;

/// A value as SQLite stores it. Integers stay within ±2^53, because the platform hands them over as JavaScript
/// numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// Whole number: counts, flags, milliseconds since the Unix epoch.
    Int(i64),
    /// UTF-8 text.
    Text(String),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Value::Text(text.clone())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Int(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Value::Int(i64::from(number))
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

/// Why a statement failed. There is no good answer to any of these but to stop and to start again from what is
/// stored.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SqlError {
    /// The database refused or broke; the text is for the log.
    #[error("sql: {0}")]
    Failed(String),
    /// A row does not have the shape that the statement promises: our bug.
    #[error("sql: column {0} is missing or has another type")]
    Shape(usize),
}

/// One row of an answer, columns in the order of the statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Row(pub Vec<Value>);

impl Row {
    /// Column as text.
    pub fn text(&self, column: usize) -> Result<String, SqlError> {
        self.optional_text(column)?.ok_or(SqlError::Shape(column))
    }

    /// Column as text or NULL.
    pub fn optional_text(&self, column: usize) -> Result<Option<String>, SqlError> {
        match self.0.get(column) {
            Some(Value::Text(text)) => Ok(Some(text.clone())),
            Some(Value::Null) => Ok(None),
            _ => Err(SqlError::Shape(column)),
        }
    }

    /// Column as a non-negative number; a negative one reads as zero.
    pub fn number(&self, column: usize) -> Result<u64, SqlError> {
        self.optional_number(column)?.ok_or(SqlError::Shape(column))
    }

    /// Column as a non-negative number or NULL.
    pub fn optional_number(&self, column: usize) -> Result<Option<u64>, SqlError> {
        match self.0.get(column) {
            Some(Value::Int(number)) => Ok(Some(u64::try_from(*number).unwrap_or(0))),
            Some(Value::Null) => Ok(None),
            _ => Err(SqlError::Shape(column)),
        }
    }
}

/// The database. Every method is synchronous, which is what makes a block of statements atomic: nothing else runs
/// in the object until the block ends.
pub trait Sql {
    /// Runs one statement with positional parameters `?1`, `?2`, … and gives all its rows.
    fn exec(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, SqlError>;

    /// Runs `body` so that either all of its statements count or, when it fails, none. Not nested.
    fn atomically(&self, body: &mut dyn FnMut() -> Result<(), SqlError>) -> Result<(), SqlError>;
}

/// Runs a block that also gives a value back. See [`Sql::atomically`].
///
/// # Errors
/// The first error of the block, after its statements were undone, or that of the commit.
pub fn transaction<S: Sql, T>(
    sql: &S,
    mut body: impl FnMut(&S) -> Result<T, SqlError>,
) -> Result<T, SqlError> {
    let mut value = None;
    sql.atomically(&mut || {
        value = Some(body(sql)?);
        Ok(())
    })?;
    value.ok_or_else(|| SqlError::Failed("the block did not run".to_owned()))
}

/// First row of an answer, if any.
pub fn first(rows: Vec<Row>) -> Option<Row> {
    rows.into_iter().next()
}

/// Stored JSON to a value. What cannot be read was written by a broken or newer version: stop rather than guess.
pub fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, SqlError> {
    crate::json::read(text.as_bytes()).map_err(|error| SqlError::Failed(format!("stored JSON: {error}")))
}

/// Value to stored JSON.
pub fn to_json<T: serde::Serialize>(value: &T) -> Result<String, SqlError> {
    serde_json::to_string(value).map_err(|error| SqlError::Failed(format!("JSON to store: {error}")))
}
