//! delete: a deletion is a version too; deleting what is not there changes nothing.

use cresset_access::Verb;
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_rules::Interaction;
use cresset_store::{Change, Error, Refusal, Version, Written};

use crate::audited::Audited;
use crate::condition::WriteCondition;
use crate::fault::Fault;
use crate::service::{Service, permit};

/// What a delete did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deletion {
    /// This version says that the resource is deleted.
    Deleted(Version),
    /// There was nothing under this id.
    Nothing,
    /// There is nothing under this id that the caller may see; nothing was committed.
    Unseen,
}

impl Service {
    /// Deletes a resource; that there was nothing to delete is success as well.
    ///
    /// # Errors
    /// [`Kind::PreconditionFailed`](crate::Kind::PreconditionFailed),
    /// [`Kind::Forbidden`](crate::Kind::Forbidden).
    pub async fn delete(
        &self,
        by: Audited<'_>,
        resource_type: ResourceType,
        id: &ResourceId,
        condition: &WriteCondition,
    ) -> Result<Deletion, Fault> {
        self.offer(Interaction::Delete, resource_type)?;
        permit(by.access, Verb::Delete, resource_type)?;
        let change = Change::Delete(resource_type, id.clone(), condition.precondition(false));
        let committed = self
            .store()
            .commit_recorded(by.access, vec![change], by.record)
            .await;
        let written = match committed {
            Ok(written) => written,
            Err(Error::Refused(_, Refusal::Absent | Refusal::Deleted)) => {
                return Ok(Deletion::Unseen);
            }
            Err(error) => return Err(Fault::of_change(error, resource_type, id)),
        };
        match written.into_iter().next() {
            Some(Written::Deleted(version)) => Ok(Deletion::Deleted(version)),
            Some(Written::NothingToDelete) => Ok(Deletion::Nothing),
            other => Err(Fault::internal(format!(
                "a delete was answered with {other:?}"
            ))),
        }
    }
}
