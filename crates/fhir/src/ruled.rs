//! A body on its way through the rule set of the instance.
//!
//! Where the set has something to do for the type, the body is admitted, checked against R4 and the
//! set's profile, shaped, and checked once more as it will be stored. What shaping begins from is
//! read under the caller's own access, but for what the searches of a rule find: they see the whole
//! record, and what follows from a write is written whatever the caller may (ADR 0032). An update is
//! stored on condition that the version it was shaped from is still the current one.

use cresset_access::Access;
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_model::{Tree, Value};
use cresset_rules::{Absent, Around, Before, Interaction, TypeRules};

pub(crate) use consequences::{Consequences, about, failed_after};
use cresset_store::{Found, Precondition, Refusal as Refused, Version};
pub(crate) use renewal::{Renewal, Renewed};
pub(crate) use searched::Searched;
pub(crate) use target::{Target, Within};
use target::{addressed, together};

mod consequences;
mod faults;
mod reach;
mod renewal;
mod searched;
mod target;

use crate::condition::WriteCondition;
use crate::fault::{Fault, Kind};
use crate::instant;
use crate::patch::names_versions;
use crate::prepare::{self, Prepared};
use crate::read::present;
use crate::service::Service;
use crate::update::same_id;
use faults::Faults;

/// A body as the rule set has it.
pub(crate) struct Ruled {
    /// What is stored.
    pub(crate) prepared: Prepared,
    /// The version an update was shaped from.
    pub(crate) basis: Option<Version>,
    /// What follows from it.
    pub(crate) follows: Consequences,
    /// By which a create finds the resource it renews.
    pub(crate) renews: Option<Renewal>,
    /// What was shaped, where the rules look at others of its kind.
    pub(crate) shaped: Option<Value>,
    /// What the set says of an update of what is not there; `None` leaves it to the instance.
    absent: Option<Absent>,
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
            return self.unruled(access, target, tree).await;
        };
        let mut body = Value::of(tree.root());
        rules.behaviour.admitted(&mut body);
        let mut faults = Faults::default();
        let bytes = written(&body);
        let sent = prepare::parse(&bytes, self.limits())?;
        faults.take(self.accepted(access, &sent, target.interaction).await);
        if target.interaction == Interaction::Update {
            faults.take(self.own_id(tree, resource_type, target.id));
        }
        // What is wrong with the body is told before what it is about.
        let basis = faults.before(self.basis(access, target, rules).await)?;
        let mut follows = Consequences::default();
        let mut versions = faults.before(self.wanted(access, rules, &body).await)?;
        let known = faults.before(self.bodies_of(&versions))?;
        let current = basis.as_ref().map(|version| self.value(version));
        let current = faults.before(current.transpose())?;
        let alone = Seen {
            current: current.as_ref(),
            known: &known,
            found: &[],
        };
        // Before more is looked up than the caller may see, and once more when the body has its shape.
        let by = (rules, target);
        self.reaches(access, by, &body, || self.shaped_alone(&body, by, alone))?;
        let looked_up = self.looked_up(by, (&body, &known), &mut follows);
        let (looked_up, found) = faults.before(looked_up.await)?;
        versions.extend(looked_up);
        let around = Seen {
            found: &found,
            ..alone
        };
        let bodies = self.shaped(&mut body, by, around, faults)?;
        self.reaches(access, by, &body, || body.clone())?;
        let known = (bodies.as_slice(), versions.as_slice());
        self.followed(access, known, &mut follows).await?;
        if !current.as_ref().is_some_and(|current| same(current, &body)) {
            self.traced(access, (&body, target.id), basis.is_none(), &mut follows)
                .await?;
        }
        Ok(Ruled {
            follows,
            prepared: self.judged_last(access, (&sent, &bytes), &body).await?,
            basis,
            shaped: rules
                .behaviour
                .is_looked_at
                .then(|| named(&body, target.id)),
            renews: match target.interaction {
                Interaction::Create => Renewal::of(resource_type, rules, body),
                _ => None,
            },
            absent: Some(rules.behaviour.absent),
        })
    }

    /// A body of a type the rule set says nothing about.
    async fn unruled(
        &self,
        access: &Access,
        target: Target<'_>,
        tree: &Tree,
    ) -> Result<Ruled, Fault> {
        Ok(Ruled {
            prepared: together(addressed(tree, target), self.checked(access, tree).await)?,
            basis: None,
            follows: Consequences::default(),
            renews: None,
            shaped: None,
            absent: None,
        })
    }

    /// What is stored of a shaped body. Where shaping changed nothing and nothing more is asked, it is what
    /// was judged already.
    async fn judged_last(
        &self,
        access: &Access,
        (sent, bytes): (&Tree, &[u8]),
        body: &Value,
    ) -> Result<Prepared, Fault> {
        let shaped = written(body);
        if shaped == bytes && self.profiles_for(sent).is_empty() {
            return prepare::drafted(sent, self.own(), Vec::new());
        }
        let shaped = prepare::parse(&shaped, self.limits())?;
        self.checked(access, &shaped).await
    }

    /// What the searches of the rules find, each once, with its body.
    async fn looked_up(
        &self,
        (rules, target): (&TypeRules, Target<'_>),
        (body, known): (&Value, &[Value]),
        follows: &mut Consequences,
    ) -> Result<(Vec<Version>, Vec<Value>), Fault> {
        let Within { beside, searched } = target.within;
        let finds = (rules.behaviour.finds)(body);
        let mut versions = self.found(finds, searched, follows).await?;
        let mut bodies = self.bodies_of(&versions)?;
        let before = Before {
            known,
            found: &bodies,
            beside,
        };
        let more = (rules.behaviour.finds_more)(body, before);
        for version in self.found(more, searched, follows).await? {
            if !versions.contains(&version) {
                bodies.push(self.value(&version)?);
                versions.push(version);
            }
        }
        Ok((versions, bodies))
    }

    /// Shapes a body, unless something is wrong with it; gives what follows from it.
    fn shaped(
        &self,
        body: &mut Value,
        (rules, target): (&TypeRules, Target<'_>),
        seen: Seen<'_>,
        mut faults: Faults,
    ) -> Result<Vec<Value>, Fault> {
        let resource_type = target.resource_type;
        self.surrounded(target, seen, |around| {
            faults.add((rules.behaviour.check)(body, around));
            faults.none()?;
            (rules.behaviour.shape)(body, around);
            let own = &self.settings().base_url;
            let address = format!("{own}/{resource_type}/{}", target.id);
            rules.behaviour.addressed(body, &address);
            Ok((rules.behaviour.consequences)(body, around))
        })
    }

    /// A body in its shape, as far as that rests on no search.
    fn shaped_alone(
        &self,
        body: &Value,
        (rules, target): (&TypeRules, Target<'_>),
        alone: Seen<'_>,
    ) -> Value {
        let mut body = body.clone();
        self.surrounded(target, alone, |around| {
            (rules.behaviour.shape)(&mut body, around);
        });
        body
    }

    fn surrounded<T>(
        &self,
        target: Target<'_>,
        seen: Seen<'_>,
        then: impl FnOnce(&Around<'_>) -> T,
    ) -> T {
        let new_id = || {
            self.new_id()
                .map_or_else(|_| String::new(), |id| id.to_string())
        };
        then(&Around {
            interaction: target.interaction,
            id: target.id.as_str(),
            now: &instant::text(self.now()),
            current: seen.current,
            known: seen.known,
            found: seen.found,
            beside: target.within.beside,
            new_id: &new_id,
        })
    }

    /// The body must hold the id of the address; that it holds none is told as of any element.
    fn own_id(&self, tree: &Tree, of: ResourceType, id: &ResourceId) -> Result<(), Fault> {
        if tree.id().is_none() {
            let missing = Fault::new(Kind::Required, format!("{of} must have 'id'"));
            return Err(self.worded(missing.at(format!("{of}.id"))));
        }
        same_id(tree.id(), of, id)
    }

    /// A body as the rule set takes it in, before anything is asked of it.
    pub(crate) fn admitted(&self, tree: Tree) -> Result<Tree, Fault> {
        let of = tree.resource_type().and_then(ResourceType::parse);
        let Some(rules) = of.and_then(|of| self.rules().of_type(of)) else {
            return Ok(tree);
        };
        let mut body = Value::of(tree.root());
        rules.behaviour.admitted(&mut body);
        self.planted(&body)
    }

    /// The version an update begins from.
    async fn basis(
        &self,
        access: &Access,
        target: Target<'_>,
        rules: &TypeRules,
    ) -> Result<Option<Version>, Fault> {
        if target.interaction != Interaction::Update {
            return Ok(None);
        }
        let (resource_type, id) = (target.resource_type, target.id);
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
    ) -> Result<Vec<Version>, Fault> {
        let mut known = Vec::new();
        for reference in (rules.behaviour.wants)(body) {
            let Some((resource_type, id)) = local(&reference, self.own()) else {
                continue;
            };
            match self.store().read(access, resource_type, &id).await {
                Ok(Found::Version(version)) => known.push(version),
                Ok(_) | Err(cresset_store::Error::Forbidden(..)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(known)
    }

    fn bodies_of(&self, versions: &[Version]) -> Result<Vec<Value>, Fault> {
        versions.iter().map(|version| self.value(version)).collect()
    }

    pub(crate) fn value(&self, version: &Version) -> Result<Value, Fault> {
        let tree = prepare::parse(&version.body, self.limits())?;
        Ok(Value::of(tree.root()))
    }

    pub(crate) fn planted(&self, body: &Value) -> Result<Tree, Fault> {
        prepare::parse(&written(body), self.limits())
    }
}

fn written(body: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    body.write(&mut bytes);
    bytes
}

/// What shaping begins from.
#[derive(Clone, Copy)]
struct Seen<'a> {
    current: Option<&'a Value>,
    known: &'a [Value],
    found: &'a [Value],
}

/// A body with the id under which it is stored.
fn named(body: &Value, id: &ResourceId) -> Value {
    let mut body = body.clone();
    body.set("id", Value::String(id.as_str().into()));
    body
}

/// Whether a body is what is stored already, whatever the order of its members.
fn same(current: &Value, body: &Value) -> bool {
    match (current, body) {
        (Value::Object(before), Value::Object(after)) => {
            let counted = |members: &[(Box<str>, Value)]| {
                members.iter().filter(|(name, _)| &**name != "meta").count()
            };
            counted(before) == counted(after)
                && before.iter().all(|(name, value)| {
                    let is_same = |other| same(value, other);
                    &**name == "meta" || body.get(name).is_some_and(is_same)
                })
        }
        (Value::Array(before), Value::Array(after)) => {
            before.len() == after.len() && before.iter().zip(after).all(|(a, b)| same(a, b))
        }
        _ => current == body,
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
