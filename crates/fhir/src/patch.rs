//! patch: a change described by what differs (R4 3.1.0.6), in three dialects.
//!
//! A patch is applied to the version that is read, and stored on condition that this version is
//! still the current one; where the caller set no condition of its own and somebody else was
//! faster, it is applied again to the newer version.

mod budget;
mod equal;
mod fhirpath;
mod json;
mod merge;
mod pointer;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cresset_access::{Access, Verb};
use cresset_base::{Limits, ResourceId};
use cresset_definitions::ResourceType;
use cresset_model::{Element, Tree, Value};
use cresset_rules::Interaction;
use cresset_store::{AuditRecord, Change, Error, Refusal, Unit, Version, Written};

use crate::audited::Audited;
use crate::condition::{Tags, WriteCondition};
use crate::criteria::Criteria;
use crate::fault::{Fault, Kind};
use crate::prepare;
use crate::read::present;
use crate::service::{Service, permit};
use crate::update::same_id;

/// How a patch is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// JSON Patch (RFC 6902).
    Json,
    /// JSON Merge Patch (RFC 7396).
    Merge,
    /// FHIRPath Patch, a Parameters resource.
    FhirPath,
}

/// A patch that was understood and not yet applied.
#[derive(Debug, Clone)]
pub struct Patch(Kinds);

#[derive(Debug, Clone)]
enum Kinds {
    Json(Vec<json::Operation>),
    Merge(Value),
    FhirPath(Vec<fhirpath::Operation>),
}

impl Patch {
    /// Reads a patch.
    ///
    /// # Errors
    /// [`Kind::Structure`], [`Kind::Required`] or [`Kind::Value`] for what is no patch of this
    /// dialect, naming the operation; [`Kind::TooLong`].
    pub fn parse(dialect: Dialect, body: &[u8], limits: &Limits) -> Result<Self, Fault> {
        let tree = prepare::parse(body, limits)?;
        Self::of(dialect, &tree, limits)
    }

    /// As [`Patch::parse`], of a body that was parsed.
    ///
    /// # Errors
    /// Those of [`Patch::parse`].
    pub fn of(dialect: Dialect, tree: &Tree, limits: &Limits) -> Result<Self, Fault> {
        let root = tree.root();
        Ok(Self(match dialect {
            Dialect::Json => Kinds::Json(json::parse(root, limits)?),
            Dialect::FhirPath => Kinds::FhirPath(fhirpath::parse(root, limits)?),
            Dialect::Merge => {
                let patch = Value::of(root);
                if !matches!(patch, Value::Object(_)) {
                    let text = "A JSON Merge Patch of a resource is a JSON object";
                    return Err(Fault::new(Kind::Structure, text));
                }
                Kinds::Merge(patch)
            }
        }))
    }

    /// The patch that an entry of a Bundle holds: a Binary with a JSON Patch or JSON Merge Patch as its
    /// data, or Parameters (R4 3.1.0.11.1).
    ///
    /// # Errors
    /// Those of [`Patch::parse`]; [`Kind::Value`] when the Binary holds something else.
    pub fn of_resource(resource: Element<'_>, limits: &Limits) -> Result<Self, Fault> {
        let text = |name: &str| resource.get(name).and_then(Element::as_str);
        if text("resourceType") != Some("Binary") {
            return Self::of(Dialect::FhirPath, &resource.to_tree(), limits);
        }
        let dialect = match text("contentType") {
            Some("application/json-patch+json") => Dialect::Json,
            Some("application/merge-patch+json") => Dialect::Merge,
            _ => {
                let text = "The Binary of a patch must be application/json-patch+json or application/merge-patch+json";
                return Err(Fault::new(Kind::Value, text).at("Binary.contentType"));
            }
        };
        let data = STANDARD.decode(text("data").unwrap_or_default());
        let data = data.map_err(|_| {
            Fault::new(Kind::Value, "The data of the Binary must be base64").at("Binary.data")
        })?;
        Self::parse(dialect, &data, limits)
    }

