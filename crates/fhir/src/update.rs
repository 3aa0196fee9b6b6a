//! update: a new version under the client's id, or the first one where the instance allows it.

use cresset_access::Verb;
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_rules::Interaction;
use cresset_store::{Change, Version, Written};

use crate::audited::Audited;
use crate::condition::WriteCondition;
use crate::fault::{Fault, Kind};
use crate::prepare::Prepared;
use crate::service::{Service, permit};

/// What an update did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Updated {
    /// There was nothing under this id before.
    Created(Version),
    /// The version that is current now; the same as before when the body was the same.
    Current(Version),
}

impl Service {
    /// Stores `body` under `id`. A body equal to the current version makes no new one.
    ///
    /// # Errors
    /// What [`prepare`](crate::prepare()) refuses; [`Kind::NotFound`] where the instance does not
    /// allow ids chosen by clients; [`Kind::PreconditionFailed`]; [`Kind::Forbidden`].
    pub async fn update(
        &self,
        by: Audited<'_>,
        target: (ResourceType, &ResourceId),
        body: &[u8],
        condition: &WriteCondition,
    ) -> Result<Updated, Fault> {
        let (resource_type, id) = target;
        self.offer(Interaction::Update, resource_type)?;
        permit(by.access, Verb::Update, resource_type)?;
        let prepared = self.prepare(body)?.of_type(resource_type)?;
        same_id(&prepared, id)?;
        let precondition = condition.precondition(self.settings().client_ids);
        let change = Change::Update(id.clone(), prepared.draft, precondition);
        let written = self
            .store()
            .commit_recorded(by.access, vec![change], by.record)
            .await
            .map_err(|error| Fault::of_change(error, resource_type, id))?;
        match written.into_iter().next() {
            Some(Written::Created(version)) => Ok(Updated::Created(version)),
            Some(Written::Updated(version) | Written::Unchanged(version)) => {
                Ok(Updated::Current(version))
            }
            other => Err(Fault::internal(format!(
                "an update was answered with {other:?}"
            ))),
        }
    }
}

/// R4 3.1.0.4: the body must hold the id of the address.
pub(crate) fn same_id(prepared: &Prepared, id: &ResourceId) -> Result<(), Fault> {
    match prepared.id.as_deref() {
        Some(in_body) if in_body == id.as_str() => Ok(()),
        Some(_) => {
            let text = "Logical Id in URL must match logical Id in resource";
            Err(Fault::new(Kind::Invalid, text).at(format!("{}.id", prepared.draft.resource_type)))
        }
        None => {
            let text = "The resource must hold the id of the URL";
            Err(Fault::new(Kind::Required, text).at(format!("{}.id", prepared.draft.resource_type)))
        }
    }
}
