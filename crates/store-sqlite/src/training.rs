//! Dictionaries, trained from an instance's own bodies once a type has enough of them.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use cresset_definitions::ResourceType;
use cresset_store::Error;
use cresset_store::layout::Rid;
use rusqlite::Connection;

use crate::codec;
use crate::connection::{Role, open};
use crate::fault::store_error;
use crate::shared::Shared;
use crate::writer::{Job, Task, Writer};

/// Live resources of a type before it gets a dictionary.
const ENOUGH: i64 = 400;
/// Bodies a dictionary is trained from. Of a thousand it would save another three bytes in a
/// thousand, and cost a fifth of an import of twenty thousand resources.
const SAMPLES: i64 = 300;

/// Starts training for a type that has become common; the dictionary comes back as a job. One at a
/// time, for training takes memory: the next type has its turn at a later commit.
pub(crate) fn consider(writer: &mut Writer) {
    let common: Vec<u8> = writer
        .memory
        .next_sequences()
        .filter(|(_, next)| *next > ENOUGH)
        .map(|(of, _)| of)
        .collect();
    for of in common.into_iter().filter_map(ResourceType::from_code) {
        if writer.shared.codec.has(of) || writer.training.tried.contains(&of) {
            continue;
        }
        if writer.training.busy.swap(true, Ordering::AcqRel) {
            return;
        }
        writer.training.tried.insert(of);
        let (shared, own) = (writer.shared.clone(), writer.own.clone());
        let turn = Turn(writer.training.busy.clone());
        let started = std::thread::Builder::new()
            .name("dictionary".to_owned())
            .spawn(move || {
                let _turn = turn;
                match train(&shared, of) {
                    Ok(Some(bytes)) => drop(own.send(Job::Task(keep(shared, of, bytes)))),
                    Ok(None) => {}
                    Err(error) => tracing::warn!(%error, "no dictionary could be trained"),
                }
            });
        if let Err(error) = started {
            tracing::warn!(%error, "no thread to train a dictionary");
        }
    }
}

/// What has been trained while the instance is open.
#[derive(Default)]
pub(crate) struct Training {
    /// Types whose training was begun; each is tried once.
    tried: HashSet<ResourceType>,
    /// Whether one is being trained.
    busy: Arc<AtomicBool>,
}

/// Held by the thread that trains.
struct Turn(Arc<AtomicBool>);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// Dictionaries are numbered by their type: one each, and the frame's number stays one byte.
fn number(of: ResourceType) -> u32 {
    u32::from(of.code()) + 1
}

fn train(shared: &Shared, of: ResourceType) -> Result<Option<Vec<u8>>, Error> {
    let connection = open(&shared.path, Role::Reader).map_err(|e| store_error(&e))?;
    let stored = bodies(&connection, of).map_err(|e| store_error(&e))?;
    let samples = stored
        .iter()
        .map(|body| shared.codec.expand(body))
        .collect::<Result<Vec<Bytes>, _>>()?;
    Ok(codec::train(&samples, number(of)))
}

fn bodies(connection: &Connection, of: ResourceType) -> rusqlite::Result<Vec<Vec<u8>>> {
    let mut statement =
        connection.prepare("SELECT body FROM resource WHERE r>? AND r<=? AND method<2 LIMIT ?")?;
    let bodies = statement.query_map((Rid::floor(of).0, Rid::ceiling(of).0, SAMPLES), |row| {
        row.get(0)
    })?;
    bodies.collect()
}

fn keep(shared: Arc<Shared>, of: ResourceType, bytes: Vec<u8>) -> Task {
    Box::new(move |connection| {
        let text = "INSERT OR IGNORE INTO dictionary(id,type,bytes) VALUES(?,?,?)";
        let kept = connection.execute(text, (number(of), of.code(), &bytes));
        Box::new(move |committed| match (kept, committed) {
            (Ok(1), Ok(())) => shared.codec.add(number(of), of.code(), bytes),
            (kept, _) => tracing::debug!(?kept, "a dictionary was not kept"),
        })
    })
}
