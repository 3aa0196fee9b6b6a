//! update: a new version under the client's id, or the first one where the instance allows it.

use cresset_access::Verb;
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_rules::Interaction;
use cresset_store::{Change, Error, Refusal, Version, Written};

use crate::audited::Audited;
use crate::condition::WriteCondition;
use crate::fault::{Fault, Kind};
use crate::patch::{may_see, outrun};
use crate::ruled::Target;
use crate::service::{Service, permit};

/// What an update did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Updated {
    /// There was nothing under this id before.
    Created(Version),
    /// The version that is current now; the same as before when the body was the same.
    Current(Version),
    /// The same, of a resource whose body holds more than the caller sent or may see.
    Unseen(Version),
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
        let tree = self.parsed(body)?;
        let goal = Target {
            interaction: Interaction::Update,
            resource_type,
            id: Some(id),
        };
        for _ in 0..self.limits().write_attempts_max {
            let ruled = self.ruled(by.access, goal, &tree).await?;
            let precondition = ruled.precondition(condition, self.settings().client_ids)?;
            let may_retry = ruled.may_retry(condition);
            let is_seen = ruled.basis.is_none() || may_see(by.access, resource_type);
            same_id(ruled.prepared.id.as_deref(), resource_type, id)?;
            let change = Change::Update(id.clone(), ruled.prepared.draft, precondition);
            let committed = self
                .store()
                .commit_recorded(by.access, vec![change], by.record.clone())
                .await;
            match committed {
                Err(Error::Refused(_, Refusal::PreconditionFailed)) if may_retry => {}
                Err(error) => return Err(Fault::of_change(error, resource_type, id)),
                Ok(written) => return updated(written, is_seen),
            }
        }
        Err(outrun())
    }
}

fn updated(written: Vec<Written>, is_seen: bool) -> Result<Updated, Fault> {
    match written.into_iter().next() {
        Some(Written::Created(version)) => Ok(Updated::Created(version)),
        Some(Written::Updated(version) | Written::Unchanged(version)) => Ok(if is_seen {
            Updated::Current(version)
        } else {
            Updated::Unseen(version)
        }),
        other => Err(Fault::internal(format!(
            "an update was answered with {other:?}"
        ))),
    }
}

/// R4 3.1.0.4: the body must hold the id of the address.
pub(crate) fn same_id(
    in_body: Option<&str>,
    resource_type: ResourceType,
    id: &ResourceId,
) -> Result<(), Fault> {
    match in_body {
        Some(in_body) if in_body == id.as_str() => Ok(()),
        Some(_) => {
            let text = "Logical Id in URL must match logical Id in resource";
            Err(Fault::new(Kind::Invalid, text).at(format!("{resource_type}.id")))
        }
        None => {
            let text = "The resource must hold the id of the URL";
            Err(Fault::new(Kind::Required, text).at(format!("{resource_type}.id")))
        }
    }
}
