//! The engine's SQL port on a Durable Object's own SQLite.
//!
//! Every call is synchronous, so nothing else runs in the object between two statements; `transactionSync` adds
//! that a block which fails leaves nothing behind.

use edge_core::engine::sql::{Row, Sql, SqlError, Value};
use wasm_bindgen::prelude::*;
use worker::{SqlStorage, SqlStorageValue, Storage};

/// What `transactionSync` calls: throwing rolls back.
type Block = dyn FnMut() -> Result<(), JsValue>;

#[wasm_bindgen]
extern "C" {
    type TransactionalStorage;

    // Not bound by the `worker` crate. Throws what the block throws, after rolling back.
    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    fn transaction_sync(
        this: &TransactionalStorage,
        block: &ScopedClosure<'_, Block>,
    ) -> Result<JsValue, JsValue>;
}

/// The database of one Durable Object.
pub struct ObjectSql {
    sql: SqlStorage,
    storage: Storage,
}

impl ObjectSql {
    /// The database behind this storage.
    pub fn new(storage: Storage) -> Self {
        ObjectSql { sql: storage.sql(), storage }
    }
}

fn failed(error: &worker::Error) -> SqlError {
    // Statements carry no values (they are bound), so the text of an error carries none either.
    SqlError::Failed(error.to_string())
}

impl Sql for ObjectSql {
    fn exec(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, SqlError> {
        let bound: Vec<SqlStorageValue> = parameters.iter().map(to_platform).collect::<Result<_, _>>()?;
        let cursor = self.sql.exec(statement, bound).map_err(|error| failed(&error))?;
        cursor
            .raw()
            .map(|cells| {
                let cells = cells.map_err(|error| failed(&error))?;
                Ok(Row(cells.into_iter().map(from_platform).collect()))
            })
            .collect()
    }

    fn atomically(&self, body: &mut dyn FnMut() -> Result<(), SqlError>) -> Result<(), SqlError> {
        let mut outcome = Err(SqlError::Failed("the block did not run".to_owned()));
        let thrown = {
            let mut run = || -> Result<(), JsValue> {
                outcome = body();
                outcome.clone().map_err(|_kept| JsValue::from_str("rolled back"))
            };
            let block = ScopedClosure::<dyn FnMut() -> Result<(), JsValue>>::borrow_mut_aborting(&mut run);
            let storage: &TransactionalStorage = self.storage.as_raw().unchecked_ref();
            storage.transaction_sync(&block)
        };
        match (outcome, thrown) {
            (Ok(()), Err(_)) => Err(SqlError::Failed("the block was not committed".to_owned())),
            (outcome, _) => outcome,
        }
    }
}

fn to_platform(value: &Value) -> Result<SqlStorageValue, SqlError> {
    match value {
        Value::Null => Ok(SqlStorageValue::Null),
        Value::Text(text) => Ok(SqlStorageValue::String(text.clone())),
        Value::Int(number) => SqlStorageValue::try_from_i64(*number).map_err(|error| failed(&error)),
    }
}

fn from_platform(value: SqlStorageValue) -> Value {
    match value {
        SqlStorageValue::Boolean(flag) => Value::Int(i64::from(flag)),
        SqlStorageValue::Integer(number) => Value::Int(number),
        // A whole number that the platform hands over as a double.
        #[expect(
            clippy::cast_possible_truncation,
            reason = "SQLite integers below 2^53, sums of them included"
        )]
        SqlStorageValue::Float(number) => Value::Int(number as i64),
        SqlStorageValue::String(text) => Value::Text(text),
        SqlStorageValue::Null | SqlStorageValue::Blob(_) => Value::Null,
    }
}
