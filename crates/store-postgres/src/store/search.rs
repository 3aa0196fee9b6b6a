//! One page of a search.

use std::collections::HashMap;
use std::sync::Arc;

use cresset_access::Access;
use cresset_definitions::ResourceType;
use cresset_search::{Query, Summary, Total};
use cresset_store::backend::pace::search_time;
use cresset_store::layout::Rid;
use cresset_store::plan::page::Hit;
use cresset_store::plan::{Arg, Ask, Place, SearchPlan, Statement, Types, WalkFacts};
use cresset_store::{Cursor, Error, SearchPage, Version};
use deadpool_postgres::Transaction;
use futures_util::future::try_join;
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use super::included::Included;
use super::{included, totals};
use crate::catalog::Catalog;
use crate::deadline::Deadline;
use crate::fault::store_error;
use crate::indexing::Indexing;
use crate::lookups::Answers;
use crate::row::{self, get};
use crate::shared::{Shared, stored_type};
use crate::snapshot::{begin, connection, query};
use crate::value::Bound;

/// A search and who asks.
pub(super) struct Asked {
    /// One for each type, in order of their codes.
    pub(super) queries: Vec<Query>,
    pub(super) access: Access,
    place: Option<Place>,
    /// When it must end, where that is before the request does.
    deadline: Option<Arc<Deadline>>,
}

impl Asked {
    pub(super) fn new(
        queries: &[Query],
        access: &Access,
        at: Option<&Cursor>,
    ) -> Result<Self, Error> {
        Ok(Self {
            queries: queries.to_vec(),
            access: access.clone(),
            place: at.map(Place::read).transpose()?,
            deadline: None,
        })
    }

    /// The same within the time of a search, which begins now.
    pub(super) fn limited(self, shared: &Shared) -> Self {
        let time = search_time(&shared.limits, &self.access);
        Self {
            deadline: Some(Arc::new(Deadline::after(time))),
            ..self
        }
    }

    /// Tells the server how long the first statements may take.
    pub(super) async fn begin(&self, snapshot: &Transaction<'_>) -> Result<(), Error> {
        match &self.deadline {
            Some(deadline) => deadline.begin(snapshot).await,
            None => Ok(()),
        }
    }

    /// Refuses to go on when it must have ended, and bounds the next statement.
    pub(super) async fn must_have_time(&self, snapshot: &Transaction<'_>) -> Result<(), Error> {
        match &self.deadline {
            Some(deadline) => deadline.hold(snapshot).await,
            None => Ok(()),
        }
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

/// The state of an instance a snapshot sees.
pub(super) struct Pulse {
    /// Another after each commit.
    pub(super) generation: u64,
    pub(super) catalog: i64,
    indexing: i64,
    tallies: HashMap<i16, Tally>,
}

/// Rows and live resources of a type.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    newest: i64,
    pub(super) live: u64,
}

impl Pulse {
    pub(super) async fn take(
        snapshot: &Transaction<'_>,
        types: &[ResourceType],
    ) -> Result<Self, Error> {
        let types: Vec<i16> = types.iter().map(|of| stored_type(*of)).collect();
        let text = "SELECT w.generation,w.catalog,w.indexing,t.type,t.next-1,t.live \
                    FROM writer w LEFT JOIN tally t ON t.type=ANY($1)";
        let rows = query(snapshot, text, &[&types]).await;
        let mut pulse = Self {
            generation: 0,
            catalog: 0,
            indexing: 0,
            tallies: HashMap::new(),
        };
        for row in &rows.map_err(|e| store_error(&e))? {
            pulse.generation = u64::try_from(get::<i64>(row, 0)?).unwrap_or_default();
            pulse.catalog = get(row, 1)?;
            pulse.indexing = get(row, 2)?;
            if let Some(of) = get::<Option<i16>>(row, 3)? {
                let tally = Tally {
                    newest: get(row, 4)?,
                    live: u64::try_from(get::<i64>(row, 5)?).unwrap_or_default(),
                };
                pulse.tallies.insert(of, tally);
            }
        }
        Ok(pulse)
    }

