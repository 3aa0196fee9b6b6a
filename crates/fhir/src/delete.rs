//! delete: a deletion is a version too; deleting what is not there changes nothing.

use cresset_access::{Access, Verb};
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_rules::Interaction;
use cresset_store::{AuditRecord, Change, Deletes, Error, Unit, Version, Written};

use crate::audited::Audited;
use crate::condition::WriteCondition;
use crate::criteria::{Criteria, Found, several};
use crate::fault::{Fault, Kind};
use crate::patch::outrun;
use crate::service::{Service, permit};

/// What a delete did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deletion {
    /// This version says that the resource is deleted.
    Deleted(Version),
    /// There was nothing under this id that the caller may delete.
    Nothing,
}

impl Service {
    /// Deletes a resource; that there was nothing to delete is success as well.
    ///
    /// # Errors
    /// [`Kind::PreconditionFailed`],
    /// [`Kind::Forbidden`].
    pub async fn delete(
        &self,
        by: Audited<'_>,
        resource_type: ResourceType,
        id: &ResourceId,
        condition: &WriteCondition,
    ) -> Result<Deletion, Fault> {
        self.offer(Interaction::Delete, resource_type)?;
        permit(by.access, Verb::Delete, resource_type)?;
        self.may_delete()?;
        let change = Change::Delete(resource_type, id.clone(), condition.precondition(false));
        let unit = Unit {
            changes: vec![change],
            record: Some(by.record),
            ..Unit::default()
        };
        let written = self.store().commit_unit(by.access, unit).await;
        let written = written.map_err(|error| Fault::of_change(error, resource_type, id))?;
        match written.into_iter().next() {
            Some(Written::Deleted(version)) => Ok(Deletion::Deleted(version)),
            Some(Written::NothingToDelete) => Ok(Deletion::Nothing),
            other => Err(Fault::internal(format!(
                "a delete was answered with {other:?}"
            ))),
        }
    }

    /// Deletes what the criteria find (conditional delete, R4 3.1.0.7.1); says how many that were.
    ///
    /// # Errors
    /// [`Kind::PreconditionFailed`] when they find several and the instance does not delete several
    /// at once, [`Kind::TooLong`] when they find more than the limits allow;
    /// [`Kind::Forbidden`].
    pub async fn delete_matching(
        &self,
        by: Audited<'_>,
        criteria: &Criteria,
        condition: &WriteCondition,
    ) -> Result<usize, Fault> {
        let resource_type = criteria.resource_type;
        self.offer(Interaction::Delete, resource_type)?;
        permit(by.access, Verb::Delete, resource_type)?;
        for _ in 0..self.limits().write_attempts_max {
            let found = self.deletable(by.access, criteria).await?;
            let delete = |version: &Version| {
                let precondition = condition.precondition(false);
                Change::Delete(resource_type, version.id.clone(), precondition)
            };
            let one = found.at_most_one().ok().flatten();
            let record = AuditRecord {
                id: one.map(|version| version.id.clone()),
                ..by.record.clone()
            };
            let unit = Unit {
                changes: found.versions.iter().map(delete).collect(),
                expectations: vec![found.expectation],
                record: Some(record),
                ..Unit::default()
            };
            let written = match self.store().commit_unit(by.access, unit).await {
                Err(Error::Outdated) => continue,
                other => other?,
            };
            let is_deleted = |written: &&Written| matches!(written, Written::Deleted(_));
            return Ok(written.iter().filter(is_deleted).count());
        }
        Err(outrun())
    }

    /// What a conditional delete may delete.
    pub(crate) async fn deletable(
        &self,
        access: &Access,
        criteria: &Criteria,
    ) -> Result<Found, Fault> {
        self.may_delete()?;
        let most = match self.settings().deletes {
            Deletes::Multiple => self.limits().conditional_deletes_max,
            Deletes::Single | Deletes::Never => 1,
        };
        let found = self.matching(access, criteria, most).await?;
        if found.versions.len() <= most {
            return Ok(found);
        }
        Err(match self.settings().deletes {
            Deletes::Multiple => {
                let text = format!("The criteria find more than {most} resources to delete");
                Fault::coded(Kind::TooLong, "too-costly", text)
            }
            Deletes::Single | Deletes::Never => several(),
        })
    }

    pub(crate) fn may_delete(&self) -> Result<(), Fault> {
        if self.settings().deletes == Deletes::Never {
            let text = "This practice does not let apps delete resources";
            return Err(Fault::new(Kind::NotSupported, text));
        }
        Ok(())
    }
}
