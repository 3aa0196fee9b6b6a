//! How a search is answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cresset_store::plan::{Arg, Planner, Statement};
use cresset_store::{Error, Explanation};
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use super::Inner;
use super::search::{Asked, hits, planned};
use crate::fault::store_error;
use crate::lookups::Bound;
use crate::shared::{Counting, VISITED};

/// Plans and runs a search once, counting each candidate that is looked at.
pub(super) fn explained(
    inner: &Inner,
    connection: &Connection,
    asked: &Asked,
) -> Result<Explanation, Error> {
    let visited = Arc::new(AtomicU64::new(0));
    let counter = visited.clone();
    let count = move |_: &rusqlite::functions::Context<'_>| {
        counter.fetch_add(1, Ordering::Relaxed);
        Ok(true)
    };
    // It is not said to give the same each time, so that it is called for each row.
    connection
        .create_scalar_function(VISITED, 1, FunctionFlags::SQLITE_UTF8, count)
        .map_err(|e| store_error(&e))?;
    let planner = Planner {
        dialect: &Counting,
        ..asked.index.planner()
    };
    let generation = inner.shared.generation();
    crate::readers::snapshot(connection, || {
        let began = Instant::now();
        let found = planned(inner, connection, (asked, generation), &planner)?;
        let planning_us = micros(began.elapsed());
        visited.store(0, Ordering::Relaxed);
        let began = Instant::now();
        let wanted = asked.wanted();
        let hits = match wanted {
            0 => Vec::new(),
            _ => hits(connection, &planner, &found.plans, wanted)?,
        };
        let finding_us = micros(began.elapsed());
        let mut database = Vec::new();
        for statement in found.plans.iter().flat_map(|plan| &plan.rows) {
            database.extend(query_plan(connection, statement).map_err(|e| store_error(&e))?);
        }
        let outlines = found.plans.iter().map(|plan| planner.outline(plan));
        Ok(Explanation {
            plans: outlines.collect(),
            rows_visited: visited.load(Ordering::Relaxed),
            matches: hits.len().min(wanted),
            total: found.walk.total,
            planning_us,
            finding_us,
            database,
        })
    })
}

fn query_plan(connection: &Connection, statement: &Statement) -> rusqlite::Result<Vec<String>> {
    let mut prepared = connection.prepare(&format!("EXPLAIN QUERY PLAN {}?", statement.text))?;
    let limit = Arg::Int(1);
    let args = rusqlite::params_from_iter(statement.args.iter().chain([&limit]).map(Bound));
    let lines = prepared.query_map(args, |row| row.get(3))?;
    lines.collect()
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
