//! What the searches of rules found, remembered for a transaction: all its writes rest on the same state,
//! and many of them ask the same.

use std::collections::HashMap;

use cresset_rules::Find;
use cresset_store::{Expectation, Version};
use parking_lot::Mutex;

/// Most resources that are remembered: what is found beyond them is looked for again.
const RESOURCES_MAX: usize = 1_000;

/// What a search found, and that it must still be so.
#[derive(Clone)]
pub(super) struct Answer {
    pub(super) expectation: Expectation,
    pub(super) versions: Vec<Version>,
}

/// The answers so far.
#[derive(Default)]
pub(crate) struct Searched(Mutex<Answers>);

#[derive(Default)]
struct Answers {
    all: HashMap<Find, Answer>,
    resources: usize,
}

impl Searched {
    /// What this search found before.
    pub(super) fn answer(&self, find: &Find) -> Option<Answer> {
        self.0.lock().all.get(find).cloned()
    }

    /// Remembers an answer, where there is room for it.
    pub(super) fn remember(&self, find: Find, answer: &Answer) {
        let mut answers = self.0.lock();
        let resources = answers.resources + answer.versions.len();
        if resources <= RESOURCES_MAX {
            answers.resources = resources;
            answers.all.insert(find, answer.clone());
        }
    }
}
