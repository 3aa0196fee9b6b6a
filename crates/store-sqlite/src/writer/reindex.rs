//! A bounded part of what is left to do on the index, within a commit.
//!
//! A type's resources are looked at in the order of their integers, once for all its parameters
//! that wait. Whatever is written meanwhile is indexed as a whole, before or behind that place.

use std::collections::HashSet;

use cresset_definitions::ResourceType;
use cresset_model::Bounds;
use cresset_search::{Building, Unindexed};
use cresset_store::backend::indexing::{ROWS_EACH, part_max, percent, type_of, types_of};
use cresset_store::layout::encode::Key;
use cresset_store::layout::{Keys, Own, Rid, Subject, WordsOf, columns_of, encode, own_column};
use cresset_store::{Error, Reindexed, Version};
use rusqlite::{Connection, OptionalExtension};

use super::batch::Batch;
use super::memory::WriterTerms;
use super::{Writer, facts};
use crate::fault::store_error;
use crate::index::Index;
use crate::row;

/// What a part came to, to be remembered once it is committed.
pub(crate) struct Part {
    pub(crate) reindexed: Reindexed,
    pub(crate) building: Vec<Building>,
}

/// Does one part.
pub(crate) fn part(writer: &mut Writer, batch: &mut Batch) -> Result<Part, Error> {
    batch
        .flush(&writer.connection)
        .map_err(|e| store_error(&e))?;
    let held = writer.shared.index();
    let unindexed = &held.unindexed;
    let Some(of) = types_of(unindexed).first().copied() else {
        let reindexed = remove(writer).map_err(|e| store_error(&e))?;
        return Ok(Part {
            reindexed,
            building: Vec::new(),
        });
    };
    let numbers = waiting(unindexed, of)
        .map(|b| held.encoder.parameters.number(b.parameter))
        .collect();
    let most = part_max(unindexed.defined(), of, &writer.shared.limits);
    let resources = resources(writer, of, most)?;
    for resource in &resources {
        index(writer, (batch, &held), resource, &numbers)?;
    }
    let is_end = resources.len() < most;
    let last = resources.last().filter(|_| !is_end).map(|r| r.rid);
    let percent = go_on(&writer.connection, of, last).map_err(|e| store_error(&e))?;
    let others = unindexed.building().iter().copied();
    let left = others.filter_map(|b| match percent {
        _ if !is_of(b, of) => Some(b),
        None => None,
        Some(percent) => Some(Building { percent, ..b }),
    });
    Ok(Part {
        reindexed: Reindexed::More,
        building: left.collect(),
    })
}

fn waiting(unindexed: &Unindexed, of: ResourceType) -> impl Iterator<Item = Building> {
    let building = unindexed.building().iter().copied();
    building.filter(move |building| is_of(*building, of))
}

fn is_of(building: Building, of: ResourceType) -> bool {
    type_of(building) == Some(of)
}

struct Resource {
    rid: i64,
    shape: i64,
    version: Version,
}

/// The next resources of a type.
fn resources(writer: &Writer, of: ResourceType, most: usize) -> Result<Vec<Resource>, Error> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let text = "SELECT version,updated,method,body,r,shape FROM resource \
                WHERE r>coalesce((SELECT after FROM reindex WHERE type=?1),?2) AND r<=?3 \
                ORDER BY r LIMIT ?4";
    let mut statement = writer
        .connection
        .prepare_cached(text)
        .map_err(|e| store_error(&e))?;
    let span = (of.code(), Rid::floor(of).0, Rid::ceiling(of).0, most);
    let mut rows = statement.query(span).map_err(|e| store_error(&e))?;
    let mut resources = Vec::new();
    while let Some(row) = rows.next().map_err(|e| store_error(&e))? {
        resources.push(Resource {
            rid: row.get(4).map_err(|e| store_error(&e))?,
            shape: row.get(5).map_err(|e| store_error(&e))?,
            version: row::version(row, &writer.shared.codec, of, None)?,
        });
    }
    Ok(resources)
}

