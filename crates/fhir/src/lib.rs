//! FHIR interactions: what an instance does when it is asked to read, search, create and so on.
//!
//! [`Service`] is one instance's FHIR service over its [`cresset_store::Store`]; each interaction is
//! one file named after it ([`mod@read`], [`vread`], [`history`], [`search`], [`create`],
//! [`update`], [`mod@patch`], [`delete`], [`bundle::request`], [`capabilities`]). [`mod@prepare`] is the one way
//! in for a body: bounded parse, structural validation, index rows; import uses it too.
//!
//! This room does not know HTTP: conditions arrive parsed ([`condition`]), and what went wrong is a
//! [`Fault`] of a closed set of kinds. The numbers in the kinds' table are the ones FHIR itself
//! puts into `Bundle.entry.response.status`. Bodies of resources are spliced into answers as
//! stored, never parsed on the way out.
//!
//! Start with [`service`], then [`mod@read`] and [`fault`].

mod allergen;
pub mod answer;
pub mod audit_event;
pub mod audited;
pub mod binary;
pub mod bundle;
pub mod capabilities;
pub mod condition;
pub mod content;
pub mod create;
pub mod criteria;
pub mod delete;
mod docref;
mod everything;
pub mod explain;
pub mod fault;
pub mod file;
pub mod graphql;
pub mod history;
pub mod identity;
pub mod instant;
mod lab_report;
mod lastn;
pub mod meta;
pub mod openapi;
pub mod operation;
pub mod outcome;
pub mod page_link;
pub mod pairs;
pub mod patch;
mod patient_match;
pub mod prepare;
pub mod pretty;
pub mod read;
mod ruled;
pub mod search;
pub mod search_types;
pub mod service;
pub mod subset;
pub mod terminology;
pub mod update;
pub mod validate;
pub mod vread;

pub use answer::Answer;
pub use audited::{Audited, Completing};
pub use condition::{ReadCondition, WriteCondition};
pub use cresset_search::Handling;
pub use criteria::Criteria;
pub use fault::{Fault, Issue, Kind};
pub use patch::Patch;
pub use prepare::Prepared;
pub use read::Read;
pub use service::{LinkStyle, Service, Settings};
pub use subset::Subset;
