//! update: a new version under the client's id, or the first one where the instance allows it.

use cresset_access::{Access, Verb};
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_model::{Tree, Value};
use cresset_rules::Interaction;
use cresset_store::{AuditRecord, Change, Error, Refusal, Unit, Version, Written};

use crate::audited::Audited;
use crate::condition::WriteCondition;
use crate::criteria::Criteria;
use crate::fault::{Fault, Kind};
use crate::patch::{may_see, outrun};
use crate::prepare;
use crate::ruled::{Consequences, Target, Within, failed_after};
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
    /// What [`prepare`](crate::prepare::prepare_tree) refuses; [`Kind::NotFound`] where the instance does not
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
        let goal = Target::existing(resource_type, id);
        for _ in 0..self.limits().write_attempts_max {
            let ruled = self.ruled(by.access, goal, &tree).await?;
            let precondition = ruled.precondition(condition, self.settings().client_ids)?;
            let may_retry = ruled.may_retry(condition);
            let is_seen = ruled.basis.is_none() || may_see(by.access, resource_type);
            let change = Change::Update(id.clone(), ruled.prepared.draft, precondition);
            let mut unit = Unit {
                changes: vec![change],
                record: Some(by.record.clone()),
                ..Unit::default()
            };
            ruled.follows.join(&mut unit);
            match self.store().commit_unit(by.access, unit).await {
                Err(Error::Outdated) => {}
                Err(error) if failed_after(1, &error) => {}
                Err(Error::Refused(_, Refusal::PreconditionFailed)) if may_retry => {}
                Err(error) => return Err(Fault::of_change(error, resource_type, id)),
                Ok(written) => return updated(written, is_seen),
            }
        }
        Err(outrun())
    }

    /// Stores `body` as the one resource the criteria find, or as a new one where they find none
    /// (conditional update, R4 3.1.0.4.3).
    ///
    /// # Errors
    /// As [`Service::update`]; [`Kind::PreconditionFailed`] when the criteria find several,
    /// [`Kind::Invalid`] when the body holds another id than the resource found.
    pub async fn update_matching(
        &self,
        by: Audited<'_>,
        criteria: &Criteria,
        body: &[u8],
        condition: &WriteCondition,
    ) -> Result<Updated, Fault> {
        let resource_type = criteria.resource_type;
        self.offer(Interaction::Update, resource_type)?;
        permit(by.access, Verb::Update, resource_type)?;
        let tree = self.parsed(body)?;
        for _ in 0..self.limits().write_attempts_max {
            let found = self.matching(by.access, criteria, 1).await?;
            let found_id = found.at_most_one()?.map(|version| &version.id);
            let put = self.put(resource_type, tree.id(), found_id, condition)?;
            let with = (&tree, condition, Within::default());
            let made = self.made(by.access, &put, resource_type, with).await?;
            let (Put::Existing(id) | Put::New(id)) = put;
            let may_retry = made.may_retry;
            let mut unit = Unit {
                changes: vec![made.change],
                expectations: vec![found.expectation],
                record: Some(AuditRecord {
                    id: Some(id.clone()),
                    ..by.record.clone()
                }),
                ..Unit::default()
            };
            made.follows.join(&mut unit);
            match self.store().commit_unit(by.access, unit).await {
                Err(Error::Outdated) => {}
                Err(error) if failed_after(1, &error) => {}
                Err(Error::Refused(_, Refusal::PreconditionFailed)) if may_retry => {}
                Err(error) => return Err(Fault::of_change(error, resource_type, &id)),
                Ok(written) => return updated(written, may_see(by.access, resource_type)),
            }
        }
        Err(outrun())
    }

    /// The change a conditional update amounts to.
    pub(crate) async fn made(
        &self,
        access: &Access,
        put: &Put,
        resource_type: ResourceType,
        (tree, condition, within): (&Tree, &WriteCondition, Within<'_>),
    ) -> Result<Made, Fault> {
        match put {
            Put::New(id) => {
                self.offer(Interaction::Create, resource_type)?;
                let goal = Target::new(resource_type, id).within(within);
                let ruled = self.ruled(access, goal, tree).await?;
                Ok(Made {
                    change: Change::Create(id.clone(), ruled.prepared.draft),
                    follows: ruled.follows,
                    shaped: ruled.shaped,
                    may_retry: false,
                })
            }
            Put::Existing(id) => {
                let goal = Target::existing(resource_type, id).within(within);
                let ruled = match tree.id() {
                    Some(_) => self.ruled(access, goal, tree).await?,
                    None => self.ruled(access, goal, &self.with_id(tree, id)?).await?,
                };
                let may_retry = ruled.may_retry(condition);
                let precondition = ruled.precondition(condition, false)?;
                let change = Change::Update(id.clone(), ruled.prepared.draft, precondition);
                Ok(Made {
                    change,
                    follows: ruled.follows,
                    shaped: ruled.shaped,
                    may_retry,
                })
            }
        }
    }

    /// A body that leaves its id out, with the id of the resource that is meant.
    fn with_id(&self, tree: &Tree, id: &ResourceId) -> Result<Tree, Fault> {
        let mut body = Value::of(tree.root());
        body.set("id", Value::String(id.as_str().into()));
        let mut bytes = Vec::new();
        body.write(&mut bytes);
        prepare::parse(&bytes, self.limits())
    }

    /// What a conditional update changes that found this resource, or none, with a body that holds
    /// this id, or none.
    pub(crate) fn put(
        &self,
        of: ResourceType,
        own: Option<&str>,
        found: Option<&ResourceId>,
        condition: &WriteCondition,
    ) -> Result<Put, Fault> {
        if let Some(id) = found {
            return match own {
                Some(own) if own != id.as_str() => Err(wrong_id(of)),
                _ => Ok(Put::Existing(id.clone())),
            };
        }
        if condition.if_match.is_some() {
            return Err(Fault::refused(Refusal::PreconditionFailed, None));
        }
        let Some(own) = own else {
            return self.new_id().map(Put::New);
        };
        if !self.settings().client_ids {
            let text = "This practice chooses the ids of new resources; leave the id out";
            return Err(Fault::new(Kind::BusinessRule, text).at(format!("{of}.id")));
        }
        let refused = |invalid: cresset_base::InvalidName| {
            Fault::new(Kind::Value, invalid.to_string()).at(format!("{of}.id"))
        };
        own.parse().map(Put::New).map_err(refused)
    }
}

/// A change as a conditional update makes it.
pub(crate) struct Made {
    pub(crate) change: Change,
    /// What follows from it.
    pub(crate) follows: Consequences,
    /// What was shaped, where the rules look at others of its kind.
    pub(crate) shaped: Option<Value>,
    /// Whether it may be worked out again when the version it begins from is no longer current.
    pub(crate) may_retry: bool,
}

/// What a conditional update changes.
pub(crate) enum Put {
    /// The resource its criteria found.
    Existing(ResourceId),
    /// A new one.
    New(ResourceId),
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
        Some(_) => Err(wrong_id(resource_type)),
        None => {
            let text = "The resource must hold the id of the URL";
            Err(Fault::new(Kind::Required, text).at(format!("{resource_type}.id")))
        }
    }
}

fn wrong_id(of: ResourceType) -> Fault {
    let text = "Logical Id in URL must match logical Id in resource";
    Fault::new(Kind::Invalid, text).at(format!("{of}.id"))
}
