//! Which resource an entry means.

use cresset_definitions::ResourceType;
use cresset_store::Version;

use super::{Action, Entry, Fault, Kind, Meant, Named, Planning, own_id};
use crate::criteria::Criteria;
use crate::patch::nothing_found;
use crate::ruled::Renewed;
use crate::service::Service;
use crate::update::Put;

impl Planning<'_> {
    pub(super) async fn meant(&mut self, entry: &Entry<'_>) -> Result<Meant, Fault> {
        match &entry.action {
            Action::Fetch(_) => Ok(Meant::Nothing),
            Action::Create(of, criteria) => self.created(entry, *of, criteria.as_ref()).await,
            Action::Update(Named::Id(of, id)) => Ok(Meant::Update(*of, id.clone())),
            Action::Update(Named::Matching(criteria)) => self.updated(entry, criteria).await,
            Action::Patch(Named::Id(of, id)) => Ok(Meant::Patch((*of, id.clone()))),
            Action::Patch(Named::Matching(criteria)) => {
                let found = self.find(criteria).await?;
                let version = found.at_most_one()?.ok_or_else(nothing_found)?;
                Ok(Meant::Patch((version.resource_type, version.id.clone())))
            }
            Action::Delete(Named::Id(of, id)) => Ok(Meant::Delete(*of, vec![id.clone()])),
            Action::Delete(Named::Matching(criteria)) => self.deleted(criteria).await,
        }
    }

    /// A create renews what is there only where its condition finds nothing.
    async fn created(
        &mut self,
        entry: &Entry<'_>,
        of: ResourceType,
        criteria: Option<&Criteria>,
    ) -> Result<Meant, Fault> {
        if let Some(criteria) = criteria {
            let found = self.find(criteria).await?;
            if let Some(version) = found.at_most_one()? {
                return Ok(Meant::Existing(version.clone()));
            }
            if !self.creating.insert(criteria.clone()) {
                let text = "Two entries of a transaction must not create under the same condition";
                return Err(Fault::new(Kind::Invalid, text));
            }
        }
        Ok(match self.renewed(entry, of).await? {
            Some(renewed) => Meant::Renewed(of, renewed),
            None => Meant::New(of, self.service.new_id()?),
        })
    }

    /// Whether it is a create that may renew what is there: what it means depends on what others mean.
    pub(super) fn may_renew(&self, entry: &Entry<'_>) -> bool {
        match entry.action {
            Action::Create(of, _) => self.service.renews(of) && Service::may_renew(self.access, of),
            _ => false,
        }
    }

    /// What a create renews, where the rule set has one resource of a kind. What refers to another of
    /// these that comes later is about something new, so there is nothing to renew.
    async fn renewed(
        &mut self,
        entry: &Entry<'_>,
        of: ResourceType,
    ) -> Result<Option<Renewed>, Fault> {
        if !self.may_renew(entry) {
            return Ok(None);
        }
        self.look_up(entry).await?;
        let Ok(tree) = self.resource(entry) else {
            return Ok(None);
        };
        let Some(renewal) = self.service.renewal(of, tree)? else {
            return Ok(None);
        };
        self.count_search()?;
        let expectations = &mut self.expectations;
        let renewed = self
            .service
            .renewed(self.access, Some(&renewal), expectations);
        let renewed = renewed.await?;
        if renewed.is_none() && !self.renewing.insert(renewal.criteria().clone()) {
            let text = "Two entries of a transaction must not create what the rules of the practice have once";
            return Err(Fault::new(Kind::Invalid, text));
        }
        Ok(renewed)
    }

    async fn updated(&mut self, entry: &Entry<'_>, criteria: &Criteria) -> Result<Meant, Fault> {
        let found = self.find(criteria).await?;
        let found = found.at_most_one()?.map(|version| &version.id);
        let own = own_id(entry.resource()?);
        let of = criteria.resource_type;
        Ok(match self.service.put(of, own, found, &entry.condition)? {
            Put::Existing(id) => Meant::Found(of, id),
            Put::New(id) => Meant::New(of, id),
        })
    }

    async fn deleted(&mut self, criteria: &Criteria) -> Result<Meant, Fault> {
        self.count_search()?;
        let found = self.service.deletable(self.access, criteria).await?;
        self.expectations.push(found.expectation);
        let id = |version: &Version| version.id.clone();
        let ids = found.versions.iter().map(id).collect();
        Ok(Meant::Delete(criteria.resource_type, ids))
    }
}
