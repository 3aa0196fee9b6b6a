//! Rows of versions.

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_store::backend::codec::Codec;
use cresset_store::backend::version::Stored;
use cresset_store::{Error, Version};
use deadpool_postgres::GenericClient;
use tokio_postgres::Row;

use crate::shared::Shared;

/// The version in a row whose columns from `at` on are `version, updated, method, body`. Without an
/// id at hand it is read from the body.
pub(crate) fn version(
    row: &Row,
    at: usize,
    codec: &Codec,
    (resource_type, id): (ResourceType, Option<&ResourceId>),
) -> Result<Version, Error> {
    let version: i32 = get(row, at)?;
    let method: i16 = get(row, at + 2)?;
    let stored = Stored {
        version: u64::try_from(version).unwrap_or_default(),
        updated_ms: get(row, at + 1)?,
        method: i64::from(method),
        body: get(row, at + 3)?,
    };
    stored.version(codec, resource_type, id)
}

/// Makes sure that the bodies in this column can be expanded: another node may have written them with a
/// dictionary it has just trained.
pub(crate) async fn ready(
    shared: &Shared,
    client: &impl GenericClient,
    (rows, column): (&[Row], usize),
) -> Result<(), Error> {
    for row in rows {
        if !shared.codec.knows(get(row, column)?) {
            let read = crate::catalog::dictionaries(shared, client).await;
            return read.map_err(|e| crate::fault::store_error(&e));
        }
    }
    Ok(())
}

/// A column of a row.
pub(crate) fn get<'r, T: tokio_postgres::types::FromSql<'r>>(
    row: &'r Row,
    at: usize,
) -> Result<T, Error> {
    row.try_get(at).map_err(|e| crate::fault::store_error(&e))
}
