//! An answer that shows resources, and whose records they are.
//!
//! Whose a resource is stands in its own content, so it is read there before anything is left out
//! of the answer. Most bodies need no parsing for it: a quick look finds no patient but those who
//! are known already, and what was read in a version of late is remembered, for no version changes.

use std::sync::Arc;

use cresset_access::{Access, PatientReach, patient_reach};
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_search::{may_be_of_others, patients_of};
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

/// Whose the versions are that were shown of late.
pub(crate) struct Owners(Cache<(ResourceType, ResourceId, u64), Arc<[ResourceId]>>);

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
        let is_known = |id: &[u8]| {
            let id = std::str::from_utf8(id).ok();
            id.is_some_and(|id| whose.names(id))
        };
        // A deletion shows nothing of what was there.
        let shows = version.method != Method::Delete;
        if !is_tied || !shows || !may_be_of_others(&version.body, is_known) {
            return Ok(());
        }
        whose.add(self.patients(version)?.iter().cloned(), most);
        Ok(())
    }

    /// Whose a stored version is, as its content says.
    fn patients(&self, version: &Version) -> Result<Arc<[ResourceId]>, Fault> {
        let key = (version.resource_type, version.id.clone(), version.version);
        self.owners().0.get_or_insert_with(&key, || {
            let tree = prepare::parse(&version.body, self.limits())
                .map_err(|_| Fault::internal("a stored body does not parse"))?;
            Ok(patients_of(key.0, &key.1, &tree, self.own()).into())
        })
    }
}
