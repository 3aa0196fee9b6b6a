//! Rows of versions.

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_store::backend::codec::Codec;
use cresset_store::backend::version::Stored;
use cresset_store::{Error, Version};
use rusqlite::Row;

use crate::fault::{failed, store_error};

/// The version in a row of `version, updated, method, body`. Without an id at hand it is read from
/// the body.
pub(crate) fn version(
    row: &Row<'_>,
    codec: &Codec,
    resource_type: ResourceType,
    id: Option<&ResourceId>,
) -> Result<Version, Error> {
    let column = |e: rusqlite::Error| store_error(&e);
    let body = row.get_ref(3).map_err(column)?;
    let stored = Stored {
        version: row.get(0).map_err(column)?,
        updated_ms: row.get(1).map_err(column)?,
        method: row.get(2).map_err(column)?,
        body: body.as_blob().map_err(|_| failed("a body is no blob"))?,
    };
    stored.version(codec, resource_type, id)
}

/// The version number in such a row.
pub(crate) fn number(row: &Row<'_>) -> Result<u64, Error> {
    row.get(0).map_err(|e| store_error(&e))
}

/// What names the version for ever: the resource's integer, in this column, and the number.
pub(crate) fn key(row: &Row<'_>, rid_column: usize) -> Result<(i64, u64), Error> {
    Ok((
        row.get(rid_column).map_err(|e| store_error(&e))?,
        number(row)?,
    ))
}
