//! The walk through Tidio's list of contacts.

use super::sql::{Sql, SqlError};

/// Pages that a walk is expected to have.
pub fn pages<S: Sql>(_sql: &S) -> Result<u64, SqlError> {
    Ok(10)
}
