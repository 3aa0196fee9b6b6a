//! vread: a named version of one resource.

use cresset_access::Access;
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_rules::Interaction;
use cresset_store::{Found, Version};

use crate::fault::{Fault, Kind};
use crate::service::Service;

impl Service {
    /// Version `version` of a resource, whether current or not.
    ///
    /// # Errors
    /// [`Kind::NotFound`] when there is no such version or it is not visible, [`Kind::Deleted`]
    /// when that version is a deletion.
    pub async fn vread(
        &self,
        access: &Access,
        resource_type: ResourceType,
        id: &ResourceId,
        version: u64,
    ) -> Result<Version, Fault> {
        self.offer(Interaction::Vread, resource_type)?;
        let found = self.store().version(access, resource_type, id, version);
        let found = found.await?;
        if !self
            .is_within_newest_context(access, resource_type, id)
            .await?
        {
            return Err(unknown_version(resource_type, id));
        }
        match found {
            Found::Version(version) if self.is_within_context(access, &version).await? => {
                Ok(version)
            }
            Found::Deleted(_) => Err(Fault::deleted_resource(resource_type, id)),
            Found::Version(_) | Found::Absent => Err(unknown_version(resource_type, id)),
        }
    }
}

/// One sentence for "no such resource" and "no such version", so that neither tells of the other.
pub fn unknown_version(resource_type: ResourceType, id: &ResourceId) -> Fault {
    Fault::new(
        Kind::NotFound,
        format!("Unknown version of {resource_type} resource '{id}'"),
    )
}
