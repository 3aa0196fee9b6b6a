//! What is left to do on an index, whatever keeps it.

use cresset_base::Limits;
use cresset_definitions::{ResourceType, r4};
use cresset_model::{Bounds, Tree, parse};
use cresset_search::{Building, Defined, IndexRow, Unindexed, extract};

use crate::layout::Rid;
use crate::store::{Error, Method, Version};

/// Rows that are removed for each resource that would be indexed: removing a row costs about as
/// much less than indexing a resource.
pub const ROWS_EACH: usize = 16;

/// Most steps that a part of the job takes for the expressions of an instance: about half a second.
const PART_STEPS_MAX: u64 = 2_000_000;

/// How many resources of a type are looked at in one part, at most.
pub fn part_max(defined: &Defined, of: ResourceType, limits: &Limits) -> usize {
    let most = PART_STEPS_MAX / defined.steps_max(of).max(1);
    let most = usize::try_from(most).unwrap_or(usize::MAX).max(1);
    limits.reindex_part_max.min(most)
}

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

/// How an instance reads bodies.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// The search parameters it defines.
    pub defined: &'a Defined,
    /// Its base URLs, without a slash at the end.
    pub bases: &'a [String],
    /// The bounds of a body.
    pub limits: &'a Limits,
}

impl Reading<'_> {
    /// A stored body.
    ///
    /// # Errors
    /// [`Error::Failed`] when it cannot be read any more.
    pub fn tree(&self, body: &[u8]) -> Result<Tree, Error> {
        parse(body, Bounds::from(self.limits))
            .map_err(|_| Error::failed("a stored body does not parse"))
    }

    /// What a resource leaves in the index.
    pub fn rows<'t>(&'t self, tree: &'t Tree) -> Vec<IndexRow<'t>> {
        let mut rows = extract(tree, self.bases);
        rows.extend(self.defined.extract(tree, self.bases));
        rows
    }

    /// What a stored version leaves in the index; `None` for a deletion.
    ///
    /// # Errors
    /// As [`Reading::tree`].
    pub fn rows_of(&self, version: &Version) -> Result<Option<Vec<IndexRow<'static>>>, Error> {
        if version.method == Method::Delete {
            return Ok(None);
        }
        let tree = self.tree(&version.body)?;
        let rows = self.rows(&tree).into_iter().map(IndexRow::into_owned);
        Ok(Some(rows.collect()))
    }
}
