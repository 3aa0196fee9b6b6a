//! What is shown with the matches of a page.

use std::collections::HashSet;

use cresset_search::From;
use cresset_store::Error;
use cresset_store::layout::Rid;
use cresset_store::plan::{Arg, Statement};
use rusqlite::Connection;

use super::Inner;
use super::search::Asked;
use crate::fault::store_error;
use crate::lookups::{Bound, Names, Snapshot};

/// Resources by their integers, in order.
#[derive(Default)]
pub(super) struct Included {
    pub(super) rids: Vec<i64>,
    /// There were more than the limits allow.
    pub(super) is_cut: bool,
}

/// Follows the includes of a search from its matches, and those that iterate from what they find,
/// until nothing new is found.
pub(super) fn with(
    inner: &Inner,
    connection: &Connection,
    asked: &Asked,
    matches: &[i64],
) -> Result<Included, Error> {
    let includes = asked
        .queries
        .first()
        .map(|query| query.includes.as_slice())
        .unwrap_or_default();
    if includes.is_empty() {
        return Ok(Included::default());
    }
    let snapshot = Snapshot {
        connection,
        shared: &inner.shared,
        names: Names::Remembered,
    };
    let most = inner.shared.limits.included_max;
    let mut seen: HashSet<i64> = matches.iter().copied().collect();
    let mut found = Included::default();
    let mut at_hand: Vec<Rid> = matches.iter().copied().map(Rid).collect();
    let mut is_first = true;
    while !at_hand.is_empty() && !found.is_cut {
        at_hand.sort_unstable();
        let mut new = Vec::new();
        for include in includes {
            if !is_first && include.from == From::Matches {
                continue;
            }
            let statements = asked
                .index
                .planner()
                .included(include, &at_hand, &asked.access, &snapshot)
                .map_err(|e| store_error(&e))?;
            for statement in statements {
                // Those known already may come again.
                let limit = seen.len() + most + 1;
                let rids = run(connection, &statement, limit).map_err(|e| store_error(&e))?;
                new.extend(rids.into_iter().filter(|rid| seen.insert(*rid)));
            }
        }
        let room = most - found.rids.len();
        found.is_cut = new.len() > room;
        new.truncate(room);
        found.rids.extend(&new);
        at_hand = new.into_iter().map(Rid).collect();
        is_first = false;
    }
    found.rids.sort_unstable();
    Ok(found)
}

fn run(connection: &Connection, statement: &Statement, limit: usize) -> rusqlite::Result<Vec<i64>> {
    let limit = Arg::Int(i64::try_from(limit).unwrap_or(i64::MAX));
    let mut prepared = connection.prepare_cached(&format!("{}?", statement.text))?;
    let args = statement.args.iter().chain([&limit]).map(Bound);
    let rows = prepared.query_map(rusqlite::params_from_iter(args), |row| row.get(0))?;
    rows.collect()
}
