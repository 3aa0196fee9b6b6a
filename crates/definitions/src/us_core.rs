//! US Core 6.1.0: its profiles, the search parameters it adds, the value sets that can be listed.

use std::sync::OnceLock;

use crate::{SearchParameter, ValueSet, pack, profile::Profile};

/// The definitions of US Core 6.1.0.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct UsCore {
    /// The profiles and extensions, sorted by URL.
    pub profiles: Vec<Profile>,
    /// The search parameters R4 does not have; [`crate::Definitions`] serves them with R4's.
    pub search_parameters: Vec<SearchParameter>,
    /// The value sets whose codes can be listed, sorted by URL.
    pub value_sets: Vec<ValueSet>,
}

impl UsCore {
    /// The profile with this canonical URL (a `|version` is ignored).
    pub fn profile(&self, url: &str) -> Option<&Profile> {
        let url = url.split('|').next().unwrap_or(url);
        let at = self.profiles.binary_search_by(|p| p.url.cmp(url)).ok()?;
        self.profiles.get(at)
    }

    /// The profiles of a type.
    pub fn profiles_of(&self, type_name: &str) -> impl Iterator<Item = &Profile> {
        self.profiles
            .iter()
            .filter(move |p| p.type_name == type_name)
    }

    /// The codes of the value set with this URL.
    pub fn value_set(&self, url: &str) -> Option<&ValueSet> {
        let at = self.value_sets.binary_search_by(|v| v.url.cmp(url)).ok()?;
        self.value_sets.get(at)
    }
}

/// US Core 6.1.0, decoded on first use and kept.
pub fn us_core() -> &'static UsCore {
    static TABLES: OnceLock<UsCore> = OnceLock::new();
    // The pack is part of the build and a test decodes it; an empty table is unreachable.
    TABLES.get_or_init(|| {
        pack::decode(include_bytes!("../data/us-core-6.1.pack")).unwrap_or_default()
    })
}
