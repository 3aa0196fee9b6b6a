//! What follows from a write by the rules of the instance: looked up and written as the rules, whatever
//! the caller may (ADR 0032).

use std::collections::{HashMap, HashSet};

use cresset_access::{Access, SystemReason};
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_model::Value;
use cresset_rules::{Find, provenance};
use cresset_search::{Query, Summary};
use cresset_store::{Change, Error, Expectation, Found, Precondition, Seen, Unit, Version};

use super::searched::{Answer, Searched};
use crate::fault::{Fault, Kind};
use crate::instant;
use crate::prepare::Prepared;
use crate::service::Service;

/// The status of what was no more than an error.
const ERROR: &str = "entered-in-error";
/// How many resources a rule looks at.
const FOUND_MAX: usize = 1_000;
/// How many are looked at at once.
const PAGE: u32 = 100;

/// What a unit holds beside the changes a caller asks for.
#[derive(Default)]
pub(crate) struct Consequences {
    /// Without what was undone.
    changes: Vec<Option<Follow>>,
    /// Where those are that have a body.
    places: HashMap<(ResourceType, ResourceId), usize>,
    expectations: Vec<Expectation>,
    /// What the caller's own changes leave a record of.
    traced: HashSet<(ResourceType, ResourceId)>,
}

/// A change that follows, and the Provenance it leaves.
struct Follow {
    change: Change,
    record: Option<Change>,
    /// What is stored, where rules may look at it.
    body: Option<Value>,
}

impl From<Change> for Follow {
    fn from(change: Change) -> Self {
        Self {
            change,
            record: None,
            body: None,
        }
    }
}

impl Follow {
    /// Whether it makes a resource that this leaves an error.
    fn is_undone_by(&self, later: &Self) -> bool {
        let body = later.body.as_ref();
        let status = body.and_then(|body| body.get("status"));
        let is_error = matches!(status, Some(Value::String(status)) if &**status == ERROR);
        is_error && matches!(self.change, Change::Create(..))
    }
}

impl Consequences {
    /// Brings them into the unit of what they follow from; a resource that is changed already is left
    /// as it is.
    pub(crate) fn join(self, unit: &mut Unit) {
        let all = unit.changes.iter().chain(&unit.consequences);
        let mut taken: HashSet<_> = all.map(about).collect();
        for follow in self.changes.into_iter().flatten() {
            if taken.insert(about(&follow.change)) {
                unit.consequences.push(follow.change);
                unit.consequences.extend(follow.record);
            }
        }
        unit.expectations.extend(self.expectations);
    }

    /// Adds those of a later change of the same transaction: what they say of a resource that was made or
    /// changed before goes for it, and what was made before and is an error now is not made at all.
    pub(crate) fn add(&mut self, other: Self) {
        for later in other.changes.into_iter().flatten() {
            let at = self.places.get(&about(&later.change)).copied();
            let slot = at.and_then(|at| self.changes.get_mut(at));
            match slot {
                Some(slot) => match slot.as_mut() {
                    Some(earlier) if !earlier.is_undone_by(&later) => {
                        redraft(&mut earlier.change, later.change);
                        earlier.body = later.body;
                    }
                    _ => *slot = None,
                },
                None => self.push(later),
            }
        }
        for expectation in other.expectations {
            self.expect(expectation);
        }
        self.traced.extend(other.traced);
    }

    /// Takes out what is about resources that the transaction itself changes, and lets it go for those
    /// changes (ADR 0033). A change that left no record so far, as it changed nothing, leaves one now.
    pub(crate) fn amend(
        &mut self,
        before: &Self,
        changes: &mut [Change],
        is_changed: impl Fn(&Change) -> bool,
    ) {
        let mut records = Vec::new();
        for slot in &mut self.changes {
            let follow = slot.take_if(|follow| is_changed(&follow.change));
            let Some(follow) = follow else {
                continue;
            };
            let is_it = |change: &&mut Change| parts(change) == parts(&follow.change);
            match changes.iter_mut().find(is_it) {
                Some(own) => {
                    let name = about(own);
                    if !before.traced.contains(&name) && self.traced.insert(name) {
                        records.extend(follow.record);
                    }
                    redraft(own, follow.change);
                }
                // The change of its own comes later, and goes for it.
                None => *slot = Some(follow),
            }
        }
        let records = records.into_iter().map(|record| Some(record.into()));
        self.changes.extend(records);
    }

