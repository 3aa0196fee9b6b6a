//! Dictionaries, trained from an instance's own bodies once a type has enough of them: those stored,
//! or those of a bulk that is about to be.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use cresset_definitions::ResourceType;
use cresset_store::backend::prepared::stamped;
use cresset_store::layout::Rid;
use cresset_store::{Change, Error};
use parking_lot::Mutex;
use rusqlite::Connection;

use crate::connection::{Role, open};
use crate::fault::store_error;
use crate::shared::Shared;
use crate::writer::{Done, Job, Reply, Task, Writer};
use crate::{codec, instant};

/// Live resources of a type before it gets a dictionary.
const ENOUGH: i64 = 400;
/// Bodies a dictionary is trained from. Of a thousand it would save another three bytes in a
/// thousand, and cost a fifth of an import of twenty thousand resources.
pub(crate) const SAMPLES: usize = 300;

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
        let training = &writer.shared.training;
        if writer.shared.codec.has(of) || training.tried.lock().contains(&of) {
            continue;
        }
        if training.busy.swap(true, Ordering::AcqRel) {
            return;
        }
        training.tried.lock().insert(of);
        let (shared, own) = (writer.shared.clone(), writer.own.clone());
        let turn = Turn(training.busy.clone());
        let started = std::thread::Builder::new()
            .name("dictionary".to_owned())
            .spawn(move || {
                let _turn = turn;
                match train(&shared, of) {
                    Ok(Some(bytes)) => drop(own.send(Job::Task(kept(shared, of, bytes)))),
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
    tried: Mutex<HashSet<ResourceType>>,
    /// Whether one is being trained.
    busy: Arc<AtomicBool>,
}

/// Held by whoever trains.
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
    let range = (Rid::floor(of).0, Rid::ceiling(of).0, SAMPLES);
    let bodies = statement.query_map(range, |row| row.get(0))?;
    bodies.collect()
}

/// Dictionaries of the types of which a bulk brings enough and that have none, so that the bulk is
/// itself stored with them: an instance filled at once would else keep its first bodies large.
pub(crate) fn of_bulk(shared: &Shared, changes: &[Change]) -> Vec<(ResourceType, Vec<u8>)> {
    let training = &shared.training;
    if training.busy.swap(true, Ordering::AcqRel) {
        return Vec::new();
    }
    let _turn = Turn(training.busy.clone());
    let mut samples: BTreeMap<ResourceType, Vec<Bytes>> = BTreeMap::new();
    let now_ms = instant::millis(shared.clock.now());
    for change in changes {
        let (Change::Create(id, draft) | Change::Update(id, draft, _)) = change else {
            continue;
        };
        let of = samples.entry(draft.resource_type).or_default();
        if of.len() < SAMPLES && !shared.codec.has(draft.resource_type) {
            of.push(stamped(draft, id, 1, now_ms));
        }
    }
    let enough = samples
        .into_iter()
        .filter(|(of, bodies)| bodies.len() == SAMPLES && training.tried.lock().insert(*of));
    enough
        .filter_map(|(of, bodies)| Some((of, codec::train(&bodies, number(of))?)))
        .collect()
}

/// Keeps a trained dictionary; gives whether it is the one that is used from now on.
pub(crate) fn keep(
    connection: &Connection,
    of: ResourceType,
    bytes: &[u8],
) -> rusqlite::Result<bool> {
    let text = "INSERT OR IGNORE INTO dictionary(id,type,bytes) VALUES(?,?,?)";
    Ok(connection.execute(text, (number(of), of.code(), bytes))? == 1)
}

/// Uses a dictionary once it is committed.
pub(crate) fn take_up(shared: &Shared, of: ResourceType, bytes: Vec<u8>) {
    shared.codec.add(number(of), of.code(), bytes);
}

fn kept(shared: Arc<Shared>, of: ResourceType, bytes: Vec<u8>) -> Task {
    Box::new(move |connection| {
        let kept = keep(connection, of, &bytes);
        let failure = kept.as_ref().err().map(store_error);
        let reply: Reply = Box::new(move |committed| match (kept, committed) {
            (Ok(true), Ok(())) => take_up(&shared, of, bytes),
            (kept, _) => tracing::debug!(?kept, "a dictionary was not kept"),
        });
        Done {
            reply,
            failure,
            record: None,
        }
    })
}
