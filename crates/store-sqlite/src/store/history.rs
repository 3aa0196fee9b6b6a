//! All versions of one resource, newest first.

use cresset_access::Restriction;
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_store::backend::history::{Page, is_theirs};
use cresset_store::plan::Lookups;
use cresset_store::store::HistoryAsk;
use cresset_store::{Error, HistoryPage, Version};
use rusqlite::{Connection, Row};

use super::{Inner, read};
use crate::fault::store_error;
use crate::lookups::{Names, Snapshot};
use crate::row;

/// One page.
pub(super) fn page(
    inner: &Inner,
    connection: &Connection,
    (of, id): (ResourceType, &ResourceId),
    (restriction, ask): (&Restriction, &HistoryAsk),
) -> Result<Option<HistoryPage>, Error> {
    crate::readers::snapshot(connection, || {
        let snapshot = Snapshot {
            connection,
            shared: &inner.shared,
            names: Names::Remembered,
        };
        let Some(rid) = snapshot.rid(of, id).map_err(|e| store_error(&e))? else {
            return Ok(None);
        };
        let shows = |version: &Version| read::shows(inner, version, restriction);
        let version = |row: &Row<'_>| row::version(row, &inner.shared.codec, of, Some(id));
        let mut newest = Vec::with_capacity(2);
        each(connection, (rid.0, i64::MAX), |row| {
            newest.push(version(row)?);
            Ok(newest.len() == 2)
        })?;
        if !is_theirs(&newest, restriction, &shows)? {
            return Ok(None);
        }
        let number = newest.first().map_or(0, |version| version.version);
        let mut page = Page::new(restriction, ask, number)?;
        each(connection, (rid.0, page.from()), |row| {
            page.take(version(row)?, &shows)?;
            Ok(page.is_done())
        })?;
        Ok(Some(page.finish()))
    })
}

/// Hands over versions from this one on, newest first, until `take` has enough.
fn each(
    connection: &Connection,
    (rid, from): (i64, i64),
    mut take: impl FnMut(&Row<'_>) -> Result<bool, Error>,
) -> Result<(), Error> {
    let text = "SELECT version,updated,method,body FROM resource WHERE r=?1 AND version<=?2 \
                UNION ALL SELECT version,updated,method,body FROM history \
                WHERE r=?1 AND version<=?2 ORDER BY version DESC";
    let mut statement = connection
        .prepare_cached(text)
        .map_err(|e| store_error(&e))?;
    let mut rows = statement.query((rid, from)).map_err(|e| store_error(&e))?;
    while let Some(row) = rows.next().map_err(|e| store_error(&e))? {
        if take(row)? {
            return Ok(());
        }
    }
    Ok(())
}