    /// How many changes it holds.
    pub(crate) fn len(&self) -> usize {
        let follows = self.changes.iter().flatten();
        follows.map(|f| 1 + usize::from(f.record.is_some())).sum()
    }

    fn push(&mut self, follow: Follow) {
        if follow.body.is_some() {
            self.places
                .insert(about(&follow.change), self.changes.len());
        }
        self.changes.push(Some(follow));
    }

    /// What they store that rules made of what they saw.
    pub(crate) fn bodies(&self) -> impl Iterator<Item = &Value> {
        let follows = self.changes.iter().flatten();
        follows.filter_map(|follow| follow.body.as_ref())
    }

    /// On how many searches they rest.
    pub(crate) fn searches(&self) -> usize {
        self.expectations.len()
    }

    /// Many changes of one transaction may ask the same.
    fn expect(&mut self, expectation: Expectation) {
        if !self.expectations.contains(&expectation) {
            self.expectations.push(expectation);
        }
    }
}

/// Stores what `later` stores, on the conditions of this one.
fn redraft(change: &mut Change, later: Change) {
    if let (
        Change::Create(_, draft) | Change::Update(_, draft, _),
        Change::Create(_, new) | Change::Update(_, new, _),
    ) = (change, later)
    {
        *draft = new;
    }
}

pub(crate) fn about(change: &Change) -> (ResourceType, ResourceId) {
    let (of, id) = parts(change);
    (of, id.clone())
}

fn parts(change: &Change) -> (ResourceType, &ResourceId) {
    match change {
        Change::Create(id, draft) | Change::Update(id, draft, _) => (draft.resource_type, id),
        Change::Delete(of, id, _) => (*of, id),
    }
}

/// Whether a unit of this many changes failed in what follows from them, so that it may be worked out
/// again.
pub(crate) fn failed_after(changes: usize, error: &Error) -> bool {
    matches!(error, Error::Refused(at, _) if *at >= changes)
}

/// A rule that cannot look at everything it is about is not kept, so the write is refused.
fn too_many(of: ResourceType) -> Fault {
    let text = format!("A rule of the practice would have to look at more than {FOUND_MAX} {of}s");
    Fault::coded(Kind::BusinessRule, "too-costly", text)
}

fn rules() -> Access {
    Access::system(SystemReason::Rules)
}

impl Service {
    /// What the searches of a rule find, and that it must still be so.
    pub(super) async fn found(
        &self,
        finds: Vec<Find>,
        searched: Option<&Searched>,
        into: &mut Consequences,
    ) -> Result<Vec<Version>, Fault> {
        let mut all = Vec::new();
        for find in finds {
            let known = searched.and_then(|searched| searched.answer(&find));
            let answer = match known {
                Some(answer) => answer,
                None => self.answered(find, searched).await?,
            };
            into.expect(answer.expectation);
            all.extend(answer.versions);
        }
        Ok(all)
    }

    /// What a search of a rule finds, remembered where there is a place for it.
    async fn answered(&self, find: Find, searched: Option<&Searched>) -> Result<Answer, Fault> {
        let of = ResourceType::parse(find.resource_type)
            .ok_or_else(|| Fault::internal("a rule searches what is no type"))?;
        let mut query = self.strict(&rules(), of, &find.parameters).await?;
        query.count = PAGE;
        query.summary = Summary::False;
        let versions = self.all_of(&query).await?;
        let seen = versions.iter().map(|version| Seen {
            id: version.id.clone(),
            version: Some(version.version),
        });
        let answer = Answer {
            expectation: Expectation {
                found: seen.collect(),
                query,
                of_rules: true,
            },
            versions,
        };
        if let Some(searched) = searched {
            searched.remember(find, &answer);
        }
        Ok(answer)
    }

    /// Everything a search of a rule finds, page by page.
    async fn all_of(&self, query: &Query) -> Result<Vec<Version>, Fault> {
        let (mut found, mut at) = (Vec::new(), None);
        loop {
            let page = self.store().search(&rules(), query, at.as_ref()).await?;
            found.extend(page.matches);
            match page.next {
                None => return Ok(found),
                Some(_) if found.len() >= FOUND_MAX => return Err(too_many(query.resource_type)),
                next => at = next,
            }
        }
    }

