//! Bringing a unit of changes to the writer.

use std::sync::Arc;

use cresset_access::Access;
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_store::backend::prepared::{Changes, Prepared, permitted, prepare};
use cresset_store::{Change, Error, Written};
use rusqlite::{Connection, OptionalExtension};
use tokio::sync::oneshot;

use super::{Inner, SqliteStore};
use crate::fault::{failed, store_error};
use crate::identity::StoredId;
use crate::writer::Job;
use crate::writer::expected::Expected;
use crate::writer::unit::Unit;
use crate::{instant, training};

/// More changes than this are prepared on a thread that may block.
const INLINE_CHANGES: usize = 16;

/// Prepares, queues and waits for the commit.
pub(super) async fn commit(
    store: &SqliteStore,
    access: &Access,
    unit: cresset_store::Unit,
) -> Result<Vec<Written>, Error> {
    let expectations = unit
        .expectations
        .into_iter()
        .map(|expectation| Expected::new(access, expectation))
        .collect::<Result<_, _>>()?;
    let changes = permitted(access, unit.changes, unit.consequences)?;
    let changes = if changes.0.len() <= INLINE_CHANGES {
        prepared(&store.inner, changes)?
    } else {
        let changes = if changes.0.len() < training::SAMPLES {
            changes
        } else {
            with_dictionaries(store, changes).await?
        };
        let inner: Arc<Inner> = store.inner.clone();
        let task = tokio::task::spawn_blocking(move || prepared(&inner, changes));
        task.await.map_err(|e| failed(e.to_string()))??
    };
    let (reply, answer) = oneshot::channel();
    store.enqueue(Job::Unit(Box::new(Unit {
        changes,
        expectations,
        audit: unit.record,
        completion: unit.completion,
        reply,
    })))?;
    answer
        .await
        .map_err(|_| failed("the writer ended before it answered"))?
}

/// Gives the types that a bulk brings many of their dictionaries first.
async fn with_dictionaries(store: &SqliteStore, changes: Changes) -> Result<Changes, Error> {
    let shared = store.inner.shared.clone();
    let task = tokio::task::spawn_blocking(move || {
        let trained = training::of_bulk(&shared, &changes.0);
        (changes, trained)
    });
    let (changes, trained) = task.await.map_err(|e| failed(e.to_string()))?;
    for (of, bytes) in trained {
        let copy = bytes.clone();
        let kept = store.change(move |connection| training::keep(connection, of, &copy));
        match kept.await {
            Ok(true) => training::take_up(&store.inner.shared, of, bytes),
            Ok(false) => {}
            // What is written is as good without, only larger.
            Err(error) => tracing::warn!(%error, "a dictionary was not kept"),
        }
    }
    Ok(changes)
}

/// The changes for the versions they will most likely make.
fn prepared(inner: &Inner, changes: Changes) -> Result<Vec<Prepared>, Error> {
    let shared = &inner.shared;
    let now_ms = instant::millis(shared.clock.now());
    let guesses = guesses(inner, &changes.0)?;
    let index = shared.index();
    let reading = shared.reading(&index);
    prepare((&shared.codec, &reading), now_ms, changes, guesses)
}

/// The version each change will most likely make; the writer knows for sure. Most of many are new, and
/// looking each up would bring the whole table of ids into memory.
fn guesses(inner: &Inner, changes: &[Change]) -> Result<Vec<u64>, Error> {
    let updates = changes
        .iter()
        .any(|change| matches!(change, Change::Update(..)));
    if !updates || changes.len() > INLINE_CHANGES {
        return Ok(vec![1; changes.len()]);
    }
    inner.ask(inner.whole(), &|_, connection| {
        let guess = |change: &Change| match change {
            Change::Update(id, draft, _) => next_version(connection, draft.resource_type, id),
            _ => Ok(1),
        };
        changes
            .iter()
            .map(guess)
            .collect::<rusqlite::Result<Vec<u64>>>()
            .map_err(|e| store_error(&e))
    })
}

fn next_version(
    connection: &Connection,
    of: ResourceType,
    id: &ResourceId,
) -> rusqlite::Result<u64> {
    let text =
        "SELECT k.version FROM identity i JOIN resource k ON k.r=i.r WHERE i.type=? AND i.id=?";
    let mut statement = connection.prepare_cached(text)?;
    let version: Option<u64> = statement
        .query_row((of.code(), StoredId::of(id)), |row| row.get(0))
        .optional()?;
    Ok(version.unwrap_or(0) + 1)
}
