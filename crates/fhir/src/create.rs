//! create: a new resource under an id the server chooses, unless one like it is there.

use cresset_access::Verb;
use cresset_definitions::ResourceType;
use cresset_rules::Interaction;
use cresset_store::{AuditRecord, Change, Error, Refusal, Unit, Version, Written};

use crate::audited::Audited;
use crate::criteria::Criteria;
use crate::fault::Fault;
use crate::patch::outrun;
use crate::ruled::{Target, failed_after};
use crate::service::{Service, permit};

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
            let into = &mut unit.expectations;
            let renewed = self.renewed(by.access, ruled.renews.as_ref(), into).await?;
            if let Some(renewed) = &renewed {
                // What is stored may hold the address it is stored at.
                let goal = Target::new(resource_type, &renewed.id);
                ruled = self.ruled(by.access, goal, &tree).await?;
            }
            let draft = ruled.prepared.draft;
            let (id, change) = match renewed {
                Some(renewed) => (renewed.id.clone(), renewed.change(draft)),
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
}
