//! What must hold of the current version for a change to happen.

use crate::store::Method;
use crate::write::{Precondition, Refusal};

/// The current version of a resource without its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub version: u64,
    /// When it was written, in milliseconds.
    pub updated_ms: i64,
    /// How it came to be.
    pub method: Method,
}

/// Whether an update may bring a resource into being.
///
/// # Errors
/// Why not.
pub fn creatable(precondition: &Precondition, head: Option<Head>) -> Result<(), Refusal> {
    match head {
        _ if precondition.if_match.is_some() => Err(Refusal::PreconditionFailed),
        _ if precondition.may_create => Ok(()),
        Some(_) => Err(Refusal::Deleted),
        None => Err(Refusal::Absent),
    }
}

/// Whether what is asked of the current version holds.
///
/// # Errors
/// [`Refusal::PreconditionFailed`].
pub fn holds(precondition: &Precondition, head: Head) -> Result<(), Refusal> {
    let matches = precondition
        .if_match
        .as_ref()
        .is_none_or(|versions| versions.contains(&head.version));
    // HTTP dates have a resolution of one second.
    let unmodified = precondition
        .if_unmodified_since
        .is_none_or(|since| head.updated_ms.div_euclid(1000) <= since.as_second());
    if matches && unmodified && !precondition.if_absent {
        return Ok(());
    }
    Err(Refusal::PreconditionFailed)
}
