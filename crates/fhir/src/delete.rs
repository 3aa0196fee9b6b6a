//! delete: a deletion is a version too; deleting what is not there changes nothing.

use cresset_access::{Access, Verb};
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_store::{Change, Error, Refusal, Version, Written};

use crate::condition::WriteCondition;
use crate::fault::Fault;
use crate::service::Service;

impl Service {
    /// Deletes a resource; `None` when there was nothing to delete, which is success as well.
    ///
    /// # Errors
    /// [`Kind::PreconditionFailed`](crate::Kind::PreconditionFailed),
    /// [`Kind::Forbidden`](crate::Kind::Forbidden).
    pub async fn delete(
        &self,
        access: &Access,
        resource_type: ResourceType,
        id: &ResourceId,
        condition: &WriteCondition,
    ) -> Result<Option<Version>, Fault> {
        self.permit(access, Verb::Delete, resource_type)?;
        let change = Change::Delete(resource_type, id.clone(), condition.precondition(false));
        let written = match self.store().commit(access, vec![change]).await {
            Ok(written) => written,
            Err(Error::Refused(_, Refusal::Absent | Refusal::Deleted)) => return Ok(None),
            Err(error) => return Err(Fault::of_change(error, resource_type, id)),
        };
        match written.into_iter().next() {
            Some(Written::Deleted(version)) => Ok(Some(version)),
            Some(Written::NothingToDelete) => Ok(None),
            other => Err(Fault::internal(format!(
                "a delete was answered with {other:?}"
            ))),
        }
    }
}
