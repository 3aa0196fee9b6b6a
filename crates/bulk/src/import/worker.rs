//! Record → draft: parse, plan, resolve references, check, extract. The part that runs on all cores.

use std::collections::HashMap;
use std::sync::Arc;

use cresset_base::Limits;
use cresset_fhir::prepare::{parse, prepare_tree};
use cresset_fhir::{Issue, Kind};
use cresset_model::{Element, Tree};
use cresset_rules::RuleSet;
use cresset_store::{Change, Precondition};
use cresset_validate::Validator;

use cresset_fhir::bundle::full_url::FullUrls;

use super::batch::{Batch, Group, Job, Ready, Record, Work, Wrapping};
use super::entry::{Action, NotNow, Plan, plan_entry, plan_resource, refused, resource_of};
use super::lookup::{Lookup, Matches};
use super::terms::Terms;

/// What a worker needs.
pub(crate) struct Worker {
    pub(crate) lookup: Arc<Lookup>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) base_urls: Vec<String>,
    pub(crate) validator: Arc<Validator>,
    pub(crate) terms: Terms,
    pub(crate) rules: &'static RuleSet,
    /// Whether what cannot be resolved now is refused rather than deferred.
    pub(crate) last_chance: bool,
}

impl Worker {
    /// Works until there is no more work or nobody wants the results.
    pub(crate) fn run(&self, work: &flume::Receiver<Job<Work>>, done: &flume::Sender<Job<Ready>>) {
        for job in work {
            let ready = match job.work {
                Work::Batch(batch) => {
                    let groups = self.prepare(&batch);
                    Ready::Batch(batch, groups)
                }
                Work::End { records, broken } => Ready::End { records, broken },
            };
            let job = Job {
                sequence: job.sequence,
                source: job.source,
                work: ready,
                bytes_read: job.bytes_read,
                permit: job.permit,
            };
            if done.send(job).is_err() {
                return;
            }
        }
    }

    /// Drafts of all records of a batch.
    pub(crate) fn prepare(&self, batch: &Batch) -> Vec<Group> {
        match &batch.wrapping {
            Wrapping::Resources => batch
                .records
                .iter()
                .map(|record| self.resource(record))
                .collect(),
            Wrapping::Bundle { together: true } => {
                vec![all_or_none(self.bundle(&batch.records), &batch.records)]
            }
            Wrapping::Bundle { together: false } => self.bundle(&batch.records),
            Wrapping::PartOfBundle(urls) => {
                let entries = batch.records.iter().map(|record| self.planned(record));
                batch
                    .records
                    .iter()
                    .zip(entries)
                    .map(|(record, entry)| self.group(record, entry, urls))
                    .collect()
            }
        }
    }

    fn resource(&self, record: &Record) -> Group {
        let change = bytes_of(record).and_then(|bytes| {
            let mut tree = parse(bytes, &self.limits)?;
            let plan = plan_resource(tree.root(), record.number, bytes)?;
            self.resolve(&mut tree, bytes, &FullUrls::default())?;
            self.change(&plan, &tree)
        });
        self.outcome(record, change.map(Some))
    }

    fn bundle(&self, records: &[Record]) -> Vec<Group> {
        let entries: Vec<_> = records.iter().map(|record| self.planned(record)).collect();
        let mut urls = FullUrls::default();
        for (tree, plan) in entries.iter().flatten() {
            name(tree.root(), plan, &mut urls, Names::All);
        }
        records
            .iter()
            .zip(entries)
            .map(|(record, entry)| self.group(record, entry, &urls))
            .collect()
    }

    /// A Bundle's entry, parsed, and its plan.
    fn planned(&self, record: &Record) -> Result<(Tree, Plan), NotNow> {
        let bytes = bytes_of(record)?;
        let tree = parse(bytes, &self.limits)?;
        let plan = plan_entry(tree.root(), record.number, bytes, &self.lookup)?;
        Ok((tree, plan))
    }

    /// Notes the name of an entry of a Bundle that is too large to be held.
    pub(crate) fn note_name(&self, record: &Record, urls: &mut FullUrls) {
        if let Ok((tree, plan)) = self.planned(record) {
            name(tree.root(), &plan, urls, Names::Urns);
        }
    }

    fn group(
        &self,
        record: &Record,
        entry: Result<(Tree, Plan), NotNow>,
        urls: &FullUrls,
    ) -> Group {
        let change = entry.and_then(|(tree, plan)| match plan.action {
            Action::Nothing => Ok(None),
            Action::Delete => Ok(Some(Change::Delete(
                plan.resource_type,
                plan.id,
                Precondition::default(),
            ))),
            Action::Store => {
                let mut resource = resource_of(tree.root())?.to_tree();
                self.resolve(&mut resource, bytes_of(record)?, urls)?;
                self.change(&plan, &resource).map(Some)
            }
        });
        self.outcome(record, change)
    }

    fn change(&self, plan: &Plan, tree: &Tree) -> Result<Change, NotNow> {
        let admitted = self.rules.imported(tree).map(|body| {
            let mut bytes = Vec::new();
            body.write(&mut bytes);
            parse(&bytes, &self.limits)
        });
        let admitted = admitted.transpose()?;
        let tree = admitted.as_ref().unwrap_or(tree);
        let is_outside = |codes: &_| self.terms.is_outside(codes);
        let prepared = prepare_tree(tree, &self.base_urls, &self.validator, is_outside)?;
        let precondition = Precondition {
            may_create: true,
            ..Precondition::default()
        };
        Ok(Change::Update(
            plan.id.clone(),
            prepared.draft,
            precondition,
        ))
    }

