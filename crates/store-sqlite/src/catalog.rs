//! The tables `parameter` and `defined`: what each number stands for, how far its index is, and which of
//! them the instance defines itself.

use std::collections::HashSet;
use std::sync::Arc;

use cresset_definitions::{Definition, r4};
use cresset_search::{Building, Defined};
use cresset_store::Error;
use cresset_store::backend::defining::{self, Definitions};
use cresset_store::layout::{Encoder, IndexState, Parameters, StoredParameter, redefined};
use rusqlite::Connection;
use rusqlite::types::Type;

use crate::fault::{failed, store_error};
use crate::index::Index;

/// Matches this build's parameters with the instance's, and stores what came of it.
pub(crate) fn assign(connection: &mut Connection, keeps_words: bool) -> rusqlite::Result<Index> {
    let held = held(connection)?;
    let defined = Defined::new(held.iter().map(|(_, held)| held), &Defined::NONE);
    let stored = stored(connection)?;
    let filled = filled(connection)?;
    let assigned = Parameters::assign((r4(), &defined), &stored, &filled, keeps_words);
    let next = assigned.changed.iter().chain(&stored);
    let next = next.map(|line| line.number + 1).max().unwrap_or_default();
    if !assigned.changed.is_empty() {
        let transaction = connection.transaction()?;
        store(&transaction, &assigned.changed)?;
        transaction.commit()?;
    }
    Ok(Index {
        encoder: Encoder {
            parameters: assigned.parameters,
        },
        unindexed: Arc::new(assigned.unindexed),
        definitions: Arc::new(Definitions::new(held, next)),
    })
}

/// Stores what resources define now and gives what the index holds then; within the transaction that
/// writes these resources.
pub(crate) fn redefine(
    connection: &Connection,
    index: &Index,
    definitions: Definitions,
) -> Result<Index, Error> {
    keep(connection, &definitions)?;
    let before = index.unindexed.defined();
    let defined = Defined::new(definitions.all(), before);
    let stored = stored(connection).map_err(|e| store_error(&e))?;
    let next = stored.iter().map(|line| line.number + 1).max();
    let lines = redefined(&stored, next.unwrap_or_default(), (before, &defined));
    store(connection, &lines.changed).map_err(|e| store_error(&e))?;
    let is_complete = |number: i64| {
        let mut all = lines.changed.iter().chain(&stored);
        let line = all.find(|line| line.number == number);
        line.is_some_and(|line| line.state == IndexState::Complete)
    };
    let before = index.unindexed.building();
    let own = before.iter().filter(|b| !r4().is_defined(b.parameter));
    // A parameter under another URL has the line of the one before, which may be half done.
    let waiting = lines.numbers.iter().filter(|(_, n)| !is_complete(*n));
    let waiting = waiting.map(|(parameter, _)| {
        let known = before.iter().find(|b| b.parameter == *parameter);
        known.copied().unwrap_or(Building {
            parameter: *parameter,
            percent: 0,
        })
    });
    let building = own.copied().chain(waiting).collect();
    Ok(Index {
        encoder: Encoder {
            parameters: index.encoder.parameters.defining(lines.numbers),
        },
        unindexed: Arc::new(index.unindexed.with(building).defining(defined)),
        definitions: Arc::new(definitions),
    })
}

/// What resources define, with their integers.
fn held(connection: &Connection) -> rusqlite::Result<Vec<(i64, Definition)>> {
    let mut statement =
        connection.prepare("SELECT r,definition FROM defined ORDER BY type,code")?;
    let mut rows = statement.query(())?;
    let mut held = Vec::new();
    while let Some(row) = rows.next()? {
        let text: String = row.get(1)?;
        let definition = defining::read(&text).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(1, Type::Text, Box::new(error))
        })?;
        held.push((row.get(0)?, definition));
    }
    Ok(held)
}

fn keep(connection: &Connection, definitions: &Definitions) -> Result<(), Error> {
    let run = |rid: i64, definition: &Definition, text: String| {
        connection.execute(
            "INSERT INTO defined(type,code,r,definition) VALUES(?,?,?,?)",
            (definition.resource_type.code(), &definition.code, rid, text),
        )
    };
    let emptied = connection.execute("DELETE FROM defined", ());
    emptied.map_err(|e| store_error(&e))?;
    for (rid, definition) in definitions.lines() {
        let text = defining::written(definition).map_err(|e| failed(e.to_string()))?;
        run(*rid, definition, text).map_err(|e| store_error(&e))?;
    }
    Ok(())
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

fn store(connection: &Connection, lines: &[StoredParameter]) -> rusqlite::Result<()> {
    for line in lines {
        connection
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
            connection
                .prepare_cached("DELETE FROM reindex WHERE type=?")?
                .execute([line.resource_type])?;
        }
    }
    Ok(())
}

/// Numbers whose rows say nothing yet or no more.
pub(crate) fn in_doubt(connection: &Connection) -> rusqlite::Result<Vec<StoredParameter>> {
    let lines = stored(connection)?.into_iter();
    Ok(lines
        .filter(|line| matches!(line.state, IndexState::Building | IndexState::Retired))
        .collect())
}
