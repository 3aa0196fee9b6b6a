//! create: a new resource under an id the server chooses, unless one like it is there.

use cresset_access::{Access, Verb};
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_rules::Interaction;
use cresset_store::{AuditRecord, Change, Error, Precondition, Refusal, Unit, Version, Written};

use crate::audited::Audited;
use crate::criteria::Criteria;
use crate::fault::Fault;
use crate::patch::outrun;
use crate::ruled::{Renewal, Target, failed_after};
use crate::service::{Service, permit};

/// Among how many resources the one to be renewed is looked for.
const RENEWED_MAX: usize = 20;

/// What a create did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Creation {
    /// The resource was created.
    Created(Version),
    /// The condition found this one, so nothing was created.
    Existing(Version),
}

impl Service {
    /// Stores `body` as a new resource; an id in the body is replaced. With `if_none_exist` only
    /// when nothing is found that way (conditional create).
    ///
    /// # Errors
    /// What [`prepare`](crate::prepare::prepare_tree) refuses, [`Kind::Forbidden`](crate::Kind::Forbidden), and
    /// [`Kind::PreconditionFailed`](crate::Kind::PreconditionFailed) when the condition finds several.
    pub async fn create(
        &self,
        by: Audited<'_>,
        resource_type: ResourceType,
        body: &[u8],
        if_none_exist: Option<&Criteria>,
    ) -> Result<Creation, Fault> {
        self.offer(Interaction::Create, resource_type)?;
        permit(by.access, Verb::Create, resource_type)?;
        let fresh = self.new_id()?;
        let tree = self.parsed(body)?;
        for _ in 0..self.limits().write_attempts_max {
            let goal = Target::new(resource_type, &fresh);
            let mut ruled = self.ruled(by.access, goal, &tree).await?;
            let mut unit = Unit::default();
            let renewed = self.renewed(by.access, ruled.renews.as_ref(), &mut unit);
            let renewed = renewed.await?;
            if let Some((id, _)) = &renewed {
                // What is stored may hold the address it is stored at.
                let goal = Target::new(resource_type, id);
                ruled = self.ruled(by.access, goal, &tree).await?;
            }
            let draft = ruled.prepared.draft;
            let (id, change) = match renewed {
                Some((id, version)) => {
                    let precondition = Precondition {
                        if_match: Some(vec![version]),
                        ..Precondition::default()
                    };
                    (id.clone(), Change::Update(id, draft, precondition))
                }
                None => (fresh.clone(), Change::Create(fresh.clone(), draft)),
            };
            unit.changes.push(change);
            ruled.follows.join(&mut unit);
            unit.record = Some(AuditRecord {
                id: Some(id.clone()),
                ..by.record.clone()
            });
            if let Some(criteria) = if_none_exist {
                let found = self.matching(by.access, criteria, 1).await?;
                if let Some(version) = found.at_most_one()? {
                    return Ok(Creation::Existing(version.clone()));
                }
                unit.expectations.push(found.expectation);
            }
            let written = match self.store().commit_unit(by.access, unit).await {
                Err(Error::Outdated) => continue,
                Err(error) if failed_after(1, &error) => continue,
                // Only what is renewed has one here.
                Err(Error::Refused(0, Refusal::PreconditionFailed)) => continue,
                other => other.map_err(|error| Fault::of_change(error, resource_type, &id))?,
            };
            return match written.into_iter().next() {
                Some(
                    Written::Created(version)
                    | Written::Updated(version)
                    | Written::Unchanged(version),
                ) => Ok(Creation::Created(version)),
                other => Err(Fault::internal(format!(
                    "a create was answered with {other:?}"
                ))),
            };
        }
        Err(outrun())
    }

    /// The resource, and its version, that a create renews where the rule set has one of a kind, looked for where the
    /// caller may search and update; that it is so is expected of the unit.
    async fn renewed(
        &self,
        access: &Access,
        renewal: Option<&Renewal>,
        unit: &mut Unit,
    ) -> Result<Option<(ResourceId, u64)>, Fault> {
        let may = |of| access.permits(Verb::Search, of) && access.permits(Verb::Update, of);
        let Some(renewal) = renewal.filter(|renewal| may(renewal.criteria.resource_type)) else {
            return Ok(None);
        };
        let found = self
            .matching(access, &renewal.criteria, RENEWED_MAX)
            .await?;
        // Of what was cut off it cannot be told whether it is still so.
        if found.versions.len() <= RENEWED_MAX {
            unit.expectations.push(found.expectation);
        }
        for version in &found.versions {
            if (renewal.is_it)(&self.value(version)?, &renewal.body) {
                return Ok(Some((version.id.clone(), version.version)));
            }
        }
        Ok(None)
    }
}
