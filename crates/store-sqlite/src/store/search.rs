//! One page of a search.

use std::sync::Arc;

use cresset_access::Access;
use cresset_definitions::ResourceType;
use cresset_search::{Query, Summary, Total};
use cresset_store::layout::Rid;
use cresset_store::plan::page::Hit;
use cresset_store::plan::{Arg, Ask, Place, Planner, SearchPlan, Statement, Types, WalkFacts};
use cresset_store::{Cursor, Error, SearchPage, Version};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension};

use super::{Inner, included, totals};
use crate::current::Ticket;
use crate::fault::{failed, store_error};
use crate::index::Index;
use crate::lookups::{Bound, Names, Snapshot};
use crate::row;

/// A search and who asks.
pub(super) struct Asked {
    /// One for each type, in order of their codes.
    pub(super) queries: Vec<Query>,
    pub(super) access: Access,
    /// What it is planned by.
    pub(super) index: Arc<Index>,
    place: Option<Place>,
}

impl Asked {
    pub(super) fn new(
        queries: &[Query],
        access: &Access,
        at: Option<&Cursor>,
        index: Arc<Index>,
    ) -> Result<Self, Error> {
        let place = at.map(Place::read).transpose()?;
        Ok(Self {
            queries: queries.to_vec(),
            access: access.clone(),
            index,
            place,
        })
    }

    /// Refuses an answer whose rows may have been removed while it was looked for.
    pub(super) fn must_still_be(&self, inner: &Inner) -> Result<(), Error> {
        let now = inner.shared.index();
        if Arc::ptr_eq(&now, &self.index) {
            return Ok(());
        }
        let mut queries = self.queries.iter();
        queries.try_for_each(|query| self.index.must_still_be(&now, query))
    }

    /// What all queries have in common is taken from the first.
    fn wants_count(&self) -> bool {
        self.queries.first().is_some_and(|query| {
            query.total != Total::None || query.summary == Summary::Count || query.count == 0
        })
    }

    /// Matches on the page.
    pub(super) fn wanted(&self) -> usize {
        let shown = self
            .queries
            .first()
            .filter(|query| query.summary != Summary::Count);
        shown.map_or(0, |query| {
            usize::try_from(query.count).unwrap_or(usize::MAX)
        })
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
        let with = asked.index.planner();
        let planned = planned(inner, connection, (asked, generation), &with)?;
        let Some((first, _)) = planned.plans.split_first() else {
            return Ok(SearchPage {
                total: planned.walk.total,
                ..SearchPage::default()
            });
        };
        let count = asked.wanted();
        if count == 0 {
            return Ok(SearchPage {
                total: planned.walk.total,
                ..SearchPage::default()
            });
        }
        let hits = hits(connection, &with, &planned.plans, count)?;
        let page = first.page(hits, count, &planned.walk);
        let rids: Vec<i64> = page.hits.iter().map(|hit| hit.rid).collect();
        let shown = included::with(inner, connection, asked, &rids)?;
        Ok(SearchPage {
            matches: versions(inner, connection, ticket, &rids)?,
            included: versions(inner, connection, ticket, &shown.rids)?,
            is_cut: shown.is_cut,
            total: planned.walk.total,
            next: page.next,
            previous: page.previous,
        })
    })
}

/// The plans of the types that can match, in the order in which their rows are walked.
pub(super) struct Planned {
    pub(super) plans: Vec<SearchPlan>,
    pub(super) walk: WalkFacts,
}

pub(super) fn planned(
    inner: &Inner,
    connection: &Connection,
    (asked, generation): (&Asked, u64),
    planner: &Planner<'_>,
) -> Result<Planned, Error> {
    let snapshot = Snapshot {
        connection,
        shared: &inner.shared,
        names: Names::Remembered,
    };
    let begun = asked.place.as_ref();
    let mut walk = WalkFacts {
        total: begun.and_then(Place::total),
        snapshots: Vec::with_capacity(asked.queries.len()),
    };
    let counts = walk.total.is_none() && asked.wants_count();
    if counts {
        walk.total = Some(0);
    }
    let mut plans = Vec::new();
    for query in &asked.queries {
        let tally = tally(connection, query.resource_type)?;
        let ask = Ask {
            query,
            access: &asked.access,
            place: begun,
            newest: Rid::new(query.resource_type, tally.newest),
            types: if asked.queries.len() == 1 {
                Types::One
            } else {
                Types::Several
            },
        };
        walk.snapshots.push(ask.snapshot());
        let plan = planner.search(ask, &snapshot);
        let blamed = |e| planner.blamed_unplanned(store_error(&e), query);
        let Some(plan) = plan.map_err(blamed)? else {
            continue;
        };
        if let Some(total) = walk.total.as_mut().filter(|_| counts) {
            let live = tally.live;
            let state = totals::State { generation, live };
            let question = (query, &asked.access);
            *total += totals::count(inner, connection, question, &plan, &state)
                .map_err(|error| planner.blamed(error, &plan))?;
        }
        plans.push(plan);
    }
    if begun.is_some_and(Place::is_backward) {
        plans.reverse();
    }
    Ok(Planned { plans, walk })
}

/// Up to one more row than the page has, in order.
pub(super) fn hits(
    connection: &Connection,
    planner: &Planner<'_>,
    plans: &[SearchPlan],
    count: usize,
) -> Result<Vec<Hit>, Error> {
    let enough = count.saturating_add(1);
    let mut hits = Vec::with_capacity(count.min(128) + 1);
    for plan in plans {
        let before = hits.len();
        let taken = if plan.is_by_type() { before } else { 0 };
        for statement in &plan.rows {
            let wanted = enough.saturating_sub(taken + (hits.len() - before));
            if wanted > 0 {
                rows(connection, statement, wanted, &mut hits)
                    .map_err(|e| planner.blamed(store_error(&e), plan))?;
            }
        }
    }
    if let [first, _, ..] = plans {
        first.merge(&mut hits);
        hits.truncate(enough);
    }
    Ok(hits)
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
    if kept.iter().all(Option::is_some) {
        return Ok(kept.into_iter().flatten().collect());
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
