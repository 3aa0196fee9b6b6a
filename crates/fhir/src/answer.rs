//! An answer that shows resources, and whose records they are.
//!
//! Whose a resource is stands in its own content, so it is read there before anything is left out
//! of the answer. Most bodies need no parsing for it: they mention no patient but those who are
//! known already. What was read in a version of late is remembered, for no version changes.

use std::sync::{Arc, OnceLock};

use cresset_access::{Access, PatientReach, patient_reach};
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_search::{mentioned_patients, patients_of};
use cresset_store::store::Method;
use cresset_store::{SearchPage, Version, Whose};
use quick_cache::sync::Cache;

use crate::fault::Fault;
use crate::prepare;
use crate::service::Service;

/// What is sent, and what the audit record of it names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// A resource in JSON.
    pub body: Vec<u8>,
    /// The patients whose records it shows.
    pub whose: Whose,
}

/// Versions of which it is remembered whose they are: about as many as a store keeps bodies of.
const VERSIONS_MAX: usize = 32_768;

/// Patients a body may mention to be read only when one of them is not known yet.
const MENTIONED_MAX: usize = 16;

/// Whose the versions are that were shown of late.
pub(crate) struct Owners(Cache<(ResourceType, ResourceId, u64), Arc<Owned>>);

/// Whose a version is.
struct Owned {
    /// Those it belongs to are among these, where these are few.
    mentioned: Option<Vec<ResourceId>>,
    /// Those it belongs to, once that was asked.
    by: OnceLock<Vec<ResourceId>>,
}

impl Default for Owners {
    fn default() -> Self {
        Self(Cache::new(VERSIONS_MAX))
    }
}

impl Service {
    /// Whose records these versions show to a caller with this access.
    ///
    /// # Errors
    /// [`Kind::Exception`](crate::Kind::Exception) when a stored body does not parse.
    pub fn whose<'v>(
        &self,
        access: &Access,
        versions: impl IntoIterator<Item = &'v Version>,
    ) -> Result<Whose, Fault> {
        let most = self.limits().audit_patients_max;
        let mut whose = Whose::default();
        whose.add(access.patient().cloned(), most);
        for version in versions {
            self.add_patients(version, &mut whose)?;
        }
        Ok(whose)
    }

    /// The same of everything on a page.
    pub(crate) fn whose_page(&self, access: &Access, page: &SearchPage) -> Result<Whose, Fault> {
        self.whose(access, page.matches.iter().chain(&page.included))
    }

    fn add_patients(&self, version: &Version, whose: &mut Whose) -> Result<(), Fault> {
        let most = self.limits().audit_patients_max;
        let of = version.resource_type;
        if of.name() == "Patient" {
            whose.add([version.id.clone()], most);
            return Ok(());
        }
        let is_tied = matches!(patient_reach(of), PatientReach::Compartment(_));
        // A deletion shows nothing of what was there.
        if !is_tied || version.method == Method::Delete {
            return Ok(());
        }
        let owned = self.owned(version);
        let is_known = |id: &ResourceId| whose.names(id.as_str());
        let are_known = owned
            .mentioned
            .as_ref()
            .is_some_and(|m| m.iter().all(is_known));
        if !are_known {
            whose.add(self.owners_in(version, &owned)?.iter().cloned(), most);
        }
        Ok(())
    }

    /// What is remembered of a version.
    fn owned(&self, version: &Version) -> Arc<Owned> {
        let key = (version.resource_type, version.id.clone(), version.version);
        let cache = &self.owners().0;
        cache.get(&key).unwrap_or_else(|| {
            let owned = Arc::new(Owned {
                mentioned: mentioned_patients(&version.body, MENTIONED_MAX),
                by: OnceLock::new(),
            });
            cache.insert(key, Arc::clone(&owned));
            owned
        })
    }

    /// Whose a stored version is, as its content says.
    fn owners_in<'o>(
        &self,
        version: &Version,
        owned: &'o Owned,
    ) -> Result<&'o [ResourceId], Fault> {
        if let Some(owners) = owned.by.get() {
            return Ok(owners);
        }
        let tree = prepare::parse(&version.body, self.limits())
            .map_err(|_| Fault::internal("a stored body does not parse"))?;
        let owners = patients_of(version.resource_type, &version.id, &tree, self.own());
        Ok(owned.by.get_or_init(|| owners))
    }
}
