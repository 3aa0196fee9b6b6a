//! A body on its way through the rule set of the instance.
//!
//! Where the set has something to do for the type, the body is admitted, checked against R4 and the
//! set's profile, shaped, and checked once more as it will be stored. What shaping begins from is
//! read under the caller's own access; an update is stored on condition that the version it was
//! shaped from is still the current one.

use cresset_access::Access;
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_model::{Tree, Value};
use cresset_rules::{Absent, Around, Interaction, Refusal, RefusalKind, TypeRules};
use cresset_store::{Found, Precondition, Refusal as Refused, Version};

use crate::condition::WriteCondition;
use crate::criteria::Criteria;
use crate::fault::{Fault, Kind};
use crate::instant;
use crate::patch::names_versions;
use crate::prepare::{self, Prepared};
use crate::read::present;
use crate::service::Service;
use crate::update::same_id;

/// A body as the rule set has it.
pub(crate) struct Ruled {
    /// What is stored.
    pub(crate) prepared: Prepared,
    /// The version an update was shaped from.
    pub(crate) basis: Option<Version>,
    /// By which a create finds the resource it renews.
    pub(crate) renews: Option<Criteria>,
    /// What the set says of an update of what is not there; `None` leaves it to the instance.
    absent: Option<Absent>,
}

/// What is written where.
#[derive(Clone, Copy)]
pub(crate) struct Target<'a> {
    /// Create or update.
    pub(crate) interaction: Interaction,
    /// The type of the address.
    pub(crate) resource_type: ResourceType,
    /// The id of the address.
    pub(crate) id: Option<&'a ResourceId>,
}

impl Ruled {
    /// What must hold for an update to be stored.
    ///
    /// # Errors
    /// [`Kind::PreconditionFailed`] when the caller means another version than the current one.
    pub(crate) fn precondition(
        &self,
        condition: &WriteCondition,
        client_ids: bool,
    ) -> Result<Precondition, Fault> {
        let may_create = match self.absent {
            None => client_ids,
            Some(absent) => absent == Absent::Created,
        };
        let mut precondition = condition.precondition(may_create);
        if let Some(basis) = &self.basis {
            if !condition.admits(basis) {
                return Err(Fault::refused(Refused::PreconditionFailed, None));
            }
            precondition.if_match = Some(vec![basis.version]);
        }
        Ok(precondition)
    }

    /// Whether the change may be worked out again when somebody else was faster: the condition that
    /// failed was ours, not the caller's.
    pub(crate) fn may_retry(&self, condition: &WriteCondition) -> bool {
        self.basis.is_some() && !names_versions(condition)
    }
}

impl Service {
    /// Takes a body through the rule set.
    ///
    /// # Errors
    /// What [`prepare`](crate::prepare::prepare_tree) refuses, what the set's profile or behaviour refuses, and
    /// what reading the version to be updated refuses.
    pub(crate) async fn ruled(
        &self,
        access: &Access,
        target: Target<'_>,
        tree: &Tree,
    ) -> Result<Ruled, Fault> {
        let Target { resource_type, .. } = target;
        let is_of_type = tree.resource_type() == Some(resource_type.name());
        let Some(rules) = self.rules().of_type(resource_type).filter(|_| is_of_type) else {
            return Ok(Ruled {
                prepared: self.checked(tree)?.of_type(resource_type)?,
                basis: None,
                renews: None,
                absent: None,
            });
        };
        let mut body = Value::of(tree.root());
        rules.behaviour.admitted(&mut body);
        self.accepted(&self.planted(&body)?, target.interaction)?;
        let basis = match target.id {
            Some(id) => {
                same_id(tree.id(), resource_type, id)?;
                self.basis(access, (resource_type, id), rules).await?
            }
            None => None,
        };
        let known = self.wanted(access, rules, &body).await?;
        let renews = match target.interaction {
            Interaction::Create => (rules.behaviour.renews)(&body),
            _ => Vec::new(),
        };
        self.shaped(
            &mut body,
            rules,
            target.interaction,
            (basis.as_ref(), &known),
        )?;
        Ok(Ruled {
            prepared: self.checked(&self.planted(&body)?)?,
            basis,
            renews: (!renews.is_empty()).then(|| Criteria::new(resource_type, renews)),
            absent: Some(rules.behaviour.absent),
        })
    }

    /// The version an update begins from.
    async fn basis(
        &self,
        access: &Access,
        (resource_type, id): (ResourceType, &ResourceId),
        rules: &TypeRules,
    ) -> Result<Option<Version>, Fault> {
        let found = self.store().basis(access, resource_type, id).await?;
        match (found, rules.behaviour.absent) {
            (Found::Absent | Found::Deleted(_), Absent::Created) => Ok(None),
            (found, _) => present(found, resource_type, id).map(Some),
        }
    }

    /// Of the resources the rules want to see, those the caller may.
    async fn wanted(
        &self,
        access: &Access,
        rules: &TypeRules,
        body: &Value,
    ) -> Result<Vec<Value>, Fault> {
        let mut known = Vec::new();
        for reference in (rules.behaviour.wants)(body) {
            let Some((resource_type, id)) = local(&reference, self.own()) else {
                continue;
            };
            match self.store().read(access, resource_type, &id).await {
                Ok(Found::Version(version)) => known.push(self.value(&version)?),
                Ok(_) | Err(cresset_store::Error::Forbidden(..)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(known)
    }

    fn shaped(
        &self,
        body: &mut Value,
        rules: &TypeRules,
        interaction: Interaction,
        (basis, known): (Option<&Version>, &[Value]),
    ) -> Result<(), Fault> {
        let current = basis.map(|version| self.value(version)).transpose()?;
        let new_id = || {
            self.new_id()
                .map_or_else(|_| String::new(), |id| id.to_string())
        };
        let around = Around {
            interaction,
            now: &instant::text(self.now()),
            current: current.as_ref(),
            known,
            new_id: &new_id,
        };
        (rules.behaviour.check)(body, &around).map_err(refused)?;
        (rules.behaviour.shape)(body, &around);
        Ok(())
    }

    fn value(&self, version: &Version) -> Result<Value, Fault> {
        let tree = prepare::parse(&version.body, self.limits())?;
        Ok(Value::of(tree.root()))
    }

    fn planted(&self, body: &Value) -> Result<Tree, Fault> {
        let mut bytes = Vec::new();
        body.write(&mut bytes);
        prepare::parse(&bytes, self.limits())
    }
}

/// The resource of this instance a reference points to.
fn local(reference: &str, own: &[String]) -> Option<(ResourceType, ResourceId)> {
    let reference = reference.split('|').next()?;
    let below = own
        .iter()
        .find_map(|base| reference.strip_prefix(base.as_str()));
    let path = below.map_or(reference, |path| path.trim_start_matches('/'));
    let (resource_type, id) = path.split_once('/')?;
    Some((ResourceType::parse(resource_type)?, id.parse().ok()?))
}

fn refused(refusal: Refusal) -> Fault {
    let kind = match refusal.kind {
        RefusalKind::Invalid => Kind::Invalid,
        RefusalKind::BusinessRule => Kind::BusinessRule,
    };
    Fault::new(kind, refusal.text).at(refusal.path)
}
