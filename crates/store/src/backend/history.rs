//! All versions of one resource, newest first.

use std::collections::HashMap;

use cresset_access::Restriction;
use cresset_base::Timestamp;

use super::instant;
use crate::store::{Cursor, Error, HistoryAsk, HistoryPage, Method, Version};

/// Whether a version is within the restriction by its own content.
pub type Shows<'s> = &'s dyn Fn(&Version) -> Result<bool, Error>;

/// One page out of all versions, newest first. Under a restriction the resource must be visible as
/// it is now (or was before it was deleted), and each version must be visible by its own content.
///
/// # Errors
/// [`Error::BadCursor`], and those of `shows`.
pub fn shown(
    all: Vec<Version>,
    (restriction, ask): (&Restriction, &HistoryAsk),
    shows: Shows<'_>,
) -> Result<Option<HistoryPage>, Error> {
    let before = ask.at.as_ref().map_or(Ok(i64::MAX), before)?;
    let replaced = replaced(&all);
    let Some(seen) = visible(all, restriction, shows)? else {
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

/// The versions a caller may see, newest first; `None` when the resource is not theirs to see. A
/// deletion is seen by whoever saw what was deleted.
fn visible(
    all: Vec<Version>,
    restriction: &Restriction,
    shows: Shows<'_>,
) -> Result<Option<Vec<Version>>, Error> {
    let mut seen = Vec::with_capacity(all.len());
    let mut shown_before = false;
    for version in all.into_iter().rev() {
        let is_seen = if version.method == Method::Delete {
            shown_before || *restriction == Restriction::Everything
        } else {
            shows(&version)?
        };
        shown_before = is_seen;
        if is_seen {
            seen.push(version);
        }
    }
    seen.reverse();
    // The newest version decides whether the resource is theirs at all.
    Ok((shown_before && !seen.is_empty()).then_some(seen))
}
