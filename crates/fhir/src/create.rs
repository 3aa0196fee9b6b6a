//! create: a new resource under an id the server chooses.

use cresset_access::Verb;
use cresset_definitions::ResourceType;
use cresset_rules::Interaction;
use cresset_store::{AuditRecord, Change, Version, Written};

use crate::audited::Audited;
use crate::fault::Fault;
use crate::ruled::Target;
use crate::service::{Service, permit};

impl Service {
    /// Stores `body` as a new resource; an id in the body is replaced.
    ///
    /// # Errors
    /// What [`prepare`](crate::prepare()) refuses, and [`Kind::Forbidden`](crate::Kind::Forbidden).
    pub async fn create(
        &self,
        by: Audited<'_>,
        resource_type: ResourceType,
        body: &[u8],
    ) -> Result<Version, Fault> {
        self.offer(Interaction::Create, resource_type)?;
        permit(by.access, Verb::Create, resource_type)?;
        let target = Target {
            interaction: Interaction::Create,
            resource_type,
            id: None,
        };
        let tree = self.parsed(body)?;
        let prepared = self.ruled(by.access, target, &tree).await?.prepared;
        let id = self.new_id()?;
        let change = Change::Create(id.clone(), prepared.draft);
        let record = AuditRecord {
            id: Some(id.clone()),
            ..by.record
        };
        let written = self
            .store()
            .commit_recorded(by.access, vec![change], record)
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