/// Adds the rows of the parameters with these numbers, and what they change of the set of all.
fn index(
    writer: &mut Writer,
    (batch, held): (&mut Batch, &Index),
    resource: &Resource,
    numbers: &HashSet<i64>,
) -> Result<(), Error> {
    let Version {
        resource_type: of,
        id,
        ..
    } = &resource.version;
    let encoder = &held.encoder;
    let words = encoder.former_words(*of, numbers);
    let Some(rows) = writer.shared.reading(held).rows_of(&resource.version)? else {
        // It may have been deleted while no words were kept, and those before stayed.
        let before = Keys {
            words,
            ..Keys::default()
        };
        batch.replace(resource.rid, &before, &Keys::default());
        return Ok(());
    };
    let subject = Subject {
        resource_type: *of,
        id,
        rows: &rows,
    };
    let mut terms = WriterTerms {
        connection: &writer.connection,
        shared: &writer.shared,
        memory: &mut writer.memory,
    };
    let keys = encode(encoder, subject, &mut terms).map_err(|e| store_error(&e))?;
    let body = (*of, &*resource.version.body);
    let bounds = Bounds::from(&*writer.shared.limits);
    let keys = encoder.with_words_of(keys, body, bounds)?;
    let keys = keys.only(*of, numbers);
    let before = Keys {
        index: vec![Key {
            p: own_column(*of, Own::Shape),
            v: resource.shape,
            w: 0,
        }],
        words,
        ..Keys::default()
    };
    batch.replace(resource.rid, &before, &keys);
    facts::note(&writer.shared, batch, &keys);
    if keys.shape != resource.shape {
        writer
            .connection
            .prepare_cached("UPDATE resource SET shape=? WHERE r=?")
            .and_then(|mut statement| statement.execute((keys.shape, resource.rid)))
            .map_err(|e| store_error(&e))?;
    }
    Ok(())
}

/// Notes the last resource looked at and gives how much of the type is done; `None` when its index
/// is complete.
fn go_on(
    connection: &Connection,
    of: ResourceType,
    last: Option<i64>,
) -> rusqlite::Result<Option<u8>> {
    let Some(last) = last else {
        connection.execute(
            "UPDATE parameter SET state=1 WHERE type=? AND state=0",
            [of.code()],
        )?;
        connection.execute("DELETE FROM reindex WHERE type=?", [of.code()])?;
        return Ok(None);
    };
    connection.execute(
        "INSERT OR REPLACE INTO reindex(type,after) VALUES(?,?)",
        (of.code(), last),
    )?;
    let text = "SELECT next-1 FROM tally WHERE type=?";
    let all: i64 = connection.query_row(text, [of.code()], |row| row.get(0))?;
    Ok(Some(percent(Rid(last), all)))
}

/// Removes rows of a number nobody keeps rows of any more.
fn remove(writer: &Writer) -> rusqlite::Result<Reindexed> {
    let connection = &writer.connection;
    let text = "SELECT number,type FROM parameter WHERE state=2 ORDER BY number LIMIT 1";
    let found = connection.query_row(text, (), |row| Ok((row.get(0)?, row.get(1)?)));
    let Some((number, of)): Option<(i64, u8)> = found.optional()? else {
        return Ok(Reindexed::Done);
    };
    let columns = columns_of(number);
    let most = writer.shared.limits.reindex_part_max;
    let most = most.saturating_mul(ROWS_EACH);
    for (table, key) in [
        ("idx", "p,v,w,r"),
        ("rng", "p,v,r,w"),
        ("rng_r", "p,r,v,w"),
        ("str", "p,s,r,h"),
        ("str_r", "p,r,s,h"),
    ] {
        let text = format!(
            "DELETE FROM {table} WHERE ({key}) IN \
             (SELECT {key} FROM {table} WHERE p BETWEEN ? AND ? LIMIT ?)"
        );
        let removed = connection.execute(&text, (columns.start(), columns.end(), most))?;
        if removed == most {
            return Ok(Reindexed::More);
        }
    }
    if let Some(of) = ResourceType::from_code(of) {
        connection.execute(
            "DELETE FROM ref WHERE r>? AND r<=? AND p BETWEEN ? AND ?",
            (
                Rid::floor(of).0,
                Rid::ceiling(of).0,
                columns.start(),
                columns.end(),
            ),
        )?;
    }
    let keeps_words = writer.shared.index().encoder.parameters.keeps_words();
    if !keeps_words && words(connection, number, most)? == most {
        return Ok(Reindexed::More);
    }
    connection.execute("UPDATE parameter SET state=3 WHERE number=?", [number])?;
    Ok(Reindexed::More)
}

/// Removes words of a number that is retired because the instance keeps words no more; where it does,
/// those of the number after it have taken their places. Gives how many resources had some.
fn words(connection: &Connection, number: i64, most: usize) -> rusqlite::Result<usize> {
    let text = "SELECT type,code FROM parameter WHERE number=?";
    let (of, code): (u8, String) =
        connection.query_row(text, [number], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (Some(of), Some(part)) = (ResourceType::from_code(of), WordsOf::of_parameter(&code)) else {
        return Ok(0);
    };
    let table = part.table();
    let text = format!(
        "DELETE FROM {table} WHERE rowid IN \
         (SELECT rowid FROM {table} WHERE rowid>? AND rowid<=? LIMIT ?)"
    );
    connection.execute(&text, (Rid::floor(of).0, Rid::ceiling(of).0, most))
}
