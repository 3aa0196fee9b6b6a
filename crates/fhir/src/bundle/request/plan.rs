//! What a transaction amounts to: the changes, in their order, and the searches they rest on.
//!
//! First it is decided which resource each entry means, so that references between entries can be
//! rewritten; then the bodies are made. All searches see the state before the transaction, less what
//! the transaction itself deletes; what rules check, they check with what the entries before bring.

mod beside;
mod body;
mod meant;

use std::collections::{HashMap, HashSet};

use cresset_access::Access;
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_model::Element;
use cresset_store::{Change, Expectation, Version};
use cresset_validate::ISSUES_MAX;

use super::entry::{Action, Entry, Named};
use crate::bundle::full_url::FullUrls;
use crate::criteria::{Criteria, Found};
use crate::fault::{Fault, Kind};
use crate::ruled::{Consequences, Renewed};
use crate::service::Service;
use beside::Beside;

/// How many changes a transaction makes for each entry it may have, with what follows from them.
const CHANGES_PER_ENTRY: usize = 4;

/// A transaction ready to commit.
pub(super) struct Plan {
    pub(super) changes: Vec<Change>,
    /// What follows from them.
    pub(super) follows: Consequences,
    /// For each change where it comes from.
    pub(super) origins: Vec<Origin>,
    pub(super) expectations: Vec<Expectation>,
    /// What each entry means, in the order of the Bundle.
    pub(super) meant: Vec<Meant>,
}

/// Where a change comes from.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Origin {
    /// The position of its entry.
    pub(super) entry: usize,
    /// Whether it may be worked out again when the version it begins from is no longer current.
    pub(super) may_repeat: bool,
}

/// Which resource an entry means.
#[derive(Debug, Clone)]
pub(super) enum Meant {
    /// A new one under this id.
    New(ResourceType, ResourceId),
    /// The one that the condition of a create found.
    Existing(Version),
    /// An update of this one, which may be new where the instance lets clients choose ids.
    Update(ResourceType, ResourceId),
    /// An update of this one, which criteria found.
    Found(ResourceType, ResourceId),
    /// A create that renews this one.
    Renewed(ResourceType, Renewed),
    /// A patch of this one.
    Patch((ResourceType, ResourceId)),
    /// The deletion of all these.
    Delete(ResourceType, Vec<ResourceId>),
    /// None: it reads.
    Nothing,
}

impl Meant {
    /// The one resource that is meant.
    pub(super) fn named(&self) -> Option<(ResourceType, &ResourceId)> {
        match self {
            Self::Renewed(of, renewed) => Some((*of, &renewed.id)),
            Self::New(of, id)
            | Self::Update(of, id)
            | Self::Found(of, id)
            | Self::Patch((of, id)) => Some((*of, id)),
            Self::Existing(version) => Some((version.resource_type, &version.id)),
            Self::Delete(of, ids) => ids.first().map(|id| (*of, id)),
            Self::Nothing => None,
        }
    }
}

/// A plan while it is made.
struct Planning<'a> {
    service: &'a Service,
    access: &'a Access,
    /// What is changed, so that nothing is changed twice.
    taken: HashSet<(ResourceType, ResourceId)>,
    deleted: HashSet<(ResourceType, ResourceId)>,
    /// Conditions of creates that found nothing.
    creating: HashSet<Criteria>,
    /// Those by which the rules looked for something to renew, and found nothing.
    renewing: HashSet<Criteria>,
    urls: FullUrls,
    /// References by search, and what they are rewritten to.
    conditional: HashMap<String, String>,
    expectations: Vec<Expectation>,
    /// Searches so far, but for those of rules.
    searches: usize,
    /// What was made so far and rules look at, as it is left.
    beside: Beside,
}

