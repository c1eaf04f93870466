//! The SQL port on a real SQLite in memory, which can "stop" the process before any write.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rusqlite::types::{Value as SqliteValue, ValueRef};
use rusqlite::{Connection, params_from_iter};

use crate::engine::sql::{Row, Sql, SqlError, Value};

/// The disk: survives a stop of the engine.
pub struct Sqlite {
    connection: RefCell<Connection>,
    /// Blocks and calls left until the process stops; counted together with the fake vendor's.
    pub fuse: Rc<Fuse>,
    depth: Cell<u32>,
    /// A piece of a statement and what stands in its place: an engine that is wrong on purpose.
    pub mutation: Cell<Option<(&'static str, &'static str)>>,
    /// How often that piece was met.
    pub mutated: Cell<u64>,
}

/// Counts effects and stops the process at one of them.
#[derive(Default)]
pub struct Fuse {
    pub effects: Cell<u64>,
    pub stop_at: Cell<Option<u64>>,
}

impl Fuse {
    /// Counts an effect; true means: the process stops before it.
    pub fn burns(&self) -> bool {
        if self.is_burnt() {
            return true;
        }
        self.effects.set(self.effects.get() + 1);
        self.is_burnt()
    }

    pub fn is_burnt(&self) -> bool {
        self.stop_at.get().is_some_and(|at| self.effects.get() >= at)
    }

    pub fn reset(&self, stop_at: Option<u64>) {
        self.effects.set(0);
        self.stop_at.set(stop_at);
    }
}

impl Sqlite {
    pub fn new(fuse: Rc<Fuse>) -> Self {
        let connection = Connection::open_in_memory().unwrap();
        // All statements of the engine: by default so few are kept that most are prepared again and again.
        connection.set_prepared_statement_cache_capacity(512);
        Sqlite {
            connection: RefCell::new(connection),
            fuse,
            depth: Cell::new(0),
            mutation: Cell::new(None),
            mutated: Cell::new(0),
        }
    }

    fn stopped() -> SqlError {
        SqlError::Failed("stopped".to_owned())
    }
}

fn failed(error: rusqlite::Error) -> SqlError {
    SqlError::Failed(error.to_string())
}

impl Sql for Sqlite {
    fn exec(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, SqlError> {
        let writes = !statement.trim_start().starts_with("SELECT");
        if self.fuse.is_burnt() || (self.depth.get() == 0 && writes && self.fuse.burns()) {
            return Err(Self::stopped());
        }
        let mutated = self.mutation.get().filter(|(from, _)| statement.contains(from)).map(|(from, to)| {
            self.mutated.set(self.mutated.get() + 1);
            statement.replace(from, to)
        });
        let connection = self.connection.borrow();
        let mut prepared =
            connection.prepare_cached(mutated.as_deref().unwrap_or(statement)).map_err(failed)?;
        let columns = prepared.column_count();
        let values = parameters.iter().map(|value| match value {
            Value::Null => SqliteValue::Null,
            Value::Int(number) => SqliteValue::Integer(*number),
            Value::Text(text) => SqliteValue::Text(text.clone()),
        });
        let mut rows = prepared.query(params_from_iter(values)).map_err(failed)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            let cells = (0..columns).map(|column| match row.get_ref(column).unwrap() {
                ValueRef::Integer(number) => Value::Int(number),
                ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
                _ => Value::Null,
            });
            found.push(Row(cells.collect()));
        }
        Ok(found)
    }

    fn atomically(&self, body: &mut dyn FnMut() -> Result<(), SqlError>) -> Result<(), SqlError> {
        assert_eq!(self.depth.get(), 0, "blocks are not nested");
        if self.fuse.burns() {
            return Err(Self::stopped());
        }
        self.connection.borrow().execute_batch("BEGIN").map_err(failed)?;
        self.depth.set(1);
        let result = body();
        self.depth.set(0);
        let end = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
        self.connection.borrow().execute_batch(end).map_err(failed)?;
        result
    }
}
