//! read: the current version of one resource.

use cresset_access::Access;
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_rules::Interaction;
use cresset_store::{Found, Version};

use crate::audit_event;
use crate::condition::ReadCondition;
use crate::fault::Fault;
use crate::service::Service;

/// The answer to a read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// Here it is.
    Version(Version),
    /// The caller holds this version already (304).
    NotModified(Version),
}

impl Service {
    /// The current version.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::Kind::NotFound) when it is absent or not visible,
    /// [`Kind::Deleted`](crate::Kind::Deleted) when it was visible and is deleted.
    pub async fn read(
        &self,
        access: &Access,
        resource_type: ResourceType,
        id: &ResourceId,
        condition: &ReadCondition,
    ) -> Result<Read, Fault> {
        self.offer(Interaction::Read, resource_type)?;
        let version = self.shown(access, resource_type, id).await?;
        if condition.is_current(&version) {
            return Ok(Read::NotModified(version));
        }
        Ok(Read::Version(version))
    }

    /// The current version, if the caller may see it.
    ///
    /// # Errors
    /// Those of a read.
    pub(crate) async fn shown(
        &self,
        access: &Access,
        resource_type: ResourceType,
        id: &ResourceId,
    ) -> Result<Version, Fault> {
        if audit_event::is_trail(resource_type) {
            return self.audit_event(access, resource_type, id).await;
        }
        let found = self.store().read(access, resource_type, id).await?;
        let is_theirs = match &found {
            Found::Version(version) => self.is_within_context(access, version).await?,
            // That something was deleted is for those to know who could see it.
            Found::Deleted(_) => {
                self.is_within_newest_context(access, resource_type, id)
                    .await?
            }
            Found::Absent => false,
        };
        if !is_theirs {
            return Err(Fault::unknown_resource(resource_type, id));
        }
        present(found, resource_type, id)
    }
}

/// The version found, or the fault that says why there is none.
pub(crate) fn present(
    found: Found,
    resource_type: ResourceType,
    id: &ResourceId,
) -> Result<Version, Fault> {
    match found {
        Found::Version(version) => Ok(version),
        Found::Deleted(_) => Err(Fault::deleted_resource(resource_type, id)),
        Found::Absent => Err(Fault::unknown_resource(resource_type, id)),
    }
}
