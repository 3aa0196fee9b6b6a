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
    /// Adds a definition as the last, in place of one of the same URL and version; `version` is empty
    /// where it has none.
    pub(super) fn add(&mut self, url: &'static str, version: &'static str, definition: T) {
        let versions = self.0.entry(url).or_default();
        versions.retain(|(known, _)| *known != version);
        versions.push((version, definition));
    }

    /// Puts a definition where one of the same URL and version stands, else adds it.
    pub(super) fn fill(&mut self, url: &'static str, version: &'static str, definition: T) {
        let versions = self.0.entry(url).or_default();
        match versions.iter_mut().find(|(known, _)| *known == version) {
            Some((_, slot)) => *slot = definition,
            None => versions.push((version, definition)),
        }
    }

    /// The definition of the version that is named, or the one added last where none is.
    pub(super) fn get(&self, canonical: &str) -> Option<T> {
        let (url, version) = split(canonical);
        let mut versions = self.0.get(url)?.iter().rev();
        let is_it = |(known, _): &&(&str, T)| version.is_none_or(|version| *known == version);
        versions.find(is_it).map(|(_, definition)| *definition)
    }

    /// The versions of a URL, whichever the canonical names.
    pub(super) fn versions(&self, canonical: &str) -> impl Iterator<Item = &'static str> {
        let (url, _) = split(canonical);
        let versions = self.0.get(url).into_iter().flatten();
        versions.map(|(version, _)| *version)
    }
}
