//! Resources that define search parameters.

use cresset_store::Written;
use cresset_store::backend::defining::defined_by;
use cresset_store::layout::Rid;
use cresset_store::write::Refusal;

use super::apply::Applier;

impl Applier<'_> {
    /// Notes what a resource defines now.
    pub(super) fn define(&mut self, rid: Rid, written: &Written) -> Result<(), Refusal> {
        let limits = &self.shared.limits;
        let Some(wanted) = defined_by(written, limits) else {
            return Ok(());
        };
        let held = self.batch.definitions.clone();
        let mut held = held.unwrap_or_else(|| (*self.index.definitions).clone());
        if held.replace(rid.0, wanted, limits.search_parameters_max)? {
            self.batch.definitions = Some(held);
        }
        Ok(())
    }
}
