//! What all values of a column have in common, noted as they are written.

use cresset_store::backend::facts::seen;
use cresset_store::layout::Keys;
use rusqlite::Connection;

use super::batch::Batch;
use crate::shared::Shared;

/// Notes columns in which this resource has several values, or a range of more than a day. Readers
/// see it at once; the table gets it with the commit.
pub(crate) fn note(shared: &Shared, batch: &mut Batch, keys: &Keys) {
    for (column, seen) in seen(keys) {
        let known = shared.facts.read().get(&column).copied();
        let both = known.unwrap_or_default().or(seen);
        if known != Some(both) {
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