    /// The resource as the patch makes it; not yet checked to be a good one.
    ///
    /// # Errors
    /// [`Kind::BusinessRule`] for the first operation that cannot be applied, naming it.
    pub fn apply(&self, resource: &Tree, limits: &Limits) -> Result<Tree, Fault> {
        let mut document = Value::of(resource.root());
        match &self.0 {
            Kinds::Json(operations) => json::apply(operations, &mut document, limits)?,
            Kinds::Merge(patch) => merge::merge(&mut document, patch),
            Kinds::FhirPath(operations) => fhirpath::apply(operations, &mut document, limits)?,
        }
        let mut bytes = Vec::new();
        document.write(&mut bytes);
        prepare::parse(&bytes, limits)
    }

    /// Whether it tells its author something of what the resource holds.
    fn asks(&self) -> bool {
        match &self.0 {
            Kinds::Json(operations) => json::asks(operations),
            Kinds::Merge(_) => false,
            // A path may hold a condition, and whether it finds a place tells what is there.
            Kinds::FhirPath(_) => true,
        }
    }
}

/// What a patch did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patched {
    /// The version that is current now; the same as before when the patch changed nothing.
    pub version: Version,
    /// Whether the caller may see it: who may update but not read is told no more than that it is done.
    pub may_see: bool,
}

impl Service {
    /// Applies a patch to the current version.
    ///
    /// # Errors
    /// [`Kind::NotFound`], [`Kind::Deleted`]; [`Kind::BusinessRule`] for an operation that cannot be
    /// applied; what [`prepare`](crate::prepare::prepare_tree) refuses of the result;
    /// [`Kind::PreconditionFailed`]; [`Kind::Forbidden`].
    pub async fn patch(
        &self,
        by: Audited<'_>,
        target: (ResourceType, &ResourceId),
        patch: &Patch,
        condition: &WriteCondition,
    ) -> Result<Patched, Fault> {
        let (resource_type, id) = target;
        self.offer(Interaction::Patch, resource_type)?;
        permit(by.access, Verb::Update, resource_type)?;
        for _ in 0..self.limits().write_attempts_max {
            let change = self
                .patched(by.access, target, patch, (condition, None))
                .await?;
            let unit = Unit {
                changes: vec![change],
                record: Some(by.record.clone()),
                ..Unit::default()
            };
            match self.store().commit_unit(by.access, unit).await {
                Err(Error::Refused(_, Refusal::PreconditionFailed))
                    if !names_versions(condition) => {}
                Err(error) => return Err(Fault::of_change(error, resource_type, id)),
                Ok(written) => return patched(written, may_see(by.access, resource_type)),
            }
        }
        Err(outrun())
    }

    /// Applies a patch to the one resource the criteria find (conditional patch).
    ///
    /// # Errors
    /// As [`Service::patch`]; [`Kind::NotFound`] when the criteria find nothing,
    /// [`Kind::PreconditionFailed`] when they find several.
    pub async fn patch_matching(
        &self,
        by: Audited<'_>,
        criteria: &Criteria,
        patch: &Patch,
        condition: &WriteCondition,
    ) -> Result<Patched, Fault> {
        let resource_type = criteria.resource_type;
        self.offer(Interaction::Patch, resource_type)?;
        permit(by.access, Verb::Update, resource_type)?;
        for _ in 0..self.limits().write_attempts_max {
            let found = self.matching(by.access, criteria, 1).await?;
            let id = found.at_most_one()?.map(|version| version.id.clone());
            let id = id.ok_or_else(nothing_found)?;
            let target = (resource_type, &id);
            let change = self
                .patched(by.access, target, patch, (condition, None))
                .await?;
            let unit = Unit {
                changes: vec![change],
                expectations: vec![found.expectation],
                record: Some(AuditRecord {
                    id: Some(id.clone()),
                    ..by.record.clone()
                }),
                ..Unit::default()
            };
            match self.store().commit_unit(by.access, unit).await {
                Err(Error::Outdated) => {}
                Err(Error::Refused(_, Refusal::PreconditionFailed))
                    if !names_versions(condition) => {}
                Err(error) => return Err(Fault::of_change(error, resource_type, &id)),
                Ok(written) => return patched(written, may_see(by.access, resource_type)),
            }
        }
        Err(outrun())
    }

