//! Reading one resource.

use cresset_access::Restriction;
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_store::layout::Rid;
use cresset_store::plan::Lookups;
use cresset_store::store::Method;
use cresset_store::visibility;
use cresset_store::{Error, Found, Version};
use rusqlite::{Connection, OptionalExtension};

use super::Inner;
use crate::fault::store_error;
use crate::identity::StoredId;
use crate::lookups::{Bound, Names, Snapshot};
use crate::row;

/// The current version.
pub(super) fn current(
    inner: &Inner,
    connection: &Connection,
    (of, id): (ResourceType, &ResourceId),
    restriction: &Restriction,
) -> Result<Found, Error> {
    if *restriction == Restriction::Everything {
        return unrestricted(inner, connection, of, id);
    }
    crate::readers::snapshot(connection, || {
        let snapshot = Snapshot {
            connection,
            shared: &inner.shared,
            names: Names::Remembered,
        };
        let Some(rid) = snapshot.rid(of, id).map_err(|e| store_error(&e))? else {
            return Ok(Found::Absent);
        };
        if is_visible(inner, connection, rid, restriction)? {
            return unrestricted(inner, connection, of, id);
        }
        match unrestricted(inner, connection, of, id)? {
            Found::Deleted(tombstone)
                if was_visible(inner, connection, rid, &tombstone, restriction)? =>
            {
                Ok(Found::Deleted(tombstone))
            }
            _ => Ok(Found::Absent),
        }
    })
}

fn unrestricted(
    inner: &Inner,
    connection: &Connection,
    of: ResourceType,
    id: &ResourceId,
) -> Result<Found, Error> {
    let ticket = inner.shared.current.ticket();
    let mut statement = connection
        .prepare_cached(
            "SELECT k.version,k.updated,k.method,k.body,k.r FROM identity i JOIN resource k ON k.r=i.r \
             WHERE i.type=? AND i.id=?",
        )
        .map_err(|e| store_error(&e))?;
    let mut rows = statement
        .query((of.code(), StoredId::of(id)))
        .map_err(|e| store_error(&e))?;
    match rows.next().map_err(|e| store_error(&e))? {
        Some(row) => {
            let (rid, number) = row::key(row, 4)?;
            if let Some(version) = inner.shared.current.version(rid, number) {
                return Ok(found(version));
            }
            let version = row::version(row, &inner.shared.codec, of, Some(id))?;
            inner.shared.current.keep(rid, &version, ticket);
            Ok(found(version))
        }
        None => Ok(Found::Absent),
    }
}

fn found(version: Version) -> Found {
    if version.method == Method::Delete {
        Found::Deleted(version)
    } else {
        Found::Version(version)
    }
}

/// Whether a live resource is within the restriction.
pub(super) fn is_visible(
    inner: &Inner,
    connection: &Connection,
    rid: Rid,
    restriction: &Restriction,
) -> Result<bool, Error> {
    let snapshot = Snapshot {
        connection,
        shared: &inner.shared,
        names: Names::Remembered,
    };
    let ask = || {
        let Some(statement) =
            inner
                .shared
                .index()
                .planner()
                .visible(rid, restriction, &snapshot)?
        else {
            return Ok(false);
        };
        let mut prepared = connection.prepare_cached(&statement.text)?;
        prepared.exists(rusqlite::params_from_iter(statement.args.iter().map(Bound)))
    };
    ask().map_err(|e: rusqlite::Error| store_error(&e))
}

/// Whether the version before a deletion was within the restriction.
pub(super) fn was_visible(
    inner: &Inner,
    connection: &Connection,
    rid: Rid,
    tombstone: &Version,
    restriction: &Restriction,
) -> Result<bool, Error> {
    let before = (
        tombstone.resource_type,
        &tombstone.id,
        tombstone.version.saturating_sub(1),
    );
    match earlier(inner, connection, rid, before)? {
        Some(version) => shows(inner, &version, restriction),
        None => Ok(false),
    }
}

/// Whether a version's own content is within the restriction; a deletion shows nothing by itself.
pub(super) fn shows(
    inner: &Inner,
    version: &Version,
    restriction: &Restriction,
) -> Result<bool, Error> {
    let shared = &inner.shared;
    visibility::shows(restriction, version, (&shared.limits, &shared.bases))
}

/// A version that is no longer current.
fn earlier(
    inner: &Inner,
    connection: &Connection,
    rid: Rid,
    (of, id, version): (ResourceType, &ResourceId, u64),
) -> Result<Option<Version>, Error> {
    let text = "SELECT version,updated,method,body FROM history WHERE r=? AND version=?";
    let mut statement = connection
        .prepare_cached(text)
        .map_err(|e| store_error(&e))?;
    let mut rows = statement
        .query((rid.0, version))
        .map_err(|e| store_error(&e))?;
    let row = rows.next().map_err(|e| store_error(&e))?;
    row.map(|row| row::version(row, &inner.shared.codec, of, Some(id)))
        .transpose()
}

/// A named version, current or not.
pub(super) fn version(
    inner: &Inner,
    connection: &Connection,
    (of, id, number): (ResourceType, &ResourceId, u64),
    restriction: &Restriction,
) -> Result<Found, Error> {
    crate::readers::snapshot(connection, || {
        let snapshot = Snapshot {
            connection,
            shared: &inner.shared,
            names: Names::Remembered,
        };
        let Some(rid) = snapshot.rid(of, id).map_err(|e| store_error(&e))? else {
            return Ok(Found::Absent);
        };
        let current = current_number(connection, rid)?;
        if current == Some(number) {
            return current_within(inner, connection, (of, id), rid, restriction);
        }
        // Whoever may not see the resource as it is now may not see what it was.
        if *restriction != Restriction::Everything
            && current_within(inner, connection, (of, id), rid, restriction)? == Found::Absent
        {
            return Ok(Found::Absent);
        }
        match earlier(inner, connection, rid, (of, id, number))? {
            Some(version) if version.method == Method::Delete => {
                let visible = *restriction == Restriction::Everything
                    || was_visible(inner, connection, rid, &version, restriction)?;
                Ok(if visible {
                    Found::Deleted(version)
                } else {
                    Found::Absent
                })
            }
            Some(version) if shows(inner, &version, restriction)? => Ok(Found::Version(version)),
            _ => Ok(Found::Absent),
        }
    })
}

fn current_within(
    inner: &Inner,
    connection: &Connection,
    (of, id): (ResourceType, &ResourceId),
    rid: Rid,
    restriction: &Restriction,
) -> Result<Found, Error> {
    let found = unrestricted(inner, connection, of, id)?;
    let visible = *restriction == Restriction::Everything
        || match &found {
            Found::Version(_) => is_visible(inner, connection, rid, restriction)?,
            Found::Deleted(tombstone) => {
                was_visible(inner, connection, rid, tombstone, restriction)?
            }
            Found::Absent => false,
        };
    Ok(if visible { found } else { Found::Absent })
}

fn current_number(connection: &Connection, rid: Rid) -> Result<Option<u64>, Error> {
    connection
        .prepare_cached("SELECT version FROM resource WHERE r=?")
        .and_then(|mut statement| statement.query_row([rid.0], |row| row.get(0)).optional())
        .map_err(|e| store_error(&e))
}
