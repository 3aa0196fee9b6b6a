//! How many match.
//!
//! A count is exact up to [`BOUND`] matches. Above it, the last exact count of the same question is
//! given again while it is fresh enough, so that a broad search costs the same whatever the
//! instance holds; `_total=accurate` always counts all.

use std::time::{Duration, Instant};

use cresset_access::{Access, Verb};
use cresset_search::{Query, Total};
use cresset_store::Error;
use cresset_store::plan::{Arg, SearchPlan, Statement};
use quick_cache::sync::Cache;
use rusqlite::Connection;

use super::Inner;
use crate::fault::store_error;
use crate::lookups::Bound;

/// Matches counted exactly for every page that asks for no more than an estimate.
const BOUND: u64 = 2_000;
/// How long a count above the bound may be given again while the instance changes: this many times
/// as long as counting took, so that counting stays a small part of the work whatever its cost.
const FRESH_FACTOR: u32 = 500;
/// The least of that time.
const FRESH_MIN: Duration = Duration::from_secs(2);
/// Questions whose counts are remembered.
const REMEMBERED: usize = 512;

/// Counts of earlier searches.
pub(crate) struct Totals {
    known: Cache<String, Known>,
}

#[derive(Clone, Copy)]
struct Known {
    total: u64,
    generation: u64,
    counted: Instant,
    fresh: Duration,
}

impl Default for Totals {
    fn default() -> Self {
        Self {
            known: Cache::new(REMEMBERED),
        }
    }
}

/// The state of the instance a search sees.
pub(super) struct State {
    pub(super) generation: u64,
    /// Live resources of the type.
    pub(super) live: u64,
}

/// Counts the matches of a planned search.
pub(super) fn count(
    inner: &Inner,
    connection: &Connection,
    (query, access): (&Query, &Access),
    plan: &SearchPlan,
    state: &State,
) -> Result<u64, Error> {
    let Some(count) = &plan.count else {
        return Ok(state.live);
    };
    let key = question(query, access);
    let known = inner.totals.known.get(&key);
    if let Some(known) = known.filter(|known| known.generation == state.generation) {
        return Ok(known.total);
    }
    let run = |statement: &Statement, limit: Option<Arg>| {
        let closing = if limit.is_some() { "?)" } else { "" };
        let mut prepared = connection.prepare_cached(&format!("{}{closing}", statement.text))?;
        let args = rusqlite::params_from_iter(statement.args.iter().chain(&limit).map(Bound));
        prepared.query_row(args, |row| row.get::<_, u64>(0))
    };
    if let Some(known) = known.filter(|known| known.total > BOUND && query.total == Total::Estimate)
        && known.counted.elapsed() < known.fresh
    {
        let limit = i64::try_from(BOUND + 1).unwrap_or(i64::MAX);
        let size = run(&count.size, Some(Arg::Int(limit))).map_err(|e| store_error(&e))?;
        if size > BOUND {
            return Ok(known.total);
        }
    }
    let began = Instant::now();
    let total = run(&count.all, None).map_err(|e| store_error(&e))?;
    let counted = Instant::now();
    let fresh = counted
        .duration_since(began)
        .saturating_mul(FRESH_FACTOR)
        .max(FRESH_MIN);
    let now = Known {
        total,
        generation: state.generation,
        counted,
        fresh,
    };
    inner.totals.known.insert(key, now);
    Ok(total)
}

/// The question behind a search, whatever its page size and order, with what the caller may see of
/// every type it touches.
fn question(query: &Query, access: &Access) -> String {
    use std::fmt::Write;

    let mut types = vec![query.resource_type];
    for criterion in &query.criteria {
        criterion.hops(&mut |hops| types.extend(hops.iter().map(|hop| hop.resource_type)));
    }
    types.sort_unstable();
    types.dedup();
    let mut key = format!("{:?}/{:?}", query.resource_type, query.criteria);
    for of in types {
        let seen = access.restriction(Verb::Search, of);
        // Writing to a String cannot fail.
        let _ = write!(key, "/{seen:?}");
    }
    key
}