    pub(super) fn tally(&self, of: ResourceType) -> Tally {
        let tally = self.tallies.get(&stored_type(of));
        tally.copied().unwrap_or_default()
    }
}

/// Plans and runs a search within one snapshot.
pub(super) async fn page(shared: &Shared, asked: &Asked) -> Result<SearchPage, Error> {
    let mut connection = connection(shared).await?;
    let snapshot = begin(&mut connection).await?;
    // Both in one round trip.
    let within = within(shared, &snapshot, asked);
    let ((), page) = try_join(asked.begin(&snapshot), within).await?;
    Ok(page)
}

/// The same in a snapshot that is there.
pub(super) async fn within(
    shared: &Shared,
    snapshot: &Transaction<'_>,
    asked: &Asked,
) -> Result<SearchPage, Error> {
    let (planned, mut answers) = planning(shared, snapshot, asked).await?;
    let total = planned.walk.total;
    let count = asked.wanted();
    let Some(first) = planned.plans.first().filter(|_| count > 0) else {
        return Ok(SearchPage {
            total,
            ..SearchPage::default()
        });
    };
    let mut bodies = HashMap::new();
    let hits = hits(snapshot, (asked, &planned), &mut bodies).await?;
    let page = first.page(hits, count, &planned.walk);
    let rids: Vec<i64> = page.hits.iter().map(|hit| hit.rid).collect();
    let beside = async {
        let shown = included::with(
            (shared, &planned.indexing),
            snapshot,
            (asked, &mut answers),
            &rids,
        )
        .await?;
        let bodies = bodies_of(shared, snapshot, (asked, &shown)).await?;
        Ok((shown.is_cut, bodies))
    };
    let (is_cut, included) = beside
        .await
        .map_err(|error| planned.indexing.planner().blamed(error, first))?;
    let found = rids
        .iter()
        .filter_map(|rid| bodies.get(rid).map(|row| (*rid, row)));
    let matches = found.map(|(rid, row)| version(shared, rid, row, 0));
    Ok(SearchPage {
        matches: matches.collect::<Result<_, _>>()?,
        included,
        is_cut,
        total,
        next: page.next,
        previous: page.previous,
    })
}

/// Plans a search in a snapshot, and counts its matches where that is asked for.
pub(super) async fn planning<'s>(
    shared: &'s Shared,
    snapshot: &Transaction<'_>,
    asked: &Asked,
) -> Result<(Planned, Answers<'s>), Error> {
    let types: Vec<ResourceType> = asked.queries.iter().map(|q| q.resource_type).collect();
    let pulse = Pulse::take(snapshot, &types).await?;
    let indexing = Indexing::at(shared, snapshot, pulse.indexing).await?;
    for query in &asked.queries {
        indexing.must_hold(query)?;
    }
    let catalog = Catalog::at(shared, snapshot, pulse.catalog).await?;
    let mut answers =
        Answers::new(shared, catalog, pulse.generation).ending(asked.deadline.clone());
    let state = (asked, &pulse, indexing);
    let planned = planned(snapshot, &mut answers, state, shared).await?;
    Ok((planned, answers))
}

/// The plans of the types that can match, in the order in which their rows are walked.
pub(super) struct Planned {
    /// What they were planned by.
    pub(super) indexing: Arc<Indexing>,
    pub(super) plans: Vec<SearchPlan>,
    pub(super) walk: WalkFacts,
}

async fn planned(
    snapshot: &Transaction<'_>,
    answers: &mut Answers<'_>,
    (asked, pulse, indexing): (&Asked, &Pulse, Arc<Indexing>),
    shared: &Shared,
) -> Result<Planned, Error> {
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
        let tally = pulse.tally(query.resource_type);
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
        let plan = |answers: &Answers<'_>| indexing.planner().search(ask, answers);
        let plan = answers.plan(snapshot, plan).await;
        let blamed = |error| indexing.planner().blamed_unplanned(error, query);
        let Some(plan) = plan.map_err(blamed)? else {
            continue;
        };
        if let Some(total) = walk.total.as_mut().filter(|_| counts) {
            let state = (pulse.generation, tally.live);
            let counted = totals::count(shared, snapshot, (asked, query), &plan, state);
            *total += counted
                .await
                .map_err(|error| indexing.planner().blamed(error, &plan))?;
        }
        plans.push(plan);
    }
    if begun.is_some_and(Place::is_backward) {
        plans.reverse();
    }
    Ok(Planned {
        indexing,
        plans,
        walk,
    })
}

