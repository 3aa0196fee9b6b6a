//! Bytes into a tree, within bounds.

mod fault;
mod number;
mod object;
mod reader;
mod string;

pub use fault::{Fault, FaultKind, place};

use crate::element::Tree;
use reader::Reader;

/// How much a document may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Deepest nesting of objects and arrays; the outermost is 1.
    pub depth_max: usize,
    /// Most values, containers counted.
    pub values_max: usize,
}

impl From<&cresset_base::Limits> for Bounds {
    fn from(limits: &cresset_base::Limits) -> Self {
        Self {
            depth_max: limits.depth_max,
            values_max: limits.values_max,
        }
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self::from(&cresset_base::Limits::default())
    }
}

/// Parses one JSON document (RFC 8259) in one pass.
///
/// Stricter than JSON where JSON leaves things open: a name may occur once in an object, surrogates
/// come in pairs, nothing but white space follows the value. A UTF-8 byte order mark before the
/// document is skipped, because editors on Windows write it. Documents of 4 GiB and more are refused.
///
/// # Errors
/// The first fault met, with its place.
pub fn parse(bytes: &[u8], bounds: Bounds) -> Result<Tree, Fault> {
    let found = |kind, offset| Fault::at(kind, offset, bytes);
    // Half of the range is left for unescaped strings, which are never longer than their source.
    if u32::try_from(bytes.len()).map_or(true, |len| len > u32::MAX / 2) {
        return Err(found(FaultKind::TooManyValues, 0));
    }
    let source =
        std::str::from_utf8(bytes).map_err(|e| found(FaultKind::NotUtf8, e.valid_up_to()))?;
    Reader::new(source, bounds)
        .document()
        .map_err(|(kind, offset)| found(kind, offset))
}
