//! The small tables of names that every plan looks at, held in memory and read again when another
//! node has changed them.

use std::collections::HashMap;
use std::sync::Arc;

use cresset_store::Error;
use cresset_store::backend::shape::numbers_of;
use cresset_store::plan::{ColumnFacts, Shape};
use deadpool_postgres::{GenericClient, Transaction};
use futures_util::future::try_join4;

use crate::fault::store_error;
use crate::row::get;
use crate::shared::Shared;
use crate::snapshot::query;

/// Tokens of one system have ids side by side: a block of this many, and another when it is full.
pub(crate) const BLOCK_BITS: u32 = 24;

/// What an instance held when its number was this.
#[derive(Debug, Clone, Default)]
pub(crate) struct Catalog {
    /// Another for each change.
    pub(crate) number: i64,
    /// Blocks of each system; no system is the empty text.
    pub(crate) systems: HashMap<String, Vec<i64>>,
    pub(crate) shapes: HashMap<u8, Arc<Vec<Shape>>>,
    pub(crate) facts: HashMap<i64, ColumnFacts>,
}

impl Catalog {
    /// What the snapshot holds, from memory where that is the same.
    pub(crate) async fn at(
        shared: &Shared,
        snapshot: &Transaction<'_>,
        number: i64,
    ) -> Result<Arc<Self>, Error> {
        let known = shared.catalog.read().clone();
        if known.number == number {
            return Ok(known);
        }
        let read = Arc::new(Self::read(shared, snapshot, number).await?);
        let mut held = shared.catalog.write();
        if held.number < number {
            *held = read.clone();
        }
        Ok(read)
    }

    async fn read(shared: &Shared, snapshot: &Transaction<'_>, number: i64) -> Result<Self, Error> {
        let (systems, shapes, facts, ()) = try_join4(
            query(snapshot, "SELECT uri,block FROM system ORDER BY block", &[]),
            query(
                snapshot,
                "SELECT type,id,numbers FROM shape ORDER BY id",
                &[],
            ),
            query(snapshot, "SELECT p,repeats,long FROM fact", &[]),
            dictionaries(shared, snapshot),
        )
        .await
        .map_err(|e| store_error(&e))?;
        let mut catalog = Self {
            number,
            ..Self::default()
        };
        for row in &systems {
            let blocks = catalog.systems.entry(get(row, 0)?).or_default();
            blocks.push(get(row, 1)?);
        }
        let mut shapes_of: HashMap<u8, Vec<Shape>> = HashMap::new();
        for row in &shapes {
            let shape = Shape {
                id: get(row, 1)?,
                numbers: numbers_of(get(row, 2)?),
            };
            shapes_of.entry(code(get(row, 0)?)).or_default().push(shape);
        }
        let shared_lists = shapes_of.into_iter().map(|(of, list)| (of, Arc::new(list)));
        catalog.shapes = shared_lists.collect();
        for row in &facts {
            let fact = ColumnFacts {
                repeats: get(row, 1)?,
                long: get(row, 2)?,
            };
            catalog.facts.insert(i64::from(get::<i32>(row, 0)?), fact);
        }
        Ok(catalog)
    }
}

/// Takes up dictionaries that another node trained.
pub(crate) async fn dictionaries(
    shared: &Shared,
    client: &impl GenericClient,
) -> Result<(), tokio_postgres::Error> {
    let numbers = "SELECT id,type FROM dictionary ORDER BY id";
    for row in &query(client, numbers, &[]).await? {
        let number: i32 = row.try_get(0)?;
        let held = u32::try_from(number).unwrap_or_default();
        if shared.codec.holds(held) {
            continue;
        }
        let bytes = query(
            client,
            "SELECT bytes FROM dictionary WHERE id=$1",
            &[&number],
        )
        .await?;
        for bytes in &bytes {
            let bytes = bytes.try_get(0)?;
            shared.codec.add(held, code(row.try_get(1)?), bytes);
        }
    }
    Ok(())
}

/// A type's code as rows keep it.
fn code(stored: i16) -> u8 {
    u8::try_from(stored).unwrap_or_default()
}