    fn outcome(&self, record: &Record, change: Result<Option<Change>, NotNow>) -> Group {
        let mut group = Group::default();
        match change {
            Ok(change) => group.changes.extend(change),
            Err(NotNow::Deferred(_)) if !self.last_chance => group.deferred.push(record.number),
            Err(NotNow::Refused(issues)) => group.refused.push((record.place, issues)),
            Err(NotNow::Deferred(issues)) => {
                group.refused.push((record.place, issues));
                group.unresolved = true;
            }
        }
        group
    }

    /// Turns references by `fullUrl` and by search into `Type/id`.
    fn resolve(&self, tree: &mut Tree, bytes: &[u8], urls: &FullUrls) -> Result<(), NotNow> {
        let found = if bytes.contains(&b'?') {
            self.conditional(tree.root())?
        } else {
            HashMap::new()
        };
        if urls.is_empty() && found.is_empty() {
            return Ok(());
        }
        tree.replace_strings(&|text| urls.resolve(text).or_else(|| found.get(text).cloned()));
        Ok(())
    }

    /// What every reference by search finds.
    fn conditional(&self, root: Element<'_>) -> Result<HashMap<String, String>, NotNow> {
        let mut found = HashMap::new();
        let mut open = vec![root];
        while let Some(element) = open.pop() {
            for (member, value) in element.members() {
                match value.as_str() {
                    Some(text) if member == "reference" && is_conditional(text) => {
                        found.insert(text.to_owned(), self.one(text)?);
                    }
                    Some(_) => {}
                    None => open.push(value),
                }
            }
            open.extend(element.items());
        }
        Ok(found)
    }

    fn one(&self, conditional: &str) -> Result<String, NotNow> {
        let (resource_type, query) = conditional.split_once('?').unwrap_or_default();
        let parameter = query.split_once('=').map_or(query, |(name, _)| name);
        let sentence = |found: &str| {
            format!(
                "the reference to a {resource_type} by its {parameter} finds {found}; import what it refers to first"
            )
        };
        match self.lookup.find(conditional)? {
            Matches::One(reference) => Ok(reference),
            Matches::Many => Err(refused(
                Kind::PreconditionFailed,
                sentence("more than one resource"),
            )),
            Matches::None => match refused(Kind::NotFound, sentence("nothing")) {
                NotNow::Refused(issues) | NotNow::Deferred(issues) => Err(NotNow::Deferred(issues)),
            },
        }
    }
}

/// `Type?name=…`
fn is_conditional(reference: &str) -> bool {
    let named = reference
        .split_once('?')
        .map(|(name, _)| cresset_definitions::ResourceType::parse(name));
    matches!(named, Some(Some(_)))
}

fn bytes_of(record: &Record) -> Result<&[u8], NotNow> {
    match &record.bytes {
        Ok(bytes) => Ok(bytes),
        Err(why) => Err(refused(Kind::Structure, *why)),
    }
}

/// Which names of entries are worth noting.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    All,
    /// Only `urn:` names: an address that ends in `Type/id` is rarely referred to in full.
    Urns,
}

fn name(entry: Element<'_>, plan: &Plan, urls: &mut FullUrls, names: Names) {
    if let Some(url) = entry.get("fullUrl").and_then(Element::as_str)
        && (names == Names::All || url.starts_with("urn:"))
    {
        urls.add(url, plan.resource_type, &plan.id);
    }
    // A POSTed resource gets a new id; its fellows may still use the one it came with.
    let own = entry
        .get("resource")
        .and_then(|resource| resource.get("id"))
        .and_then(Element::as_str);
    if let Some(own) = own.filter(|own| *own != plan.id.as_str()) {
        urls.add(
            &format!("{}/{own}", plan.resource_type),
            plan.resource_type,
            &plan.id,
        );
    }
}

/// A transaction: one refused entry refuses all, one deferred entry defers all.
fn all_or_none(groups: Vec<Group>, records: &[Record]) -> Group {
    let mut whole = Group::default();
    for group in groups {
        whole.changes.extend(group.changes);
        whole.refused.extend(group.refused);
        whole.deferred.extend(group.deferred);
        whole.unresolved |= group.unresolved;
    }
    if !whole.refused.is_empty() {
        let faulty: Vec<_> = whole.refused.iter().map(|(place, _)| *place).collect();
        let innocent = records
            .iter()
            .filter(|record| !faulty.contains(&record.place));
        whole
            .refused
            .extend(innocent.map(|record| (record.place, bystander())));
        whole.changes.clear();
        whole.deferred.clear();
    } else if !whole.deferred.is_empty() {
        whole.changes.clear();
        whole.deferred = records.iter().map(|record| record.number).collect();
    }
    whole
}

fn bystander() -> Vec<Issue> {
    let text = "not stored, because another entry of its transaction was refused";
    vec![Issue {
        code: Kind::BusinessRule.issue_code(),
        text: text.to_owned(),
        expression: None,
    }]
}
