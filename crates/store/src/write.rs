//! What a write brings and what comes of it.

use cresset_access::{Access, SystemReason};
use cresset_base::{ResourceId, Timestamp};
use cresset_definitions::ResourceType;
use cresset_model::Unstamped;
use cresset_search::{IndexRow, Query};

use crate::audit::AuditRecord;
use crate::job::Completion;
use crate::store::Version;

/// A checked resource on its way into the store: its body without id and version, and its index rows.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Its type.
    pub resource_type: ResourceType,
    /// The body, to be stamped at commit.
    pub body: Unstamped,
    /// What the index will hold.
    pub rows: Vec<IndexRow<'static>>,
}

/// One change of one resource.
#[derive(Debug, Clone)]
pub enum Change {
    /// A new resource under an id the server chose (right `c`).
    Create(ResourceId, Draft),
    /// A new version under the client's id (right `u`; right `c` where it does not exist yet).
    Update(ResourceId, Draft, Precondition),
    /// A deletion (right `d`); deleting what is deleted or absent changes nothing.
    Delete(ResourceType, ResourceId, Precondition),
}

/// Changes that commit together or not at all.
#[derive(Debug, Clone, Default)]
pub struct Unit {
    /// The changes in the order in which they happen.
    pub changes: Vec<Change>,
    /// What follows from them by the rules of the instance, whatever the caller may; it happens after
    /// them, and its outcomes come after theirs.
    pub consequences: Vec<Change>,
    /// Searches on whose outcome the changes rest; all must still be so when they commit.
    pub expectations: Vec<Expectation>,
    /// The audit record of the interaction, in the same transaction. A refused unit leaves none.
    pub record: Option<AuditRecord>,
    /// The job that is done with it. A refused unit leaves it as it was.
    pub completion: Option<Completion>,
}

/// What a search found, of the caller (right `s`) or of the rules. It is asked again inside the transaction of the
/// change, so that nothing can come between the search and the change.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// The search; its page size and order do not matter.
    pub query: Query,
    /// All it found.
    pub found: Vec<Seen>,
    /// Whether the rules of the instance asked, and not the caller.
    pub of_rules: bool,
}

/// A resource a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its id.
    pub id: ResourceId,
    /// The version that must still be the current one, where the change rests on what it holds.
    pub version: Option<u64>,
}

impl Expectation {
    /// What the search may see: all the caller may, or all there is where the rules ask.
    pub fn access(&self, caller: &Access) -> Access {
        if self.of_rules {
            Access::system(SystemReason::Rules)
        } else {
            caller.clone()
        }
    }
}

/// What must hold of the current version for a change to happen.
#[derive(Debug, Clone, Default)]
pub struct Precondition {
    /// `If-Match`: the current version must be one of these; `Some(vec![])` never matches.
    pub if_match: Option<Vec<u64>>,
    /// `If-None-Match: *`: the resource must not exist.
    pub if_absent: bool,
    /// `If-Unmodified-Since`, one-second resolution.
    pub if_unmodified_since: Option<Timestamp>,
    /// Whether an update may create (update-as-create).
    pub may_create: bool,
}

/// Why a change was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A precondition does not hold: 412.
    PreconditionFailed,
    /// Create under an id that exists: 409.
    Exists,
    /// Update or delete of what is absent or not visible: 404.
    Absent,
    /// Update of a deleted resource where that is not allowed: 410.
    Deleted,
    /// The access does not allow this change, for example outside the caller's compartment: 403.
    Forbidden,
    /// Another `SearchParameter` defines a parameter of this code for the same type: 409.
    Defined,
    /// The instance defines as many search parameters as it may: 422.
    TooManyDefined,
    /// The instance has changed its search parameters so often that there is no number for another: 422.
    NumbersExhausted,
}

/// What came of one change.
#[derive(Debug, Clone)]
pub enum Written {
    /// A resource came to be.
    Created(Version),
    /// A new version of an existing resource.
    Updated(Version),
    /// The body is what was already there: no new version.
    Unchanged(Version),
    /// The resource is now deleted.
    Deleted(Version),
    /// There was nothing to delete.
    NothingToDelete,
}
