//! Resources as they are stored, with the keys that their bodies give.

use cresset_definitions::ResourceType;
use cresset_search::IndexRow;
use cresset_store::layout::{Keys, Subject};
use cresset_store::{Error, Version};
use deadpool_postgres::Transaction;
use tokio_postgres::Row;

use super::terms::Registry;
use super::world;
use crate::indexing::Indexing;
use crate::row::{self, get};
use crate::shared::Shared;

/// The columns of [`Stored::read`].
pub(super) const COLUMNS: &str = "version,updated,method,body,r,shape";

pub(super) struct Stored {
    pub(super) rid: i64,
    pub(super) shape: i64,
    pub(super) version: Version,
    /// `None` for a deletion.
    pub(super) rows: Option<Vec<IndexRow<'static>>>,
    /// What [`encode`] found.
    pub(super) keys: Option<Keys>,
}

impl Stored {
    pub(super) fn read(
        (shared, indexing): (&Shared, &Indexing),
        of: ResourceType,
        row: &Row,
    ) -> Result<Self, Error> {
        let version = row::version(row, 0, &shared.codec, (of, None))?;
        Ok(Self {
            rid: get(row, 4)?,
            shape: i64::from(get::<i32>(row, 5)?),
            rows: indexing.reading(shared).rows_of(&version)?,
            version,
            keys: None,
        })
    }
}

/// Finds the keys of all of them.
pub(super) async fn encode(
    registry: &mut Registry<'_>,
    transaction: &Transaction<'_>,
    resources: &mut [Stored],
) -> Result<(), Error> {
    loop {
        for resource in resources.iter_mut().filter(|r| r.keys.is_none()) {
            let Some(rows) = &resource.rows else { continue };
            let subject = Subject {
                resource_type: resource.version.resource_type,
                id: &resource.version.id,
                rows,
            };
            let Some(keys) = world::keys(registry, subject) else {
                continue;
            };
            let body = (subject.resource_type, &*resource.version.body);
            resource.keys = Some(world::with_words(registry, keys, body)?);
        }
        if !registry.resolve(transaction).await? {
            return Ok(());
        }
    }
}
