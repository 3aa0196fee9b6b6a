//! The value without which nothing can be read or written.

use std::sync::Arc;

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;

/// The five rights of SMART v2 scopes: `c r u d s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verb {
    /// `c`
    Create,
    /// `r`: read, vread, instance history.
    Read,
    /// `u`: update and patch.
    Update,
    /// `d`
    Delete,
    /// `s`: search, type and system history.
    Search,
}

/// Why the server itself reads or writes without a caller. Every use is counted; the list may only shrink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemReason {
    /// Loading files on the operator's command (`import`, `demo`).
    OperatorImport,
    /// Checking a data directory (`verify`).
    Verification,
    /// Numbers on the operator's own pages and command line.
    OperatorCounts,
}

/// What a caller may touch of one resource type with one verb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Restriction {
    /// Nothing at all: 403.
    Nothing,
    /// Every resource of the type.
    Everything,
    /// Resources that satisfy at least one of these filters.
    Only(Arc<[Filter]>),
}

/// One way for a resource to be visible; all its parts must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// The resource must lie in this patient's compartment.
    pub patient: Option<ResourceId>,
    /// Each search parameter must hold this token (granular scopes): (code, system, token).
    pub tokens: Vec<TokenFilter>,
}

/// One `?parameter=system|code` of a granular scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenFilter {
    /// Search parameter code, for example `category`.
    pub parameter: String,
    /// System, if the scope names one.
    pub system: Option<String>,
    /// Code.
    pub code: String,
}
