//! Sets of codes that a search names instead of listing them: value sets and parts of hierarchies.

use std::collections::BTreeMap;

use crate::value::TokenMatch;

/// A set of codes by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConceptSet {
    /// The members of a value set, by its URL or as `ValueSet/id` (`:in`).
    ValueSet(String),
    /// A code and everything it subsumes (`:below`).
    Below {
        /// The code system's URL.
        system: String,
        /// The code.
        code: String,
    },
    /// A code and everything that subsumes it (`:above`).
    Above {
        /// The code system's URL.
        system: String,
        /// The code.
        code: String,
    },
}

/// What was looked up so far.
#[derive(Debug, Clone, Default)]
pub struct Concepts(BTreeMap<ConceptSet, Vec<TokenMatch>>);

impl Concepts {
    /// Nothing was looked up.
    pub const NONE: &'static Self = &Self(BTreeMap::new());

    /// The codes of a set, if they were looked up.
    pub fn get(&self, set: &ConceptSet) -> Option<&[TokenMatch]> {
        self.0.get(set).map(Vec::as_slice)
    }

    /// Keeps the codes of a set.
    pub fn keep(&mut self, set: ConceptSet, codes: Vec<TokenMatch>) {
        self.0.insert(set, codes);
    }

    /// How many sets were looked up.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
