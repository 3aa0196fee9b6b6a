//! What holding a resource against a profile may cost.

use std::cell::Cell;

use cresset_fhirpath::STEPS_MAX;

/// Most comparisons of one resource with one profile: a profile of thousands of slices held
/// against thousands of values ends here.
const WORK_MAX: u64 = 500_000;
/// Most steps of all the rules of one profile.
const RULES_STEPS_MAX: u64 = 4 * STEPS_MAX;
/// Deepest profile within a profile: those that ask for each other in a circle end here.
const DEPTH_MAX: u32 = 12;

/// What is left for the profile a resource is held against, and those it asks for in turn.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    depth: Cell<u32>,
    work: Cell<u64>,
    steps: Cell<u64>,
}

impl Budget {
    /// Begins with a profile; the first one gets the whole. False when it is asked for too deep.
    pub(super) fn enter(&self) -> bool {
        let depth = self.depth.get();
        if depth == 0 {
            self.work.set(WORK_MAX);
            self.steps.set(RULES_STEPS_MAX);
        }
        if depth >= DEPTH_MAX {
            self.work.set(0);
            return false;
        }
        self.depth.set(depth + 1);
        true
    }

    /// Ends with a profile; whether it was the first one.
    pub(super) fn leave(&self) -> bool {
        self.depth.set(self.depth.get().saturating_sub(1));
        self.depth.get() == 0
    }

    /// Takes so many comparisons.
    pub(super) fn spend(&self, work: u64) {
        self.work.set(self.work.get().saturating_sub(work));
    }

    /// Whether no comparison is left.
    pub(super) fn is_spent(&self) -> bool {
        self.work.get() == 0
    }

    /// What is left for rules.
    pub(super) fn steps(&self) -> &Cell<u64> {
        &self.steps
    }
}
