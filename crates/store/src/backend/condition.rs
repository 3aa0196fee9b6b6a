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

/// Whether an update may bring a resource into being. `was_theirs` says whether there was one that the
/// caller could have updated before it was deleted: to others it is not told.
///
/// # Errors
/// Why not.
pub fn creatable(precondition: &Precondition, was_theirs: bool) -> Result<(), Refusal> {
    match was_theirs {
        _ if precondition.if_match.is_some() => Err(Refusal::PreconditionFailed),
        _ if precondition.may_create => Ok(()),
        true => Err(Refusal::Deleted),
        false => Err(Refusal::Absent),
    }
}

/// Why an update of what the caller may not update is refused: for the reason it would be refused
/// if nothing were there, so that the answer does not tell the two apart. `may_create` says whether
/// the caller may create what it sends.
pub fn unseen(precondition: &Precondition, may_create: bool) -> Refusal {
    match creatable(precondition, false) {
        Err(refusal) => refusal,
        Ok(()) if may_create => Refusal::Absent,
        Ok(()) => Refusal::Forbidden,
    }
}

/// Whether a deletion of what is not there, or not the caller's to delete, is a success.
///
/// # Errors
/// [`Refusal::PreconditionFailed`] when it is meant for certain versions.
pub fn deletable(precondition: &Precondition) -> Result<(), Refusal> {
    match precondition.if_match {
        None => Ok(()),
        Some(_) => Err(Refusal::PreconditionFailed),
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
