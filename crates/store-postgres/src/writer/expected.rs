//! Searches on whose outcome a unit rests, asked again where nothing can come in between.

use std::collections::{BTreeMap, BTreeSet};

use cresset_access::{Access, Verb};
use cresset_store::layout::Rid;
use cresset_store::plan::{Ask, Types};
use cresset_store::visibility::given;
use cresset_store::{Error, Expectation};
use deadpool_postgres::Transaction;

use super::terms::Registry;
use crate::fault::store_error;
use crate::lookups::Answers;
use crate::row::get;
use crate::shared::Shared;
use crate::snapshot::query;
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
        for seen in &self.expectation.found {
            registry.mention(of, &seen.id);
        }
        registry.resolve(transaction).await?;
        let mut expected = BTreeSet::new();
        let mut versions = BTreeMap::new();
        for seen in &self.expectation.found {
            let Some(rid) = registry.known(of, &seen.id) else {
                return Ok(false);
            };
            expected.insert(rid.0);
            versions.extend(seen.version.map(|version| (rid.0, version)));
        }
        let found = self.found(shared, transaction, registry).await?;
        Ok(found == expected && are_current(transaction, &versions).await?)
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
        let planner = registry.indexing().planner();
        let plan = |answers: &Answers<'_>| planner.search(ask, answers);
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

/// Whether these are the current versions of these resources, whose rows must have been written.
async fn are_current(
    transaction: &Transaction<'_>,
    versions: &BTreeMap<i64, u64>,
) -> Result<bool, Error> {
    if versions.is_empty() {
        return Ok(true);
    }
    let rids: Vec<i64> = versions.keys().copied().collect();
    let text = "SELECT r,version FROM resource WHERE r=ANY($1)";
    let rows = query(transaction, text, &[&rids]).await;
    let mut current = BTreeMap::new();
    for row in &rows.map_err(|e| store_error(&e))? {
        let version = u64::try_from(get::<i32>(row, 1)?).unwrap_or_default();
        current.insert(get(row, 0)?, version);
    }
    Ok(current == *versions)
}
