//! Rows of versions.

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_store::store::Method;
use cresset_store::{Error, Version};
use rusqlite::Row;

use crate::codec::Codec;
use crate::fault::{failed, store_error};
use crate::instant;

pub(crate) fn method_code(method: Method) -> i64 {
    match method {
        Method::Create => 0,
        Method::Update => 1,
        Method::Delete => 2,
    }
}

pub(crate) fn method_of(code: i64) -> Method {
    match code {
        0 => Method::Create,
        1 => Method::Update,
        _ => Method::Delete,
    }
}

/// The version in a row of `version, updated, method, body`. Without an id at hand it is read from
/// the body, where it stands at a fixed place.
pub(crate) fn version(
    row: &Row<'_>,
    codec: &Codec,
    resource_type: ResourceType,
    id: Option<&ResourceId>,
) -> Result<Version, Error> {
    let column = |e: rusqlite::Error| store_error(&e);
    let method = method_of(row.get(2).map_err(column)?);
    let stored = row
        .get_ref(3)
        .map_err(column)?
        .as_blob()
        .map_err(|_| failed("a body is no blob"))?;
    let body = if method == Method::Delete {
        bytes::Bytes::new()
    } else {
        codec.expand(stored)?
    };
    let id = match id {
        Some(id) => id.clone(),
        None if method == Method::Delete => read_id(stored)?,
        None => {
            read_id(id_in(&body, resource_type).ok_or_else(|| failed("a stored body has no id"))?)?
        }
    };
    Ok(Version {
        resource_type,
        id,
        version: row.get(0).map_err(column)?,
        last_updated: instant::timestamp(row.get(1).map_err(column)?),
        method,
        body,
    })
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

/// A stored body begins `{"resourceType":"…","id":"…"`.
fn id_in(body: &[u8], resource_type: ResourceType) -> Option<&[u8]> {
    let rest = body.strip_prefix(br#"{"resourceType":""#)?;
    let rest = rest.strip_prefix(resource_type.name().as_bytes())?;
    let rest = rest.strip_prefix(br#"","id":""#)?;
    rest.split(|byte| *byte == b'"').next()
}

fn read_id(text: &[u8]) -> Result<ResourceId, Error> {
    let text = std::str::from_utf8(text).ok();
    text.and_then(|text| text.parse().ok())
        .ok_or_else(|| failed("a stored id is none"))
}
