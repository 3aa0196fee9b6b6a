//! Searches on whose outcome a unit rests, asked again where nothing can come in between.

use std::collections::BTreeSet;

use cresset_access::{Access, Verb};
use cresset_store::layout::Rid;
use cresset_store::plan::{Ask, Types};
use cresset_store::visibility::given;
use cresset_store::{Error, Expectation};
use deadpool_postgres::Transaction;

use super::terms::Registry;
use crate::lookups::Answers;
use crate::row::get;
use crate::shared::Shared;
use crate::store::limited;

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
    /// units before it in the same commit, whose rows must have been written.
    pub(super) async fn is_so(
        &self,
        shared: &Shared,
        transaction: &Transaction<'_>,
        registry: &mut Registry<'_>,
    ) -> Result<bool, Error> {
        let of = self.expectation.query.resource_type;
        if registry
            .indexing()
            .must_hold(&self.expectation.query)
            .is_err()
        {
            return Ok(false);
        }
        for id in &self.expectation.found {
            registry.mention(of, id);
        }
        registry.resolve(transaction).await?;
        let mut expected = BTreeSet::new();
        for id in &self.expectation.found {
            let Some(rid) = registry.known(of, id) else {
                return Ok(false);
            };
            expected.insert(rid.0);
        }
        let found = self.found(shared, transaction, registry).await?;
        Ok(found == expected)
    }

    /// The integers of what is found now; of more than expected, one more.
    async fn found(
        &self,
        shared: &Shared,
        transaction: &Transaction<'_>,
        registry: &Registry<'_>,
    ) -> Result<BTreeSet<i64>, Error> {
        let query = &self.expectation.query;
        let answers = Answers::new(shared, registry.catalog(), registry.generation());
        let ask = Ask {
            query,
            access: &self.access,
            place: None,
            newest: Rid::ceiling(query.resource_type),
            types: Types::One,
        };
        let plan = |answers: &Answers<'_>| shared.planner().search(ask, answers);
        let plan = answers.uncommitted().plan(transaction, plan).await?;
        let wanted = self.expectation.found.len() + 1;
        let mut found = BTreeSet::new();
        for statement in plan.iter().flat_map(|plan| &plan.rows) {
            let text = format!("{}${}", statement.text, statement.args.len() + 1);
            for row in limited(transaction, &text, statement, wanted).await? {
                found.insert(get(&row, 0)?);
            }
        }
        Ok(found)
    }
}
