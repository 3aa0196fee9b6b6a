//! All versions of one resource, newest first.

use std::collections::HashMap;

use cresset_access::Restriction;
use cresset_base::{ResourceId, Timestamp};
use cresset_definitions::ResourceType;
use cresset_store::plan::Lookups;
use cresset_store::store::{HistoryAsk, Method};
use cresset_store::{Cursor, Error, HistoryPage, Version};
use rusqlite::Connection;

use super::{Inner, read};
use crate::fault::store_error;
use crate::instant;
use crate::lookups::Snapshot;
use crate::row;

/// One page. Under a restriction the resource must be visible as it is now (or was before it was
/// deleted), and each version must be visible by its own content.
pub(super) fn page(
    inner: &Inner,
    connection: &Connection,
    (of, id): (ResourceType, &ResourceId),
    (restriction, ask): (&Restriction, &HistoryAsk),
) -> Result<Option<HistoryPage>, Error> {
    let before = ask.at.as_ref().map_or(Ok(i64::MAX), before)?;
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
        let replaced = replaced(&all);
        let Some(seen) = visible(inner, all, restriction)? else {
            return Ok(None);
        };
        let since_ms = ask.since.map_or(i64::MIN, instant::millis);
        let seen: Vec<Version> = seen
            .into_iter()
            .filter(|v| instant::millis(v.last_updated) >= since_ms)
            .filter(|v| was_current(v, &replaced, ask.during))
            .collect();
        let total = Some(seen.len() as u64);
        let count = usize::try_from(ask.count).unwrap_or(usize::MAX);
        let mut rest = seen
            .into_iter()
            .filter(|v| i64::try_from(v.version).is_ok_and(|n| n < before));
        let versions: Vec<Version> = rest.by_ref().take(count).collect();
        let next = versions
            .last()
            .filter(|_| rest.next().is_some())
            .map(|last| Cursor(last.version.to_le_bytes().to_vec()));
        Ok(Some(HistoryPage {
            versions,
            total,
            next,
        }))
    })
}

/// When each version was replaced by the next; all but the newest.
fn replaced(all: &[Version]) -> HashMap<u64, Timestamp> {
    let newer = all.iter().zip(all.iter().skip(1));
    newer
        .map(|(newer, version)| (version.version, newer.last_updated))
        .collect()
}

/// Whether a version was current at some time between two instants; a deletion counts only where it
/// happened.
fn was_current(
    version: &Version,
    replaced: &HashMap<u64, Timestamp>,
    during: Option<(Timestamp, Timestamp)>,
) -> bool {
    let Some((start, end)) = during else {
        return true;
    };
    let reaches = match version.method {
        Method::Delete => version.last_updated >= start,
        Method::Create | Method::Update => replaced
            .get(&version.version)
            .is_none_or(|until| *until > start),
    };
    version.last_updated <= end && reaches
}

fn before(cursor: &Cursor) -> Result<i64, Error> {
    let bytes = <[u8; 8]>::try_from(cursor.0.as_slice()).map_err(|_| Error::BadCursor)?;
    Ok(i64::from_le_bytes(bytes))
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

/// The versions a caller may see, newest first; `None` when the resource is not theirs to see. A
/// deletion is seen by whoever saw what was deleted.
fn visible(
    inner: &Inner,
    all: Vec<Version>,
    restriction: &Restriction,
) -> Result<Option<Vec<Version>>, Error> {
    let mut seen = Vec::with_capacity(all.len());
    let mut shown_before = false;
    for version in all.into_iter().rev() {
        let shown = if version.method == Method::Delete {
            shown_before || *restriction == Restriction::Everything
        } else {
            read::shows(inner, &version, restriction)?
        };
        shown_before = shown;
        if shown {
            seen.push(version);
        }
    }
    seen.reverse();
    // The newest version decides whether the resource is theirs at all.
    Ok((shown_before && !seen.is_empty()).then_some(seen))
}