    /// The changes these bodies amount to: of those that are known, new versions.
    pub(crate) async fn followed(
        &self,
        access: &Access,
        (bodies, known): (&[Value], &[Version]),
        into: &mut Consequences,
    ) -> Result<(), Fault> {
        for body in bodies {
            let prepared = self.unseen(access, body).await?;
            self.written(access, (body, prepared), known, into).await?;
        }
        Ok(())
    }

    /// The change a checked body amounts to: of one that is known, a new version.
    pub(crate) async fn written(
        &self,
        access: &Access,
        (body, prepared): (&Value, Prepared),
        known: &[Version],
        into: &mut Consequences,
    ) -> Result<(), Fault> {
        let of = prepared.draft.resource_type;
        let id: ResourceId = match prepared.id.and_then(|id| id.parse().ok()) {
            Some(id) => id,
            None => self.new_id()?,
        };
        let before = known
            .iter()
            .find(|version| version.resource_type == of && version.id == id);
        let record = self.record(access, (body, &id), before.is_none(), into);
        let record = record.await?;
        let change = match before {
            None => Change::Create(id.clone(), prepared.draft),
            Some(version) => {
                let precondition = Precondition {
                    if_match: Some(vec![version.version]),
                    ..Precondition::default()
                };
                Change::Update(id.clone(), prepared.draft, precondition)
            }
        };
        let mut body = body.clone();
        body.set("id", Value::String(id.as_str().into()));
        into.push(Follow {
            change,
            record,
            body: Some(body),
        });
        Ok(())
    }

    /// A body the rules made, checked. The caller may not see what it was made of, so what is wrong
    /// with it is not told.
    async fn unseen(&self, access: &Access, body: &Value) -> Result<Prepared, Fault> {
        let untold = |fault: Fault| {
            if !fault.is_of_body() {
                return fault;
            }
            let text = "What follows from this write by the rules of the practice cannot be stored";
            Fault::new(Kind::BusinessRule, text)
        };
        let tree = self.planted(body).map_err(untold)?;
        self.checked(access, &tree).await.map_err(untold)
    }

    /// Adds the Provenance of a write, where the rule set keeps one.
    pub(super) async fn traced(
        &self,
        access: &Access,
        resource: (&Value, &ResourceId),
        is_new: bool,
        into: &mut Consequences,
    ) -> Result<(), Fault> {
        let record = self.record(access, resource, is_new, into).await?;
        if let Some(record) = record {
            let of = resource.0.get("resourceType");
            if let Some(Value::String(of)) = of
                && let Some(of) = ResourceType::parse(of)
            {
                into.traced.insert((of, resource.1.clone()));
            }
            into.push(record.into());
        }
        Ok(())
    }

    /// The Provenance of a write, where the rule set keeps one.
    async fn record(
        &self,
        access: &Access,
        (resource, id): (&Value, &ResourceId),
        is_new: bool,
        into: &mut Consequences,
    ) -> Result<Option<Change>, Fault> {
        let now = instant::text(self.now());
        let record = self
            .rules()
            .provenance_of(resource, id.as_str(), (is_new, &now));
        let Some(record) = record else {
            return Ok(None);
        };
        self.practice(access, into).await?;
        let prepared = self.unseen(access, &record).await?;
        Ok(Some(Change::Create(self.new_id()?, prepared.draft)))
    }

    /// The organization a Provenance names is made with the first of them.
    async fn practice(&self, access: &Access, into: &mut Consequences) -> Result<(), Fault> {
        let (Some(of), Ok(id)) = (
            ResourceType::parse("Organization"),
            provenance::ORGANIZATION.parse(),
        ) else {
            return Ok(());
        };
        // It is there but for the first time, so it is not made up to be looked for.
        if self.store().read(&rules(), of, &id).await? == Found::Absent {
            let prepared = self.unseen(access, &provenance::organization()).await?;
            into.push(Change::Create(id, prepared.draft).into());
        }
        Ok(())
    }
}
