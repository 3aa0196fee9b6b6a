//! All versions of one resource, newest first.

use cresset_access::Restriction;
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_store::backend::history::shown;
use cresset_store::plan::Lookups;
use cresset_store::store::HistoryAsk;
use cresset_store::{Error, HistoryPage};
use rusqlite::Connection;

use super::{Inner, read};
use crate::fault::store_error;
use crate::lookups::Snapshot;
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
        };
        let Some(rid) = snapshot.rid(of, id).map_err(|e| store_error(&e))? else {
            return Ok(None);
        };
        let mut all = Vec::new();
        each(connection, rid.0, |row| {
            all.push(row::version(row, &inner.shared.codec, of, Some(id))?);
            Ok(())
        })?;
        shown(all, (restriction, ask), &|version| {
            read::shows(inner, version, restriction)
        })
    })
}

fn each(
    connection: &Connection,
    rid: i64,
    mut take: impl FnMut(&rusqlite::Row<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let text = "SELECT version,updated,method,body FROM resource WHERE r=?1 \
                UNION ALL SELECT version,updated,method,body FROM history WHERE r=?1 ORDER BY version DESC";
    let mut statement = connection
        .prepare_cached(text)
        .map_err(|e| store_error(&e))?;
    let mut rows = statement.query([rid]).map_err(|e| store_error(&e))?;
    while let Some(row) = rows.next().map_err(|e| store_error(&e))? {
        take(row)?;
    }
    Ok(())
}
