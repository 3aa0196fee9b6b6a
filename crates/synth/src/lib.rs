//! A synthetic practice and its patients: believable lives as FHIR R4 resources.
//!
//! A [`Population`] is fixed by a seed, a number of patients and the date it is seen from. It is
//! read as [`Chart`]s: first the practice itself (organizations, clinicians, places, medications,
//! questionnaires), then one chart per patient, then the groups of patients. A patient's life
//! depends on the seed and the patient's own number only; so charts can be made in any order and
//! on any thread, and the first hundred patients of a large population are those of a small one.
//!
//! Where US Core 6.1.0 has a profile, a resource names it and conforms to it. The first five
//! patients are cast, not drawn (see `cast`): between them every element, slice and extension
//! that US Core calls must-support occurs.
//!
//! What this room is not: it knows no server, reads no clock and opens no file. Nothing in it is
//! taken from a real person; names and addresses are made up.
//!
//! Start with [`Population`], then `life`, the story of one patient.

mod chart;
mod concept;
mod datatype;
mod id;
mod json;
mod life;
mod moment;
mod number;
mod output;
mod person;
mod population;
mod practice;
mod random;

pub use chart::{Chart, Resource};
pub use output::{write_bundle, write_ndjson};
pub use population::Population;
