//! As many bodies and index rows of the same shape into bare tables, by one thread.

use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params_from_iter};

use super::database;
use crate::figures::{float, ratio};
use crate::sample::Sample;
use crate::{Result, unexpected};

/// Resources that share one commit: the product's own import unit.
const UNIT: usize = 1_000;

/// The tables searches read, each with the place of the resource among its columns.
const TABLES: [(&str, usize); 6] = [
    ("idx", 3),
    ("rng", 2),
    ("rng_r", 1),
    ("str", 2),
    ("str_r", 1),
    ("ref", 0),
];

const BODIES: &str = "CREATE TABLE resource(r INTEGER PRIMARY KEY, version INTEGER NOT NULL, updated INTEGER NOT NULL, body BLOB NOT NULL)";

/// What came of it.
#[derive(Debug, Clone, Copy)]
pub struct Imported {
    /// Resources a second.
    pub per_second: f64,
    /// Index rows of a resource, on average.
    pub rows_each: f64,
}

type Row = Vec<Value>;

/// What shares one commit.
#[derive(Default)]
struct Unit {
    resources: Vec<i64>,
    /// Rows of each of [`TABLES`], in the order of their keys.
    rows: [Vec<Row>; TABLES.len()],
}

/// Puts the bodies of `samples`, and the very index rows that an import of them left in the database
/// `filled`, into bare tables made by the same statements. The clock runs for the insertion alone.
///
/// # Errors
/// When `filled` does not hold what was imported, or a database fails.
pub fn measure(path: &Path, samples: &[Sample], filled: &Path) -> Result<Imported> {
    let filled = Connection::open_with_flags(filled, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let units = units(&filled)?;
    let stored: usize = units.iter().map(|unit| unit.resources.len()).sum();
    if stored != samples.len() {
        return unexpected("the filled instance does not hold what was imported");
    }
    let count: usize = units.iter().flat_map(|unit| &unit.rows).map(Vec::len).sum();
    let database = database(path, BODIES)?;
    for (table, _) in TABLES {
        database.execute_batch(&creation(&filled, table)?)?;
    }
    let mut bodies = samples.iter().map(|sample| sample.json.as_slice());
    let begun = Instant::now();
    for unit in &units {
        unit.insert(&database, &mut bodies)?;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let total = float(samples.len() as u64);
    Ok(Imported {
        per_second: ratio(total, seconds),
        rows_each: ratio(float(count as u64), total),
    })
}

/// The statement that made a table.
fn creation(filled: &Connection, table: &str) -> Result<String> {
    let statement = "SELECT sql FROM sqlite_master WHERE name=?";
    Ok(filled.query_row(statement, [table], |row| row.get(0))?)
}

/// What was imported, in the order it was committed.
fn units(filled: &Connection) -> Result<Vec<Unit>> {
    let mut units: Vec<Unit> = Vec::new();
    let mut unit_of = HashMap::new();
    let mut statement = filled.prepare("SELECT r FROM resource ORDER BY updated,r")?;
    let resources = statement.query_map([], |row| row.get::<_, i64>(0))?;
    for (at, resource) in resources.enumerate() {
        let resource = resource?;
        if at % UNIT == 0 {
            units.push(Unit::default());
        }
        unit_of.insert(resource, units.len() - 1);
        if let Some(unit) = units.last_mut() {
            unit.resources.push(resource);
        }
    }
    for (table, (name, place)) in TABLES.iter().enumerate() {
        // A table without row ids is read in the order of its key, which is the best order to insert in.
        let mut statement = filled.prepare(&format!("SELECT * FROM {name}"))?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let unit = unit_of.get(&row.get::<_, i64>(*place)?);
            let of_table = unit
                .and_then(|unit| units.get_mut(*unit))
                .and_then(|unit| unit.rows.get_mut(table));
            let row = (0..columns)
                .map(|at| row.get(at))
                .collect::<rusqlite::Result<Row>>()?;
            if let Some(rows) = of_table {
                rows.push(row);
            }
        }
    }
    Ok(units)
}

impl Unit {
    fn insert<'s>(
        &self,
        database: &Connection,
        bodies: &mut impl Iterator<Item = &'s [u8]>,
    ) -> Result<()> {
        database.execute_batch("BEGIN IMMEDIATE")?;
        let mut insert = database.prepare_cached("INSERT INTO resource VALUES (?1, 1, 0, ?2)")?;
        for (resource, body) in self.resources.iter().zip(bodies) {
            insert.execute((resource, body))?;
        }
        for ((table, _), rows) in TABLES.iter().zip(&self.rows) {
            let columns = rows.first().map_or(1, Vec::len);
            let places = format!("?{}", ",?".repeat(columns - 1));
            let mut insert =
                database.prepare_cached(&format!("INSERT INTO {table} VALUES ({places})"))?;
            for row in rows {
                insert.execute(params_from_iter(row))?;
            }
        }
        database.execute_batch("COMMIT")?;
        Ok(())
    }
}
