//! The `parameter` table: what each number stands for and how far its index is.

use std::collections::HashSet;

use cresset_definitions::r4;
use cresset_search::Unindexed;
use cresset_store::layout::{Assigned, IndexState, Parameters, StoredParameter};
use rusqlite::Connection;

/// Matches this build's parameters with the instance's, and stores what came of it.
pub(crate) fn assign(
    connection: &mut Connection,
    keeps_words: bool,
) -> rusqlite::Result<(Parameters, Unindexed)> {
    let stored = stored(connection)?;
    let assigned = Parameters::assign(r4(), &stored, &filled(connection)?, keeps_words);
    store(connection, &assigned)?;
    Ok((assigned.parameters, assigned.unindexed))
}

/// Every number that was given.
pub(crate) fn stored(connection: &Connection) -> rusqlite::Result<Vec<StoredParameter>> {
    let mut statement = connection.prepare("SELECT number,type,code,rule,state FROM parameter")?;
    let lines = statement.query_map((), |row| {
        Ok(StoredParameter {
            number: row.get(0)?,
            resource_type: row.get(1)?,
            code: row.get(2)?,
            rule: row.get(3)?,
            state: IndexState::from_code(row.get(4)?),
        })
    })?;
    lines.collect()
}

/// Codes of the types that have resources.
fn filled(connection: &Connection) -> rusqlite::Result<HashSet<u8>> {
    let mut statement = connection.prepare("SELECT type FROM tally WHERE live>0")?;
    statement.query_map((), |row| row.get(0))?.collect()
}

fn store(connection: &mut Connection, assigned: &Assigned) -> rusqlite::Result<()> {
    if assigned.changed.is_empty() {
        return Ok(());
    }
    let transaction = connection.transaction()?;
    for line in &assigned.changed {
        transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO parameter(number,type,code,rule,state) VALUES(?,?,?,?,?)",
            )?
            .execute((
                line.number,
                line.resource_type,
                &line.code,
                line.rule,
                line.state as i64,
            ))?;
        // Whoever was half-way through the type has not seen this parameter.
        if line.state == IndexState::Building {
            transaction
                .prepare_cached("DELETE FROM reindex WHERE type=?")?
                .execute([line.resource_type])?;
        }
    }
    transaction.commit()
}

/// Numbers whose rows say nothing yet or no more.
pub(crate) fn in_doubt(connection: &Connection) -> rusqlite::Result<Vec<StoredParameter>> {
    let lines = stored(connection)?.into_iter();
    Ok(lines
        .filter(|line| matches!(line.state, IndexState::Building | IndexState::Retired))
        .collect())
}
