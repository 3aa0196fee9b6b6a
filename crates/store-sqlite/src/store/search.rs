//! One page of a search.

use cresset_access::Access;
use cresset_definitions::ResourceType;
use cresset_search::{Query, Summary, Total};
use cresset_store::layout::Rid;
use cresset_store::plan::page::Hit;
use cresset_store::plan::{Arg, Ask, Place, SearchPlan, Statement};
use cresset_store::{Cursor, Error, SearchPage, Version};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension};

use super::{Inner, included, totals};
use crate::current::Ticket;
use crate::fault::{failed, store_error};
use crate::lookups::{Bound, Snapshot};
use crate::row;

/// A search and who asks.
pub(super) struct Asked {
    pub(super) query: Query,
    pub(super) access: Access,
    place: Option<Place>,
}

impl Asked {
    pub(super) fn new(query: &Query, access: &Access, at: Option<&Cursor>) -> Result<Self, Error> {
        let place = at.map(Place::read).transpose()?;
        Ok(Self {
            query: query.clone(),
            access: access.clone(),
            place,
        })
    }

    fn wants_count(&self) -> bool {
        self.query.total != Total::None
            || self.query.summary == Summary::Count
            || self.query.count == 0
    }
}

/// Rows and live resources of a type in this snapshot.
pub(super) struct Tally {
    newest: i64,
    pub(super) live: u64,
}

pub(super) fn tally(connection: &Connection, of: ResourceType) -> Result<Tally, Error> {
    connection
        .prepare_cached("SELECT next-1,live FROM tally WHERE type=?")
        .and_then(|mut s| {
            s.query_row([of.code()], |row| {
                Ok(Tally {
                    newest: row.get(0)?,
                    live: row.get(1)?,
                })
            })
            .optional()
        })
        .map(|tally| tally.unwrap_or(Tally { newest: 0, live: 0 }))
        .map_err(|e| store_error(&e))
}

/// Plans and runs a search within one snapshot.
pub(super) fn page(
    inner: &Inner,
    connection: &Connection,
    asked: &Asked,
) -> Result<SearchPage, Error> {
    let generation = inner.shared.generation();
    let ticket = inner.shared.current.ticket();
    crate::readers::snapshot(connection, || {
        let of = asked.query.resource_type;
        let tally = tally(connection, of)?;
        let ask = Ask {
            query: &asked.query,
            access: &asked.access,
            place: asked.place.as_ref(),
            newest: Rid::new(of, tally.newest),
        };
        let snapshot = Snapshot {
            connection,
            shared: &inner.shared,
        };
        let plan = inner
            .shared
            .planner()
            .search(ask, &snapshot)
            .map_err(|e| store_error(&e))?;
        let Some(plan) = plan else {
            let total = asked.wants_count().then_some(0);
            return Ok(SearchPage {
                total,
                ..SearchPage::default()
            });
        };
        let total = match plan.total() {
            Some(total) => Some(total),
            None if asked.wants_count() => Some(totals::count(
                inner,
                connection,
                (asked, &plan),
                &totals::State {
                    generation,
                    live: tally.live,
                },
            )?),
            None => None,
        };
        matches(inner, connection, (asked, ticket), (&plan, total))
    })
}

fn matches(
    inner: &Inner,
    connection: &Connection,
    (asked, ticket): (&Asked, Ticket),
    (plan, total): (&SearchPlan, Option<u64>),
) -> Result<SearchPage, Error> {
    let count = usize::try_from(asked.query.count).unwrap_or(usize::MAX);
    if count == 0 || asked.query.summary == Summary::Count {
        return Ok(SearchPage {
            total,
            ..SearchPage::default()
        });
    }
    let mut hits = Vec::with_capacity(count.min(128) + 1);
    for statement in &plan.rows {
        let wanted = count.saturating_add(1).saturating_sub(hits.len());
        if wanted > 0 {
            rows(connection, statement, wanted, &mut hits).map_err(|e| store_error(&e))?;
        }
    }
    let page = plan.page(hits, count, total);
    let rids: Vec<i64> = page.hits.iter().map(|hit| hit.rid).collect();
    let shown = included::with(inner, connection, asked, &rids)?;
    let included = versions(inner, connection, ticket, &shown.rids)?;
    Ok(SearchPage {
        matches: versions(inner, connection, ticket, &rids)?,
        included,
        is_cut: shown.is_cut,
        total,
        next: page.next,
        previous: page.previous,
    })
}

/// Appends up to so many rows of a statement.
pub(crate) fn rows(
    connection: &Connection,
    statement: &Statement,
    wanted: usize,
    hits: &mut Vec<Hit>,
) -> rusqlite::Result<()> {
    let limit = Arg::Int(i64::try_from(wanted).unwrap_or(i64::MAX));
    let mut prepared = connection.prepare_cached(&format!("{}?", statement.text))?;
    let columns = prepared.column_count();
    let mut rows = prepared.query(rusqlite::params_from_iter(
        statement.args.iter().chain([&limit]).map(Bound),
    ))?;
    while let Some(row) = rows.next()? {
        let keys = (1..columns)
            .map(|at| row.get_ref(at).map(key))
            .collect::<rusqlite::Result<Vec<_>>>()?;
        hits.push(Hit {
            rid: row.get(0)?,
            keys,
        });
    }
    Ok(())
}

fn key(value: ValueRef<'_>) -> Arg {
    match value {
        ValueRef::Integer(value) => Arg::Int(value),
        ValueRef::Text(text) => Arg::Text(String::from_utf8_lossy(text).into_owned()),
        _ => Arg::Null,
    }
}

/// The versions of the hits as the snapshot holds them.
fn versions(
    inner: &Inner,
    connection: &Connection,
    ticket: Ticket,
    rids: &[i64],
) -> Result<Vec<Version>, Error> {
    let current = &inner.shared.current;
    let mut kept: Vec<Option<Version>> = rids.iter().map(|rid| current.get(*rid)).collect();
    if !current.still(ticket) {
        kept.fill(None);
    }
    let text = "SELECT version,updated,method,body FROM resource WHERE r=?";
    let mut statement = connection
        .prepare_cached(text)
        .map_err(|e| store_error(&e))?;
    let mut versions = Vec::with_capacity(rids.len());
    for (rid, kept) in rids.iter().zip(kept) {
        if let Some(version) = kept {
            versions.push(version);
            continue;
        }
        let mut rows = statement.query([rid]).map_err(|e| store_error(&e))?;
        let row = rows
            .next()
            .map_err(|e| store_error(&e))?
            .ok_or_else(|| failed("an index row without a resource"))?;
        let version = if let Some(version) = current.version(*rid, row::number(row)?) {
            version
        } else {
            let of = Rid(*rid).resource_type();
            let of = of.ok_or_else(|| failed("an index row of no type"))?;
            row::version(row, &inner.shared.codec, of, None)?
        };
        current.keep(*rid, &version, ticket);
        versions.push(version);
    }
    Ok(versions)
}
