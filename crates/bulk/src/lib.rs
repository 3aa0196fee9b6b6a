//! Bulk data: files of resources into an instance.
//!
//! [`import::Import`] takes the resources of many files (newline-delimited JSON, single resources,
//! Bundles of every type, plain or compressed) through the same [`cresset_fhir::prepare::prepare_tree`] as a
//! request, and commits them in large units. Memory stays bounded whatever the size of a file;
//! what was done is recorded in a [`import::Journal`], so that a second run goes on where the first
//! stopped and never stores a resource twice.
//!
//! This room opens no files and draws no bars: a [`import::Source`] is handed in as a function that
//! opens a stream, a journal as a trait, and progress is told as an [`import::Progress`].
//!
//! [`code_systems`] reads release files of LOINC, SNOMED CT and `RxNorm` in the same manner.
//!
//! Start with [`import`], then its `entries` (file → records) and `worker` (record → draft).

pub mod code_systems;
pub mod import;
