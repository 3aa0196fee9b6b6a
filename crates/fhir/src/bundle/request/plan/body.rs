//! The bodies of a transaction, with their references rewritten.

use std::collections::BTreeSet;

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_model::{Element, Tree, Value};
use cresset_store::Change;

use super::{Criteria, Entry, Fault, Kind, Meant, Planning};
use crate::bundle::full_url::{none_dangles, path, references};
use crate::patch::{Rewrite, names_versions};
use crate::ruled::{Consequences, Target, about};
use crate::update::Put;

impl Planning<'_> {
    /// Searches for what the conditional references of an entry mean (R4 3.1.0.11.3).
    pub(super) async fn look_up(&mut self, entry: &Entry<'_>) -> Result<(), Fault> {
        let Ok(resource) = entry.resource() else {
            return Ok(());
        };
        for text in conditional(resource) {
            if self.conditional.contains_key(&text) {
                continue;
            }
            let found = self.one(&text).await;
            let found = found.map_err(|fault| fault.at(place_of(resource, &text)))?;
            self.conditional.insert(text, found);
        }
        Ok(())
    }

    /// `Type/id` of the one resource a conditional reference finds.
    async fn one(&mut self, reference: &str) -> Result<String, Fault> {
        let (name, query) = reference.split_once('?').unwrap_or((reference, ""));
        let resource_type = ResourceType::parse(name)
            .ok_or_else(|| Fault::new(Kind::Value, "The reference names no resource type"))?;
        let criteria = Criteria::parse(resource_type, query)?;
        let found = self.find(&criteria).await?;
        let version = found.at_most_one()?.ok_or_else(|| {
            let text = "The conditional reference finds no resource";
            Fault::new(Kind::PreconditionFailed, text)
        })?;
        Ok(format!("{resource_type}/{}", version.id))
    }

    /// Appends the changes an entry amounts to; says whether they may be worked out again when the
    /// version one begins from is no longer current.
    pub(super) async fn changes(
        &mut self,
        entry: &Entry<'_>,
        meant: &Meant,
        (changes, follows): (&mut Vec<Change>, &mut Consequences),
    ) -> Result<bool, Fault> {
        let condition = &entry.condition;
        let put = match meant {
            Meant::Nothing | Meant::Existing(_) => return Ok(false),
            Meant::Delete(of, ids) => {
                let delete = |id: &ResourceId| {
                    Change::Delete(*of, id.clone(), condition.precondition(false))
                };
                changes.extend(ids.iter().map(delete));
                return Ok(false);
            }
            Meant::Patch((of, id)) => {
                let patch = entry.patch(self.service)?;
                let rewrite = |tree: &mut Tree| self.rewrite(tree);
                let how = (condition, Some(&rewrite as Rewrite<'_>));
                let patched = self.service.patched(self.access, (*of, id), &patch, how);
                changes.push(patched.await?);
                return Ok(!names_versions(condition));
            }
            Meant::Update(of, id) => {
                let into = (changes, follows);
                return self.updated_by_id(entry, (*of, id), into).await;
            }
            Meant::Renewed(of, renewed) => {
                let goal = Target::new(*of, &renewed.id).within(self.beside.within());
                let tree = self.resource(entry)?;
                let ruled = self.service.ruled(self.access, goal, &tree).await?;
                let change = renewed.change(ruled.prepared.draft);
                self.leave((change, ruled.shaped), ruled.follows, (changes, follows));
                return Ok(true);
            }
            Meant::New(_, id) => Put::New(id.clone()),
            Meant::Found(_, id) => Put::Existing(id.clone()),
        };
        let (Meant::New(of, _) | Meant::Found(of, _)) = meant else {
            return Ok(false);
        };
        let tree = self.resource(entry)?;
        let with = (&tree, condition, self.beside.within());
        let made = self.service.made(self.access, &put, *of, with).await?;
        self.leave((made.change, made.shaped), made.follows, (changes, follows));
        Ok(made.may_retry)
    }

    /// Appends a change and what follows from it, which may be about changes before.
    fn leave(
        &mut self,
        (change, shaped): (Change, Option<Value>),
        mut new: Consequences,
        (changes, follows): (&mut Vec<Change>, &mut Consequences),
    ) {
        for body in shaped.into_iter().chain(new.bodies().cloned()) {
            self.beside.leave(body);
        }
        let is_changed = |change: &Change| self.taken.contains(&about(change));
        new.amend(follows, changes, is_changed);
        changes.push(change);
        follows.add(new);
    }

    async fn updated_by_id(
        &mut self,
        entry: &Entry<'_>,
        (resource_type, id): (ResourceType, &ResourceId),
        (changes, follows): (&mut Vec<Change>, &mut Consequences),
    ) -> Result<bool, Fault> {
        let goal = Target::existing(resource_type, id).within(self.beside.within());
        let tree = self.resource(entry)?;
        let ruled = self.service.ruled(self.access, goal, &tree).await?;
        let client_ids = self.service.settings().client_ids;
        let precondition = ruled.precondition(&entry.condition, client_ids)?;
        let may_repeat = ruled.may_retry(&entry.condition);
        let change = Change::Update(id.clone(), ruled.prepared.draft, precondition);
        self.leave((change, ruled.shaped), ruled.follows, (changes, follows));
        Ok(may_repeat)
    }

    /// The entry's resource with its references rewritten.
    pub(super) fn resource(&self, entry: &Entry<'_>) -> Result<Tree, Fault> {
        let mut tree = entry.resource()?.to_tree();
        self.rewrite(&mut tree)?;
        Ok(tree)
    }

    fn rewrite(&self, tree: &mut Tree) -> Result<(), Fault> {
        if !(self.urls.is_empty() && self.conditional.is_empty()) {
            tree.replace_strings(&|text| {
                self.urls
                    .resolve(text)
                    .or_else(|| self.conditional.get(text).cloned())
            });
        }
        none_dangles(tree)
    }
}

/// The references of a resource that are searches, each once.
fn conditional(resource: Element<'_>) -> BTreeSet<String> {
    let is_search = |text: &&str| {
        let name = text.split_once('?').map(|(name, _)| name);
        name.is_some_and(|name| ResourceType::parse(name).is_some())
    };
    let texts = references(resource).into_iter().filter_map(Element::as_str);
    texts.filter(is_search).map(str::to_owned).collect()
}

/// Where a resource refers so for the first time.
fn place_of(resource: Element<'_>, text: &str) -> String {
    let tree = resource.to_tree();
    let element = references(tree.root())
        .into_iter()
        .find(|element| element.as_str() == Some(text));
    element.map_or_else(String::new, |element| path(&tree, element))
}