impl Service {
    /// Plans a transaction in the state the store has now.
    pub(super) async fn plan(&self, access: &Access, entries: &[Entry<'_>]) -> Result<Plan, Fault> {
        let mut planning = Planning {
            service: self,
            access,
            taken: HashSet::new(),
            deleted: HashSet::new(),
            creating: HashSet::new(),
            renewing: HashSet::new(),
            urls: FullUrls::default(),
            conditional: HashMap::new(),
            expectations: Vec::new(),
            searches: 0,
            beside: Beside::default(),
        };
        let mut order: Vec<&Entry<'_>> = entries.iter().collect();
        order.sort_by_key(|entry| entry.action.rank());
        let mut meant: Vec<Meant> = entries.iter().map(|_| Meant::Nothing).collect();
        let (last, first): (Vec<_>, Vec<_>) =
            order.iter().partition(|entry| planning.may_renew(entry));
        for entry in first.into_iter().chain(last) {
            let one = planning
                .meant(entry)
                .await
                .map_err(|fault| entry.blame(fault))?;
            planning
                .name(entry, &one)
                .map_err(|fault| entry.blame(fault))?;
            if let Some(slot) = meant.get_mut(entry.at) {
                *slot = one;
            }
        }
        for entry in &order {
            let looked_up = planning.look_up(entry).await;
            looked_up.map_err(|fault| entry.blame(fault))?;
        }
        let mut changes = Vec::with_capacity(entries.len());
        let mut origins = Vec::with_capacity(entries.len());
        let mut follows = Consequences::default();
        let mut refused = Refused::default();
        for entry in order {
            let Some(one) = meant.get(entry.at) else {
                continue;
            };
            let before = changes.len();
            let into = (&mut changes, &mut follows);
            let made = planning.changes(entry, one, into).await;
            let made = made.and_then(|may_repeat| {
                planning.count_searches(&follows)?;
                planning.count_changes(changes.len() + follows.len())?;
                Ok(may_repeat)
            });
            match made.map_err(|fault| entry.blame(fault)) {
                Ok(may_repeat) => {
                    let entry = entry.at;
                    let origin = Origin { entry, may_repeat };
                    origins.resize(origins.len() + changes.len() - before, origin);
                }
                Err(fault) => refused.take(fault)?,
            }
        }
        refused.end()?;
        Ok(Plan {
            changes,
            follows,
            origins,
            expectations: planning.expectations,
            meant,
        })
    }
}

/// What is wrong with the bodies so far: it is told in one answer.
#[derive(Default)]
struct Refused(Option<Fault>);

impl Refused {
    /// Takes a fault of a body; another one, or one too many, ends the plan.
    fn take(&mut self, fault: Fault) -> Result<(), Fault> {
        if !fault.is_of_body() {
            return Err(fault);
        }
        match &mut self.0 {
            Some(refused) => refused.join(fault),
            None => self.0 = Some(fault),
        }
        match self.0.take_if(|refused| refused.issues.len() >= ISSUES_MAX) {
            Some(full) => Err(full),
            None => Ok(()),
        }
    }

    fn end(self) -> Result<(), Fault> {
        self.0.map_or(Ok(()), Err)
    }
}

impl Planning<'_> {
    /// Notes what an entry calls its resource, and refuses to change one resource twice.
    fn name(&mut self, entry: &Entry<'_>, meant: &Meant) -> Result<(), Fault> {
        if let Meant::Delete(of, ids) = meant {
            for id in ids {
                self.take(entry, (*of, id.clone()))?;
                self.deleted.insert((*of, id.clone()));
            }
            return Ok(());
        }
        let Some((of, id)) = meant.named() else {
            return Ok(());
        };
        if !matches!(meant, Meant::Existing(_)) {
            self.take(entry, (of, id.clone()))?;
        }
        if let Some(full_url) = entry.full_url
            && self.urls.add(full_url, of, id)
        {
            let text = "Two entries of a transaction must not share a fullUrl";
            let fault = Fault::new(Kind::Invalid, text);
            return Err(fault.at(format!("Bundle.entry[{}].fullUrl", entry.at)));
        }
        Ok(())
    }

    fn take(&mut self, entry: &Entry<'_>, of: (ResourceType, ResourceId)) -> Result<(), Fault> {
        if self.taken.insert(of) {
            return Ok(());
        }
        let text = "Two entries of a transaction must not change the same resource";
        let fault = Fault::new(Kind::Invalid, text);
        Err(fault.at(format!("Bundle.entry[{}].request.url", entry.at)))
    }

    /// What criteria find, of what this transaction leaves.
    async fn find(&mut self, criteria: &Criteria) -> Result<Found, Fault> {
        self.count_search()?;
        let deleted = self.deleted.iter();
        let deleted = deleted
            .filter(|(of, _)| *of == criteria.resource_type)
            .count();
        let found = self.service.matching(self.access, criteria, 1 + deleted);
        let mut found = found.await?;
        self.expectations.push(found.expectation.clone());
        let is_left = |version: &Version| {
            let name = (version.resource_type, version.id.clone());
            !self.deleted.contains(&name)
        };
        found.versions.retain(is_left);
        Ok(found)
    }

    /// The rules of the practice search too.
    fn count_searches(&self, follows: &Consequences) -> Result<(), Fault> {
        let max = self.service.limits().bundle_searches_max;
        if self.searches + follows.searches() <= max {
            return Ok(());
        }
        let text = format!(
            "The rules of the practice would search more than {max} times for this transaction; split it"
        );
        Err(Fault::coded(Kind::TooLong, "too-costly", text))
    }

    /// One entry may bring many changes.
    fn count_changes(&self, changes: usize) -> Result<(), Fault> {
        let max = self.service.limits().bundle_entries_max;
        let max = max.saturating_mul(CHANGES_PER_ENTRY);
        if changes <= max {
            return Ok(());
        }
        let text = format!(
            "A transaction makes at most {max} changes with what follows from them by the rules of the practice; split it"
        );
        Err(Fault::coded(Kind::TooLong, "too-costly", text))
    }

    fn count_search(&mut self) -> Result<(), Fault> {
        let max = self.service.limits().bundle_searches_max;
        if self.searches < max {
            self.searches += 1;
            return Ok(());
        }
        let text =
            format!("A transaction holds at most {max} conditions and conditional references");
        Err(Fault::coded(Kind::TooLong, "too-costly", text))
    }
}

/// The `id` of an entry's resource.
fn own_id(resource: Element<'_>) -> Option<&str> {
    resource.get("id").and_then(Element::as_str)
}
