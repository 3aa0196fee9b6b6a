//! Whether a resource is what R4 says it may be: structure, cardinality, types, codes, references.
//!
//! [`validate`] walks a parsed resource once against the tables of `definitions` and answers with
//! every fault it finds ([`Issue`]), each with the place and a sentence a person can act on. No
//! sentence holds a value of the resource: what is wrong is said, not what was written.
//!
//! This room changes nothing, fetches nothing and stores nothing; whether a reference's target
//! exists is known only to the store. A valid resource costs no allocation.
//!
//! The walk is in `structure`, the forms of primitive values in [`lexical`], the safety of
//! narrative text in [`narrative`]. Start with [`validate`], then `structure.rs`.

pub mod issue;
pub mod lexical;
pub mod narrative;
mod place;
mod structure;

pub use issue::{Issue, IssueType, Severity};

use cresset_model::Element;

/// Most issues one answer lists; past that the resource is hardly meant as one.
pub const ISSUES_MAX: usize = 100;

/// Every fault of a resource, in document order, at most [`ISSUES_MAX`] of them.
///
/// `resource` is the resource's object, the root of a tree or a part of one (an entry of a bundle);
/// paths begin at its type. Empty means that it may be stored.
pub fn validate(resource: Element<'_>) -> Vec<Issue> {
    let mut issues = issue::Issues::new(ISSUES_MAX);
    structure::check(resource, cresset_definitions::r4(), &mut issues);
    issues.into_list()
}
