//! Dictionaries, trained from an instance's own bodies once a type has enough of them.
//!
//! One is used when it is committed. Other nodes take it up with the catalog, or when they meet the
//! first body that names it.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use cresset_definitions::ResourceType;
use cresset_store::Error;
use cresset_store::backend::codec;
use cresset_store::layout::Rid;
use parking_lot::Mutex;

use crate::catalog::dictionaries;
use crate::fault::store_error;
use crate::row::{self, get};
use crate::shared::{Shared, stored_type};
use crate::snapshot::{begin_change, connection, end_change, execute, query};

/// Resources of a type before it gets a dictionary.
const ENOUGH: i64 = 400;
/// Bodies a dictionary is trained from.
const SAMPLES: i64 = 1_000;

/// What has been trained while the instance is open.
#[derive(Default)]
pub(crate) struct Training {
    /// Types whose training was begun; each is tried once.
    tried: Mutex<HashSet<u8>>,
    /// One at a time, for training takes memory: the next type has its turn at a later commit.
    busy: AtomicBool,
}

/// Starts training for a type that has become common; `sequences` are the next numbers of types.
pub(crate) fn consider(shared: &Arc<Shared>, sequences: impl Iterator<Item = (u8, i64)>) {
    let common = sequences.filter(|(_, next)| *next > ENOUGH);
    for of in common.filter_map(|(of, _)| ResourceType::from_code(of)) {
        let training = &shared.training;
        if shared.codec.has(of) || training.tried.lock().contains(&of.code()) {
            continue;
        }
        if training.busy.swap(true, Ordering::AcqRel) {
            return;
        }
        training.tried.lock().insert(of.code());
        let shared = shared.clone();
        tokio::spawn(async move {
            if let Err(error) = train(&shared, of).await {
                tracing::warn!(%error, "no dictionary could be trained");
            }
            shared.training.busy.store(false, Ordering::Release);
        });
    }
}

/// Dictionaries are numbered by their type: one each, and the frame's number stays one byte.
fn number(of: ResourceType) -> u32 {
    u32::from(of.code()) + 1
}

async fn train(shared: &Arc<Shared>, of: ResourceType) -> Result<(), Error> {
    let mut connection = connection(shared).await?;
    let text = "SELECT body FROM resource WHERE r>$1 AND r<=$2 AND method<2 LIMIT $3";
    let (first, last) = (Rid::floor(of).0, Rid::ceiling(of).0);
    let rows = query(&connection, text, &[&first, &last, &SAMPLES]).await;
    let rows = rows.map_err(|e| store_error(&e))?;
    row::ready(shared, &connection, (&rows, 0)).await?;
    let expand = |row| shared.codec.expand(get(row, 0)?);
    let samples = rows.iter().map(expand).collect::<Result<Vec<Bytes>, _>>()?;
    let trained = tokio::task::spawn_blocking(move || codec::train(&samples, number(of)));
    let Some(bytes) = trained.await.map_err(|e| Error::failed(e.to_string()))? else {
        return Ok(());
    };
    let transaction = begin_change(&mut connection).await?;
    let turn = "UPDATE writer SET catalog=catalog+1,generation=generation+1";
    execute(&transaction, turn, &[]).await?;
    let keep = "INSERT INTO dictionary(id,type,bytes) VALUES($1,$2,$3) ON CONFLICT DO NOTHING";
    let id = i32::try_from(number(of)).unwrap_or(i32::MAX);
    execute(&transaction, keep, &[&id, &stored_type(of), &bytes]).await?;
    end_change(transaction).await?;
    let taken = dictionaries(shared, &connection).await;
    taken.map_err(|e| store_error(&e))
}
