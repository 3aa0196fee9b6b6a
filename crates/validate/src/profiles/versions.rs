//! Definitions by their canonical URL, and by the version a `|version` after it asks for.

use std::collections::BTreeMap;

/// A canonical URL, and the version it names.
pub(crate) fn split(canonical: &str) -> (&str, Option<&str>) {
    match canonical.split_once('|') {
        Some((url, version)) => (url, Some(version)),
        None => (canonical, None),
    }
}

/// Definitions of one kind.
#[derive(Debug, Clone)]
pub(super) struct Versions<T>(BTreeMap<&'static str, Vec<(&'static str, T)>>);

impl<T> Default for Versions<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Copy> Versions<T> {
    /// Adds a definition, in place of one of the same URL and version; `version` is empty where it has
    /// none.
    pub(super) fn add(&mut self, url: &'static str, version: &'static str, definition: T) {
        self.remove(url, version);
        self.0.entry(url).or_default().push((version, definition));
    }

    /// Takes a definition away.
    pub(super) fn remove(&mut self, url: &str, version: &str) {
        if let Some(versions) = self.0.get_mut(url) {
            versions.retain(|(known, _)| *known != version);
        }
    }

    /// The definition of the version that is named, or the one added last where none is.
    pub(super) fn get(&self, canonical: &str) -> Option<T> {
        let (url, version) = split(canonical);
        let mut versions = self.0.get(url)?.iter().rev();
        let is_it = |(known, _): &&(&str, T)| version.is_none_or(|version| *known == version);
        versions.find(is_it).map(|(_, definition)| *definition)
    }
}
