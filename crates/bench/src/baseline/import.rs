//! As many bodies and index rows of the same shape into bare tables, by one thread.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::time::Instant;

use cresset_base::Limits;
use cresset_model::Bounds;
use cresset_search::{IndexRow, IndexValue, extract};
use rusqlite::{Connection, params};

use super::database;
use crate::figures::{float, ratio};
use crate::sample::Sample;
use crate::{Result, unexpected};

/// Resources that share one commit: the product's own import unit.
const UNIT: usize = 1_000;

const SCHEMA: &str = "
CREATE TABLE resource(r INTEGER PRIMARY KEY, version INTEGER NOT NULL, updated INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE idx(p INTEGER NOT NULL, v INTEGER NOT NULL, w INTEGER NOT NULL, r INTEGER NOT NULL,
    PRIMARY KEY(p, v, w, r)) WITHOUT ROWID;
CREATE TABLE rng(p INTEGER NOT NULL, v INTEGER NOT NULL, r INTEGER NOT NULL, w INTEGER NOT NULL,
    PRIMARY KEY(p, v, r, w)) WITHOUT ROWID;
CREATE TABLE rng_r(p INTEGER NOT NULL, r INTEGER NOT NULL, v INTEGER NOT NULL, w INTEGER NOT NULL,
    PRIMARY KEY(p, r, v, w)) WITHOUT ROWID;
CREATE TABLE str(p INTEGER NOT NULL, s TEXT NOT NULL, r INTEGER NOT NULL, h INTEGER NOT NULL,
    PRIMARY KEY(p, s, r, h)) WITHOUT ROWID;
CREATE TABLE str_r(p INTEGER NOT NULL, r INTEGER NOT NULL, s TEXT NOT NULL, h INTEGER NOT NULL,
    PRIMARY KEY(p, r, s, h)) WITHOUT ROWID;";

/// What came of it.
#[derive(Debug, Clone, Copy)]
pub struct Imported {
    /// Resources a second.
    pub per_second: f64,
    /// Index rows of a resource, on average.
    pub rows_each: f64,
}

/// The rows of one unit, ready for the tables.
#[derive(Default)]
struct Rows {
    idx: Vec<[i64; 4]>,
    rng: Vec<[i64; 4]>,
    text: Vec<(i64, String, i64, i64)>,
}

/// Measures the insertion alone: extraction and interning are done before the clock starts.
///
/// # Errors
/// When a sample does not parse, or the database fails.
pub fn measure(path: &Path, samples: &[Sample]) -> Result<Imported> {
    let mut names = Names::default();
    let mut units = Vec::new();
    for (unit, chunk) in samples.chunks(UNIT).enumerate() {
        let mut rows = Rows::default();
        for (at, sample) in chunk.iter().enumerate() {
            let number = i64::try_from(unit * UNIT + at).unwrap_or(i64::MAX);
            rows.add(sample, number, &mut names)?;
        }
        units.push((chunk, rows));
    }
    let count: usize = units.iter().map(|(_, rows)| rows.len()).sum();
    let database = database(path, SCHEMA)?;
    let begun = Instant::now();
    let mut number = 0;
    for (chunk, mut rows) in units {
        database.execute_batch("BEGIN IMMEDIATE")?;
        let mut insert = database.prepare_cached("INSERT INTO resource VALUES (?1, 1, 0, ?2)")?;
        for sample in chunk {
            insert.execute(params![number, sample.json])?;
            number += 1;
        }
        rows.insert(&database)?;
        database.execute_batch("COMMIT")?;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let total = float(samples.len() as u64);
    Ok(Imported {
        per_second: ratio(total, seconds),
        rows_each: ratio(float(count as u64), total),
    })
}

/// Texts as small integers.
#[derive(Default)]
struct Names(HashMap<String, i64>);

impl Names {
    fn number(&mut self, text: String) -> i64 {
        let next = i64::try_from(self.0.len()).unwrap_or(i64::MAX);
        *self.0.entry(text).or_insert(next)
    }
}

impl Rows {
    /// Rows as the tables hold them: those by resource are as many again.
    fn len(&self) -> usize {
        self.idx.len() + 2 * self.rng.len() + 2 * self.text.len()
    }

    fn add(&mut self, sample: &Sample, number: i64, names: &mut Names) -> Result<()> {
        let Ok(tree) = cresset_model::parse(&sample.json, Bounds::from(&Limits::default())) else {
            return unexpected("a synthetic resource does not parse");
        };
        for row in extract(&tree, &[]) {
            self.row(row, number, names);
        }
        Ok(())
    }

    fn row(&mut self, row: IndexRow<'_>, number: i64, names: &mut Names) {
        let mut hasher = DefaultHasher::new();
        row.parameter.hash(&mut hasher);
        let parameter = (hasher.finish() >> 48).cast_signed();
        match row.value {
            IndexValue::Date(range) => {
                let row = [parameter, range.start_ms, number, range.end_ms];
                self.rng.push(row);
            }
            IndexValue::Number(value) | IndexValue::Quantity { value, .. } => {
                self.rng
                    .push([parameter, value.to_bits().cast_signed(), number, 0]);
            }
            IndexValue::Text(text) => {
                let folded = cresset_search::text::fold(&text);
                let hash = names.number(text.into_owned());
                self.text.push((parameter, folded, number, hash));
            }
            IndexValue::Composite(parts) => {
                let mut parts = parts
                    .into_iter()
                    .map(|part| names.number(format!("{part:?}")));
                let (first, second) = (
                    parts.next().unwrap_or_default(),
                    parts.next().unwrap_or_default(),
                );
                self.idx.push([parameter, first, second, number]);
            }
            other => {
                let name = names.number(format!("{other:?}"));
                self.idx.push([parameter, name, 0, number]);
            }
        }
    }

    fn insert(&mut self, database: &Connection) -> Result<()> {
        self.idx.sort_unstable();
        insert(
            database,
            "INSERT OR IGNORE INTO idx VALUES (?1, ?2, ?3, ?4)",
            &self.idx,
        )?;
        self.rng.sort_unstable();
        insert(
            database,
            "INSERT OR IGNORE INTO rng VALUES (?1, ?2, ?3, ?4)",
            &self.rng,
        )?;
        let mut by_resource: Vec<_> = self
            .rng
            .iter()
            .map(|[p, v, r, w]| [*p, *r, *v, *w])
            .collect();
        by_resource.sort_unstable();
        insert(
            database,
            "INSERT OR IGNORE INTO rng_r VALUES (?1, ?2, ?3, ?4)",
            &by_resource,
        )?;
        self.text.sort_unstable();
        let mut text =
            database.prepare_cached("INSERT OR IGNORE INTO str VALUES (?1, ?2, ?3, ?4)")?;
        for (p, s, r, h) in &self.text {
            text.execute(params![p, s, r, h])?;
        }
        self.text.sort_unstable_by_key(|(p, _, r, _)| (*p, *r));
        let mut text =
            database.prepare_cached("INSERT OR IGNORE INTO str_r VALUES (?1, ?2, ?3, ?4)")?;
        for (p, s, r, h) in &self.text {
            text.execute(params![p, r, s, h])?;
        }
        Ok(())
    }
}

fn insert(database: &Connection, statement: &str, rows: &[[i64; 4]]) -> Result<()> {
    let mut statement = database.prepare_cached(statement)?;
    for row in rows {
        statement.execute(*row)?;
    }
    Ok(())
}
