//! Whose records an interaction touched.

use std::collections::BTreeSet;

use cresset_base::ResourceId;

/// The patients in whose records an interaction read or wrote, named up to a bound.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whose {
    named: BTreeSet<ResourceId>,
    unnamed: u64,
}

impl Whose {
    /// As a record keeps it.
    pub fn kept(named: impl IntoIterator<Item = ResourceId>, unnamed: u64) -> Self {
        Self {
            named: named.into_iter().collect(),
            unnamed,
        }
    }

    /// Those who are named, in order.
    pub fn named(&self) -> impl ExactSizeIterator<Item = &ResourceId> {
        self.named.iter()
    }

    /// Mentions of patients who are not named, because that would have been more than the bound.
    pub fn unnamed(&self) -> u64 {
        self.unnamed
    }

    /// Whether this patient is named.
    pub fn names(&self, patient: &str) -> bool {
        self.named.contains(patient)
    }

    /// Adds patients, of whom at most `most` are named in all.
    pub fn add(&mut self, patients: impl IntoIterator<Item = ResourceId>, most: usize) {
        for patient in patients {
            if self.named.len() < most || self.named.contains(&patient) {
                self.named.insert(patient);
            } else {
                self.unnamed += 1;
            }
        }
    }

    /// Adds those of another part of the same interaction.
    pub fn join(&mut self, others: Self, most: usize) {
        self.add(others.named, most);
        self.unnamed += others.unnamed;
    }

    /// The same in an answer to this patient, who is told of no other.
    #[must_use]
    pub fn only(&self, patient: &ResourceId) -> Self {
        Self::kept(self.named.get(patient).cloned(), 0)
    }
}
