//! create: a new resource under an id the server chooses.

use cresset_access::{Access, Verb};
use cresset_definitions::ResourceType;
use cresset_store::{Change, Version, Written};

use crate::fault::Fault;
use crate::service::Service;

impl Service {
    /// Stores `body` as a new resource; an id in the body is replaced.
    ///
    /// # Errors
    /// What [`prepare`](crate::prepare()) refuses, and [`Kind::Forbidden`](crate::Kind::Forbidden).
    pub async fn create(
        &self,
        access: &Access,
        resource_type: ResourceType,
        body: &[u8],
    ) -> Result<Version, Fault> {
        self.permit(access, Verb::Create, resource_type)?;
        let prepared = self.prepare(body)?.of_type(resource_type)?;
        let id = self.new_id()?;
        let change = Change::Create(id.clone(), prepared.draft);
        let written = self
            .store()
            .commit(access, vec![change])
            .await
            .map_err(|error| Fault::of_change(error, resource_type, &id))?;
        match written.into_iter().next() {
            Some(Written::Created(version)) => Ok(version),
            other => Err(Fault::internal(format!(
                "a create was answered with {other:?}"
            ))),
        }
    }
}
