//! Which `fullUrl` becomes which `Type/id`.

use std::collections::{HashMap, HashSet};

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_model::Tree;

use super::entry::{Action, Entry};
use crate::fault::{Fault, Kind};

/// Where an entry's resource lives, or will live.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Target {
    /// Its type.
    pub resource_type: ResourceType,
    /// Its id.
    pub id: ResourceId,
}

/// The targets of a transaction, and what references to them are rewritten to.
#[derive(Debug, Default)]
pub struct Targets {
    taken: HashSet<Target>,
    rewritten: HashMap<String, String>,
}

impl Targets {
    /// Decides where an entry's resource lives: a new id for a create, the URL's for the others.
    ///
    /// # Errors
    /// [`Kind::Value`] when the URL names no type or no legal id; [`Kind::Invalid`] when two entries
    /// change the same resource or share a `fullUrl`.
    pub fn assign(
        &mut self,
        entry: &Entry<'_>,
        new_id: impl FnOnce() -> Result<ResourceId, Fault>,
    ) -> Result<Target, Fault> {
        let target = target_of(entry, new_id)?;
        if !self.taken.insert(target.clone()) {
            let text = "Two entries of a transaction must not change the same resource";
            return Err(Fault::new(Kind::Invalid, text)
                .at(format!("Bundle.entry[{}].request.url", entry.at)));
        }
        if let Some(full_url) = entry.full_url {
            let local = format!("{}/{}", target.resource_type, target.id);
            if self.rewrites(full_url, local) && entry.action != Action::Delete {
                let text = "Two entries of a transaction must not share a fullUrl";
                return Err(Fault::new(Kind::Invalid, text)
                    .at(format!("Bundle.entry[{}].fullUrl", entry.at)));
            }
        }
        Ok(target)
    }

    /// Makes every reference `from` become `to`; says whether it became something already.
    pub fn rewrites(&mut self, from: &str, to: String) -> bool {
        self.rewritten.insert(from.to_owned(), to).is_some()
    }

    /// Rewrites every string of `tree` that is one of the references known here.
    pub fn rewrite(&self, tree: &mut Tree) {
        tree.replace_strings(&|text| self.rewritten.get(text).cloned());
    }
}

fn target_of(
    entry: &Entry<'_>,
    new_id: impl FnOnce() -> Result<ResourceId, Fault>,
) -> Result<Target, Fault> {
    let at = |text: &str| {
        Fault::new(Kind::Value, text).at(format!("Bundle.entry[{}].request.url", entry.at))
    };
    if entry.url.contains('?') {
        let text = "Conditional updates and deletes are not supported in a transaction";
        return Err(Fault::coded(Kind::BusinessRule, "not-supported", text)
            .at(format!("Bundle.entry[{}].request.url", entry.at)));
    }
    let (name, id) = match entry.url.split_once('/') {
        Some((name, id)) => (name, Some(id)),
        None => (entry.url, None),
    };
    let resource_type =
        ResourceType::parse(name).ok_or_else(|| at("The URL must begin with a resource type"))?;
    let id = match (entry.action, id) {
        (Action::Create, None) => new_id()?,
        (Action::Create, Some(_)) => return Err(at("The URL of a POST is a resource type alone")),
        (_, Some(id)) => id
            .parse()
            .map_err(|_| at("The URL must end in a legal id"))?,
        (_, None) => {
            return Err(at(
                "The URL of a PUT or DELETE is a type and an id, such as Patient/1",
            ));
        }
    };
    Ok(Target { resource_type, id })
}
