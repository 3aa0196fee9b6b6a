//! What the index of an instance holds at present: which number stands for which parameter, and how far
//! each is.
//!
//! The writer puts another in its place before it commits what a resource defines anew, or no more. So who
//! looks after its snapshot began sees what that snapshot holds, or what comes after it.

use std::sync::Arc;

use cresset_definitions::r4;
use cresset_search::{Building, Query, Unindexed};
use cresset_store::Error;
use cresset_store::backend::defining::Definitions;
use cresset_store::layout::Encoder;
use cresset_store::plan::Planner;

use crate::shared::Spelling;

/// At one moment.
#[derive(Debug, Clone)]
pub(crate) struct Index {
    pub(crate) encoder: Encoder,
    /// What it can be searched by, and what cannot yet.
    pub(crate) unindexed: Arc<Unindexed>,
    /// Which resources define search parameters.
    pub(crate) definitions: Arc<Definitions>,
}

impl Index {
    pub(crate) fn planner(&self) -> Planner<'_> {
        Planner {
            definitions: r4(),
            encoder: &self.encoder,
            dialect: &Spelling,
        }
    }

    /// The same with these parameters not indexed yet.
    pub(crate) fn building(&self, building: Vec<Building>) -> Self {
        Self {
            unindexed: Arc::new(self.unindexed.with(building)),
            ..self.clone()
        }
    }

    /// Refuses a query whose answer would lack resources that were not looked at yet.
    pub(crate) fn must_hold(&self, query: &Query) -> Result<(), Error> {
        let building = self.unindexed.of_query(query);
        building.map_or(Ok(()), |building| Err(Error::Unindexed(building.percent)))
    }

    /// Refuses the answer to a query that was planned by this, where by now the instance defines other
    /// parameters and the query asks for such: their rows may have been removed under it.
    pub(crate) fn must_still_be(&self, now: &Self, query: &Query) -> Result<(), Error> {
        let numbers = |index: &Self| index.encoder.parameters.defined().to_vec();
        let asks_for_defined = || Unindexed::NONE.of_query(query).is_some();
        if numbers(self) == numbers(now) || !asks_for_defined() {
            return Ok(());
        }
        Err(Error::Unindexed(0))
    }
}
