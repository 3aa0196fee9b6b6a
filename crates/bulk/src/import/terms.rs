//! Codes the validator leaves open, asked of the terminology that was loaded before the import.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use cresset_access::Access;
use cresset_fhir::terminology::Remembered;
use cresset_fhir::{Fault, Service};
use cresset_validate::{Code, Unjudged};
use parking_lot::Mutex;
use tokio::runtime::Handle;

/// Answers remembered; the same few codes come again and again.
const REMEMBERED_MAX: usize = 100_000;

/// By the value set and the codes of one value: whether none of them is in it.
type Answers = HashMap<&'static str, BTreeMap<Vec<Code>, bool>>;

/// The terminology of the instance, asked on behalf of the records of an import.
pub(crate) struct Terms {
    service: Arc<Service>,
    runtime: Handle,
    answers: Mutex<Answers>,
    /// What they rest on.
    from: Remembered,
}

impl Terms {
    pub(crate) fn new(service: Arc<Service>, access: Access) -> Self {
        Self {
            service,
            runtime: Handle::current(),
            answers: Mutex::default(),
            from: Remembered::new(access),
        }
    }

    /// Whether these codes are not of their value set, as far as it is loaded. Blocks: for worker
    /// threads only.
    pub(crate) fn is_outside(&self, unjudged: &Unjudged) -> Result<bool, Fault> {
        let of_set = |answers: &Answers| {
            let of_set = answers.get(unjudged.value_set)?;
            of_set.get(&unjudged.codes).copied()
        };
        if let Some(known) = of_set(&self.answers.lock()) {
            return Ok(known);
        }
        let asked = self.service.is_outside(&self.from, unjudged);
        let answer = self.runtime.block_on(asked)?;
        let mut answers = self.answers.lock();
        if answers.values().map(BTreeMap::len).sum::<usize>() >= REMEMBERED_MAX {
            answers.clear();
        }
        let of_set = answers.entry(unjudged.value_set).or_default();
        of_set.insert(unjudged.codes.clone(), answer);
        Ok(answer)
    }
}
