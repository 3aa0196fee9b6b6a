//! Whether a resource is what R4 and its profiles say it may be, and what exactly is wrong.
//!
//! A [`Validator`] knows a set of [`Profiles`] and answers for one parsed resource with every fault
//! it finds ([`Issue`]), each with the place and a sentence a person can act on. No sentence holds a
//! value of the resource: what is wrong is said, not what was written.
//!
//! This room changes nothing, fetches nothing and stores nothing; whether a reference's target
//! exists is known only to the store, and what it does not know of terminology it leaves to the service. A valid resource costs few allocations.
//!
//! The walk is in `structure`, the rules of the types in `rules`, profiles compiled in `shape` and
//! applied in `conform`, the forms of primitive values in [`lexical`], the safety of narrative text
//! in [`narrative`]. Start with [`validator`], then `structure.rs`.

mod binding;
mod conform;
pub mod issue;
pub mod lexical;
pub mod narrative;
mod place;
pub mod profiles;
mod rules;
mod shape;
mod structure;
pub mod validator;

pub use binding::{Code, Unjudged};
pub use issue::{Detail, Issue, IssueType, Severity};
pub use profiles::{AddedValueSet, LoadFault, Profiles, built_in_code_system, built_in_value_set};
pub use validator::{Ask, Findings, Validator, standard};

use cresset_model::Element;

/// Most issues one answer lists; past that the resource is hardly meant as one.
pub const ISSUES_MAX: usize = 100;

/// Every fault of a resource by R4 and, where it names them, by the profiles of US Core: those of R4 in
/// document order, then those of each profile, at most [`ISSUES_MAX`] of them; warnings are left out. Empty means that it may be stored.
pub fn validate(resource: Element<'_>) -> Vec<Issue> {
    standard().validate(resource, &Ask::default())
}
