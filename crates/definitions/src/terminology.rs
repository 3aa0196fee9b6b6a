//! Code systems and all other expandable value sets: the pack a server loads only when asked.

use std::sync::OnceLock;

use crate::{ValueSet, pack};

/// Every R4 code system with content and every value set whose codes can be listed.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Terminology {
    /// Sorted by URL.
    pub code_systems: Vec<CodeSystem>,
    /// Sorted by URL.
    pub value_sets: Vec<ValueSet>,
}

/// A code system published with R4.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct CodeSystem {
    /// The canonical URL, as it stands in `Coding.system`.
    pub url: &'static str,
    /// The name for machines.
    pub name: &'static str,
    /// The version; empty when it has none.
    pub version: &'static str,
    /// Whether every code of the system is listed (`content` is `complete`).
    pub complete: bool,
    /// Whether codes that differ only in case are different codes.
    pub case_sensitive: bool,
    /// The codes, sorted.
    #[serde(deserialize_with = "pack::leaked")]
    pub concepts: &'static [Concept],
}

/// One code of a code system.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Concept {
    /// The code.
    pub code: &'static str,
    /// Its display; empty when the system gives none.
    pub display: &'static str,
    /// The positions in [`CodeSystem::concepts`] of the concepts directly above it.
    #[serde(deserialize_with = "pack::leaked")]
    pub parents: &'static [u16],
}

impl CodeSystem {
    /// The concept with this code, compared exactly.
    pub fn concept(&self, code: &str) -> Option<&'static Concept> {
        let at = self.concepts.binary_search_by(|c| c.code.cmp(code)).ok()?;
        self.concepts.get(at)
    }

    /// Whether the system has this code, in whatever case where that makes no difference.
    pub fn has(&self, code: &str) -> bool {
        let is_like = |concept: &Concept| concept.code.eq_ignore_ascii_case(code);
        self.concept(code).is_some() || !self.case_sensitive && self.concepts.iter().any(is_like)
    }

    /// Whether `above` is an ancestor of `code`; false when they are the same.
    pub fn subsumes(&self, above: &str, code: &str) -> bool {
        let mut seen: Vec<u16> = Vec::new();
        let mut open: Vec<u16> = self
            .concept(code)
            .map_or(Vec::new(), |c| c.parents.to_vec());
        while let Some(at) = open.pop() {
            let Some(concept) = self.concepts.get(usize::from(at)) else {
                continue;
            };
            if concept.code == above {
                return true;
            }
            // A code may be reached along several ways.
            if !seen.contains(&at) {
                seen.push(at);
                open.extend_from_slice(concept.parents);
            }
        }
        false
    }
}

impl Terminology {
    /// The code system with this URL.
    pub fn code_system(&self, url: &str) -> Option<&CodeSystem> {
        let at = self
            .code_systems
            .binary_search_by(|s| s.url.cmp(url))
            .ok()?;
        self.code_systems.get(at)
    }

    /// The expansion of the value set with this URL (a `|version` is ignored).
    pub fn value_set(&self, url: &str) -> Option<&ValueSet> {
        let url = url.split('|').next().unwrap_or(url);
        let at = self.value_sets.binary_search_by(|s| s.url.cmp(url)).ok()?;
        self.value_sets.get(at)
    }
}

/// The terminology of R4, decoded on first use (some megabytes that stay in memory from then on).
pub fn terminology() -> &'static Terminology {
    static TABLES: OnceLock<Terminology> = OnceLock::new();
    // The pack is part of the build and a test decodes it; an empty table is unreachable.
    TABLES.get_or_init(|| {
        pack::decode(include_bytes!("../data/r4-terminology.pack")).unwrap_or_default()
    })
}