    /// The change that a patch of the current version amounts to, on condition that this version is
    /// still the current one. `rewrite` changes the result before it is checked.
    pub(crate) async fn patched(
        &self,
        access: &Access,
        (resource_type, id): (ResourceType, &ResourceId),
        patch: &Patch,
        (condition, rewrite): (&WriteCondition, Option<Rewrite<'_>>),
    ) -> Result<Change, Fault> {
        if patch.asks() && !may_see(access, resource_type) {
            let text = "Authorization failed: 'test' and paths of FHIRPath ask what the resource holds, which takes the right to read it";
            return Err(Fault::new(Kind::Forbidden, text));
        }
        let found = self.store().basis(access, resource_type, id).await?;
        let basis = present(found, resource_type, id)?;
        if !condition.admits(&basis) {
            return Err(Fault::refused(Refusal::PreconditionFailed, None));
        }
        let resource = prepare::parse(&basis.body, self.limits())?;
        let mut tree = patch.apply(&resource, self.limits())?;
        if let Some(rewrite) = rewrite {
            rewrite(&mut tree)?;
        }
        let prepared = self.checked(access, &tree).await?.of_type(resource_type)?;
        same_id(prepared.id.as_deref(), resource_type, id)?;
        let mut precondition = condition.precondition(false);
        precondition.if_match = Some(vec![basis.version]);
        Ok(Change::Update(id.clone(), prepared.draft, precondition))
    }
}

/// Changes a patched resource before it is checked.
pub(crate) type Rewrite<'r> = &'r (dyn Fn(&mut Tree) -> Result<(), Fault> + Sync);

/// The criteria of a conditional patch find nothing.
pub(crate) fn nothing_found() -> Fault {
    Fault::new(Kind::NotFound, "The criteria find no resource to patch")
}

/// Whether the caller itself said which version it means, so that no newer one may stand for it.
pub(crate) fn names_versions(condition: &WriteCondition) -> bool {
    matches!(condition.if_match, Some(Tags::Versions(_))) || condition.if_unmodified_since.is_some()
}

/// Whether what may be updated may also be read.
pub(crate) fn may_see(access: &Access, resource_type: ResourceType) -> bool {
    let read = access.restriction(Verb::Read, resource_type);
    read.covers(&access.restriction(Verb::Update, resource_type))
}

fn patched(written: Vec<Written>, may_see: bool) -> Result<Patched, Fault> {
    match written.into_iter().next() {
        Some(Written::Updated(version) | Written::Unchanged(version)) => {
            Ok(Patched { version, may_see })
        }
        other => Err(Fault::internal(format!(
            "a patch was answered with {other:?}"
        ))),
    }
}

/// Others kept changing what this change begins from.
pub(crate) fn outrun() -> Fault {
    let text = "Others kept changing the resource while this change was worked out; try again";
    Fault::new(Kind::Transient, text)
}

/// A patch that cannot be applied (RFC 5789 §2.2: 422).
fn refused(code: &'static str, text: impl Into<String>) -> Fault {
    Fault::coded(Kind::BusinessRule, code, text)
}

fn too_many(max: usize) -> Fault {
    Fault::new(
        Kind::TooLong,
        format!("A patch holds at most {max} operations"),
    )
}

/// The same fault, naming the operation, counted from 1.
fn blame(at: usize, shown: &str, mut fault: Fault) -> Fault {
    for issue in &mut fault.issues {
        let name = if shown.is_empty() {
            String::new()
        } else {
            format!(" ({shown})")
        };
        issue.text = format!("Operation {}{name}: {}", at + 1, issue.text);
    }
    fault
}
