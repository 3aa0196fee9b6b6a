//! What is left to do on an index, whatever keeps it.

use cresset_base::Limits;
use cresset_definitions::{ResourceType, r4};
use cresset_model::{Bounds, parse};
use cresset_search::{Building, IndexRow, Unindexed, extract};

use crate::layout::Rid;
use crate::store::{Error, Method, Version};

/// Rows that are removed for each resource that would be indexed: removing a row costs about as
/// much less than indexing a resource.
pub const ROWS_EACH: usize = 16;

/// The types whose index is being built.
pub fn types_of(unindexed: &Unindexed) -> Vec<ResourceType> {
    let building = unindexed.building().iter();
    let mut types: Vec<ResourceType> = building.filter_map(|b| type_of(*b)).collect();
    types.sort_unstable();
    types.dedup();
    types
}

/// The type a parameter belongs to.
pub fn type_of(building: Building) -> Option<ResourceType> {
    let parameter = r4().search_parameter_at(building.parameter)?;
    Some(parameter.resource_type)
}

/// How much of a type is done with its last resource that was looked at, of so many; never all.
pub fn percent(last: Rid, of: i64) -> u8 {
    let percent = last.sequence().saturating_mul(100) / of.max(1);
    u8::try_from(percent).unwrap_or(99).min(99)
}

/// What a stored version leaves in the index; `None` for a deletion.
///
/// # Errors
/// [`Error::Failed`] when it cannot be read any more.
pub fn rows_of(
    version: &Version,
    bases: &[String],
    limits: &Limits,
) -> Result<Option<Vec<IndexRow<'static>>>, Error> {
    if version.method == Method::Delete {
        return Ok(None);
    }
    let tree = parse(&version.body, Bounds::from(limits))
        .map_err(|_| Error::failed("a stored body does not parse"))?;
    let rows = extract(&tree, bases);
    Ok(Some(rows.into_iter().map(IndexRow::into_owned).collect()))
}
