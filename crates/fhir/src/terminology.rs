//! Terminology operations over what is loaded: the code systems and value sets of R4, the code systems
//! the operator loaded from release files, and the `CodeSystem`, `ValueSet` and `ConceptMap` resources
//! of the instance that the caller may search.
//!
//! What is stored goes before what the operator loaded, and that before what is built in. Nothing is fetched from elsewhere: a system that is
//! not here is said to be not loaded, and never taken for one without the code.

mod bindings;
mod codes;
mod concepts;
mod expand;
mod filter;
mod lookup;
mod member;
mod remembered;
mod set;
mod source;
mod translate;
mod validate_code;

pub(crate) use remembered::PackagedSets;
pub use remembered::Remembered;
pub use source::Target;
