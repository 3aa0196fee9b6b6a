//! transaction: many changes that happen together or not at all (R4 3.1.0.11).

mod entry;
mod response;
mod targets;

use cresset_access::Access;
use cresset_model::{Element, Kind as JsonKind, Tree};
use cresset_store::{Change, Error};

use crate::audited::Audited;
use crate::fault::{Fault, Kind};
use crate::service::{Service, permit};
use crate::update::same_id;
use crate::{prepare, ruled};

pub use entry::{Action, Entry};
pub use targets::{Target, Targets};

/// Whether the answer holds the resources as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Return {
    /// Only status, location and version of each.
    Minimal,
    /// The resources too.
    Representation,
}

impl Service {
    /// Carries out a Bundle of type `transaction` and answers with its `transaction-response`.
    ///
    /// Entries create (POST), update (PUT) and delete (DELETE). References from one entry to
    /// another by `fullUrl` are rewritten to the ids under which the resources are stored.
    ///
    /// # Errors
    /// The first entry that cannot be carried out, named by its place; then nothing is stored.
    pub async fn transaction(
        &self,
        by: Audited<'_>,
        body: &[u8],
        wanted: Return,
    ) -> Result<Vec<u8>, Fault> {
        let tree = prepare::parse(body, self.limits())?;
        let entries = self.entries(&tree)?;
        let mut targets = Targets::default();
        let mut places = Vec::with_capacity(entries.len());
        for entry in &entries {
            places.push(
                targets
                    .assign(entry, || self.new_id())
                    .map_err(|fault| entry.blame(fault))?,
            );
        }
        let mut changes = Vec::with_capacity(entries.len());
        for (entry, target) in entries.iter().zip(&places) {
            self.offer(entry.action.interaction(), target.resource_type)
                .map_err(|fault| entry.blame(fault))?;
            permit(by.access, entry.action.verb(), target.resource_type)?;
            changes.push(
                self.change(by.access, entry, (target, &targets))
                    .await
                    .map_err(|fault| entry.blame(fault))?,
            );
        }
        let written = self
            .store()
            .commit_recorded(by.access, changes, by.record)
            .await
            .map_err(|error| blame(error, &entries, &places))?;
        Ok(response::response(
            &written,
            &self.settings().base_url,
            wanted,
        ))
    }

    fn entries<'t>(&self, tree: &'t Tree) -> Result<Vec<Entry<'t>>, Fault> {
        let root = tree.root();
        if tree.resource_type() != Some("Bundle") {
            return Err(
                Fault::new(Kind::Invalid, "Only a Bundle can be posted to the base")
                    .at("resourceType"),
            );
        }
        match root.get("type").and_then(Element::as_str) {
            Some("transaction") => {}
            Some("batch") => {
                let text = "Bundles of type 'batch' are not supported; send a 'transaction' or single requests";
                return Err(
                    Fault::coded(Kind::BusinessRule, "not-supported", text).at("Bundle.type")
                );
            }
            _ => {
                let text = "The Bundle's type must be 'transaction'";
                return Err(Fault::new(Kind::Value, text).at("Bundle.type"));
            }
        }
        let list = root.get("entry");
        let max = self.limits().bundle_entries_max;
        if list.is_some_and(|list| list.len() > max) {
            let text = format!("A transaction holds at most {max} entries");
            return Err(Fault::new(Kind::TooLong, text).at("Bundle.entry"));
        }
        if list.is_some_and(|list| list.kind() != JsonKind::Array) {
            return Err(
                Fault::new(Kind::Structure, "Bundle.entry must be an array").at("Bundle.entry")
            );
        }
        list.iter()
            .flat_map(|list| list.items())
            .enumerate()
            .map(|(at, element)| Entry::parse(at, element))
            .collect()
    }

    async fn change(
        &self,
        access: &Access,
        entry: &Entry<'_>,
        (target, targets): (&Target, &Targets),
    ) -> Result<Change, Fault> {
        let id = target.id.clone();
        if entry.action == Action::Delete {
            let precondition = entry.condition.precondition(false);
            return Ok(Change::Delete(target.resource_type, id, precondition));
        }
        let mut tree = entry.resource()?.to_tree();
        targets.rewrite(&mut tree);
        let resource_type = target.resource_type;
        let goal = ruled::Target {
            interaction: entry.action.interaction(),
            resource_type,
            id: (entry.action == Action::Update).then_some(&id),
        };
        let ruled = self.ruled(access, goal, &tree).await?;
        if entry.action == Action::Create {
            return Ok(Change::Create(id, ruled.prepared.draft));
        }
        same_id(ruled.prepared.id.as_deref(), resource_type, &id)?;
        let precondition = ruled.precondition(&entry.condition, self.settings().client_ids)?;
        Ok(Change::Update(id, ruled.prepared.draft, precondition))
    }
}

fn blame(error: Error, entries: &[Entry<'_>], places: &[Target]) -> Fault {
    let Error::Refused(at, refusal) = error else {
        return error.into();
    };
    let of = places
        .get(at)
        .map(|target| (target.resource_type, &target.id));
    let fault = Fault::refused(refusal, of);
    match entries.get(at) {
        Some(entry) => entry.blame(fault),
        None => fault,
    }
}
