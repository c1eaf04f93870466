//! The engine's SQL port on a Durable Object's own SQLite.
//!
//! Every call is synchronous, so nothing else runs in the object between two statements; `transactionSync` adds
//! that a block which fails leaves nothing behind. A statement is one crossing of the boundary: its parameters and its
//! rows travel as JSON, which the platform writes and reads faster than it hands over one cell after the other.

use std::fmt;
use std::rc::Rc;

use edge_core::engine::sql::{Row, Sql, SqlError, Value};
use edge_core::json;
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use wasm_bindgen::prelude::*;
use worker::worker_sys::DurableObjectStorage;

use crate::web;

/// What JavaScript's numbers hold exactly.
const MAX_INTEGER: u64 = (1 << 53) - 1;

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
pub struct ObjectSql(Rc<DurableObjectStorage>);

impl ObjectSql {
    /// The database behind this storage.
    pub fn new(storage: Rc<DurableObjectStorage>) -> Self {
        ObjectSql(storage)
    }
}

fn failed(error: &JsValue) -> SqlError {
    // Statements carry no values (they are bound), so the text of an error carries none either.
    let message = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    SqlError::Failed(message.unwrap_or_default())
}

impl Sql for ObjectSql {
    fn exec(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, SqlError> {
        let parameters = list(parameters)?;
        let rows = web::rows(&self.0, statement, &parameters).map_err(|error| failed(&error))?;
        let rows: Vec<Vec<Cell>> = json::read(rows.as_bytes())
            .map_err(|_detail| SqlError::Failed("rows that are no rows".to_owned()))?;
        Ok(rows.into_iter().map(|cells| Row(cells.into_iter().map(|cell| cell.0).collect())).collect())
    }

    fn atomically(&self, body: &mut dyn FnMut() -> Result<(), SqlError>) -> Result<(), SqlError> {
        let mut outcome = Err(SqlError::Failed("the block did not run".to_owned()));
        let thrown = {
            let mut run = || -> Result<(), JsValue> {
                outcome = body();
                outcome.clone().map_err(|_kept| JsValue::from_str("rolled back"))
            };
            let block = ScopedClosure::<dyn FnMut() -> Result<(), JsValue>>::borrow_mut_aborting(&mut run);
            let storage: &TransactionalStorage = self.0.as_ref().unchecked_ref();
            storage.transaction_sync(&block)
        };
        match (outcome, thrown) {
            (Ok(()), Err(_)) => Err(SqlError::Failed("the block was not committed".to_owned())),
            (outcome, _) => outcome,
        }
    }
}

/// The parameters as a list in JSON.
fn list(parameters: &[Value]) -> Result<String, SqlError> {
    let mut text = "[".to_owned();
    for (index, parameter) in parameters.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        match parameter {
            Value::Null => text.push_str("null"),
            Value::Int(number) if number.unsigned_abs() > MAX_INTEGER => {
                return Err(SqlError::Failed("a number beyond JavaScript's".to_owned()));
            }
            Value::Int(number) => text.push_str(&number.to_string()),
            Value::Text(parameter) => {
                let quoted = serde_json::to_string(parameter);
                text.push_str(&quoted.map_err(|error| SqlError::Failed(error.to_string()))?);
            }
        }
    }
    text.push(']');
    Ok(text)
}

/// A cell of a row.
struct Cell(Value);

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Cells)
    }
}

struct Cells;

impl Visitor<'_> for Cells {
    type Value = Cell;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a cell")
    }

    fn visit_unit<E: Error>(self) -> Result<Cell, E> {
        Ok(Cell(Value::Null))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Cell, E> {
        i64::try_from(number).map(|number| Cell(Value::Int(number))).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Cell, E> {
        Ok(Cell(Value::Int(number)))
    }

    #[expect(clippy::cast_possible_truncation, reason = "SQLite integers below 2^53, sums of them included")]
    fn visit_f64<E: Error>(self, number: f64) -> Result<Cell, E> {
        Ok(Cell(Value::Int(number as i64)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Cell, E> {
        Ok(Cell(Value::Text(text.to_owned())))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Cell, E> {
        Ok(Cell(Value::Text(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_a_list_in_json() {
        let parameters = [Value::Null, Value::Int(-7), Value::Text("a\"\n\u{1f600}".to_owned())];
        let text = list(&parameters).unwrap();
        assert_eq!(text, "[null,-7,\"a\\\"\\n\u{1f600}\"]");
        let cells: Vec<Cell> = json::read(text.as_bytes()).unwrap();
        assert_eq!(cells.into_iter().map(|cell| cell.0).collect::<Vec<_>>(), parameters);
        assert_eq!(list(&[]).unwrap(), "[]");
        assert!(list(&[Value::Int(1 << 53)]).is_err() && list(&[Value::Int((1 << 53) - 1)]).is_ok());
    }

    #[test]
    fn rows_of_the_platform_are_read() {
        let rows: Vec<Vec<Cell>> = json::read(br#"[[1,null,"x"],[2.0,9007199254740991,""]]"#).unwrap();
        let rows: Vec<Vec<Value>> =
            rows.into_iter().map(|row| row.into_iter().map(|cell| cell.0).collect()).collect();
        assert_eq!(
            rows,
            [
                [Value::Int(1), Value::Null, Value::Text("x".to_owned())],
                [Value::Int(2), Value::Int(9_007_199_254_740_991), Value::Text(String::new())],
            ]
        );
        assert!(json::read::<Vec<Vec<Cell>>>(b"[[{}]]").is_err());
    }
}
