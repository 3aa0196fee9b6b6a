//! What all values of a column have in common, noted as they are written.

use cresset_store::layout::Keys;
use cresset_store::layout::encode::{LONG_MS, by_resource};
use cresset_store::plan::ColumnFacts;
use rusqlite::Connection;

use super::batch::Batch;
use crate::shared::Shared;

/// Notes columns in which this resource has several values, or a range of more than a day. Readers
/// see it at once; the table gets it with the commit.
pub(crate) fn note(shared: &Shared, batch: &mut Batch, keys: &Keys) {
    let mut columns: Vec<(i64, ColumnFacts)> = Vec::new();
    for run in keys.ranges.chunk_by(|a, b| a.p == b.p) {
        let Some(first) = run.first().filter(|key| by_resource(key.p)) else {
            continue;
        };
        let long = run
            .iter()
            .any(|key| key.w > key.v && key.w.saturating_sub(key.v) > LONG_MS);
        columns.push((
            first.p,
            ColumnFacts {
                repeats: run.len() > 1,
                long,
            },
        ));
    }
    for run in keys.texts.chunk_by(|a, b| a.p == b.p) {
        let Some(first) = run.first() else { continue };
        columns.push((
            first.p,
            ColumnFacts {
                repeats: run.len() > 1,
                long: false,
            },
        ));
    }
    for (column, seen) in columns {
        if !(seen.repeats || seen.long) {
            continue;
        }
        let known = shared.facts.read().get(&column).copied();
        let known = known.unwrap_or(ColumnFacts {
            repeats: false,
            long: false,
        });
        let both = ColumnFacts {
            repeats: known.repeats || seen.repeats,
            long: known.long || seen.long,
        };
        if both != known {
            shared.facts.write().insert(column, both);
            batch.facts.push(column);
        }
    }
}

/// Writes what was noted.
pub(crate) fn flush(
    connection: &Connection,
    shared: &Shared,
    batch: &mut Batch,
) -> rusqlite::Result<()> {
    let facts = shared.facts.read();
    for column in &batch.facts {
        if let Some(fact) = facts.get(column) {
            connection
                .prepare_cached("INSERT OR REPLACE INTO fact(p,repeats,long) VALUES(?,?,?)")?
                .execute((column, fact.repeats, fact.long))?;
        }
    }
    batch.facts.clear();
    Ok(())
}
