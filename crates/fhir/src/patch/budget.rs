//! What a patch may make of a resource: no deeper and no larger than a body may be.
//!
//! `copy` doubles what it copies into itself, so a short patch could ask for a resource of any size.

use cresset_base::Limits;
use cresset_model::Value;

use super::refused;
use crate::fault::{Fault, Kind};

/// What may still be added.
pub(super) struct Budget {
    values: usize,
    bytes: usize,
    depth_max: usize,
}

impl Budget {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            values: limits.values_max,
            bytes: limits.body_bytes_max,
            depth_max: limits.depth_max,
        }
    }

    /// Takes what `value` costs, to be put below `depth` containers.
    pub(super) fn spend(&mut self, value: &Value, depth: usize) -> Result<(), Fault> {
        let too_long = |text: &str| Fault::new(Kind::TooLong, text);
        if depth + value.depth() > self.depth_max {
            return Err(too_long("the resource would be nested too deeply"));
        }
        let left = self.values.checked_sub(value.values());
        self.values = left.ok_or_else(|| too_long("the resource would hold too many values"))?;
        self.read(value.bytes())
    }

    /// Takes the cost of reading so many bytes.
    pub(super) fn read(&mut self, bytes: usize) -> Result<(), Fault> {
        let left = self.bytes.checked_sub(bytes);
        self.bytes = left.ok_or_else(|| refused("too-costly", "the patch is too much work"))?;
        Ok(())
    }
}