/// Up to one more row than the page has, in order, with the rows of their bodies.
async fn hits(
    snapshot: &Transaction<'_>,
    (asked, planned): (&Asked, &Planned),
    bodies: &mut HashMap<i64, Row>,
) -> Result<Vec<Hit>, Error> {
    let Planned {
        indexing, plans, ..
    } = planned;
    let count = asked.wanted();
    let enough = count.saturating_add(1);
    let mut hits = Vec::with_capacity(count.min(128) + 1);
    for plan in plans {
        let before = hits.len();
        let taken = if plan.is_by_type() { before } else { 0 };
        for statement in &plan.rows {
            let wanted = enough.saturating_sub(taken + (hits.len() - before));
            if wanted > 0 {
                let rows = async {
                    asked.must_have_time(snapshot).await?;
                    rows(snapshot, statement, wanted, bodies).await
                };
                let mut rows = rows
                    .await
                    .map_err(|error| indexing.planner().blamed(error, plan))?;
                // The bodies were joined to them in any order.
                plan.merge(&mut rows);
                hits.append(&mut rows);
            }
        }
    }
    if let [first, _, ..] = plans.as_slice() {
        first.merge(&mut hits);
        hits.truncate(enough);
    }
    Ok(hits)
}

/// Up to so many rows of a statement, and their bodies, in any order.
async fn rows(
    snapshot: &Transaction<'_>,
    statement: &Statement,
    wanted: usize,
    bodies: &mut HashMap<i64, Row>,
) -> Result<Vec<Hit>, Error> {
    let text = format!(
        "SELECT b.version,b.updated,b.method,b.body,q.* FROM ({}${}) q JOIN resource b ON b.r=q.r",
        statement.text,
        statement.args.len() + 1
    );
    let mut hits = Vec::new();
    for row in limited(snapshot, &text, statement, wanted).await? {
        let rid: i64 = get(&row, 4)?;
        let keys = (5..row.len()).map(|at| key(&row, at));
        hits.push(Hit {
            rid,
            keys: keys.collect::<Result<_, _>>()?,
        });
        bodies.insert(rid, row);
    }
    Ok(hits)
}

/// The rows of a text around a statement, whose last argument says how many.
pub(crate) async fn limited(
    snapshot: &Transaction<'_>,
    text: &str,
    statement: &Statement,
    wanted: usize,
) -> Result<Vec<Row>, Error> {
    let limit = Arg::Int(i64::try_from(wanted).unwrap_or(i64::MAX));
    let args: Vec<Bound<'_>> = statement.args.iter().chain([&limit]).map(Bound).collect();
    let args: Vec<&(dyn ToSql + Sync)> = args.iter().map(|arg| arg as _).collect();
    let rows = query(snapshot, text, &args).await;
    rows.map_err(|e| store_error(&e))
}

fn key(row: &Row, at: usize) -> Result<Arg, Error> {
    let is_text = row
        .columns()
        .get(at)
        .is_some_and(|column| *column.type_() == Type::TEXT);
    let key = if is_text {
        get::<Option<String>>(row, at)?.map(Arg::Text)
    } else {
        get::<Option<i64>>(row, at)?.map(Arg::Int)
    };
    Ok(key.unwrap_or(Arg::Null))
}

fn version(shared: &Shared, rid: i64, row: &Row, at: usize) -> Result<Version, Error> {
    let of = Rid(rid).resource_type();
    let of = of.ok_or_else(|| Error::failed("an index row of no type"))?;
    row::version(row, at, &shared.codec, (of, None))
}

async fn bodies_of(
    shared: &Shared,
    snapshot: &Transaction<'_>,
    (asked, shown): (&Asked, &Included),
) -> Result<Vec<Version>, Error> {
    if shown.rids.is_empty() {
        return Ok(Vec::new());
    }
    asked.must_have_time(snapshot).await?;
    let text = "SELECT r,version,updated,method,body FROM resource WHERE r=ANY($1) ORDER BY r";
    let rows = query(snapshot, text, &[&shown.rids]).await;
    let rows = rows.map_err(|e| store_error(&e))?;
    rows.iter()
        .map(|row| version(shared, get(row, 0)?, row, 1))
        .collect()
}
