//! Searches on whose outcome a unit rests, asked again where nothing can come in between.

use std::collections::BTreeSet;

use cresset_access::{Access, Verb};
use cresset_store::layout::Rid;
use cresset_store::plan::{Ask, Types};
use cresset_store::visibility::given;
use cresset_store::{Error, Expectation};

use super::apply::Applier;
use super::memory::WriterTerms;
use crate::fault::store_error;
use crate::lookups::{Names, Snapshot};
use crate::store::rows;

/// What a search found.
pub(crate) struct Expected {
    expectation: Expectation,
    access: Access,
}

impl Expected {
    pub(crate) fn new(access: &Access, mut expectation: Expectation) -> Result<Self, Error> {
        expectation.query.sort.clear();
        let access = expectation.access(access);
        given(&access, Verb::Search, expectation.query.resource_type)?;
        Ok(Self {
            expectation,
            access,
        })
    }

    /// Whether it finds the same in the state this unit meets: what was committed before, and the
    /// units before it in the same commit, whose index rows must have been flushed.
    pub(crate) fn is_so(&self, applier: &mut Applier<'_>) -> Result<bool, Error> {
        if applier.index.must_hold(&self.expectation.query).is_err() {
            return Ok(false);
        }
        let found = self.found(applier).map_err(|e| store_error(&e))?;
        let mut terms = WriterTerms {
            connection: applier.connection,
            shared: applier.shared,
            memory: applier.memory,
        };
        let of = self.expectation.query.resource_type;
        let mut expected = Vec::new();
        for seen in &self.expectation.found {
            let known = terms.known(of, &seen.id).map_err(|e| store_error(&e))?;
            let Some(rid) = known else {
                return Ok(false);
            };
            expected.push((rid, seen.version));
        }
        for (rid, version) in &expected {
            let Some(version) = version else { continue };
            let head = applier.head(*rid).map_err(|e| store_error(&e))?;
            if head.is_none_or(|head| head.version != *version) {
                return Ok(false);
            }
        }
        Ok(found == expected.into_iter().map(|(rid, _)| rid.0).collect())
    }

    /// The integers of what is found now; of more than expected, one more.
    fn found(&self, applier: &Applier<'_>) -> rusqlite::Result<BTreeSet<i64>> {
        let query = &self.expectation.query;
        let snapshot = Snapshot {
            connection: applier.connection,
            shared: applier.shared,
            names: Names::Stored,
        };
        let ask = Ask {
            query,
            access: &self.access,
            place: None,
            newest: Rid::ceiling(query.resource_type),
            types: Types::One,
        };
        let mut hits = Vec::new();
        if let Some(plan) = applier.index.planner().search(ask, &snapshot)? {
            let wanted = self.expectation.found.len() + 1;
            for statement in &plan.rows {
                rows(applier.connection, statement, wanted, &mut hits)?;
            }
        }
        Ok(hits.into_iter().map(|hit| hit.rid).collect())
    }
}
