//! How many match.

use std::time::Instant;

use cresset_access::Access;
use cresset_search::Query;
use cresset_store::Error;
use cresset_store::backend::totals::{BOUND, Recall, question};
use cresset_store::plan::{Arg, SearchPlan, Statement};
use rusqlite::Connection;

use super::Inner;
use crate::fault::store_error;
use crate::lookups::Bound;

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
    let recalled = inner.totals.recall(&key, query, state.generation);
    if let Recall::Exact(total) = recalled {
        return Ok(total);
    }
    let run = |statement: &Statement, limit: Option<Arg>| {
        let closing = if limit.is_some() { "?) s" } else { "" };
        let mut prepared = connection.prepare_cached(&format!("{}{closing}", statement.text))?;
        let args = rusqlite::params_from_iter(statement.args.iter().chain(&limit).map(Bound));
        prepared.query_row(args, |row| row.get::<_, u64>(0))
    };
    if let Recall::Broad(total) = recalled {
        let limit = i64::try_from(BOUND + 1).unwrap_or(i64::MAX);
        let size = run(&count.size, Some(Arg::Int(limit))).map_err(|e| store_error(&e))?;
        if size > BOUND {
            return Ok(total);
        }
    }
    let began = Instant::now();
    let total = run(&count.all, None).map_err(|e| store_error(&e))?;
    inner.totals.keep(key, total, state.generation, began);
    Ok(total)
}
