//! How many match.

use std::time::Instant;

use cresset_search::Query;
use cresset_store::Error;
use cresset_store::backend::totals::{BOUND, Recall, question};
use cresset_store::plan::SearchPlan;
use deadpool_postgres::Transaction;

use super::search::{Asked, limited};
use crate::lookups::number;
use crate::row::get;
use crate::shared::Shared;

/// Counts the matches of a planned search; `live` are the resources of its type.
pub(super) async fn count(
    shared: &Shared,
    snapshot: &Transaction<'_>,
    (asked, query): (&Asked, &Query),
    plan: &SearchPlan,
    (generation, live): (u64, u64),
) -> Result<u64, Error> {
    let Some(count) = &plan.count else {
        return Ok(live);
    };
    let key = question(query, &asked.access);
    let recalled = shared.totals.recall(&key, query, generation);
    if let Recall::Exact(total) = recalled {
        return Ok(total);
    }
    if let Recall::Broad(total) = recalled {
        asked.must_have_time(snapshot).await?;
        let text = format!("{}${}) s", count.size.text, count.size.args.len() + 1);
        let most = usize::try_from(BOUND + 1).unwrap_or(usize::MAX);
        let rows = limited(snapshot, &text, &count.size, most).await?;
        let size: i64 = rows.first().map_or(Ok(0), |row| get(row, 0))?;
        if u64::try_from(size).unwrap_or_default() > BOUND {
            return Ok(total);
        }
    }
    asked.must_have_time(snapshot).await?;
    let began = Instant::now();
    let total = u64::try_from(number(snapshot, &count.all).await?).unwrap_or_default();
    shared.totals.keep(key, total, generation, began);
    Ok(total)
}
