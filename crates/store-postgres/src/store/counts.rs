//! Resources per type.

use cresset_access::{Access, Restriction, Verb};
use cresset_definitions::ResourceType;
use cresset_search::{Query, Summary, Total};
use cresset_store::Error;

use super::search::{Asked, Pulse, within};
use crate::shared::Shared;
use crate::snapshot::{begin, connection};

/// What a caller may see of each type, types without any left out.
pub(super) async fn visible(
    shared: &Shared,
    access: &Access,
) -> Result<Vec<(ResourceType, u64)>, Error> {
    let mut connection = connection(shared).await?;
    let snapshot = begin(&mut connection).await?;
    let types: Vec<ResourceType> = ResourceType::all().collect();
    let pulse = Pulse::take(&snapshot, &types).await?;
    let mut counts = Vec::new();
    for of in types {
        let live = pulse.tally(of).live;
        let count = match access.restriction(Verb::Search, of) {
            Restriction::Only(_) if live > 0 => {
                let asked = Asked::new(&[whole(of)], access, None)?;
                let page = within(shared, &snapshot, &asked).await?;
                page.total.unwrap_or_default()
            }
            Restriction::Everything => live,
            Restriction::Nothing | Restriction::Only(_) => 0,
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
