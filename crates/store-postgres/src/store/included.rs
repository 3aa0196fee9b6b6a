//! What is shown with the matches of a page.

use std::collections::HashSet;

use cresset_search::From;
use cresset_store::Error;
use cresset_store::layout::Rid;
use deadpool_postgres::Transaction;

use super::search::{Asked, limited};
use crate::indexing::Indexing;
use crate::lookups::Answers;
use crate::row::get;
use crate::shared::Shared;

/// Resources by their integers, in order.
#[derive(Default)]
pub(super) struct Included {
    pub(super) rids: Vec<i64>,
    /// There were more than the limits allow.
    pub(super) is_cut: bool,
}

/// Follows the includes of a search from its matches, and those that iterate from what they find,
/// until nothing new is found.
pub(super) async fn with(
    (shared, indexing): (&Shared, &Indexing),
    snapshot: &Transaction<'_>,
    (asked, answers): (&Asked, &mut Answers<'_>),
    matches: &[i64],
) -> Result<Included, Error> {
    let includes = asked
        .queries
        .first()
        .map(|query| query.includes.as_slice())
        .unwrap_or_default();
    let most = shared.limits.included_max;
    let mut seen: HashSet<i64> = matches.iter().copied().collect();
    let mut found = Included::default();
    let mut at_hand: Vec<Rid> = matches.iter().copied().map(Rid).collect();
    let mut is_first = true;
    while !includes.is_empty() && !at_hand.is_empty() && !found.is_cut {
        at_hand.sort_unstable();
        let mut new = Vec::new();
        for include in includes {
            if !is_first && include.from == From::Matches {
                continue;
            }
            let follow = |answers: &Answers<'_>| {
                let planner = indexing.planner();
                planner.included(include, &at_hand, &asked.access, answers)
            };
            for statement in answers.plan(snapshot, follow).await? {
                asked.must_have_time(snapshot).await?;
                let text = format!("{}${}", statement.text, statement.args.len() + 1);
                // Those known already may come again.
                let limit = seen.len() + most + 1;
                for row in limited(snapshot, &text, &statement, limit).await? {
                    let rid = get(&row, 0)?;
                    if seen.insert(rid) {
                        new.push(rid);
                    }
                }
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
