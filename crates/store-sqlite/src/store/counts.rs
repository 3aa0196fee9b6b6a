//! Resources per type.

use cresset_access::{Access, Restriction, Verb};
use cresset_definitions::ResourceType;
use cresset_search::{Query, Summary, Total};
use cresset_store::Error;
use rusqlite::Connection;

use super::Inner;
use super::search::{Asked, page, tally};

/// What a caller may see of each type, types without any left out.
pub(super) fn visible(
    inner: &Inner,
    connection: &Connection,
    access: &Access,
) -> Result<Vec<(ResourceType, u64)>, Error> {
    let mut counts = Vec::new();
    for of in ResourceType::all() {
        let count = match access.restriction(Verb::Search, of) {
            Restriction::Nothing => 0,
            Restriction::Everything => tally(connection, of)?.live,
            Restriction::Only(_) => {
                let asked = Asked::new(&[whole(of)], access, None, inner.shared.index())?;
                page(inner, connection, &asked)?.total.unwrap_or_default()
            }
        };
        if count > 0 {
            counts.push((of, count));
        }
    }
    Ok(counts)
}

fn whole(of: ResourceType) -> Query {
    Query {
        count: 0,
        total: Total::Accurate,
        summary: Summary::Count,
        ..Query::of(of)
    }
}
